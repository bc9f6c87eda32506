"""The event study and the cohorts as pictures."""

from __future__ import annotations

from collections.abc import Mapping

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.effect import Term
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries


def event_study(points: Mapping[int, Term], critical: float | None, outcome: str, level: float) -> Figure:
    """Effects by periods since adoption, with the band that holds for all at once, or pointwise without `critical`."""
    ordered = sorted(points.items())
    before = [(since, term) for since, term in ordered if since < 0]
    after = [(since, term) for since, term in ordered if since >= 0]
    largest = max(after or ordered, key=lambda item: abs(item[1].estimate or 0.0))
    steps = (
        "Before adoption each point is the change from the period before, from "
        f"{_low(before)} to {_high(before)}. "
        if before
        else "There is no period before adoption to look at. "
    )
    return Figure(
        kind="event_study",
        title=f"Effect on {outcome} by periods since adoption",
        summary=f"{steps}After adoption the effects run from {_low(after)} to {_high(after)}, the largest in size "
        f"{format_number(largest[1].estimate or 0.0)} in period {largest[0]}.",
        x_title="Periods since adoption",
        y_title=f"Effect on {outcome}",
        series=(
            FigureSeries(
                name=f"Effect with its {level:.0%} {'band for all points at once' if critical else 'interval'}",
                draw="points",
                points=tuple(_point(since, term, critical) for since, term in ordered),
            ),
        ),
        vertical=((-0.5, "adoption"),),
        horizontal=((0.0, "no effect"),),
    )


def forest(rows: Mapping[str, Term], outcome: str, level: float) -> Figure:
    """Cohorts and overall figures below each other."""
    said = "; ".join(f"{name}: {format_number(term.estimate or 0.0)}" for name, term in rows.items())
    return Figure(
        kind="forest",
        title=f"Effect on {outcome} by cohort",
        summary=f"Average effects with {level:.0%} intervals. {said}.",
        x_title=f"Effect on {outcome}",
        series=(
            FigureSeries(
                name="Effect",
                draw="interval",
                points=tuple(
                    FigurePoint(x=name, y=term.estimate, low=term.low, high=term.high, label=term.meaning)
                    for name, term in rows.items()
                ),
            ),
        ),
        vertical=((0.0, "no effect"),),
    )


def _point(since: int, term: Term, critical: float | None) -> FigurePoint:
    low, high = term.low, term.high
    if critical is not None and term.estimate is not None and term.standard_error is not None:
        half = critical * term.standard_error
        low, high = term.estimate - half, term.estimate + half
    return FigurePoint(x=float(since), y=term.estimate, low=low, high=high, label=term.meaning)


def _low(part: list[tuple[int, Term]]) -> str:
    return format_number(min((term.estimate or 0.0 for _, term in part), default=0.0))


def _high(part: list[tuple[int, Term]]) -> str:
    return format_number(max((term.estimate or 0.0 for _, term in part), default=0.0))
