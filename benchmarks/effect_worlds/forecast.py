"""Series whose future is simulated with them: does the interval of the sum to come hold it?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.effect_worlds.world import Simulated, World

SEED = 4_404_000
PERIODS, HORIZON = 84, 6


def _series(number: int, base: int) -> np.ndarray:
    """Ninety months of season, slow drift and an error that carries over."""
    rng = np.random.default_rng([SEED + base, number])
    whole = PERIODS + HORIZON
    error = np.zeros(whole)
    for k in range(1, whole):
        error[k] = 0.5 * error[k - 1] + rng.standard_normal()
    level = np.cumsum(0.2 * rng.standard_normal(whole))
    return 50.0 + 6.0 * np.sin(2 * np.pi * (np.arange(whole) + number) / 12.0) + error + level


def _made(number: int, base: int, method: str) -> Simulated:
    values = _series(number, base)
    frame = pd.DataFrame(
        {
            "month": pd.date_range("2016-01-01", periods=PERIODS, freq="MS").as_unit("us"),
            "sales": values[:PERIODS],
        }
    )
    arguments = {"outcome": "sales", "time": "month", "horizon": HORIZON, "method": method}
    return Simulated(frame, arguments, float(values[PERIODS:].sum()))


WORLDS = (
    World(
        "forecast: exponential smoothing, 84 months, 6 ahead",
        "forecast",
        "holds",
        lambda number: _made(number, 1, "exponential_smoothing"),
        exactness="at_least",
        notes="conformal half-widths from overlapping origins",
    ),
    World(
        "forecast: structural, 84 months, 6 ahead",
        "forecast",
        "holds",
        lambda number: _made(number, 2, "structural"),
        exactness="at_least",
        notes="conformal half-widths from overlapping origins",
    ),
)
