"""Residuals against the nearest neighbours: the variance of an outcome at each row without a model for its mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MATCHES = 3


def neighbour_residuals(running: Array, outcomes: Array, matches: int = MATCHES) -> Array:
    """Residuals whose squares estimate the conditional variance, shape of `outcomes`.

    Each row's outcome less the mean over its nearest neighbours on the same side, scaled so that the square has the
    variance's mean (Abadie and Imbens, 2006; Calonico, Cattaneo and Titiunik, 2014, section 5). Neighbours at the same distance are all
    taken, so that equal values of the running variable need no order.

    Args:
        running: (n,) sorted running variable of one side.
        outcomes: (n, k) outcomes.
    """
    n = len(running)
    if n < 2:
        return np.zeros_like(outcomes)
    first = np.flatnonzero(np.r_[True, np.diff(running) > 0.0])
    value = running[first]
    before = np.r_[first, n]
    totals = np.vstack([np.zeros((1, outcomes.shape[1])), np.cumsum(outcomes, axis=0)])
    groups = len(value)
    left, right = np.arange(groups) - 1, np.arange(groups) + 1
    wanted = min(matches, n - 1) + 1
    for _ in range(matches):
        count = before[right] - before[left + 1]
        open_ = count < wanted
        if not open_.any():
            break
        to_left = np.where(left >= 0, value - value[np.maximum(left, 0)], np.inf)
        to_right = np.where(right < groups, value[np.minimum(right, groups - 1)] - value, np.inf)
        left = left - (open_ & (to_left <= to_right))
        right = right + (open_ & (to_right <= to_left))
    size = np.diff(before)
    count = np.repeat(before[right] - before[left + 1], size)
    around = np.repeat(totals[before[right]] - totals[before[left + 1]], size, axis=0)
    others = (count - 1).astype(np.float64)[:, None]
    return np.sqrt(others / (others + 1.0)) * (outcomes - (around - outcomes) / others)
