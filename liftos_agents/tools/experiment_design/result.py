"""The plan of a test as a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.effect import Assumption, Check, Explanations, Part
from liftos_agents.domain.figure import Figure

if TYPE_CHECKING:
    import pandas as pd


class Assignment(Part):
    """Who is treated and who is not, each sorted."""

    treatment: tuple[str, ...]
    control: tuple[str, ...]


class PowerPoint(Part):
    """Chance to find an effect of this size; `lift` is its share of the outcome."""

    effect: float
    lift: float | None
    power: float


class TriedDuration(Part):
    """One length of a geo test, as played on the history."""

    periods: int
    minimum_detectable_lift: float | None
    minimum_detectable_effect: float | None
    aa_false_positive_rate: float
    cost: float | None


class DesignExperimentResult(BaseModel):
    """A plan, or why none can find what is asked for.

    Attributes:
        status: `infeasible`: no plan within the means finds the minimum effect; `reasons` and `advice` say what to change.
        design: The plan in words.
        test: How the test will be read.
        sample_size_per_arm: People in the control arm, or geos in the smaller group; whole.
        sample_size_exact: The same before rounding up (A/B).
        sample_sizes: By arm.
        total: People or geos in all arms.
        duration: Days (A/B) or periods of the history (geo).
        minimum_detectable_effect: At the power asked for; in units of the metric, or (geo) the total over the treated geos.
        minimum_detectable_lift: The same as a share.
        power: For the minimum effect where one is given, else the power asked for.
        alpha: Rate of false positives asked for, before it is shared among variants.
        critical_p: The p-value below which the test rejects: alpha, shared among variants or calibrated on the history.
        assignment, pairs: Geo: who is treated; pairs are treated and control.
        expected_cost: Extra spend of the test; negative where spend is cut.
        minimum_detectable_iroas: The detectable effect over that spend.
        aa_false_positive_rate: Share of tests without effect, played on the history, in which one would have been claimed.
        other_tests: Sample size by other tests, for comparison.
        units: Path pattern to unit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["designed", "infeasible"]
    kind: Literal["ab", "geo"]
    design: str
    test: str
    sample_size_per_arm: int | None = None
    sample_size_exact: float | None = None
    sample_sizes: dict[str, int] = Field(default_factory=dict)
    total: int | None = None
    duration: int | None = None
    minimum_detectable_effect: float | None = None
    minimum_detectable_lift: float | None = None
    power: float | None = None
    alpha: float
    critical_p: float | None = None
    assignment: Assignment | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    expected_cost: float | None = None
    minimum_detectable_iroas: float | None = None
    aa_false_positive_rate: float | None = None
    power_curve: tuple[PowerPoint, ...] = ()
    durations: tuple[TriedDuration, ...] = ()
    other_tests: dict[str, float] = Field(default_factory=dict)
    n: int = 0
    assumptions: tuple[Assumption, ...]
    checks: tuple[Check, ...] = ()
    diagnostics: dict[str, float | int | str | bool | None] = Field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    explanations: Explanations
    figures: tuple[Figure, ...] = ()
    units: dict[str, str]
    settings: dict[str, Any]

    def summary(self) -> str:
        """The plan as lines of text."""
        lines = [self.explanations.analyst, *(f"Warning: {text}" for text in self.warnings)]
        return "\n".join(lines)

    def tidy(self) -> pd.DataFrame:
        """One row a point of the power curve: `effect, lift, power`."""
        import pandas as pd

        return pd.DataFrame([p.model_dump() for p in self.power_curve], columns=["effect", "lift", "power"])

    def plot(self, kind: str | None = None) -> Figure:
        """The first picture, or the one of `kind`.

        Raises:
            ValueError: There is no such picture.
        """
        for figure in self.figures:
            if kind in (None, figure.kind):
                return figure
        there = ", ".join(sorted({f.kind for f in self.figures})) or "none"
        raise ValueError(f"no picture of kind {kind!r}; there are: {there}")


def design_units(metric: str) -> dict[str, str]:
    """Units of the result's figures; `metric` is that of the outcome."""
    return {
        "sample_size_per_arm": "count",
        "sample_size_exact": "count",
        "sample_sizes": "count",
        "total": "count",
        "duration": "periods",
        "minimum_detectable_effect": metric,
        "minimum_detectable_lift": "share",
        "power": "probability",
        "alpha": "probability",
        "critical_p": "probability",
        "expected_cost": "money",
        "minimum_detectable_iroas": "ratio",
        "aa_false_positive_rate": "probability",
        "power_curve.*.effect": metric,
        "power_curve.*.lift": "share",
        "power_curve.*.power": "probability",
        "durations.*.periods": "periods",
        "durations.*.minimum_detectable_lift": "share",
        "durations.*.minimum_detectable_effect": metric,
        "durations.*.aa_false_positive_rate": "probability",
        "durations.*.cost": "money",
        "other_tests": "count",
        "n": "count",
        "checks": "number",
        "diagnostics": "number",
        **dict.fromkeys(
            ("design", "test", "reasons", "warnings", "advice", "explanations", "pairs", "assignment"), "text"
        ),
    }
