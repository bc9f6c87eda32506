"""What a regression leaves over as white noise plus a persistent part, so that a slow swing is not taken for a break.

V = I + s · R(φ), R the correlations of a first-order autoregression. φ and s maximise the restricted likelihood (Harville 1977,
JASA 72), which allows for the columns that were fitted: plain residual autocorrelation is biased towards zero by them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PERSISTENCE = (0.3, 0.6, 0.8, 0.9, 0.97)
SHARE = (0.1, 0.4, 1.5, 6.0, 100.0)
"""Variance of the persistent part over that of the white noise; the last is as good as no white noise."""


@dataclass(frozen=True)
class PersistentNoise:
    """Persistence φ and relative variance s of the persistent part; 0 and 0 are white noise."""

    persistence: float
    share: float

    def whiten(self, columns: Array) -> Array:
        """Columns (T, K) as their innovations, whose noise is white."""
        return _innovations(columns, np.array([self.persistence]), np.array([self.share]))[0][0]


def persistent_noise(columns: Array, outcome: Array) -> tuple[PersistentNoise, float]:
    """The likeliest noise of `outcome` (T,) around independent `columns` (T, K) on a grid, and the log likelihood of both together."""
    pairs = [(0.0, 0.0), *((phi, share) for phi in PERSISTENCE for share in SHARE)]
    persistence, share = np.array(pairs).T
    white, log_determinant = _innovations(np.column_stack([columns, outcome]), persistence, share)
    likelihood = np.empty((len(pairs), 2))
    for index, (one, log) in enumerate(zip(white, log_determinant, strict=True)):
        left, upper = np.linalg.qr(one[:, :-1])
        residual = one[:, -1] - left @ (left.T @ one[:, -1])
        spread = float(np.log(residual @ residual))
        fitted = float(np.log(np.abs(np.diag(upper))).sum())
        likelihood[index, 0] = -0.5 * ((len(outcome) - columns.shape[1]) * spread + log) - fitted
        likelihood[index, 1] = -0.5 * (len(outcome) * spread + log)
    best = int(np.argmax(likelihood[:, 0]))
    return PersistentNoise(*pairs[best]), float(likelihood[best, 1])


def _innovations(columns: Array, persistence: Array, share: Array) -> tuple[Array, Array]:
    """Scaled Kalman innovations (G, T, K) of the columns and log |V| (G,), for G pairs of φ and s."""
    white = np.empty((len(persistence), *columns.shape))
    log_determinant = np.zeros(len(persistence))
    state, variance = np.zeros((len(persistence), columns.shape[1])), share.copy()
    for t, row in enumerate(columns):
        total = variance + 1.0
        surprise = row - state
        white[:, t] = surprise / np.sqrt(total)[:, None]
        log_determinant += np.log(total)
        gain = variance / total
        state = persistence[:, None] * (state + gain[:, None] * surprise)
        variance = persistence**2 * variance * (1.0 - gain) + share * (1.0 - persistence**2)
    return white, log_determinant
