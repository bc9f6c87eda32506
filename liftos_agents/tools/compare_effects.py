"""Whether several estimates of one effect agree, or conflict too much to act on."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.effect import Explanations, Term
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import tool

LARGEST_RATIO = 5.0
"""Beyond it, two estimates whose intervals do not meet are in conflict."""

_NEEDED = ("status", "estimand", "method", "outcome", "treatment", "estimate", "interval")


class CompareEffectsArguments(BaseModel):
    """Which estimates to compare.

    Attributes:
        of: Evidence ids of effect tools, two or more, all of the same outcome.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: tuple[str, ...] = Field(
        min_length=2, max_length=20, description="Evidence ids of two or more effect estimates"
    )


class CompareEffectsResult(BaseModel):
    """The estimates side by side.

    Attributes:
        status: `agree`; `conflict`, with `reasons`; or `one_sided`, where fewer than two have an estimate.
        terms: Each estimate, by method.
        units: Path pattern to unit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["agree", "conflict", "one_sided"]
    outcome: str
    terms: dict[str, Term]
    conflict: bool
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    explanations: Explanations
    figures: tuple[Figure, ...] = ()
    units: dict[str, str]
    settings: dict[str, Any]


@tool(
    "compare_effects",
    version="1",
    summary="Whether several estimates of one effect agree, or differ in sign or more than fivefold.",
    data="none",
)
def compare_effects(context: ToolContext, arguments: CompareEffectsArguments) -> CompareEffectsResult:
    """The estimates side by side, and every conflict between two of them.

    Raises:
        ToolRetry: An id is not known, holds no effect, or the outcomes differ.
    """
    found = [_effect(context, identifier) for identifier in dict.fromkeys(arguments.of)]
    outcomes = {str(result["outcome"]) for result in found}
    if len(outcomes) > 1:
        raise ToolRetry(
            f"the estimates are of different outcomes ({', '.join(sorted(outcomes))})",
            where="compare_effects argument of",
            fix="Name estimates of one outcome",
        )
    terms: dict[str, Term] = {}
    for result in found:
        key = str(result["method"])
        while key in terms:
            key += "_again"
        terms[key] = _term(result)
    told = {key: term for key, term in terms.items() if term.estimate is not None}
    reasons = [reason for pair in combinations(told.items(), 2) for reason in _conflicts(*pair)]
    status = "one_sided" if len(told) < 2 else "conflict" if reasons else "agree"
    return CompareEffectsResult(
        status=status,
        outcome=outcomes.pop(),
        terms=terms,
        conflict=bool(reasons),
        reasons=tuple(reasons),
        warnings=(
            "Designs may estimate the effect on different rows, so estimates need not be equal to agree.",
        ),
        explanations=_explained(status, told, reasons),
        figures=(_forest(told),) if told else (),
        units={
            "terms.*.estimate": "outcome",
            "terms.*.standard_error": "outcome",
            "terms.*.low": "outcome",
            "terms.*.high": "outcome",
            "terms.*.p_value": "probability",
            "terms.*.n": "count",
            **dict.fromkeys(("reasons", "warnings", "explanations"), "text"),
        },
        settings=arguments.model_dump(mode="json"),
    )


def _effect(context: ToolContext, identifier: str) -> dict[str, Any]:
    evidence = context.store.get(identifier)
    if evidence is None or any(key not in evidence.result for key in _NEEDED):
        what = "no evidence" if evidence is None else f"no effect, but the result of {evidence.tool},"
        raise ToolRetry(
            f"{what} under {identifier!r}",
            where="compare_effects argument of",
            fix="Give ids that effect tools answered with, such as those of estimate_effect",
        )
    return evidence.result


def _term(result: dict[str, Any]) -> Term:
    interval = result["interval"] or {}
    return Term(
        meaning=str(result["estimand"]),
        estimate=None if result["status"] == "refused" else result["estimate"],
        standard_error=result["standard_error"],
        low=interval.get("low"),
        high=interval.get("high"),
        p_value=result["p_value"],
        n=result["n"],
    )


def _conflicts(one: tuple[str, Term], other: tuple[str, Term]) -> list[str]:
    (name, a), (second, b) = one, other
    if (_above(a) and _below(b)) or (_below(a) and _above(b)):
        return [f"{_named(name)} and {_named(second)} differ in sign."]
    apart = _low(a) > _high(b) or _low(b) > _high(a)
    first, last = sorted((abs(a.estimate or 0.0), abs(b.estimate or 0.0)))
    if apart and last > LARGEST_RATIO * first:
        return [
            f"{_named(name)} and {_named(second)} differ more than fivefold, and their intervals do not meet."
        ]
    return []


def _above(term: Term) -> bool:
    return term.low is not None and term.low > 0.0


def _below(term: Term) -> bool:
    return term.high is not None and term.high < 0.0


def _low(term: Term) -> float:
    return float("-inf") if term.low is None else term.low


def _high(term: Term) -> float:
    return float("inf") if term.high is None else term.high


def _named(method: str) -> str:
    return method.replace("_", " ")


def _explained(status: str, told: dict[str, Term], reasons: list[str]) -> Explanations:
    if status == "one_sided":
        short = "There are not two estimates to compare."
    elif status == "conflict":
        short = (
            f"The methods conflict: {' '.join(reasons)} Move no money on this until a test has settled it."
        )
    else:
        short = "The methods do not conflict: none differs from another in sign, or more than fivefold beyond both intervals."
    listed = " ".join(f"{_named(name)}: {_shown(term)}." for name, term in told.items())
    rule = (
        f"Two estimates conflict when both intervals keep off zero on opposite sides, or when the larger is more than {LARGEST_RATIO:g} times "
        "the smaller and the intervals do not meet."
    )
    return Explanations(
        marketer=short, analyst=f"{short} {listed}".strip(), statistician=f"{short} {listed} {rule}"
    )


def _shown(term: Term) -> str:
    if term.low is None and term.high is None:
        return f"{format_number(term.estimate or 0.0)}, without an interval"
    low = "minus infinity" if term.low is None else format_number(term.low)
    high = "infinity" if term.high is None else format_number(term.high)
    return f"{format_number(term.estimate or 0.0)} ({low} to {high})"


def _forest(told: dict[str, Term]) -> Figure:
    points = tuple(
        FigurePoint(
            x=_named(name),
            y=term.estimate,
            low=term.low,
            high=term.high,
            label=f"{_named(name)}: {_shown(term)}",
        )
        for name, term in told.items()
    )
    return Figure(
        kind="forest",
        title="The methods side by side",
        summary=" ".join(point.label or "" for point in points),
        x_title="Effect",
        series=(FigureSeries(name="estimate", draw="interval", points=points),),
        vertical=((0.0, "no effect"),),
    )
