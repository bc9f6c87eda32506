"""Priors of the effects, cell by cell: half-normal, or a prior on return in its place, with lift tests as likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from liftos_agents.tools.mmm.gibbs import EffectPrior
from liftos_agents.tools.mmm.grid import Cells, CurveTable
from liftos_agents.tools.mmm.input import RoiPrior

Array = NDArray[np.float64]

EFFECT_SCALE = 2.0
"""Standard deviation of the half-normal effect prior, outcome scaled to a maximum of one: pymc-marketing's default."""


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


def half_normal(cells: Cells, scale: float) -> EffectPrior:
    """The default: every cell's effect is half-normal with this scale."""
    size = len(cells.mass)
    return EffectPrior(np.full(size, scale**-2.0), np.zeros(size), cells.mass)


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
    return EffectPrior(precision, linear, prior.weight)


def prior_return(
    table: CurveTable, scale: float, return_per_total: float, prior: RoiPrior | None
) -> PriorReturn:
    """Mean and deviation of a channel's return under its prior, lift tests apart; exact over the grid."""
    if prior is not None:
        ratio = prior.mean / prior.sd
        hazard = float(np.exp(norm.logpdf(ratio) - norm.logcdf(ratio)))
        mean = prior.mean + prior.sd * hazard
        return PriorReturn(mean, prior.sd * float(np.sqrt(max(1.0 - hazard * (ratio + hazard), 1e-12))))
    slope = table.total * return_per_total
    mean = scale * np.sqrt(2.0 / np.pi) * float(table.cells.mass @ slope)
    square = scale**2 * float(table.cells.mass @ slope**2)
    return PriorReturn(float(mean), float(np.sqrt(max(square - mean**2, 1e-300))))
