"""How far parallel trends may fail before the effect's sign is open: bounds by relative magnitudes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.staggered_adoption.aggregation import Average, Averages
from liftos_agents.tools.staggered_adoption.pre_trends import first_crossing, reach
from liftos_agents.tools.staggered_adoption.sampling import Sampling

Array = NDArray[np.float64]

MULTIPLES = (0.0, 0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True)
class Bounds:
    """Intervals for the headline when a step after adoption may be a multiple of the largest step before it.

    Attributes:
        breakdown: The largest multiple at which the interval still leaves out zero; 0 where it holds zero anyway.
        largest_step: The largest step before adoption, in absolute value, as estimated.
        intervals: Multiple to its interval.
    """

    breakdown: float
    largest_step: float
    intervals: dict[float, tuple[float, float]]


def relative_magnitudes(
    sampling: Sampling,
    headline: Average,
    dynamic: Averages,
    *,
    weights: dict[int, float],
    anticipation: int,
    level: float,
    free: float,
) -> Bounds | None:
    """Bounds for the headline, or None without a step before adoption.

    Rambachan and Roth (2023), restriction of relative magnitudes: between neighbouring periods after adoption the gap in
    untreated outcomes moves by at most a multiple of the largest such move before it. The interval is the union over
    which earlier move is the largest, and over its sign, of the normal interval for the two ends of the identified set:
    it covers whatever the true one is, and is wider than their conditional and hybrid sets.
    """
    leads = [j for j, key in enumerate(dynamic.keys) if key < -anticipation]
    if not leads:
        return None
    steps = dynamic.estimates[leads]
    covariance = sampling.covariance(np.column_stack([headline.scores, dynamic.scores[:, leads]]))
    distance = reach(weights, anticipation)
    quantile = float(stats.t.ppf(0.5 + level / 2.0, free))
    variance, shared, own = covariance[0, 0], covariance[0, 1:], np.diag(covariance)[1:]

    def interval(multiple: float) -> tuple[float, float]:
        pull = multiple * distance
        highs, lows = [], []
        for sign in (1.0, -1.0):
            error = np.sqrt(np.maximum(variance + pull**2 * own + 2.0 * sign * pull * shared, 0.0))
            centre = headline.estimate + sign * pull * steps
            highs.append((centre + quantile * error).max())
            lows.append((centre - quantile * error).min())
        return float(min(lows)), float(max(highs))

    def clear_of_zero(multiple: float) -> float:
        low, high = interval(multiple)
        return max(low, -high)

    breakdown = first_crossing(lambda m: -clear_of_zero(m), 1.0) if clear_of_zero(0.0) > 0.0 else 0.0
    return Bounds(breakdown, float(np.abs(steps).max()), {m: interval(m) for m in MULTIPLES})
