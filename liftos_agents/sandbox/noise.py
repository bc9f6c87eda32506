"""Chance that depends on (seed, week, stream) alone: one uniform a draw, whatever else is drawn.

Counter-based in the sense of Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3", with SplitMix64's
finaliser (Steele et al. 2014) as the bijection. Two policies on one seed meet the same luck.
"""

from __future__ import annotations

import hashlib
import math
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
    return uniforms(seeds, weeks, (stream,))[0]


def uniforms(seeds: ArrayLike, weeks: ArrayLike, streams: tuple[str, ...]) -> Array:
    """`uniform` of N streams, shape (N, S, T)."""
    seed_words = np.asarray(seeds, dtype=np.int64).astype(np.uint64)
    week_words = np.asarray(weeks, dtype=np.int64).astype(np.uint64)
    rows = _mix(_mix(seed_words + _GOLDEN) ^ _keys(streams))
    words = _mix(rows[..., None] + (week_words + np.uint64(1)) * _GOLDEN)
    words >>= np.uint64(11)
    drawn = words.astype(np.float64)
    drawn += 0.5
    drawn *= 2.0**-53
    return drawn


def normal(seeds: ArrayLike, weeks: ArrayLike, stream: str) -> Array:
    """Standard Normal draws, shape (S, T), through the inverse CDF."""
    return ndtri(uniform(seeds, weeks, stream))


def normals(seeds: ArrayLike, weeks: ArrayLike, streams: tuple[str, ...]) -> Array:
    """`normal` of N streams, shape (N, S, T)."""
    drawn = uniforms(seeds, weeks, streams)
    return ndtri(drawn, out=drawn)


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


def few_counts(quantiles: Array, means: Array, dispersion: float, size: float) -> Array | None:
    """`negative_binomial` times `size`, to the last bit, of a few numbers one by one, (…): sooner done than as arrays.

    None where a mean is too small for it.
    """
    given = [mean / size for mean in means.ravel().tolist()]
    if not all(_LARGE_MEAN < each < math.inf for each in given):
        return None
    pairs = zip(quantiles.ravel().tolist(), given, strict=True)
    return np.array([_matched_one(*pair, dispersion) * size for pair in pairs]).reshape(means.shape)


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


def _matched_one(quantile: float, mean: float, dispersion: float) -> float:
    """`_matched` to the last bit: a few numbers are sooner done one by one."""
    extra = dispersion * mean
    spread = math.sqrt(mean * (1.0 + extra))
    root_shape = 2.0 * spread / (1.0 + 2.0 * extra)
    third = 1.0 / (3.0 * root_shape)
    root = max(1.0 + third * (quantile - third), 0.0)
    return max(float(round((root * root * root - 1.0) * (root_shape * spread) + mean)), 0.0)


@cache
def _keys(streams: tuple[str, ...]) -> _Words:
    digests = [hashlib.sha256(stream.encode()).digest()[:8] for stream in streams]
    return np.array([[int.from_bytes(each, "big")] for each in digests], dtype=np.uint64)


def _mix(words: _Words) -> _Words:
    """`words` themselves, mixed in place."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        words ^= words >> np.uint64(shift)
        words *= np.uint64(factor)
    words ^= words >> np.uint64(31)
    return words
