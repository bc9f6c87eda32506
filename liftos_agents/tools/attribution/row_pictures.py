"""Contributions of exposures by every method, as one picture."""

from __future__ import annotations

from collections.abc import Mapping

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries, SeriesRole
from liftos_agents.tools.attribution.exposures import Exposed
from liftos_agents.tools.attribution.row_contract import RowChannel, RowCredit
from liftos_agents.tools.attribution.row_words import SAID

_SERIES: tuple[tuple[str, SeriesRole], ...] = (
    ("naive", "faint"),
    ("linear", "other"),
    ("dml", "counterfactual"),
    ("causal_forest", "main"),
)


def contributions(outcome: str, there: Exposed, channels: Mapping[str, RowChannel]) -> tuple[Figure, ...]:
    """A line a channel and method, with intervals; nothing where every method refuses."""
    series: list[FigureSeries] = []
    said: list[str] = []
    for method, role in _SERIES:
        points: list[FigurePoint] = []
        for exposure in there.exposures:
            credit: RowCredit | None = getattr(channels[exposure.key], method)
            if credit is None or credit.contribution is None:
                continue
            amount = credit.contribution
            points.append(FigurePoint(x=exposure.column, y=amount.mean, low=amount.p05, high=amount.p95))
            said.append(f"{exposure.column} by {SAID[method]} {format_number(amount.mean)}")
        if points:
            series.append(FigureSeries(name=SAID[method], role=role, draw="interval", points=tuple(points)))
    if not any(s.role != "faint" for s in series):
        return ()
    return (
        Figure(
            kind="forest",
            title="Contribution of each exposure by method",
            summary=f"What each exposure is credited with of {outcome}, with 90 % intervals: {'; '.join(said)}.",
            x_title=outcome,
            series=tuple(series),
            horizontal=((0.0, "nothing"),),
        ),
    )
