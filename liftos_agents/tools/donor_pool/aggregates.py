"""Units that are the mean or the total of the others: they hold the treated unit in them, so they are no donors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEWEST_UNITS = 5
LEVEL_SHARE = 0.15
CHANGE_SHARE = 0.4


def aggregates(outcome: Array, labels: Sequence[str]) -> dict[str, str]:
    """Label of each unit that follows the mean or the total of the others, to `mean` or `total`.

    A unit counts as one when its distance from the others' mean is below 0.15 of what is usual among the units, and the
    period-to-period changes of that distance are below 0.4 of what is usual: a unit's own noise averages out of an
    aggregate, and out of nothing else.

    Args:
        outcome: (N, T), without gaps.
    """
    count, periods = outcome.shape
    if count < FEWEST_UNITS or periods < 3:
        return {}
    others = (outcome.sum(axis=0) - outcome) / (count - 1)
    distance = outcome - others
    level, change = _size(distance), _change(distance)
    usual_level, usual_change = float(np.median(level)), float(np.median(change))
    found: dict[str, str] = {}
    for word, gap in (("mean", distance), ("total", outcome / (count - 1) - others)):
        near = (_size(gap) < LEVEL_SHARE * usual_level) & (_change(gap) < CHANGE_SHARE * usual_change)
        for label in (label for label, is_near in zip(labels, near, strict=True) if is_near):
            found.setdefault(label, word)
    return found


def _size(gap: Array) -> Array:
    return np.sqrt((gap**2).mean(axis=1))


def _change(gap: Array) -> Array:
    return np.diff(gap, axis=1).std(axis=1)
