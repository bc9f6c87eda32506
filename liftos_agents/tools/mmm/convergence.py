"""Rank-normalised split R-hat, bulk and tail effective sample size (Vehtari et al. 2021, Bayesian Analysis 16(2))."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]

RHAT_LIMIT = 1.01
ESS_LIMIT = 400.0


@dataclass(frozen=True)
class Convergence:
    """The worst of each diagnostic over all quantities, and the quantity that has it."""

    rhat_max: float
    ess_bulk_min: float
    ess_tail_min: float
    worst: str

    @property
    def agreed(self) -> bool:
        """Whether the chains tell the same story: R-hat meets its limit."""
        return self.rhat_max <= RHAT_LIMIT

    @property
    def passed(self) -> bool:
        """Whether all three meet their limits."""
        return self.agreed and self.ess_bulk_min >= ESS_LIMIT and self.ess_tail_min >= ESS_LIMIT


def assess(quantities: dict[str, Array]) -> Convergence:
    """The convergence of named draws, (chains, draws) each. A quantity that never moves is left out."""
    moving = {name: draws for name, draws in quantities.items() if np.ptp(draws) > 0.0}
    if not moving:
        return Convergence(1.0, 0.0, 0.0, "none")
    stacked = np.stack(list(moving.values()))
    rhat, bulk, tail = rank_rhat(stacked), ess_bulk(stacked), ess_tail(stacked)
    worst = list(moving)[int(np.argmax(np.maximum(rhat - 1.0, 0.0) + 1.0 / np.minimum(bulk, tail)))]
    return Convergence(float(rhat.max()), float(bulk.min()), float(tail.min()), worst)


def rank_rhat(draws: Array) -> Array:
    """The larger of bulk and folded rank-normalised split R-hat; (…, chains, draws) gives (…)."""
    halves = split(draws)
    folded = np.abs(halves - np.median(halves, axis=(-2, -1), keepdims=True))
    return np.maximum(_rhat(rank_normalise(halves)), _rhat(rank_normalise(folded)))


def ess_bulk(draws: Array) -> Array:
    """Effective sample size of the rank-normalised draws: how well the centre is known."""
    return ess(rank_normalise(split(draws)))


def ess_tail(draws: Array) -> Array:
    """The smaller effective sample size of the 5 % and 95 % quantile indicators."""
    halves = split(draws)
    sizes = []
    for level in (0.05, 0.95):
        quantile = np.quantile(halves, level, axis=(-2, -1), keepdims=True)
        indicator = (halves <= quantile).astype(np.float64)
        sizes.append(ess(indicator))
    return np.minimum(sizes[0], sizes[1])


def split(draws: Array) -> Array:
    """Each chain cut into halves: (…, chains, draws) to (…, 2 chains, draws // 2), the middle draw of an odd chain dropped."""
    half = draws.shape[-1] // 2
    return np.concatenate([draws[..., :half], draws[..., draws.shape[-1] - half :]], axis=-2)


def rank_normalise(draws: Array) -> Array:
    """Normal scores of the pooled ranks, ties at their average."""
    flat = draws.reshape(*draws.shape[:-2], -1)
    ranks = np.apply_along_axis(_average_ranks, -1, flat)
    return ndtri((ranks - 0.375) / (flat.shape[-1] + 0.25)).reshape(draws.shape)


def _average_ranks(values: Array) -> Array:
    """Ranks from 1; equal values share the mean of theirs (draws on a grid are often equal)."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - 0.5 * (counts - 1))[place]


def ess(draws: Array) -> Array:
    """Effective sample size by Geyer's initial monotone sequence over all chains; (…, chains, draws) gives (…)."""
    chains, count = draws.shape[-2:]
    autocovariance = _autocovariance(draws)
    within = autocovariance[..., 0].mean(axis=-1) * count / (count - 1.0)
    variance = within * (count - 1.0) / count
    if chains > 1:
        variance = variance + draws.mean(axis=-1).var(axis=-1, ddof=1)
    constant = variance <= 0.0
    safe = np.where(constant, 1.0, variance)
    correlation = 1.0 - (within[..., None] - autocovariance.mean(axis=-2)) / safe[..., None]
    correlation[..., 0] = 1.0
    even = correlation[..., : 2 * (count // 2)]
    pairs = even[..., 0::2] + even[..., 1::2]
    positive = np.logical_and.accumulate(pairs > 0.0, axis=-1)
    monotone = np.minimum.accumulate(np.where(positive, pairs, 0.0), axis=-1)
    time = -1.0 + 2.0 * monotone.sum(axis=-1)
    total = float(chains * count)
    size = np.minimum(total / np.maximum(time, 1.0 / np.log10(total)), total * np.log10(total))
    return np.where(constant, total, size)


def _rhat(draws: Array) -> Array:
    count = draws.shape[-1]
    between = draws.mean(axis=-1).var(axis=-1, ddof=1)
    within = draws.var(axis=-1, ddof=1).mean(axis=-1)
    safe = np.where(within > 0.0, within, 1.0)
    return np.where(within > 0.0, np.sqrt(between / safe + (count - 1.0) / count), 1.0)


def _autocovariance(draws: Array) -> Array:
    """Biased autocovariance by lag, through the Fourier transform."""
    count = draws.shape[-1]
    size = 1 << (2 * count - 1).bit_length()
    spectrum = np.fft.rfft(draws - draws.mean(axis=-1, keepdims=True), n=size, axis=-1)
    return np.fft.irfft(spectrum * np.conj(spectrum), n=size, axis=-1)[..., :count] / count
