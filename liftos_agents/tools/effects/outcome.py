"""An effect tool's result with its words: built whole, or refused with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import Assumption, Check, ConfidenceInterval, EffectResult, Explanations
from liftos_agents.domain.verdict import NOT_IDENTIFIED

Result = TypeVar("Result", bound=EffectResult)


def build(model: type[Result], *, scale: str = "", **fields: Any) -> Result:
    """A result of `model` whose `explanations` are written from its other fields.

    Args:
        model: `EffectResult` or a tool's own extension of it.
        scale: What one unit of the estimate is, put behind it: ` log points`, ` percentage points`.
        fields: The result's fields but `explanations`, which may be given to replace the written ones.
    """
    if "explanations" not in fields:
        fields["explanations"] = explain(scale=scale, **{k: v for k, v in fields.items() if k in _READ})
    return model(**fields)


def refused(
    model: type[Result],
    *,
    reasons: Sequence[str],
    advice: Sequence[str] = (),
    assumptions: Sequence[Assumption] = (),
    **fields: Any,
) -> Result:
    """A result without estimate: what cannot be told, why, and what would help."""
    return build(
        model,
        status="refused",
        reasons=tuple(reasons),
        advice=tuple(advice),
        assumptions=tuple(assumptions),
        **fields,
    )


def explain(
    *,
    status: str,
    estimand: str,
    design: str,
    method: str,
    outcome: str,
    treatment: str,
    n: int,
    estimate: float | None = None,
    standard_error: float | None = None,
    interval: ConfidenceInterval | None = None,
    p_value: float | None = None,
    assumptions: Sequence[Assumption] = (),
    checks: Sequence[Check] = (),
    reasons: Sequence[str] = (),
    warnings: Sequence[str] = (),
    advice: Sequence[str] = (),
    scale: str = "",
) -> Explanations:
    """The result in words for a marketer, an analyst and a statistician: each longer and stricter than the one before."""
    shown = _shown(estimate, interval, scale)
    if status == "refused":
        opening = f"{NOT_IDENTIFIED}: these data cannot tell what {treatment} does to {outcome}. {' '.join(reasons)}"
    elif estimate is None and interval is None:
        opening = f"No figure can be given for what {treatment} does to {outcome}."
    elif estimate is None:
        opening = f"No single figure can be given for what {treatment} does to {outcome}; {shown}."
    else:
        opening = (
            f"{treatment} changes {outcome} by {shown}. {_direction(estimate, interval, treatment, outcome)}"
        )
    if status == "downgraded":
        opening += f" Do not rely on it alone: {' '.join(reasons)}"
    weak = [a for a in assumptions if a.verdict in ("doubtful", "does not hold")]
    unchecked = [a.name for a in assumptions if a.verdict == "not checked"]
    resting = (
        f" It rests on what the data cannot show: {_joined(unchecked)}."
        if unchecked and status != "refused"
        else ""
    )
    marketer = _sentences(opening + resting, advice[:1])
    analyst = _sentences(
        opening,
        [f"What is estimated: {estimand}", f"How: {design}", f"Rows used: {n}."],
        [
            f"Assumption, {a.verdict}: {a.name}. {a.how_checked}"
            for a in (*weak, *(a for a in assumptions if a not in weak))
        ],
        [f"Failed check, {c.name.replace('_', ' ')}: {c.meaning}" for c in checks if c.passed is False],
        warnings,
        advice,
    )
    figures = [f"Estimator: {method}."]
    if standard_error is not None:
        figures.append(f"Standard error {format_number(standard_error)}.")
    if p_value is not None:
        figures.append(f"p = {format_number(p_value)}.")
    figures += [f"Check {c.name.replace('_', ' ')}: {_check(c)}." for c in checks if c.value is not None]
    return Explanations(marketer=marketer, analyst=analyst, statistician=_sentences(analyst, figures))


_READ = frozenset(explain.__kwdefaults__ or ()) - {"scale"} | {
    "status", "estimand", "design", "method", "outcome", "treatment", "n",
}  # fmt: skip


def _shown(estimate: float | None, interval: ConfidenceInterval | None, scale: str) -> str:
    said = "" if estimate is None else f"{format_number(estimate)}{scale}"
    if interval is None:
        return said
    low = "minus infinity" if interval.low is None else format_number(interval.low)
    high = "infinity" if interval.high is None else format_number(interval.high)
    level = format_share(interval.level).replace(".0 %", " %")
    within = f"{level} interval {low} to {high}{scale}"
    return f"{said} ({within})" if said else f"the {within}"


def _direction(estimate: float, interval: ConfidenceInterval | None, treatment: str, outcome: str) -> str:
    if interval is None:
        return "No interval is given, so how sure this is cannot be said."
    clear = (interval.low is not None and interval.low > 0.0) or (
        interval.high is not None and interval.high < 0.0
    )
    if not clear:
        return "The interval holds zero: the data are compatible with no effect, and with effects as large as its ends."
    return f"The whole interval lies {'above' if estimate > 0.0 else 'below'} zero."


def _check(check: Check) -> str:
    against = "" if check.threshold is None else f" against {format_number(check.threshold)}"
    verdict = {True: ", passed", False: ", failed", None: ""}[check.passed]
    return f"{format_number(check.value or 0.0)}{against}{verdict}"


def _joined(names: Sequence[str]) -> str:
    lowered = [name[:1].lower() + name[1:] for name in names]
    return "; ".join(lowered)


def _sentences(*parts: str | Iterable[str]) -> str:
    texts = [text for part in parts for text in ([part] if isinstance(part, str) else part)]
    return " ".join(
        text.strip() if text.strip().endswith((".", "!", "?")) else f"{text.strip()}."
        for text in texts
        if text.strip()
    )
