"""Does the twin look like the market it was fitted to? Posterior-predictive checks under the spend that really happened."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.sandbox.noise import Array, normal

LEAST_P = 0.05
MOST_TELLING = 0.6
YEAR, BLOCK = 52, 13
LEAST_FOR_A_YEAR = 156
_MOST_DRAWS = 400
_SERIES_FOR_BLOCKS = 60
_LEAST_BLOCKS = 4

Statistic = Literal[
    "lag_1", "lag_52", "coefficient_of_variation", "correlation_with_spend", "lag_1_of_residuals"
]


class Likeness(BaseModel):
    """One statistic of the real series beside those of simulated ones; 5 %, 50 % and 95 % points."""

    model_config = ConfigDict(frozen=True)

    real: float
    low: float
    middle: float
    high: float


class Realism(BaseModel):
    """Whether a rehearsal in this twin may be trusted.

    The check is in sample: the twin was fitted to the series that it is compared with.

    Attributes:
        statistics: Autocorrelation at lag 1 and (from three years of weeks on) 52, coefficient of variation, correlation
            with total spend, lag-1 autocorrelation of what the fit leaves over.
        p_value: Joint posterior-predictive p over them: share of simulated series that lie farther from the simulated
            ones' middle (Mahalanobis distance) than the real one.
        told_apart: Area under the ROC curve with which a quadratic discriminant on blocks of a quarter tells real from
            simulated; .5 is chance. With its 90 % interval (Hanley and McNeil 1982) over the real blocks.
        trusted: `p_value` ≥ .05, and the lower end of `told_apart` is at most .6.
        reasons: Why not.
    """

    model_config = ConfigDict(frozen=True)

    statistics: dict[Statistic, Likeness]
    p_value: float
    told_apart: float | None
    told_apart_low: float | None
    told_apart_high: float | None
    blocks: int
    trusted: bool
    reasons: tuple[str, ...] = ()
    label: str = "In sample: the twin is compared with the series that it was fitted to."


def realism(posterior: MediaPosterior, *, seed: int = 0) -> Realism:
    """The twin of `posterior` under the actual spend, compared with the actual outcome.

    Args:
        seed: Of the simulated noise.
    """
    worlds = posterior.thin(_MOST_DRAWS)
    fitted = worlds.baseline + worlds.contribution().sum(axis=2)
    luck = normal([seed], np.arange(fitted.size), "noise of the twin").reshape(fitted.shape)
    simulated = fitted + worlds.noise[:, None] * luck
    spend = worlds.spend.sum(axis=1)
    real = np.broadcast_to(worlds.outcome, fitted.shape)
    seen = _statistics(real, fitted, spend)
    made = _statistics(simulated, fitted, spend)
    names = list(seen)
    rows = np.column_stack([made[name] for name in names])
    actual = np.array([seen[name].mean() for name in names])
    distances = _distances(rows, np.vstack([rows, actual]))
    p_value = float((distances[:-1] >= distances[-1]).mean())
    auc, blocks = _told_apart(real - fitted, simulated - fitted, spend)
    low, high = (None, None) if auc is None else _interval(auc, blocks)
    reasons = []
    if p_value < LEAST_P:
        odd = max(names, key=lambda n: abs(seen[n].mean() - made[n].mean()) / max(made[n].std(), 1e-12))
        reasons.append(
            f"Series of the twin differ from the real one (joint p = {p_value:.2g}), most in {odd.replace('_', ' ')}."
        )
    if low is not None and low > MOST_TELLING:
        reasons.append(
            f"Quarters of the twin are told from real ones too easily (area under the curve {auc:.2f})."
        )
    return Realism(
        statistics={
            name: Likeness(
                real=float(seen[name].mean()),
                low=float(np.quantile(made[name], 0.05)),
                middle=float(np.quantile(made[name], 0.5)),
                high=float(np.quantile(made[name], 0.95)),
            )
            for name in names
        },
        p_value=p_value,
        told_apart=auc,
        told_apart_low=low,
        told_apart_high=high,
        blocks=blocks,
        trusted=not reasons,
        reasons=tuple(reasons),
    )


def _statistics(series: Array, fitted: Array, spend: Array) -> dict[Statistic, Array]:
    """Each statistic by draw, (D,), of series (D, T)."""
    found: dict[Statistic, Array] = {"lag_1": _autocorrelation(series, 1)}
    if series.shape[1] >= LEAST_FOR_A_YEAR:
        found["lag_52"] = _autocorrelation(series, YEAR)
    found["coefficient_of_variation"] = series.std(axis=1) / np.maximum(np.abs(series.mean(axis=1)), 1e-300)
    if np.ptp(spend) > 0:
        found["correlation_with_spend"] = _correlation(series, np.broadcast_to(spend, series.shape))
    found["lag_1_of_residuals"] = _autocorrelation(series - fitted, 1)
    return found


def _autocorrelation(series: Array, lag: int) -> Array:
    centred = series - series.mean(axis=1, keepdims=True)
    return (centred[:, lag:] * centred[:, :-lag]).sum(axis=1) / np.maximum((centred**2).sum(axis=1), 1e-300)


def _correlation(left: Array, right: Array) -> Array:
    a = left - left.mean(axis=1, keepdims=True)
    b = right - right.mean(axis=1, keepdims=True)
    scale = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return (a * b).sum(axis=1) / np.maximum(scale, 1e-300)


def _distances(reference: Array, rows: Array) -> Array:
    """Squared Mahalanobis distance of `rows` from the middle of `reference`."""
    centre = reference.mean(axis=0)
    inverse = np.linalg.pinv(np.atleast_2d(np.cov(reference, rowvar=False)))
    away = rows - centre
    return np.einsum("ij,jk,ik->i", away, inverse, away)


def _told_apart(real: Array, simulated: Array, spend: Array) -> tuple[float | None, int]:
    """Area under the curve over blocks of real residuals (one series a draw) against simulated ones; real blocks a series."""
    rows = np.linspace(0, len(real) - 1, min(len(real), _SERIES_FOR_BLOCKS)).astype(int)
    made = np.concatenate([_blocks(simulated[row], spend) for row in rows])
    count = len(made) // len(rows)
    if count < _LEAST_BLOCKS:
        return None, count
    half = len(made) // 2
    seen = _distances(made[:half], np.concatenate([_blocks(real[row], spend) for row in rows]))
    others = np.sort(_distances(made[:half], made[half:]))
    return float(np.searchsorted(others, seen).mean() / len(others)), count


def _blocks(series: Array, spend: Array) -> Array:
    """Mean, log spread, lag-1 product, slope and correlation with spend of each quarter, (blocks, 5)."""
    count = len(series) // BLOCK
    parts: NDArray[np.float64] = series[: count * BLOCK].reshape(count, BLOCK)
    money = spend[: count * BLOCK].reshape(count, BLOCK)
    time = np.broadcast_to(np.arange(BLOCK, dtype=np.float64), parts.shape)
    scale = max(float(series.std()), 1e-300)
    return np.column_stack(
        [
            parts.mean(axis=1) / scale,
            np.log(np.maximum(parts.std(axis=1), 1e-9 * scale) / scale),
            _autocorrelation(parts, 1),
            _correlation(parts, time),
            _correlation(parts, money),
        ]
    )


def _interval(area: float, blocks: int) -> tuple[float, float]:
    """90 % interval of an area under the curve whose negatives are many."""
    variance = max(2.0 * area**2 / (1.0 + area) - area**2, 0.0) / blocks
    half = 1.6449 * float(np.sqrt(variance))
    return max(0.0, area - half), min(1.0, area + half)
