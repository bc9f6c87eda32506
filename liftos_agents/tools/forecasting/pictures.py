"""The fan of a forecast."""

from __future__ import annotations

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.forecasting.result import FanPeriod
from liftos_agents.tools.forecasting.series import TimeSeries

SHOWN_SEASONS = 3
MOST_SHOWN = 400


def fan_picture(series: TimeSeries, fan: tuple[FanPeriod, ...]) -> Figure:
    """What was, the forecast, and its intervals one within the other."""
    shown = min(MOST_SHOWN, max(SHOWN_SEASONS * max(series.season, 12), 3 * len(fan)), len(series.values))
    names = [_name(when) for when in series.times[-shown:]]
    past = tuple(
        FigurePoint(x=name, y=float(value)) for name, value in zip(names, series.values[-shown:], strict=True)
    )
    bands = [
        FigureSeries(
            name=f"{format_share(fan[0].intervals[index].level)} interval",
            role="faint" if index else "main",
            draw="band",
            points=tuple(
                FigurePoint(
                    x=_x(one.period),
                    y=one.mean,
                    low=one.intervals[index].low,
                    high=one.intervals[index].high,
                )
                for one in fan
            ),
        )
        for index in reversed(range(len(fan[0].intervals)))
    ]
    mean = tuple(FigurePoint(x=_x(one.period), y=one.mean) for one in fan)
    widest = fan[-1].intervals[-1]
    return Figure(
        kind="fan",
        title=f"{series.outcome}: forecast",
        summary=f"From {format_number(series.values[-1])} in the last period seen to {format_number(fan[-1].mean)} in the last forecast, "
        f"with a {format_share(widest.level)} interval from {format_number(widest.low)} to {format_number(widest.high)}.",
        x_title=series.time,
        y_title=series.outcome,
        series=(
            *bands,
            FigureSeries(name="observed", role="observed", draw="line", points=past),
            FigureSeries(name="forecast", role="main", draw="line", points=mean),
        ),
    )


def _name(when: object) -> float | str:
    return float(when) if isinstance(when, float | int) else str(when)[:10]


def _x(period: str) -> float | str:
    try:
        return float(period)
    except ValueError:
        return period
