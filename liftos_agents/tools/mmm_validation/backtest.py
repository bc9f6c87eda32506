"""Forecasts from rolling origins against what came: error, coverage and the seasonal naive forecast beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.estimate import significant
from liftos_agents.tools.mmm.holdout import predictive_draws
from liftos_agents.tools.mmm.input import Frequency, MmmInput
from liftos_agents.tools.mmm_validation.short_fit import short_fit

Array = NDArray[np.float64]

HORIZON: dict[Frequency, int] = {"day": 28, "week": 8, "month": 3}
SEASON: dict[Frequency, int] = {"day": 7, "week": 52, "month": 12}
FEWEST_TRAINED = 52
LEVEL = 0.9


class Frozen(BaseModel):
    """A result part: immutable, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fold(Frozen):
    """One origin: the fit saw the periods before `start`, and spends, controls and proxies after it, but no outcome.

    Attributes:
        mape, naive_mape: Mean absolute error over the horizon, as a share of the outcome; of the model and of the seasonal naive
            forecast (the same period a season earlier).
        covered: Share of the horizon's periods within the 90 % predictive interval.
        date, actual, mean, p05, p95: The horizon, period by period.
    """

    start: str
    mape: float
    naive_mape: float
    covered: float
    date: tuple[str, ...]
    actual: tuple[float, ...]
    mean: tuple[float, ...]
    p05: tuple[float, ...]
    p95: tuple[float, ...]


class Backtest(Frozen):
    """All origins together.

    Attributes:
        horizon: Periods forecast from each origin.
        season: Periods of the naive forecast's season; 1 repeats the last period, where the data are too short for a season.
        mase: Mean absolute error over that of the naive forecast in the periods fitted.
        relative_error: Mean absolute error over that of the naive forecast in the same held-out periods.
        coverage: Of 90 % predictive intervals.
        crps: Continuous ranked probability score over the naive forecast's mean absolute error; lower is better.
    """

    horizon: int
    season: int
    folds: tuple[Fold, ...]
    mase: float
    mape: float
    naive_mape: float
    relative_error: float
    coverage: float
    crps: float


def backtest(
    data: MmmInput, horizon: int, folds: int, report: Callable[[str, float], None]
) -> Backtest | None:
    """The backtest over at most `folds` origins, or None where the data are too short for any."""
    rows = len(data.outcome)
    count = min(folds, (rows - FEWEST_TRAINED) // horizon)
    if count < 1:
        return None
    season = SEASON[data.frequency] if rows - count * horizon > SEASON[data.frequency] else 1
    found: list[Fold] = []
    errors: list[Array] = []
    naive_errors: list[Array] = []
    scores: list[Array] = []
    steps: list[float] = []
    for fold in range(count):
        report(f"forecast from origin {fold + 1} of {count}", fold / count)
        start = rows - (count - fold) * horizon
        known = first_periods(data, start + horizon)
        trial = short_fit(known, fold, start)
        drawn = predictive_draws(trial.form, trial.draws, np.random.default_rng([data.seed, 6, fold]))
        actual = data.outcome[start : start + horizon]
        naive = seasonal_naive(data.outcome[:start], horizon, season)
        low, high = np.quantile(drawn, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2], axis=0)
        mean = drawn.mean(axis=0)
        errors.append(np.abs(mean - actual))
        naive_errors.append(np.abs(naive - actual))
        scores.append(_crps(drawn, actual))
        steps.append(float(np.abs(data.outcome[season:start] - data.outcome[: start - season]).mean()))
        size = np.maximum(np.abs(actual), 1e-9 * float(np.abs(data.outcome).max()))
        found.append(
            Fold(
                start=str(data.dates[start]),
                mape=significant(float((errors[-1] / size).mean())),
                naive_mape=significant(float((naive_errors[-1] / size).mean())),
                covered=significant(float(((low <= actual) & (actual <= high)).mean())),
                date=tuple(str(day) for day in data.dates[start : start + horizon]),
                actual=_series(actual),
                mean=_series(mean),
                p05=_series(low),
                p95=_series(high),
            )
        )
    error, naive_error = float(np.mean(errors)), max(float(np.mean(naive_errors)), 1e-300)
    return Backtest(
        horizon=horizon,
        season=season,
        folds=tuple(found),
        mase=significant(error / max(float(np.mean(steps)), 1e-300)),
        mape=significant(float(np.mean([fold.mape for fold in found]))),
        naive_mape=significant(float(np.mean([fold.naive_mape for fold in found]))),
        relative_error=significant(error / naive_error),
        coverage=significant(float(np.mean([fold.covered for fold in found]))),
        crps=significant(float(np.mean(scores)) / naive_error),
    )


def seasonal_naive(past: Array, horizon: int, season: int) -> Array:
    """The same period a season earlier, (horizon,)."""
    return past[len(past) - season + np.arange(horizon) % season]


def _crps(drawn: Array, actual: Array) -> Array:
    """Continuous ranked probability score of draws (D, h) against (h,), by the sorted-sample form (Gneiting and Raftery 2007)."""
    ordered = np.sort(drawn, axis=0)
    count = len(ordered)
    weight = (2.0 * np.arange(1, count + 1) - count - 1.0)[:, None]
    return np.abs(ordered - actual).mean(axis=0) - (weight * ordered).sum(axis=0) / count**2


def first_periods(data: MmmInput, rows: int) -> MmmInput:
    """The input's first `rows` periods; lift tests that end later are left out."""
    last = data.dates[rows - 1]
    return replace(
        data,
        dates=data.dates[:rows],
        outcome=data.outcome[:rows],
        spend=data.spend[:rows],
        controls={name: series[:rows] for name, series in data.controls.items()},
        events={name: series[:rows] for name, series in data.events.items()},
        holidays={name: series[:rows] for name, series in data.holidays.items()},
        lift_tests=tuple(test for test in data.lift_tests if np.datetime64(test.end, "D") <= last),
    )


def _series(values: Array) -> tuple[float, ...]:
    return tuple(significant(float(value), 6) for value in values)
