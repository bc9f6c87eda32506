"""Daily and weekly series with a planted season: do intervals hold it, and is a season or trend that changed noticed?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.effect_worlds.world import Simulated, World

SEED = 4_405_000
DAYS, WEEKS = 730, 208
WEEKEND, LATE = 3.0, 8.0


def _carried(rng: np.random.Generator, periods: int) -> np.ndarray:
    error = np.zeros(periods)
    for k in range(1, periods):
        error[k] = 0.5 * error[k - 1] + 5.0 * rng.standard_normal()
    return error


def _daily(number: int, base: int, changed: float = 0.0) -> Simulated:
    """Two years of days; from the middle on the weekend is larger by `changed`."""
    rng = np.random.default_rng([SEED + base, number])
    when = pd.date_range("2022-01-03", periods=DAYS)
    weekend = np.asarray(when.day_of_week >= 5, dtype=float)
    values = 100.0 + 0.01 * np.arange(DAYS) + WEEKEND * weekend + _carried(rng, DAYS)
    values = values + changed * weekend * (np.arange(DAYS) >= DAYS // 2)
    frame = pd.DataFrame({"day": when.as_unit("us"), "visits": values})
    return Simulated(frame, {"outcome": "visits", "time": "day"}, WEEKEND)


def _weekly(number: int, base: int, step: float = 0.0) -> Simulated:
    """Four years of weeks with a higher last quarter; from the middle on the level is higher by `step`."""
    rng = np.random.default_rng([SEED + base, number])
    when = pd.date_range("2019-01-07", periods=WEEKS, freq="7D")
    each = when.to_numpy().astype("datetime64[D]")[:, None] + np.arange(7)
    late = ((each.astype("datetime64[M]").astype(int) % 12) >= 9).mean(axis=1)
    values = 300.0 + 0.05 * np.arange(WEEKS) + LATE * late + _carried(rng, WEEKS)
    values = values + step * (np.arange(WEEKS) >= WEEKS // 2)
    frame = pd.DataFrame({"week": when.as_unit("us"), "sales": values})
    arguments: dict[str, Any] = {"outcome": "sales", "time": "week"}
    return Simulated(frame, arguments, LATE)


WORLDS = (
    World(
        "seasonality: weekend of days that carry over",
        "measure_seasonality",
        "holds",
        lambda n: _daily(n, 1),
    ),
    World(
        "seasonality: last quarter of weeks that carry over",
        "measure_seasonality",
        "holds",
        lambda n: _weekly(n, 2),
    ),
    World(
        "seasonality: the weekend changed half way, strongly",
        "measure_seasonality",
        "violated",
        lambda n: _daily(n, 3, 4.0),
        bias=5.0,
    ),
    World(
        "seasonality: the weekend changed half way, a little",
        "measure_seasonality",
        "violated",
        lambda n: _daily(n, 4, 1.5),
        datasets=300,
        notes="power curve",
    ),
    World(
        "seasonality: the level jumped half way",
        "measure_seasonality",
        "violated",
        lambda n: _weekly(n, 5, 25.0),
        datasets=300,
        notes="the trend is no straight line",
    ),
)
