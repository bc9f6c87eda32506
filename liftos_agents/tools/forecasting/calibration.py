"""The backtest over rolling origins, and intervals as wide as its errors say.

Half-widths are conformal (Vovk et al. 2005; for forecasts, Stankevičiūtė et al. 2021): quantiles of the errors that the chosen method made
from past origins, at a level raised for how few of them are independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from liftos_agents.tools.forecasting.candidates import Forecaster, Subject

Array = NDArray[np.float64]

MOST_ORIGINS = 24
TRAINED = 0.5
FEWEST_TRAINED = 8


@dataclass(frozen=True)
class Rolled:
    """One method's forecasts from every origin: `errors` (O, H), NaN beyond the data, and its forecast of the periods to come (H,)."""

    errors: Array
    ahead: Array


def origins(periods: int, season: int, horizon: int) -> list[int]:
    """Rolling origins: from half the data on (two seasons at least), evenly spaced, two dozen at most."""
    first = max(int(TRAINED * periods), min(2 * season, periods - horizon), FEWEST_TRAINED)
    last = periods - max(horizon // 2, 1)
    count = min(MOST_ORIGINS, last - first + 1)
    if count < 1:
        return []
    return sorted({round(float(o)) for o in np.linspace(first, last, count)})


def roll(forecaster: Forecaster, subject: Subject, starts: list[int]) -> Rolled:
    """Forecasts from every origin and from the end of the data."""
    made = forecaster(subject, [*starts, len(subject.values)])
    errors = np.full((len(starts), subject.horizon), np.nan)
    for row, (start, path) in enumerate(zip(starts, made[:-1], strict=True)):
        known = subject.values[start : start + subject.horizon]
        errors[row, : len(known)] = known - path[: len(known)]
    return Rolled(errors, made[-1])


def half_widths(errors: Array, starts: list[int], levels: tuple[float, ...]) -> tuple[Array, Array]:
    """Half-widths of single periods (L, H) and of the sum over the horizon (L,).

    Periods share one quantile of their errors, each over its own spread, which does not fall with the horizon.
    """
    horizon = errors.shape[1]
    spread = _spread(errors)
    independent = max((starts[-1] - starts[0]) / horizon + 1.0, 1.0)
    relative = np.abs(errors / spread)
    relative = relative[~np.isnan(relative)]
    totals = np.abs(_totals(errors))
    single = np.stack([_quantile(relative, level, independent) * spread for level in levels])
    # Sums of overlapping horizons are few in truth: the normal half-width of their spread is the least that counts.
    spread_of_sums = float(np.sqrt(np.mean(totals**2)))
    whole = np.array(
        [
            max(
                _quantile(totals, level, independent),
                float(t.ppf(0.5 + level / 2.0, max(independent, 1.5))) * spread_of_sums,
            )
            for level in levels
        ]
    )
    return single, whole


def coverage(errors: Array, starts: list[int], levels: tuple[float, ...]) -> list[float]:
    """Share of the errors within the half-widths that the other origins give, per level."""
    hits: list[list[float]] = [[] for _ in levels]
    for row in range(len(errors)):
        others = np.delete(errors, row, axis=0)
        if np.isnan(others).all(axis=0).any() or len(others) < 2:
            continue
        single, _ = half_widths(others, [s for k, s in enumerate(starts) if k != row], levels)
        there = ~np.isnan(errors[row])
        for index in range(len(levels)):
            hits[index].append(float((np.abs(errors[row, there]) <= single[index, there]).mean()))
    return [float(np.mean(hit)) if hit else float("nan") for hit in hits]


def _spread(errors: Array) -> Array:
    """(H,) root mean square error at each step, made not to fall with the horizon, and never zero."""
    rms = np.sqrt(np.nanmean(errors**2, axis=0))
    rising = np.maximum.accumulate(np.convolve(np.pad(rms, 2, mode="edge"), np.full(5, 0.2), "valid"))
    floor = max(1e-9 * float(np.nanmax(np.abs(errors))), 1e-300)
    return np.maximum(rising, floor)


def _totals(errors: Array) -> Array:
    """Errors of the sum over the horizon; from origins whose horizon is cut short, scaled up by the root of what is missing."""
    there = ~np.isnan(errors)
    sums = np.where(there, errors, 0.0).sum(axis=1)
    return sums * (errors.shape[1] / there.sum(axis=1))


def _quantile(sizes: Array, level: float, independent: float) -> float:
    """The conformal quantile, stretched as Student's is over the normal for so many independent errors."""
    stretch = float(t.ppf(0.5 + level / 2.0, max(independent, 1.5)) / norm.ppf(0.5 + level / 2.0))
    return float(np.quantile(sizes, level, method="higher")) * stretch
