"""Chance that depends on (seed, week, stream) alone: one uniform a draw, whatever else is drawn.

Counter-based in the sense of Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3", with SplitMix64's
finaliser (Steele et al. 2014) as the bijection. Two policies on one seed meet the same luck.
"""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, nbdtrik, ndtri

Array = NDArray[np.float64]
_Words = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_LARGE_MEAN = 50.0


def uniform(seeds: ArrayLike, weeks: ArrayLike, stream: str) -> Array:
    """Uniforms strictly between 0 and 1, shape (S, T), for seeds (S,) and week numbers (T,), which may be negative."""
    seed_words = np.asarray(seeds, dtype=np.int64).astype(np.uint64)
    week_words = np.asarray(weeks, dtype=np.int64).astype(np.uint64)
    rows = _mix(_mix(seed_words + _GOLDEN) ^ _key(stream))
    words = _mix(rows[:, None] + (week_words + np.uint64(1)) * _GOLDEN)
    drawn = (words >> np.uint64(11)).astype(np.float64)
    drawn += 0.5
    drawn *= 2.0**-53
    return drawn


def normal(seeds: ArrayLike, weeks: ArrayLike, stream: str) -> Array:
    """Standard Normal draws, shape (S, T), through the inverse CDF."""
    return ndtri(uniform(seeds, weeks, stream))


def negative_binomial(
    u: ArrayLike, mean: ArrayLike, dispersion: float, quantile: Array | None = None
) -> Array:
    """Counts whose variance is mean + dispersion · mean², at the quantiles `u`.

    Exact up to a mean of 50; above, the quantile of a shifted gamma law with the same first three moments
    (Pearson's third type, by Wilson–Hilferty), rounded to whole counts. Two moments are not enough: in the tails a gamma
    law is off by four counts where this one is off by one. `quantile` is the Normal one of `u`, of its shape, if it is known already.
    """
    centre, given = np.asarray(mean, dtype=np.float64), np.asarray(u, dtype=np.float64)
    small = centre <= _LARGE_MEAN
    if not small.any():
        return _matched(ndtri(given) if quantile is None else quantile, centre, dispersion)
    given, centre, small = np.broadcast_arrays(given, centre, small)
    result = np.empty(centre.shape, dtype=np.float64)
    result[small] = _exact(given[small], centre[small], dispersion)
    result[~small] = _matched(ndtri(given[~small]), centre[~small], dispersion)
    return result


def _exact(u: Array, mean: Array, dispersion: float) -> Array:
    size = 1.0 / dispersion
    chance = size / (size + np.maximum(mean, 1e-12))
    counts = np.ceil(np.maximum(nbdtrik(u, size, chance), 0.0))
    below = np.maximum(counts - 1.0, 0.0)
    counts = np.where(betainc(size, below + 1.0, chance) >= u, below, counts)
    return np.where(betainc(size, counts + 1.0, chance) < u, counts + 1.0, counts)


def _matched(quantile: Array, mean: Array, dispersion: float) -> Array:
    extra = dispersion * mean
    spread = np.sqrt(mean * (1.0 + extra))
    root_shape = 2.0 * spread / (1.0 + 2.0 * extra)
    third = 1.0 / (3.0 * root_shape)
    root = np.maximum(1.0 + third * (quantile - third), 0.0)
    counts = root * root * root
    counts -= 1.0
    counts *= root_shape * spread
    counts += mean
    return np.maximum(np.rint(counts, out=counts), 0.0, out=counts)


@cache
def _key(stream: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.sha256(stream.encode()).digest()[:8], "big"))


def _mix(words: _Words) -> _Words:
    """`words` themselves, mixed in place."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        words ^= words >> np.uint64(shift)
        words *= np.uint64(factor)
    words ^= words >> np.uint64(31)
    return words
