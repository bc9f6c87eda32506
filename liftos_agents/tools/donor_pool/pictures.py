"""Pictures of a synthetic control: the paths, the gap among the placebos, the weights, and the estimate without each donor."""

from __future__ import annotations

import numpy as np

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import Term
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.donor_pool.estimators import Array, Fit
from liftos_agents.tools.donor_pool.panel import DonorPanel
from liftos_agents.tools.donor_pool.placebo import Placebos
from liftos_agents.tools.donor_pool.result import DonorWeight, PathPoint
from liftos_agents.tools.donor_pool.robustness import LeftOut

MOST_BARS = 20
MOST_FAINT = 60
FAINT_POINTS = 40
"""Of a placebo's path: more would make a result heavy and a picture no clearer."""


def pictures(
    panel: DonorPanel,
    fit: Fit,
    path: tuple[PathPoint, ...],
    placebos: Placebos,
    weights: tuple[DonorWeight, ...],
    left_out: tuple[LeftOut, ...],
    outcome: str,
) -> tuple[Figure, ...]:
    """All pictures of one fit."""
    drawn = [
        _paths(panel, fit, path, outcome),
        _gaps(panel, fit, path, placebos, outcome),
        _weights(weights),
    ]
    return (*drawn, _without(panel, left_out, outcome)) if left_out else tuple(drawn)


def method_forest(terms: dict[str, Term], outcome: str) -> Figure:
    """The estimate under each method, as a forest."""
    shown = {key: t for key, t in terms.items() if key.startswith("method_") and t.estimate is not None}
    points = tuple(FigurePoint(x=key.removeprefix("method_"), y=t.estimate) for key, t in shown.items())
    said = ", ".join(f"{p.x} {format_number(float(p.y or 0.0))}" for p in points)
    return Figure(
        kind="forest",
        title="The same effect by three methods",
        summary=f"Estimates on outcomes alone: {said}.",
        x_title="Method",
        y_title=f"Effect on {outcome}",
        series=(FigureSeries(name="Estimate", draw="points", points=points),),
        horizontal=((0.0, "no effect"),),
    )


def _x(panel: DonorPanel, index: int) -> float | str:
    label = panel.times[index]
    try:
        return float(label)
    except ValueError:
        return label


def _line(panel: DonorPanel, values: Array, stride: int = 1) -> tuple[FigurePoint, ...]:
    kept = range((len(values) - 1) % stride, len(values), stride)
    return tuple(FigurePoint(x=_x(panel, t), y=float(values[t])) for t in kept)


def _paths(panel: DonorPanel, fit: Fit, path: tuple[PathPoint, ...], outcome: str) -> Figure:
    observed = np.array([p.observed for p in path])
    synthetic = np.array([p.synthetic for p in path])
    late = slice(panel.before, None)
    return Figure(
        kind="paths",
        title=f"{outcome}: observed and synthetic",
        summary=f"After {panel.treatment_label} the treated mean is {format_number(float(observed[late].mean()))} and the synthetic one "
        f"{format_number(float(synthetic[late].mean()))}, a gap of {format_number(fit.effect)}; before, they differ by "
        f"{format_number(fit.pre_rmspe)} in root mean square.",
        x_title="Period",
        y_title=outcome,
        series=(
            FigureSeries(name="Observed", role="observed", points=_line(panel, observed)),
            FigureSeries(name="Synthetic", role="counterfactual", points=_line(panel, synthetic)),
        ),
        vertical=((_x(panel, panel.before), "treatment"),),
    )


def _gaps(
    panel: DonorPanel, fit: Fit, path: tuple[PathPoint, ...], placebos: Placebos, outcome: str
) -> Figure:
    stride = -(-len(path) // FAINT_POINTS)
    faint = tuple(
        FigureSeries(
            name=f"placebo {' + '.join(panel.labels[m] for m in chosen)}",
            role="faint",
            points=_line(panel, f.gaps, stride),
        )
        for chosen, f in list(zip(placebos.members, placebos.fits, strict=True))[:MOST_FAINT]
    )
    own = tuple(FigurePoint(x=_x(panel, t), y=p.gap, low=p.low, high=p.high) for t, p in enumerate(path))
    larger = int((placebos.ratios >= abs(fit.effect) / float(placebos.scale(fit.pre_rmspe))).sum())
    return Figure(
        kind="paths",
        title="Gap to the synthetic unit, among the gaps of placebos",
        summary=f"The mean gap after the treatment is {format_number(fit.effect)}; relative to the gap before, {larger} of {len(placebos.fits)} "
        "placebos have a larger one.",
        x_title="Period",
        y_title=f"Gap in {outcome}",
        series=(*faint, FigureSeries(name="Treated", role="main", points=own)),
        vertical=((_x(panel, panel.before), "treatment"),),
        horizontal=((0.0, "no effect"),),
    )


def _weights(weights: tuple[DonorWeight, ...]) -> Figure:
    shown = weights[:MOST_BARS]
    said = ", ".join(f"{w.unit} {format_share(w.weight)}" for w in shown[:5])
    return Figure(
        kind="bars",
        title="Weights of the donors",
        summary=f"{len(weights)} donors have weight; the largest are {said}.",
        x_title="Donor",
        y_title="Weight",
        series=(
            FigureSeries(
                name="Weight", draw="bars", points=tuple(FigurePoint(x=w.unit, y=w.weight) for w in shown)
            ),
        ),
    )


def _without(panel: DonorPanel, left_out: tuple[LeftOut, ...], outcome: str) -> Figure:
    effects = [item.fit.effect for item in left_out]
    return Figure(
        kind="forest",
        title="The estimate without each donor",
        summary=f"Leaving one donor out moves the estimate between {format_number(min(effects))} and {format_number(max(effects))}.",
        x_title="Donor left out",
        y_title=f"Effect on {outcome}",
        series=(
            FigureSeries(
                name="Estimate",
                draw="points",
                points=tuple(
                    FigurePoint(x=panel.labels[item.donor], y=item.fit.effect)
                    for item in left_out[:MOST_BARS]
                ),
            ),
        ),
        horizontal=((0.0, "no effect"),),
    )
