"""An uncertain number as the whole house passes it on: mean and a 90 % interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict

SIGNIFICANT_DIGITS = 10


class Estimate(BaseModel):
    """A quantity's mean with its 5th, 50th and 95th percentile."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: float
    p05: float
    p50: float
    p95: float

    @classmethod
    def of(cls, draws: ArrayLike) -> Estimate:
        """The summary of `draws` (any shape, flattened).

        Raises:
            ValueError: when there is no draw, or one is not a number.
        """
        values: NDArray[np.float64] = np.asarray(draws, dtype=np.float64).ravel()
        if values.size == 0 or bool(np.isnan(values).any()):
            raise ValueError("an estimate needs at least one draw, and every draw must be a number")
        low, middle, high = (float(q) for q in np.quantile(values, [0.05, 0.5, 0.95]))
        return cls(
            mean=significant(float(values.mean())),
            p05=significant(low),
            p50=significant(middle),
            p95=significant(high),
        )


def significant(value: float, digits: int = SIGNIFICANT_DIGITS) -> float:
    """`value` at ten significant digits: finer ones differ between machines, not between facts."""
    if value == 0.0 or not math.isfinite(value):
        return value
    return float(f"{value:.{digits - 1}e}")
