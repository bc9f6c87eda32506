"""Placebo interventions before the real one: do the intervals hold zero where nothing happened?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from liftos_agents.tools.interrupted_series.arguments import Trend
from liftos_agents.tools.interrupted_series.structural import Array, forecast, learn

MOST_WINDOWS = 5


@dataclass(frozen=True)
class Backtest:
    """Forecast probabilities of the mean outcome in windows that do not overlap.

    Attributes:
        places: (W,) probability that the forecast gave to a mean below the observed one.
        length: Periods a window.
    """

    places: Array
    length: int

    def coverage(self, level: float) -> float | None:
        """Share of the windows whose central interval held the observed mean."""
        if not len(self.places):
            return None
        return float((np.abs(self.places - 0.5) <= level / 2.0).mean())

    @property
    def probability(self) -> float | None:
        """Of misses at least as large, were the intervals right: chi-square of the Normal scores."""
        if not len(self.places):
            return None
        scores = stats.norm.ppf(np.clip(self.places, 1e-12, 1.0 - 1e-12))
        return float(stats.chi2.sf(float((scores**2).sum()), len(scores)))


def backtest(
    outcome: Array,
    regressors: Array,
    trend: Trend,
    level_prior: float,
    after: int,
    progress: Callable[[float], None],
) -> Backtest:
    """Forecasts of windows in the second half of the time before, each from the time before it alone."""
    periods, states = regressors.shape[0], regressors.shape[1] + 2
    length = max(1, min(after, periods // 5))
    least = max(periods // 2, 2 * states + 8)
    starts = list(range(periods - length, least - 1, -length))[:MOST_WINDOWS]
    places: list[float] = []
    for i, start in enumerate(sorted(starts)):
        window = outcome[start : start + length]
        known = ~np.isnan(window)
        early = regressors[:start]
        if known.any() and (~np.isnan(outcome[:start])).sum() > states + 4 and _all_vary(early):
            sums = (known / known.sum())[None, :]
            ahead = forecast(
                learn(outcome[:start], early, trend, level_prior), regressors[start : start + length], sums
            )
            places.append(float(ahead.below(np.array([np.nanmean(window)], dtype=np.float64))[0]))
        progress((i + 1) / len(starts))
    return Backtest(np.array(places), length)


def _all_vary(columns: Array) -> bool:
    return columns.shape[1] == 0 or bool((np.ptp(columns, axis=0) > 0.0).all())
