"""Spend that may move only so fast from one period to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ramp:
    """Each channel goes towards its new level as fast as it may, and stays there.

    Attributes:
        level: Spend per period before the plan, shape (C,).
        change: Largest relative change from one period to the next, shape (C,); infinite for no limit.
    """

    level: Array
    change: Array

    def range(self, horizon: int) -> tuple[Array, Array]:
        """The least and the most that each channel can spend over `horizon`, shapes (C,)."""
        low, high = self._bounds(horizon)
        return low.sum(axis=0), high.sum(axis=0)

    def levels(self, allocation: Array, horizon: int) -> Array:
        """Spend per period, (..., horizon, C), that adds up to `allocation` (..., C)."""
        low, high = self._bounds(horizon)
        return np.clip(self._target(allocation, low, high)[..., None, :], low, high)

    def target(self, allocation: Array, horizon: int) -> Array:
        """The level that each channel is on its way to, (..., C).

        Every period that the ramp leaves free is at that level, so it is also where a further unit of spend goes.
        """
        return self._target(allocation, *self._bounds(horizon))

    def _bounds(self, horizon: int) -> tuple[Array, Array]:
        """Lowest and highest level in each period, shapes (horizon, C)."""
        periods = np.arange(1, horizon + 1)[:, None]
        low = self.level * np.maximum(1.0 - self.change, 0.0) ** periods
        growth = np.where(np.isfinite(self.change), self.change, 0.0)
        high = np.where(np.isfinite(self.change), self.level * (1.0 + growth) ** periods, np.inf)
        return low, high

    def _target(self, allocation: Array, low: Array, high: Array) -> Array:
        """The level aimed at, (..., C): the clipped sum is piecewise linear in it, so it is interpolated."""
        target = np.empty(np.shape(allocation))
        for c in range(self.level.size):
            wanted = allocation[..., c]
            if not np.isfinite(self.change[c]):
                target[..., c] = wanted / len(low)
                continue
            knots = np.unique(np.concatenate([low[:, c], high[:, c]]))
            sums = np.clip(knots[:, None], low[:, c], high[:, c]).sum(axis=1)
            target[..., c] = np.interp(wanted, sums, knots)
        return target
