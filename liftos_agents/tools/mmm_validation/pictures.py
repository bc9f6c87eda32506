"""Pictures of a validation: forecasts against what came, recovery of known truth, and what moved."""

from __future__ import annotations

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.mmm_validation.backtest import Backtest
from liftos_agents.tools.mmm_validation.recovery import Recovery
from liftos_agents.tools.mmm_validation.stability import Perturbed


def pictures(
    backtest: Backtest | None, recovery: Recovery | None, stability: dict[str, Perturbed], outcome: str
) -> tuple[Figure, ...]:
    """Those that there is something for."""
    found = [
        None if backtest is None else _forecasts(backtest, outcome),
        None if recovery is None else _recovered(recovery),
        _moved(stability) if stability else None,
    ]
    return tuple(figure for figure in found if figure is not None)


def _forecasts(found: Backtest, outcome: str) -> Figure:
    band = [
        FigurePoint(x=day, y=mean, low=low, high=high)
        for fold in found.folds
        for day, mean, low, high in zip(fold.date, fold.mean, fold.p05, fold.p95, strict=True)
    ]
    seen = [
        FigurePoint(x=day, y=value)
        for fold in found.folds
        for day, value in zip(fold.date, fold.actual, strict=True)
    ]
    return Figure(
        kind="fan",
        title=f"{outcome}: forecasts of periods not seen",
        summary=f"Forecasts from {len(found.folds)} origins with their 90 % intervals, which held {format_share(found.coverage)} of what "
        f"came; MAPE {format_share(found.mape)}.",
        y_title=outcome,
        series=(
            FigureSeries(name="90 % interval", role="main", draw="band", points=tuple(band)),
            FigureSeries(name="forecast", role="main", draw="line", points=tuple(band)),
            FigureSeries(name="observed", role="observed", draw="points", points=tuple(seen)),
        ),
        vertical=tuple((fold.start, "origin") for fold in found.folds),
    )


def _recovered(found: Recovery) -> Figure:
    points = tuple(
        FigurePoint(x=name, y=one.coverage, label=f"median error {format_share(one.error)}")
        for name, one in found.channels.items()
    )
    worst = min(found.channels, key=lambda name: (found.channels[name].coverage, name))
    return Figure(
        kind="bars",
        title="How often 90 % intervals held a known truth",
        summary=f"Over {found.replicas} simulated markets, least often for {worst}: {format_share(found.channels[worst].coverage)}.",
        y_title="share of simulated markets",
        series=(FigureSeries(name="coverage", draw="bars", points=points),),
        horizontal=((0.9, "90 %"),),
    )


def _moved(found: dict[str, Perturbed]) -> Figure:
    points = tuple(
        FigurePoint(x=one.meaning, y=one.largest_shift, label=f"most for {one.moved}")
        for one in found.values()
    )
    worst = max(found.values(), key=lambda one: one.largest_shift)
    return Figure(
        kind="bars",
        title="What moves a return most",
        summary=f"The largest move is {format_number(worst.largest_shift)} standard deviations, of {worst.moved}, with {worst.meaning}.",
        y_title="standard deviations",
        series=(FigureSeries(name="largest shift of a return", draw="bars", points=points),),
        horizontal=((1.0, "one standard deviation"),),
    )
