"""Chance that depends on (seed, week, stream) alone: one uniform a draw, whatever else is drawn.

Counter-based in the sense of Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3", with SplitMix64's
finaliser (Steele et al. 2014) as the bijection. Two policies on one seed meet the same luck.
"""

from __future__ import annotations

import hashlib

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
    key = np.uint64(int.from_bytes(hashlib.sha256(stream.encode()).digest()[:8], "big"))
    with np.errstate(over="ignore"):
        rows = _mix(_mix(seed_words + _GOLDEN) ^ key)
        words = _mix(rows[:, None] + (week_words + np.uint64(1)) * _GOLDEN)
    return ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


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
    spread = np.sqrt(mean * (1.0 + dispersion * mean))
    shape = 4.0 * (spread / (1.0 + 2.0 * dispersion * mean)) ** 2
    cube = 1.0 - 1.0 / (9.0 * shape) + quantile / (3.0 * np.sqrt(shape))
    standard = np.sqrt(shape) * (np.maximum(cube, 0.0) ** 3 - 1.0)
    return np.maximum(np.round(mean + spread * standard), 0.0)


def _mix(words: _Words) -> _Words:
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
