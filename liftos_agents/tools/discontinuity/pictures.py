"""Pictures of a discontinuity design: binned means with the fits, and the estimate at other bandwidths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.discontinuity.analysis import Analysis
from liftos_agents.tools.discontinuity.local_polynomial import Kernel, coefficient_weights, weighted_sum
from liftos_agents.tools.discontinuity.sample import Sample
from liftos_agents.tools.discontinuity.sides import Side

Array = NDArray[np.float64]

_BINS = 20
_CURVE = 41


def binned_scatter(
    analysis: Analysis,
    sample: Sample,
    *,
    column: int,
    name: str,
    running: str,
    cutoff: float,
    order: int,
    kernel: Kernel,
) -> Figure:
    """Means of a column in bins of equal width over twice the bandwidth, and each side's fit within the bandwidth."""
    bandwidth = analysis.bandwidths.estimate
    series: list[FigureSeries] = []
    ends: list[float] = []
    for side, where in zip(sample.sides, ("below", "above"), strict=True):
        fit, end = _fit(side, column, cutoff, order, bandwidth, kernel)
        ends.append(end)
        means = _means(side, column, cutoff, 2.0 * bandwidth)
        series.append(
            FigureSeries(name=f"{where} the cutoff, bin means", role="observed", draw="points", points=means)
        )
        series.append(FigureSeries(name=f"{where} the cutoff, fit", role="main", draw="line", points=fit))
    return Figure(
        kind="scatter_fit",
        title=f"{name} around the cutoff",
        summary=f"Mean {name} by {running} around the cutoff {format_number(cutoff)}: the fits meet it at {format_number(ends[0])} "
        f"from below and {format_number(ends[1])} from above, within a bandwidth of {format_number(bandwidth)}.",
        x_title=running,
        y_title=name,
        series=tuple(series),
        vertical=((cutoff, "cutoff"),),
    )


def bandwidth_forest(analysis: Analysis, sign: float, level: float, outcome: str) -> Figure:
    """The robust estimate at the chosen bandwidth, at half and at twice it."""
    entries = [("chosen bandwidth", analysis.bandwidths.estimate, analysis.jump)] + [
        (name.replace("_", " "), other.bandwidth, other.jump) for name, other in analysis.others.items()
    ]
    entries.sort(key=lambda entry: entry[1])
    points: list[FigurePoint] = []
    for name, bandwidth, jump in entries:
        low, high = sorted(sign * end for end in jump.interval(level))
        points.append(
            FigurePoint(x=f"{name} ({format_number(bandwidth)})", y=sign * jump.corrected, low=low, high=high)
        )
    said = "; ".join(f"{p.x}: {format_number(float(p.y or 0.0))}" for p in points)
    return Figure(
        kind="forest",
        title=f"Effect on {outcome} by bandwidth",
        summary=f"Bias-corrected estimates with robust {level:.0%} intervals. {said}.",
        x_title=outcome,
        series=(FigureSeries(name="robust", role="main", draw="interval", points=tuple(points)),),
        vertical=((0.0, "no effect"),),
    )


def _means(side: Side, column: int, cutoff: float, reach: float) -> tuple[FigurePoint, ...]:
    near = np.abs(side.distance) <= reach
    distance, values = side.distance[near], side.outcomes[near, column]
    width = reach / _BINS
    bins = np.floor(distance / width).astype(int)
    points: list[FigurePoint] = []
    for b in np.unique(bins):
        inside = bins == b
        points.append(
            FigurePoint(
                x=cutoff + float(distance[inside].mean()),
                y=float(values[inside].mean()),
                label=f"{int(inside.sum())} rows",
            )
        )
    return tuple(points)


def _fit(
    side: Side, column: int, cutoff: float, order: int, bandwidth: float, kernel: Kernel
) -> tuple[tuple[FigurePoint, ...], float]:
    values = side.outcomes[:, column]
    coefficients = [
        weighted_sum(coefficient_weights(side.distance, order, k, bandwidth, kernel), values)
        for k in range(order + 1)
    ]
    far = min(bandwidth, float(np.abs(side.distance).max()))
    grid = np.linspace(0.0, far, _CURVE) * (-1.0 if side.distance[0] < 0.0 else 1.0)
    curve = np.polynomial.polynomial.polyval(grid, coefficients)
    ordered = np.argsort(grid, kind="stable")
    points = tuple(FigurePoint(x=cutoff + float(grid[i]), y=float(curve[i])) for i in ordered)
    return points, coefficients[0]
