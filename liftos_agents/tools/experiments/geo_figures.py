"""Pictures of a geo experiment: the two groups over time, the incremental path, and each pair's difference."""

from __future__ import annotations

import math

import numpy as np

from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.experiments.contrast import Contrast
from liftos_agents.tools.experiments.finding import Moments
from liftos_agents.tools.experiments.panel import GeoPanel
from liftos_agents.tools.experiments.question import MeasureIncrementalityArguments


def geo_pictures(
    panel: GeoPanel, contrast: Contrast, asked: MeasureIncrementalityArguments, moments: Moments
) -> tuple[Figure, ...]:
    """Paths of the groups, the cumulated effect with its band, and a forest of pairs where there are pairs."""
    treated = panel.outcome[panel.treated].sum(axis=0)
    control = panel.outcome[~panel.treated].mean(axis=0) * panel.treated.sum()
    shift = treated[panel.pre].mean() - control[panel.pre].mean()
    gap = panel.outcome - panel.outcome[:, panel.pre].mean(axis=1, keepdims=True)
    middle, half = [], []
    for end in range(1, int(panel.test.sum()) + 1):
        upto = gap[:, panel.test][:, :end].sum(axis=1) * panel.treated.sum()
        middle.append(contrast.value(upto))
        half.append(moments.critical * math.sqrt(max(contrast.covariance(upto, upto), 0.0)))
    forest = () if contrast.pairs is None else (pair_forest(panel, contrast, asked.outcome),)
    return (
        paths(
            panel,
            treated,
            control + shift,
            asked.outcome,
            "control group, shifted to the treated group's level",
        ),
        cumulated(panel, np.array(middle), np.array(half), asked.outcome, asked.level),
        *forest,
    )


def paths(panel: GeoPanel, observed: np.ndarray, without: np.ndarray, outcome: str, source: str) -> Figure:
    """The treated group's total beside what it would have been."""
    start = panel.periods[int(np.flatnonzero(panel.test)[0])]
    total, expected = float(observed[panel.test].sum()), float(without[panel.test].sum())
    return Figure(
        kind="paths",
        title=f"{outcome}: treated group and its counterfactual",
        summary=f"In the test the treated group had {total:.4g} {outcome}; from the {source} one would expect {expected:.4g}.",
        x_title="period",
        y_title=outcome,
        series=(
            FigureSeries(name="observed", role="observed", points=_points(panel.periods, observed)),
            FigureSeries(name=source, role="counterfactual", points=_points(panel.periods, without)),
        ),
        vertical=((start, "test begins"),),
    )


def cumulated(panel: GeoPanel, middle: np.ndarray, half: np.ndarray, outcome: str, level: float) -> Figure:
    """The incremental outcome added up over the test, with its band."""
    periods = [p for p, inside in zip(panel.periods, panel.test, strict=True) if inside]
    points = tuple(
        FigurePoint(x=x, y=float(y), low=float(y - h), high=float(y + h))
        for x, y, h in zip(periods, middle, half, strict=True)
    )
    return Figure(
        kind="fan",
        title=f"Incremental {outcome}, added up over the test",
        summary=f"By the end of the test {middle[-1]:.4g} incremental {outcome} have come together "
        f"({level:.0%} band {middle[-1] - half[-1]:.4g} to {middle[-1] + half[-1]:.4g}).",
        x_title="period",
        y_title=f"incremental {outcome}",
        series=(
            FigureSeries(name=f"{level:.0%} band", draw="band", role="faint", points=points),
            FigureSeries(name="incremental", points=points),
        ),
        horizontal=((0.0, "no effect"),),
    )


def pair_forest(panel: GeoPanel, contrast: Contrast, outcome: str) -> Figure:
    """Each pair's difference of changes, with the range of its periods' noise."""
    assert contrast.pairs is not None
    change = panel.change(panel.outcome) * panel.test.sum()
    points = []
    for treated, control in contrast.pairs:
        name = f"{panel.geos[treated]} against {panel.geos[control]}"
        points.append(FigurePoint(x=name, y=float(change[treated] - change[control])))
    above = sum(1 for p in points if isinstance(p.y, float) and p.y > 0.0)
    return Figure(
        kind="forest",
        title=f"Incremental {outcome} by pair",
        summary=f"In {above} of {len(points)} pairs the treated unit gained more than its partner.",
        x_title="pair",
        y_title=f"incremental {outcome}",
        series=(FigureSeries(name="pairs", draw="points", points=tuple(points)),),
        horizontal=((0.0, "no effect"),),
    )


def _points(periods: tuple[str | float, ...], values: np.ndarray) -> tuple[FigurePoint, ...]:
    return tuple(FigurePoint(x=x, y=float(y)) for x, y in zip(periods, values, strict=True))
