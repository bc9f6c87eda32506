"""Priors of the effects, cell by cell: half-normal with a common scale, or a prior on return in its place, with lift tests as likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from liftos_agents.tools.mmm.gibbs import EffectPrior, ScalePrior
from liftos_agents.tools.mmm.grid import Cells, CurveTable
from liftos_agents.tools.mmm.input import RoiPrior

Array = NDArray[np.float64]

SCALE_CENTRE, SCALE_SPREAD = 0.5, 0.5
"""The effects' common scale τ is log-normal: median 0.5 / channels (outcome scaled to a maximum of one), log deviation 0.5."""
SCALE_POINTS = 41
LEAST_WEIGHT = 0.3


@dataclass(frozen=True)
class LiftEvidence:
    """A lift test in a channel's cells: what an effect of one would have lifted (G,), and the scaled lift and error."""

    per_effect: Array
    lift: float
    standard_error: float


@dataclass(frozen=True)
class PriorReturn:
    """The return's mean and standard deviation before the data."""

    mean: float
    sd: float


def half_normal(cells: Cells, weight: float) -> EffectPrior:
    """The default: every cell's effect is half-normal with scale τ × weight."""
    size = len(cells.mass)
    return EffectPrior(np.zeros(size), np.zeros(size), cells.mass, shared=weight**-2.0)


def scale_prior(channels: int, centre: float | None = None) -> ScalePrior:
    """The common scale's grid; how large effects are at all is learnt from all channels together."""
    deviations = np.linspace(-2.5, 2.5, SCALE_POINTS)
    mass = np.exp(-0.5 * deviations**2)
    median = SCALE_CENTRE / channels if centre is None else centre
    return ScalePrior(median * np.exp(SCALE_SPREAD * deviations), mass / mass.sum())


def spend_weights(spend: Array) -> Array:
    """(C,) each channel's prior weight: the square root of its share of spend, one at an equal share."""
    total = spend.sum(axis=0)
    return np.maximum(np.sqrt(total / total.mean()), LEAST_WEIGHT)


def on_return(table: CurveTable, prior: RoiPrior, return_per_total: float) -> EffectPrior:
    """A prior on return that replaces the effect's, normalised within each cell.

    Args:
        table: the channel's table.
        prior: the return's.
        return_per_total: return per unit of effect × the cell's column total.
    """
    slope = np.maximum(table.total * return_per_total, 1e-12)
    return EffectPrior(
        precision=(slope / prior.sd) ** 2,
        linear=prior.mean * slope / prior.sd**2,
        weight=table.cells.mass * slope / prior.sd,
    )


def with_lift_tests(prior: EffectPrior, tests: list[LiftEvidence]) -> EffectPrior:
    """The prior with each test's normal likelihood multiplied in."""
    precision, linear = prior.precision.copy(), prior.linear.copy()
    for test in tests:
        precision += (test.per_effect / test.standard_error) ** 2
        linear += test.per_effect * test.lift / test.standard_error**2
    return EffectPrior(precision, linear, prior.weight, prior.shared)


def prior_return(
    table: CurveTable, scale: ScalePrior, weight: float, return_per_total: float, prior: RoiPrior | None
) -> PriorReturn:
    """Mean and deviation of a channel's return under its prior, lift tests apart; exact over the grids."""
    if prior is not None:
        ratio = prior.mean / prior.sd
        hazard = float(np.exp(-0.5 * ratio**2 - log_ndtr(ratio)) / np.sqrt(2.0 * np.pi))
        mean = prior.mean + prior.sd * hazard
        return PriorReturn(mean, prior.sd * float(np.sqrt(max(1.0 - hazard * (ratio + hazard), 1e-12))))
    slope = table.total * return_per_total * weight
    mean = np.sqrt(2.0 / np.pi) * float(scale.mass @ scale.values) * float(table.cells.mass @ slope)
    square = float(scale.mass @ scale.values**2) * float(table.cells.mass @ slope**2)
    return PriorReturn(float(mean), float(np.sqrt(max(square - mean**2, 1e-300))))
