"""Least squares with errors that carry over: contrasts, joint tests, and whether season and trend hold throughout.

Newey and West's (1987) covariance with the bandwidth and reference distribution of Lazarus, Lewis, Stock and Watson (2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]

WHITE_BANDWIDTH = 0.65
"""Half the usual bandwidth: the first autocorrelation is taken out already."""
TRIMMED, MOST_BREAKS = 0.15, 60


@dataclass(frozen=True)
class Estimated:
    """Coefficients (K,), their covariance with and without carry-over, residuals (T,), and degrees of freedom of a contrast."""

    coefficients: Array
    covariance: Array
    plain: Array
    residual: Array
    freedom: float

    def contrast(self, weights: Array, cautious: bool) -> tuple[float, float]:
        """Estimate and standard error; where few periods or slow ones carry it, the larger of both covariances counts."""
        error = float(np.sqrt(max(weights @ self.covariance @ weights, 0.0)))
        if cautious:
            # A column that is zero but for a few periods, or that turns once a year, makes its own residuals small, and with them the
            # robust error.
            error = max(error, float(np.sqrt(max(weights @ self.plain @ weights, 0.0))))
        return float(weights @ self.coefficients), error

    def joint(self, places: list[int]) -> float:
        """p-value that all of these coefficients are zero."""
        inverse = np.linalg.pinv(self.covariance[np.ix_(places, places)])
        wald = float(self.coefficients[places] @ inverse @ self.coefficients[places])
        count = len(places)
        scaled = wald / count * max(self.freedom - count + 1.0, 1.0) / max(self.freedom, 1.0)
        return float(stats.f.sf(scaled, count, max(self.freedom - count + 1.0, 1.0)))


def estimate(values: Array, columns: Array) -> Estimated:
    """The fit of (T,) on (T, K), errors that carry over taken out first; a column that others determine gets the smallest coefficients.

    Both sides are differenced by the errors' first autocorrelation (Prais and Winsten 1954), which makes slow contrasts sharper; what carries
    over beyond it is left to the covariance (prewhitening, as Andrews and Monahan 1992).
    """
    plain = _least_squares(values, columns, 1.3)
    carried = _carry_over(plain.residual, columns.shape[1])
    found = _least_squares(_whitened(values, carried), _whitened(columns, carried), WHITE_BANDWIDTH)
    return Estimated(
        found.coefficients,
        found.covariance,
        found.plain,
        values - columns @ found.coefficients,
        found.freedom,
    )


def _least_squares(values: Array, columns: Array, bandwidth: float) -> Estimated:
    periods, width = columns.shape
    inverse = np.linalg.pinv(columns.T @ columns)
    coefficients = inverse @ (columns.T @ values)
    residual = values - columns @ coefficients
    lags = min(int(np.ceil(bandwidth * np.sqrt(periods))), periods - 1)
    leverage = np.minimum(np.einsum("tk,kl,tl->t", columns, inverse, columns), 0.9)
    # Residuals are smaller than the errors where a period has leverage (MacKinnon and White 1985, HC2).
    scores = columns * (residual / np.sqrt(1.0 - leverage))[:, None]
    middle = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1.0 - lag / (lags + 1.0)) * (cross + cross.T)
    spare = max(periods - width, 1)
    plain = inverse * float(residual @ residual) / spare
    return Estimated(
        coefficients, inverse @ middle @ inverse, plain, residual, min(1.5 * periods / (lags + 1.0), spare)
    )


def _carry_over(residual: Array, width: int) -> float:
    """First autocorrelation of the errors, its bias from as many regressors allowed for; at most 0.95."""
    periods = len(residual)
    square = float(residual @ residual)
    raw = float(residual[1:] @ residual[:-1]) / square if square > 0.0 else 0.0
    return float(np.clip(raw + (width + 1.0 + 3.0 * raw) / periods, -0.5, 0.95)) if raw > 0.0 else 0.0


def _whitened(values: Array, carried: float) -> Array:
    first = np.sqrt(1.0 - carried**2) * values[:1]
    return np.concatenate([first, values[1:] - carried * values[:-1]])


def halves_differ(values: Array, columns: Array, places: list[int], headline: Array) -> float | None:
    """p-value that the season is the same in both halves of the data; None where a half cannot tell it.

    All coefficients at `places` are compared together, and the contrast `headline` (K,) by itself; the smaller p-value counts, doubled.
    """
    late = (np.arange(len(values)) >= len(values) // 2).astype(np.float64)[:, None]
    whole = np.hstack([columns, late, columns[:, places] * late])
    if np.linalg.matrix_rank(whole) < whole.shape[1]:
        return None
    found = estimate(values, whole)
    start = columns.shape[1] + 1
    joint = found.joint(list(range(start, whole.shape[1])))
    if not np.any(headline[places]):
        return joint
    weights = np.concatenate([np.zeros(start), headline[places]])
    value, error = found.contrast(weights, cautious=False)
    alone = float(2.0 * stats.t.sf(abs(value) / max(error, 1e-300), found.freedom))
    return min(1.0, 2.0 * min(joint, alone))


def wanders(residual: Array, lags: int) -> float:
    """Largest absolute cumulative sum of the residuals in units of its own spread (Brown, Durbin and Evans 1975, long-run variance)."""
    centred = residual - residual.mean()
    variance = float(centred @ centred)
    for lag in range(1, lags + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1.0)) * float(centred[lag:] @ centred[:-lag])
    return float(np.abs(np.cumsum(centred)).max() / np.sqrt(max(variance, 1e-300)))


def level_jump(values: Array, columns: Array) -> tuple[float, int]:
    """The clearest jump of the level beyond `columns`: its absolute t value and the period it begins in.

    The date is the one that explains most; the t value allows for errors that carry over around that jump (Andrews 1993 for its bar).
    """
    periods = len(values)
    inverse = np.linalg.pinv(columns)
    rest = values - columns @ (inverse @ values)
    dates = np.unique(np.linspace(TRIMMED * periods, (1.0 - TRIMMED) * periods, MOST_BREAKS).astype(int))
    steps = (np.arange(periods)[:, None] >= dates).astype(np.float64)
    steps = steps - columns @ (inverse @ steps)
    lengths = np.maximum((steps**2).sum(axis=0), 1e-12)
    best = int(np.argmax((rest @ steps) ** 2 / lengths))
    step = (np.arange(periods) >= dates[best]).astype(np.float64)[:, None]
    found = _least_squares(values, np.hstack([columns, step]), 1.3)
    error = float(np.sqrt(found.covariance[-1, -1]))
    return (abs(float(found.coefficients[-1])) / error if error > 0.0 else 0.0), int(dates[best])
