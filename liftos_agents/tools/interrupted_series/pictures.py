"""Pictures of an interrupted series: the paths, the effect by period, and the effect summed up."""

from __future__ import annotations

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.interrupted_series.result import ImpactPoint


def pictures(path: tuple[ImpactPoint, ...], before: int, outcome: str, effect: float) -> tuple[Figure, ...]:
    """Observed and counterfactual, pointwise effect, cumulative effect; all with their intervals."""
    start = _x(path[before])
    late = path[before:]
    last = late[-1]
    return (
        Figure(
            kind="paths",
            title=f"{outcome}: observed, and as it would have been",
            summary=f"After {path[before].period} the outcome differs from its forecast by {format_number(effect)} a period on average.",
            x_title="Period",
            y_title=outcome,
            series=(
                FigureSeries(
                    name="Without the intervention",
                    role="counterfactual",
                    draw="band",
                    points=tuple(
                        FigurePoint(x=_x(p), y=p.counterfactual, low=p.low, high=p.high) for p in late
                    ),
                ),
                FigureSeries(
                    name="Forecast",
                    role="counterfactual",
                    points=tuple(FigurePoint(x=_x(p), y=p.counterfactual) for p in path),
                ),
                FigureSeries(
                    name="Observed",
                    role="observed",
                    points=tuple(FigurePoint(x=_x(p), y=p.observed) for p in path),
                ),
            ),
            vertical=((start, "intervention"),),
        ),
        _effects(
            "Effect by period",
            f"Effects by period average {format_number(effect)}.",
            f"Effect on {outcome}",
            tuple(FigurePoint(x=_x(p), y=p.effect, low=p.effect_low, high=p.effect_high) for p in late),
        ),
        _effects(
            "Effect summed up since the intervention",
            f"By {last.period} the effects sum to {format_number(last.cumulative or 0.0)} "
            f"({format_number(last.cumulative_low or 0.0)} to {format_number(last.cumulative_high or 0.0)}).",
            f"Cumulative effect on {outcome}",
            tuple(
                FigurePoint(x=_x(p), y=p.cumulative, low=p.cumulative_low, high=p.cumulative_high)
                for p in late
            ),
        ),
    )


def _effects(title: str, summary: str, y_title: str, points: tuple[FigurePoint, ...]) -> Figure:
    return Figure(
        kind="fan",
        title=title,
        summary=summary,
        x_title="Period",
        y_title=y_title,
        series=(
            FigureSeries(name="Interval", draw="band", points=points),
            FigureSeries(name="Effect", draw="line", points=points),
        ),
        horizontal=((0.0, "no effect"),),
    )


def _x(point: ImpactPoint) -> float | str:
    try:
        return float(point.period)
    except ValueError:
        return point.period
