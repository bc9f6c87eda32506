"""Credit by rule: first, last, linear, by position and by time; each journey's conversions are shared out on their own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.journeys.journeys import Journeys

Array = NDArray[np.float64]
Weights = Callable[[int, tuple[float, ...]], Array]


def shared(journeys: Journeys, amount: Array, weights: Weights) -> Array:
    """(C,) `amount` of each journey shared over its touches by weights that sum to 1."""
    credit = np.zeros(len(journeys.channels))
    for path, ages, worth in zip(journeys.paths, journeys.ages, amount, strict=True):
        np.add.at(credit, list(path), worth * weights(len(path), ages))
    return credit


def first_touch(length: int, ages: tuple[float, ...]) -> Array:
    """All to the first touch."""
    return np.eye(length)[0]


def last_touch(length: int, ages: tuple[float, ...]) -> Array:
    """All to the last touch."""
    return np.eye(length)[-1]


def linear(length: int, ages: tuple[float, ...]) -> Array:
    """The same to each touch."""
    return np.full(length, 1.0 / length)


def by_position(first: float, last: float) -> Weights:
    """`first` and `last` to the ends, the rest equally to the touches between (U-shape)."""

    def weights(length: int, ages: tuple[float, ...]) -> Array:
        if length == 1:
            return np.ones(1)
        if length == 2:
            whole = first + last
            return np.array([first / whole, last / whole]) if whole > 0.0 else np.full(2, 0.5)
        middle = (1.0 - first - last) / (length - 2)
        return np.array([first, *([middle] * (length - 2)), last])

    return weights


def by_time(half_life: float) -> Weights:
    """The more the nearer to the end: half for each half-life before it."""

    def weights(length: int, ages: tuple[float, ...]) -> Array:
        raised = np.exp2(-(np.asarray(ages) - min(ages)) / half_life)
        return raised / raised.sum()

    return weights
