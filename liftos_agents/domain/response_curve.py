"""How spend turns into effect: carry-over (adstock) and diminishing returns (saturation).

Pure functions of arrays, vectorised over leading axes, safe at zero and at large spends. Shapes follow
Jin et al. (2017), "Bayesian methods for media mix modeling with carryover and shape effects".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_SMALLEST_RATIO = 1e-9
"""Where a Hill slope below one is infinite at zero, it is read at this fraction of the half-saturation."""


def geometric_adstock(
    series: ArrayLike, retention: ArrayLike, *, length: int, normalised: bool = True
) -> Array:
    """The series carried over geometrically, shape (..., T).

    Args:
        series: spend or exposure, shape (..., T), zero before its first period.
        retention: share carried to the next period, in [0, 1], broadcast against the leading axes of `series`.
        length: periods an impulse lasts, its own included.
        normalised: weights sum to one, so that a constant series is its own adstock.

    Raises:
        ValueError: when `length` is below one.
    """
    if length < 1:
        raise ValueError(f"length must be at least 1, got {length!r}")
    x = np.asarray(series, dtype=np.float64)
    weights = adstock_weights(retention, length=length, normalised=normalised)
    leading = np.broadcast_shapes(x.shape[:-1], weights.shape[:-1])
    result = np.zeros((*leading, x.shape[-1]), dtype=np.float64)
    for lag in range(min(length, x.shape[-1])):
        result[..., lag:] += weights[..., lag, None] * x[..., : x.shape[-1] - lag]
    return result


def adstock_weights(retention: ArrayLike, *, length: int, normalised: bool = True) -> Array:
    """The carry-over weights by lag, shape (..., length)."""
    alpha = np.asarray(retention, dtype=np.float64)
    weights = alpha[..., None] ** np.arange(length, dtype=np.float64)
    return weights / weights.sum(axis=-1, keepdims=True) if normalised else weights


def lagged(series: ArrayLike, shares: ArrayLike) -> Array:
    """Each period's part spread over that period and those after it, Σ shares[lag] · series[t − lag], shape (..., T).

    Args:
        series: what is caused per period, shape (..., T), nothing before its first period.
        shares: of it that come 0, 1, 2, … periods later, shape (..., L), broadcast against the leading axes of `series`.
    """
    caused, weights = np.asarray(series, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    periods = caused.shape[-1]
    result = np.zeros((*np.broadcast_shapes(caused.shape[:-1], weights.shape[:-1]), periods))
    for lag in range(min(weights.shape[-1], periods)):
        result[..., lag:] += weights[..., lag, None] * caused[..., : periods - lag]
    return result


def half_life(retention: ArrayLike) -> Array:
    """Periods after which half of an effect is left; 0 at no carry-over, infinite at full."""
    alpha = np.asarray(retention, dtype=np.float64)
    inner = np.clip(alpha, 1e-300, 1.0 - 1e-12)
    lives = np.log(0.5) / np.log(inner)
    return np.where(alpha <= 0.0, 0.0, np.where(alpha >= 1.0, np.inf, lives))


def logistic_saturation(x: ArrayLike, steepness: ArrayLike) -> Array:
    """(1 − e^(−λx)) / (1 + e^(−λx)): 0 at 0, 1 at infinity."""
    return np.tanh(0.5 * np.asarray(steepness, dtype=np.float64) * np.asarray(x, dtype=np.float64))


def logistic_saturation_slope(x: ArrayLike, steepness: ArrayLike) -> Array:
    """The derivative of `logistic_saturation` in x."""
    steep = np.asarray(steepness, dtype=np.float64)
    decay = np.exp(-np.abs(steep * np.asarray(x, dtype=np.float64)))
    return 2.0 * steep * decay / (1.0 + decay) ** 2


def hill_saturation(x: ArrayLike, half: ArrayLike, slope: ArrayLike) -> Array:
    """1 / (1 + (x / half)^(−slope)): 0 at 0, one half at `half`, 1 at infinity."""
    ratio = np.asarray(x, dtype=np.float64) / np.asarray(half, dtype=np.float64)
    exponent = -np.asarray(slope, dtype=np.float64) * np.log(np.maximum(ratio, 1e-300))
    return np.where(ratio > 0.0, 1.0 / (1.0 + np.exp(np.minimum(exponent, 700.0))), 0.0)


def hill_saturation_slope(x: ArrayLike, half: ArrayLike, slope: ArrayLike) -> Array:
    """The derivative of `hill_saturation` in x; finite at 0, where for slopes below one the true one is not."""
    centre = np.asarray(half, dtype=np.float64)
    power = np.asarray(slope, dtype=np.float64)
    ratio = np.maximum(np.asarray(x, dtype=np.float64) / centre, _SMALLEST_RATIO)
    decay = np.exp(np.clip(-power * np.log(ratio), -700.0, 300.0))
    return power * decay / (ratio * centre * (1.0 + decay) ** 2)
