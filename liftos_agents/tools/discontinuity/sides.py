"""The rows below and above a cutoff, sorted, with what is needed to take an outcome's variance there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.discontinuity.neighbour_residuals import neighbour_residuals

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """One side's rows, sorted by distance.

    Attributes:
        distance: (n,) running variable less cutoff.
        outcomes: (n, m) columns: the outcome, then the treatment of a fuzzy design, then the covariates.
        residuals: (n, m) of each column against its nearest neighbours.
        cluster: (n,) codes, or None.
    """

    distance: Array
    outcomes: Array
    residuals: Array
    cluster: NDArray[np.intp] | None = None

    def column(self, index: int) -> Side:
        """The same rows with one column alone."""
        keep = slice(index, index + 1)
        return replace(self, outcomes=self.outcomes[:, keep], residuals=self.residuals[:, keep])

    def combined(self, weights: Array) -> tuple[Array, Array]:
        """One outcome made of the columns by `weights`, and its residuals."""
        return self.outcomes @ weights, self.residuals @ weights


Sides = tuple[Side, Side]


def split(running: Array, outcomes: Array, cutoff: float, cluster: NDArray[np.intp] | None = None) -> Sides:
    """Rows below the cutoff, and at or above it; the order of the rows given makes no difference."""
    distance = running - cutoff
    keys = [*outcomes.T[::-1], distance]
    order = np.argsort(distance, kind="stable")
    if len(np.unique(distance)) < len(distance):
        order = np.lexsort(keys if cluster is None else [cluster.astype(np.float64), *keys])
    distance, outcomes = distance[order], outcomes[order]
    cluster = None if cluster is None else cluster[order]
    cut = int(np.searchsorted(distance, 0.0, "left"))

    def side(rows: slice) -> Side:
        there, values = distance[rows], outcomes[rows]
        codes = None if cluster is None else cluster[rows]
        return Side(there, values, neighbour_residuals(there, values), codes)

    return side(slice(0, cut)), side(slice(cut, None))


def within(sides: Sides, keep: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> Sides:
    """The rows kept of each side, their residuals taken anew."""

    def kept(side: Side, mask: NDArray[np.bool_]) -> Side:
        there, values = side.distance[mask], side.outcomes[mask]
        codes = None if side.cluster is None else side.cluster[mask]
        return Side(there, values, neighbour_residuals(there, values), codes)

    return kept(sides[0], keep[0]), kept(sides[1], keep[1])
