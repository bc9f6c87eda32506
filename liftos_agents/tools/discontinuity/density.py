"""Is the running variable's density continuous at the cutoff? A jump says that units chose their side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.discontinuity.bandwidth import pilot_bandwidth
from liftos_agents.tools.discontinuity.local_polynomial import coefficient_weights, weighted_sum, whole_power

Array = NDArray[np.float64]

_KERNEL = "triangular"
_REGULARISATION = 3.0


@dataclass(frozen=True)
class DensityTest:
    """Densities at the cutoff from each side, per unit of the running variable, and the test that they are equal."""

    below: float
    above: float
    statistic: float
    p_value: float
    bandwidth: float
    rows: tuple[int, int]


def density_test(distance: Array) -> DensityTest | None:
    """The test of Cattaneo, Jansson and Ma (2020): local polynomials of the empirical distribution function.

    The bandwidth is the best for a quadratic fit, the test uses a cubic one, so that the quadratic's bias is corrected for. The
    variance is that of the estimates' influence functions.

    Args:
        distance: (n,) sorted running variable less cutoff, both sides.

    Returns:
        None where a side is too thin to be looked at.
    """
    n = len(distance)
    cut = int(np.searchsorted(distance, 0.0, "left"))
    if min(cut, n - cut) < 20 or min(len(np.unique(distance[:cut])), len(np.unique(distance[cut:]))) < 10:
        return None
    cumulative = np.searchsorted(distance, distance, "right") / n
    bandwidth = _bandwidth(distance, cumulative, cut)
    below, above = (_fit(distance, cumulative, cut, side, 3, 1, bandwidth) for side in (0, 1))
    spread = float(np.sqrt(np.sum((above[1] - below[1]) ** 2)))
    statistic = (above[0] - below[0]) / spread if spread > 0.0 else 0.0
    near = np.abs(distance) < bandwidth
    return DensityTest(
        below=max(below[0], 0.0),
        above=max(above[0], 0.0),
        statistic=statistic,
        p_value=float(2.0 * stats.norm.sf(abs(statistic))),
        bandwidth=bandwidth,
        rows=(int(near[:cut].sum()), int(near[cut:].sum())),
    )


def _bandwidth(distance: Array, cumulative: Array, cut: int) -> float:
    """The bandwidth with the least mean squared error for the difference of the two densities."""
    n = len(distance)
    pilot = pilot_bandwidth(distance, _KERNEL)
    wide = pilot * len(np.unique(distance)) ** (1.0 / 5.0 - 1.0 / 9.0)
    most = float(min(-distance[0], distance[-1]))
    least = float(max(-distance[max(cut - 20, 0)], distance[min(cut + 19, n - 1)]))
    pilot, wide = (min(max(h, least), max(most, least)) for h in (pilot, wide))
    ends = [_fit(distance, cumulative, cut, side, 2, 1, pilot) for side in (0, 1)]
    curves = [_fit(distance, cumulative, cut, side, 3, 3, wide) for side in (0, 1)]
    constants = []
    for side in (0, 1):
        rows = slice(0, cut) if side == 0 else slice(cut, n)
        weights = coefficient_weights(distance[rows], 2, 1, pilot, _KERNEL)
        constants.append(weighted_sum(weights, whole_power(distance[rows], 3)) / pilot**2)
    variance = float(np.sum((ends[1][1] - ends[0][1]) ** 2)) * pilot
    bias = (constants[1] * curves[1][0] - constants[0] * curves[0][0]) ** 2
    noise = sum(c * c * float(np.sum(f[1] ** 2)) for c, f in zip(constants, curves, strict=True))
    bandwidth = (variance / (4.0 * (bias + _REGULARISATION * noise))) ** 0.2
    return min(max(float(bandwidth), least), max(most, least))


def _fit(
    distance: Array, cumulative: Array, cut: int, side: int, order: int, coefficient: int, bandwidth: float
) -> tuple[float, Array]:
    """A coefficient of one side's fit to the distribution function, and each row's influence on it, (n,)."""
    n = len(distance)
    rows = slice(0, cut) if side == 0 else slice(cut, n)
    near, heights = distance[rows], cumulative[rows]
    weights = coefficient_weights(near, order, coefficient, bandwidth, _KERNEL)
    value = weighted_sum(weights, heights)
    # Row j moves the distribution function by 1/n at every row at or beyond it.
    beyond = np.zeros(n)
    total = np.cumsum(weights[::-1])[::-1]
    first_equal = np.searchsorted(near, near, "left")
    beyond[rows] = total[first_equal]
    return value, (beyond - value) / n
