"""The bandwidth with the least mean squared error for the jump at a cutoff."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.discontinuity.local_polynomial import (
    Kernel,
    coefficient_weights,
    weighted_sum,
    whole_power,
)

Array = NDArray[np.float64]

SPARE_VALUES = 4
_PILOT = {"triangular": 2.576, "epanechnikov": 2.34, "uniform": 1.843}
_REGULARISATION = 3.0


@dataclass(frozen=True)
class SideOutcome:
    """One side's sorted distances to the cutoff, outcomes and residuals, each (n,)."""

    distance: Array
    outcome: Array
    residual: Array


@dataclass(frozen=True)
class Bandwidths:
    """`estimate` for the polynomial, `bias` for its bias, `pilot` for the first variance."""

    estimate: float
    bias: float
    pilot: float

    def for_coverage(self, n: int, order: int) -> Bandwidths:
        """With the estimate's shrunk to the rate at which the robust interval covers best (Calonico, Cattaneo and Farrell, 2020)."""
        shrunk = self.estimate * n ** (-order / ((3 + order) * (3 + 2 * order)))
        return Bandwidths(shrunk, self.bias, self.pilot)


def pilot_bandwidth(distance: Array, kernel: Kernel) -> float:
    """A rule of thumb from the spread of both sides' distances; equal values count once in the number of rows."""
    low, high = np.quantile(distance, (0.25, 0.75))
    spread = float(np.std(distance, ddof=1))
    if high > low:
        spread = min(spread, float(high - low) / 1.349)
    return _PILOT[kernel] * spread * len(np.unique(distance)) ** -0.2


def mse_bandwidths(left: SideOutcome, right: SideOutcome, order: int, kernel: Kernel) -> Bandwidths:
    """One common bandwidth for both sides (Calonico, Cattaneo and Farrell, 2020; Imbens and Kalyanaraman, 2012).

    Three steps, each from the one before: the bandwidth of the bias's bias on the whole range, that of the bias, that of the estimate;
    the last two with the regularisation of Imbens and Kalyanaraman. No bandwidth goes beyond the data, and each leaves four
    different values of the running variable on each side beyond the order of the polynomial.
    """
    sides = (left, right)
    reach = [float(np.abs(s.distance).max()) for s in sides]
    longest = max(reach)
    shortest = max(_nth_value(s.distance, order + SPARE_VALUES + 1) for s in sides)

    def within(bandwidth: float) -> float:
        return min(max(bandwidth, shortest), longest)

    pilot = within(min(pilot_bandwidth(np.concatenate([left.distance, right.distance]), kernel), longest))
    q = order + 1
    first = within(_step(sides, q + 1, q + 1, q + 2, pilot, reach, 0.0, kernel))
    bias = within(_step(sides, q, order + 1, q + 1, pilot, [first, first], 1.0, kernel))
    estimate = within(_step(sides, order, 0, q, pilot, [bias, bias], 1.0, kernel))
    return Bandwidths(estimate, bias, pilot)


def _step(
    sides: tuple[SideOutcome, SideOutcome],
    order: int,
    coefficient: int,
    bias_order: int,
    variance_bandwidth: float,
    bias_bandwidths: list[float],
    regularised: float,
    kernel: Kernel,
) -> float:
    """The bandwidth for one coefficient of a polynomial of `order`."""
    variance = regularisation = 0.0
    biases: list[float] = []
    gap = order + 1 - coefficient
    for side, bias_bandwidth in zip(sides, bias_bandwidths, strict=True):
        weights = coefficient_weights(side.distance, order, coefficient, variance_bandwidth, kernel)
        higher = coefficient_weights(side.distance, bias_order, order + 1, bias_bandwidth, kernel)
        constant = weighted_sum(weights, whole_power(side.distance, order + 1)) / variance_bandwidth**gap
        variance += float(np.sum((weights * side.residual) ** 2))
        biases.append(constant * weighted_sum(higher, side.outcome))
        regularisation += _REGULARISATION * constant**2 * float(np.sum((higher * side.residual) ** 2))
    scaled = (2 * coefficient + 1) * variance_bandwidth ** (2 * coefficient + 1) * variance
    bias = (biases[1] - biases[0]) ** 2 + regularised * regularisation
    if bias <= 0.0 or scaled <= 0.0:
        return np.inf
    return float((scaled / (2 * gap * bias)) ** (1.0 / (2 * order + 3)))


def _nth_value(distance: Array, n: int) -> float:
    values = np.unique(np.abs(distance))
    return float(values[min(n, len(values)) - 1])
