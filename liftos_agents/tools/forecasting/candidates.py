"""Ways to carry a series on: the season repeated, exponential smoothing, a structural model.

Each learns its parameters from the periods before the first origin alone, then forecasts from every origin with all that came before it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.holtwinters import ExponentialSmoothing
from statsmodels.tsa.statespace.structural import UnobservedComponents

Array = NDArray[np.float64]

HARMONICS = 3
ITERATIONS = 80


@dataclass(frozen=True)
class Subject:
    """What is forecast.

    Attributes:
        values: (T,).
        controls: (T + horizon, K), known ahead.
        short, long: Seasons, as in `TimeSeries`.
        horizon: Periods.
    """

    values: Array
    controls: Array
    short: int
    long: float
    horizon: int

    @property
    def lag(self) -> int:
        """Periods back to the same point of the season; 1 without one."""
        return self.short if self.short and not self.long else round(self.long) or 1

    def regressors(self, dummies: bool) -> Array:
        """(T + horizon, R): sines of the long season, dummies of the short one where asked, and the controls."""
        when = np.arange(len(self.controls), dtype=np.float64)
        columns = [self.controls]
        if self.long:
            angle = 2.0 * np.pi * when[:, None] * np.arange(1, HARMONICS + 1) / self.long
            columns += [np.sin(angle), np.cos(angle)]
        if dummies and self.short:
            columns.append((when[:, None] % self.short == np.arange(1, self.short)).astype(np.float64))
        return np.hstack(columns)


Forecaster = Callable[[Subject, Sequence[int]], list[Array]]


def seasonal_naive(subject: Subject, origins: Sequence[int]) -> list[Array]:
    """The last season once more; without a season the last value."""
    lag = subject.lag
    step = np.arange(subject.horizon) % lag
    return [
        subject.values[origin - min(lag, origin) + np.minimum(step, min(lag, origin) - 1)]
        for origin in origins
    ]


def exponential_smoothing(subject: Subject, origins: Sequence[int]) -> list[Array]:
    """Level, damped trend and short season, additive; a long season and controls are taken out by regression first."""
    first = origins[0]
    columns = subject.regressors(dummies=False)
    explained = columns @ _slopes(subject.values[:first], columns[:first], subject.short)
    rest = subject.values - explained[: len(subject.values)]
    scale = float(rest[:first].std()) or 1.0

    seasonal = bool(subject.short) and first >= 2 * subject.short
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learnt = (
            ExponentialSmoothing(
                rest[:first] / scale,
                trend="add",
                damped_trend=True,
                seasonal="add" if seasonal else None,
                seasonal_periods=subject.short if seasonal else None,
            )
            .fit()
            .params
        )
    paths = _smoothed(rest / scale, learnt, subject.short if seasonal else 0, subject.horizon, origins)
    return [
        path * scale + explained[origin : origin + subject.horizon]
        for origin, path in zip(origins, paths, strict=True)
    ]


def _smoothed(
    values: Array, learnt: dict[str, Any], season: int, horizon: int, origins: Sequence[int]
) -> list[Array]:
    """Forecasts from every origin by one pass of the damped additive recursion (Gardner and McKenzie 1985)."""
    level_weight, trend_weight = (float(learnt[f"smoothing_{name}"]) for name in ("level", "trend"))
    damping = float(learnt["damping_trend"])
    season_weight = float(learnt["smoothing_seasonal"]) if season else 0.0
    level, slope = float(learnt["initial_level"]), float(learnt["initial_trend"])
    figures = [float(s) for s in learnt["initial_seasons"]] if season else [0.0]
    width = max(season, 1)
    damped = np.cumsum(damping ** np.arange(1, horizon + 1))
    wanted, found = set(origins), dict[int, Array]()
    for when in range(len(values) + 1):
        if when in wanted:
            ahead = np.array([figures[(when + k) % width] for k in range(horizon)])
            found[when] = np.asarray(level + damped * slope + ahead, dtype=np.float64)
        if when == len(values):
            break
        place, before = when % width, level
        expected = level + damping * slope
        level = level_weight * (values[when] - figures[place]) + (1.0 - level_weight) * expected
        if season:
            figures[place] += season_weight * (values[when] - expected - figures[place])
        slope = trend_weight * (level - before) + (1.0 - trend_weight) * damping * slope
    return [found[origin] for origin in origins]


def structural(subject: Subject, origins: Sequence[int]) -> list[Array]:
    """A level that wanders, an error that carries over, season and controls as regressors."""
    return _structural(subject, origins, "llevel")


def structural_drift(subject: Subject, origins: Sequence[int]) -> list[Array]:
    """The same with a constant slope."""
    return _structural(subject, origins, "lldtrend")


def _structural(subject: Subject, origins: Sequence[int], level: Any) -> list[Array]:
    first = origins[0]
    columns = subject.regressors(dummies=True)
    scale = float(subject.values[:first].std()) or 1.0
    varies = np.ptp(columns[:first], axis=0) > 0.0 if columns.shape[1] else np.zeros(0, dtype=bool)
    columns = columns[:, varies]
    shift = float(subject.values[:first].mean())

    def model(until: int) -> Any:
        return UnobservedComponents(
            (subject.values[:until] - shift) / scale,
            level,
            exog=columns[:until] if columns.shape[1] else None,
            autoregressive=1,
            mle_regression=False,
        )

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learnt = model(first).fit(disp=False, maxiter=ITERATIONS, cov_type="none").params
        found: list[Array] = []
        for origin in origins:
            filtered = model(origin).filter(learnt, cov_type="none")
            ahead = columns[origin : origin + subject.horizon] if columns.shape[1] else None
            found.append(np.asarray(filtered.forecast(subject.horizon, exog=ahead)) * scale + shift)
        return found


FORECASTERS: dict[str, tuple[Forecaster, str]] = {
    "seasonal_naive": (seasonal_naive, "the last season once more"),
    "exponential_smoothing": (exponential_smoothing, "exponential smoothing with a damped trend"),
    "structural": (structural, "a structural state-space model"),
    "structural_drift": (structural_drift, "a structural state-space model with a slope"),
}


def _slopes(values: Array, columns: Array, short: int) -> Array:
    """Least-squares slopes on `columns`, level, trend and short season allowed for."""
    when = np.arange(len(values), dtype=np.float64)
    beside = [np.ones(len(values)), when / max(len(values), 1)]
    if short:
        beside += list((when[:, None] % short == np.arange(1, short)).astype(np.float64).T)
    whole = np.column_stack([columns, *beside])
    return np.asarray(np.linalg.lstsq(whole, values, rcond=None)[0][: columns.shape[1]], dtype=np.float64)
