"""Do as many rows lie on each side of the cutoff as a continuous density puts there? Only the nearest rows are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.discontinuity.bandwidth import pilot_bandwidth
from liftos_agents.tools.discontinuity.local_polynomial import coefficient_weights, weighted_sum

Array = NDArray[np.float64]

FEWEST_ROWS = 20
MOST_TIES = 0.2
_MOST_SLOPE = 1.0
_FARTHEST_SHARE = 0.4


@dataclass(frozen=True)
class SideCounts:
    """Rows within `reach` of the cutoff on each side, and the test that the density is continuous.

    Attributes:
        expected: Share above the cutoff that a continuous density of the slope seen would put there.
        p_value: Exact, two-sided, from the binomial distribution.
    """

    below: int
    above: int
    reach: float
    expected: float
    p_value: float

    @property
    def odds_ratio(self) -> float:
        """How far the two counts are from those expected: the larger ratio over the smaller, without end where a side is empty."""
        seen, wanted = self.above * (1.0 - self.expected), self.below * self.expected
        low, high = sorted((seen, wanted))
        return high / low if low > 0.0 else np.inf


def side_counts(distance: Array) -> SideCounts | None:
    """The binomial test among the rows nearest the cutoff: it sees moves across it that a wide bandwidth smooths away.

    Bugni and Canay (2021), Testing continuity of a density via g-order statistics: among the q nearest rows the sides are tossed like a
    coin where the density is continuous; Cattaneo, Titiunik and Vazquez-Bare (2017) for the binomial test in a window.
    How many rows is a rule of our own: q is the number at which the density's slope alone would move the share by one standard
    error, at most n to the power 2/3, and what the slope does move it by is allowed for. The slope is that of one polynomial through the
    cutoff, which is there when the density is smooth.

    Args:
        distance: (n,) sorted running variable less cutoff, both sides.

    Returns:
        None where rows are too few, many of the nearest have equal values, or the data end within reach.
    """
    n = len(distance)
    if n ** (2.0 / 3.0) < FEWEST_ROWS:
        return None
    level, slope = _level_and_slope(distance)
    if level <= 0.0:
        return None
    rows = float(n ** (2.0 / 3.0))
    if slope != 0.0:
        rows = min(rows, (4.0 * _MOST_SLOPE * level**2 * n / abs(slope)) ** (2.0 / 3.0))
    size = np.abs(distance)
    reach = float(np.sort(size)[int(max(rows, FEWEST_ROWS)) - 1])
    near = distance[size <= reach]
    if reach > min(-distance[0], distance[-1]) or len(np.unique(near)) < (1.0 - MOST_TIES) * len(near):
        return None
    expected = 0.5 + float(np.clip(slope * reach / (4.0 * level), -_FARTHEST_SHARE, _FARTHEST_SHARE))
    above = int((near >= 0.0).sum())
    return SideCounts(
        below=len(near) - above,
        above=above,
        reach=reach,
        expected=expected,
        p_value=float(stats.binomtest(above, len(near), expected).pvalue),
    )


def _level_and_slope(distance: Array) -> tuple[float, float]:
    """Density at the cutoff and its slope, from a cubic through the distribution function of both sides."""
    cumulative = np.searchsorted(distance, distance, "right") / len(distance)
    bandwidth = pilot_bandwidth(distance, "triangular")
    level, half_slope = (
        weighted_sum(coefficient_weights(distance, 3, k, bandwidth, "triangular"), cumulative) for k in (1, 2)
    )
    return level, 2.0 * half_slope
