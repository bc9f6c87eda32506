"""Convex weights: the point of a polytope that is nearest to the origin, found exactly by Wolfe's active-set method."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs

Array = NDArray[np.float64]

TIE_BREAK = 1e-9
"""Ridge, relative to the mean squared distance, which makes the weights unique where several mixes fit alike."""
_TOLERANCE = 1e-11
_solve_positive: Any = get_lapack_funcs("posv", dtype=np.float64)


def convex_weights(gram: Array, ridge: float = 0.0, start: Array | None = None) -> Array:
    """The w ≥ 0 with sum one that minimises w'(gram + ridge I)w.

    With columns a_j − b of a design, `gram` their inner products, it minimises |A w − b|² + ridge |w|² over the
    simplex: the weights of a synthetic control. Wolfe (1976), "Finding the nearest point in a polytope".

    Args:
        gram: (J, J) inner products of the differences between each donor and the target.
        start: Weights to start from, such as those of a near problem; the answer does not depend on it.
    """
    count = len(gram)
    scale = float(np.trace(gram)) / count
    if count == 1 or scale <= 0.0:
        return np.full(count, 1.0 / count)
    matrix = gram + np.eye(count) * (ridge + TIE_BREAK * scale)
    if start is not None and (start > 0.0).any():
        active = [int(j) for j in np.flatnonzero(start > 0.0)]
        held = _settled(matrix, active, start[active] / start[active].sum(), scale)
    else:
        active = [int(np.argmin(np.diag(matrix)))]
        held = np.ones(1)
    for _ in range(20 * count + 100):
        pull = held @ matrix[active]
        nearest = float(held @ pull[active])
        entering = int(pull.argmin())
        if entering in active or pull[entering] >= nearest - _TOLERANCE * scale:
            break
        active.append(entering)
        held = _settled(matrix, active, np.append(held, 0.0), scale)
    weights = np.zeros(count)
    weights[active] = held
    return weights / weights.sum()


def _settled(matrix: Array, active: list[int], held: Array, scale: float) -> Array:
    """Weights of the nearest point in the active donors' affine hull; donors that would go below zero leave `active`."""
    while True:
        # Adding a constant to every entry leaves the minimiser on "sum one" alone and keeps the system solvable.
        system = matrix[active][:, active] + scale
        _, free, failed = _solve_positive(system, np.ones(len(active)))
        if failed:
            free = np.linalg.lstsq(system, np.ones(len(active)), rcond=None)[0]
        free = free / free.sum()
        if free.min() > 0.0:
            return free
        below = free <= 0.0
        step = held[below] / np.maximum(held[below] - free[below], 1e-300)
        held = held + min(1.0, float(step.min())) * (free - held)
        leaving = int(below.nonzero()[0][step.argmin()])
        held = np.maximum(np.concatenate([held[:leaving], held[leaving + 1 :]]), 0.0)
        del active[leaving]
        held /= held.sum()
