"""Three estimators on one panel: classic and unit-demeaned synthetic control, and synthetic difference-in-differences.

Abadie, Diamond and Hainmueller (2010); Doudchenko and Imbens (2016) and Ferman and Pinto (2021) for the intercept;
Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021) for `sdid`, with their regularisation and time weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.donor_pool.arguments import Method
from liftos_agents.tools.donor_pool.simplex import convex_weights

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Fit:
    """One target against its donors.

    Attributes:
        weights: (N,), zero off the pool.
        gaps: (T,) observed less synthetic, on the scale on which the effect is their mean after the treatment.
        effect: Mean gap after the treatment.
        pre_rmspe: Root mean square of the gaps before the treatment, their mean taken out unless the method is classic.
        time_weights: (before,) of `sdid`; None otherwise.
    """

    weights: Array
    gaps: Array
    effect: float
    pre_rmspe: float
    time_weights: Array | None = None


class Estimator:
    """A method prepared for one outcome matrix, so that many targets are fitted on shared inner products.

    Args:
        outcome: (N, T).
        before: Periods before the treatment.
        match: (N, M) rows that weights are chosen on instead of the outcome before the treatment.
    """

    def __init__(self, outcome: Array, before: int, method: Method, match: Array | None = None) -> None:
        self.outcome, self.before, self.method = outcome, before, method
        matched = outcome[:, :before] if match is None else match
        if method != "classic":
            matched = matched - matched.mean(axis=1, keepdims=True)
        # Weights sum to one, so a period's mean over units cancels; without it the products keep their digits.
        matched = matched - matched.mean(axis=0)
        self.gram = matched @ matched.T
        self._last: Array | None = None
        self._last_time: Array | None = None

    def fit(self, target: Array, pool: Indices) -> Fit:
        """The target, a mix of units, against the units of `pool` (indices)."""
        weights = np.zeros(len(self.outcome))
        ridge = self._ridge(target, pool) if self.method == "sdid" else 0.0
        start = None if self._last is None else self._last[pool]
        weights[pool] = convex_weights(self._distances(target, pool), ridge, start)
        self._last = weights
        gaps = (target - weights) @ self.outcome
        early = gaps[: self.before]
        if self.method == "classic":
            return Fit(weights, gaps, float(gaps[self.before :].mean()), float(np.sqrt((early**2).mean())))
        spread = float(np.sqrt(((early - early.mean()) ** 2).mean()))
        if self.method == "unit_demeaned":
            shifted = gaps - early.mean()
            return Fit(weights, shifted, float(shifted[self.before :].mean()), spread)
        times = self._time_weights(pool)
        shifted = gaps - times @ early
        return Fit(weights, shifted, float(shifted[self.before :].mean()), spread, times)

    def _distances(self, target: Array, pool: Indices) -> Array:
        toward = self.gram @ target
        own = float(target @ toward)
        near = toward[pool]
        return self.gram[np.ix_(pool, pool)] - near[:, None] - near[None, :] + own

    def _noise(self, pool: Indices) -> float:
        return float(np.diff(self.outcome[pool, : self.before], axis=1).std(ddof=1))

    def _ridge(self, target: Array, pool: Indices) -> float:
        treated = max(int((target > 0.0).sum()), 1)
        after = self.outcome.shape[1] - self.before
        zeta = (treated * after) ** 0.25 * self._noise(pool)
        return zeta**2 * self.before

    def _time_weights(self, pool: Indices) -> Array:
        values = self.outcome[pool]
        gaps = values[:, : self.before] - values[:, self.before :].mean(axis=1, keepdims=True)
        gaps = gaps - gaps.mean(axis=0)
        ridge = (1e-6 * self._noise(pool)) ** 2 * len(pool)
        found = convex_weights(gaps.T @ gaps, ridge, self._last_time)
        self._last_time = found
        return found
