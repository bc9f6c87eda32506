"""What every effect tool hands back: estimand, design and assumptions first, then the figures, or why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.figure import Figure

if TYPE_CHECKING:
    import pandas as pd

EffectStatus = Literal["estimated", "downgraded", "refused"]
AssumptionVerdict = Literal["nothing speaks against it", "doubtful", "does not hold", "not checked"]
Audience = Literal["marketer", "analyst", "statistician"]

DEFAULT_LEVEL = 0.9


class Part(BaseModel):
    """A part of a result: immutable, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ConfidenceInterval(Part):
    """An interval and its level; an end is None where the set goes on without end."""

    low: float | None
    high: float | None
    level: float = Field(default=DEFAULT_LEVEL, gt=0.0, lt=1.0)


class Assumption(Part):
    """One assumption of a design.

    Attributes:
        how_checked: What was looked at, or why nothing in the data can speak to it.
    """

    name: str
    how_checked: str
    verdict: AssumptionVerdict


class Check(Part):
    """A diagnostic with its bar; `passed` is None where the diagnostic is only reported."""

    name: str
    value: float | None
    threshold: float | None
    passed: bool | None
    meaning: str


class Term(Part):
    """One further estimate of a result: a group, a period, a segment, a method, a coefficient.

    Attributes:
        meaning: What it is, in words.
    """

    meaning: str
    estimate: float | None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    n: int | None = None


class Explanations(Part):
    """The result in words at three lengths; figures stand in the words, from the result."""

    marketer: str
    analyst: str
    statistician: str


class EffectResult(BaseModel):
    """An effect with what it rests on, or why there is none.

    A tool's own result adds fields to these. `estimate`, `standard_error` and the ends of `interval` are in units of the
    outcome unless `units` says otherwise.

    Attributes:
        status: `refused`: no estimate is given and `reasons` say why; `downgraded`: one is given, and `reasons` say
            why it must not be relied on alone.
        estimand: Whose average effect of what on what, in words.
        design: The design's name and how it identifies the estimand, in words.
        method: Key of the estimator, such as `callaway_santanna`.
        estimate: None when refused, or when only a set is identified.
        interval: None when there is no honest one.
        n: Rows that were used.
        checks: Diagnostics that pass or fail; every failed one becomes a caveat of an answer.
        diagnostics: Further figures and words by name.
        terms: Further estimates by key; keys hold letters, digits, `_` and `-` alone.
        reasons: Why refused or downgraded, a sentence each.
        advice: What would make it better, a sentence each.
        figures: Pictures as data.
        units: Path pattern to unit.
        settings: What produced it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: EffectStatus
    estimand: str
    design: str
    method: str
    outcome: str
    treatment: str
    estimate: float | None = None
    standard_error: float | None = None
    interval: ConfidenceInterval | None = None
    p_value: float | None = None
    n: int
    assumptions: tuple[Assumption, ...]
    checks: tuple[Check, ...] = ()
    diagnostics: dict[str, float | int | str | bool | None] = Field(default_factory=dict)
    terms: dict[str, Term] = Field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    explanations: Explanations
    figures: tuple[Figure, ...] = ()
    units: dict[str, str]
    settings: dict[str, Any]

    def summary(self) -> str:
        """The result as lines of text: what is estimated, the figures, assumptions, checks and warnings."""
        lines = [self.estimand, f"Design: {self.design}", *_headline(self)]
        lines += [f"Assumption ({a.verdict}): {a.name}. {a.how_checked}" for a in self.assumptions]
        lines += [f"Check failed, {c.name}: {c.meaning}" for c in self.checks if c.passed is False]
        lines += [f"Warning: {text}" for text in self.warnings]
        return "\n".join(lines)

    def tidy(self) -> pd.DataFrame:
        """One row an estimate: `term, meaning, estimate, standard_error, low, high, level, p_value, n`."""
        import pandas as pd

        level = self.interval.level if self.interval else None
        whole = {
            "term": "estimate",
            "meaning": self.estimand,
            "estimate": self.estimate,
            "standard_error": self.standard_error,
            "low": self.interval.low if self.interval else None,
            "high": self.interval.high if self.interval else None,
            "level": level,
            "p_value": self.p_value,
            "n": self.n,
        }
        rows = [{"term": key, **term.model_dump(), "level": level} for key, term in self.terms.items()]
        return pd.DataFrame([whole, *rows], columns=list(whole))

    def confint(self) -> tuple[float | None, float | None]:
        """The interval's two ends.

        Raises:
            ValueError: There is no interval.
        """
        if self.interval is None:
            raise ValueError(f"no interval: the result is {self.status}")
        return self.interval.low, self.interval.high

    def plot(self, kind: str | None = None) -> Figure:
        """The first picture, or the one of `kind`; a notebook shows it, `liftos_agents.reports` draws it to SVG and PNG.

        Raises:
            ValueError: There is no such picture.
        """
        for figure in self.figures:
            if kind in (None, figure.kind):
                return figure
        there = ", ".join(sorted({f.kind for f in self.figures})) or "none"
        raise ValueError(f"no picture of kind {kind!r}; there are: {there}")


def effect_units(**more: str) -> dict[str, str]:
    """Units of the uniform fields; `more` names those of a tool's own (dots as `__`), and overrides."""
    units = {
        "estimate": "outcome",
        "standard_error": "outcome",
        "interval.low": "outcome",
        "interval.high": "outcome",
        "interval.level": "share",
        "p_value": "probability",
        "n": "count",
        "terms.*.estimate": "outcome",
        "terms.*.standard_error": "outcome",
        "terms.*.low": "outcome",
        "terms.*.high": "outcome",
        "terms.*.p_value": "probability",
        "terms.*.n": "count",
        "checks": "number",
        "diagnostics": "number",
        **dict.fromkeys(
            ("estimand", "design", "method", "reasons", "warnings", "advice", "explanations"), "text"
        ),
    }
    return units | {path.replace("__", "."): unit for path, unit in more.items()}


def _headline(result: EffectResult) -> list[str]:
    if result.status == "refused":
        return ["Not identified. " + " ".join(result.reasons)]
    error = "" if result.standard_error is None else f" (standard error {result.standard_error:.4g})"
    estimate = "no point estimate" if result.estimate is None else f"{result.estimate:.4g}{error}"
    lines = [f"Estimate: {estimate}, n = {result.n}"]
    if result.interval is not None:
        low = "-inf" if result.interval.low is None else f"{result.interval.low:.4g}"
        high = "inf" if result.interval.high is None else f"{result.interval.high:.4g}"
        lines.append(f"{result.interval.level:.0%} interval: [{low}, {high}]")
    if result.p_value is not None:
        lines.append(f"p = {result.p_value:.4g}")
    return lines + ([f"Downgraded: {' '.join(result.reasons)}"] if result.status == "downgraded" else [])
