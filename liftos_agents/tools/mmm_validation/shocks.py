"""Periods that the model cannot explain: one-off shocks of the outcome, and lasting shifts of its level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.estimate import significant

Array = NDArray[np.float64]

OUTLYING = 4.0
"""Robust standard deviations from which a residual is a shock."""
CUSUM_LIMIT = 1.36
"""95 % quantile of the largest absolute value of a Brownian bridge."""
MOST_LISTED = 12


class Shock(BaseModel):
    """A period whose outcome the fit misses by far; `residual` in robust standard deviations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: str
    residual: float


class Shocks(BaseModel):
    """What the residuals show.

    Attributes:
        found: The largest shocks in order of time, at most twelve.
        largest: Absolute residual of the largest, in robust standard deviations.
        level_shift: Largest absolute cumulative sum of the residuals over the square root of periods and their standard deviation,
            autocorrelation allowed for; above 1.36 the level moved once and for all (at 5 %).
        level_shift_date: Where it is largest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    found: tuple[Shock, ...]
    largest: float
    level_shift: float
    level_shift_date: str


def shocks(dates: NDArray[np.datetime64], residual: Array) -> Shocks:
    """Shocks and level shifts among residuals (T,) of a fit; Brown, Durbin and Evans (1975) with a long-run variance."""
    centred = residual - np.median(residual)
    spread = max(1.4826 * float(np.median(np.abs(centred))), 1e-300)
    sizes = centred / spread
    order = [int(t) for t in np.argsort(-np.abs(sizes), kind="stable")[:MOST_LISTED]]
    far = sorted(t for t in order if abs(sizes[t]) > OUTLYING)
    path = np.cumsum(residual - residual.mean()) / np.sqrt(len(residual) * _long_run_variance(residual))
    where = int(np.argmax(np.abs(path)))
    return Shocks(
        found=tuple(Shock(date=str(dates[t]), residual=significant(float(sizes[t]))) for t in far),
        largest=significant(float(np.abs(sizes).max())),
        level_shift=significant(float(np.abs(path[where]))),
        level_shift_date=str(dates[where]),
    )


def _long_run_variance(residual: Array) -> float:
    """Bartlett-weighted autocovariances up to the usual number of lags (Newey and West 1987)."""
    centred = residual - residual.mean()
    count = len(centred)
    lags = int(4.0 * (count / 100.0) ** (2.0 / 9.0))
    total = float(centred @ centred)
    for lag in range(1, lags + 1):
        total += 2.0 * (1.0 - lag / (lags + 1.0)) * float(centred[lag:] @ centred[:-lag])
    return max(total / count, 1e-300)
