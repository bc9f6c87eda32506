"""Credit by removal from a Markov chain of journeys (Anderl, Becker, von Wangenheim and Schumann 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

from liftos_agents.tools.journeys.journeys import Journeys

Array = NDArray[np.float64]
State = tuple[int, ...]


@dataclass(frozen=True)
class Chain:
    """A chain over the last `order` channels.

    Attributes:
        states: The start (empty) first, then each history seen.
        moves: Sparse (S, S) chances to go from a state to another.
        converts: (S,) chance to convert from a state at once.
    """

    states: tuple[State, ...]
    moves: Any
    converts: Array

    def converting(self, without: int | None = None) -> float:
        """The chance to convert from the start, with one channel removed: whoever would meet it is lost."""
        kept = [i for i, state in enumerate(self.states) if without is None or without not in state]
        moves = self.moves[kept][:, kept]
        system: Any = sparse.identity(len(kept), format="csc") - moves.tocsc()
        if len(kept) <= 200:
            return float(np.linalg.solve(system.toarray(), self.converts[kept])[0])
        solved: Any = linalg.spsolve(system, self.converts[kept])
        return float(solved[0])


def chain(journeys: Journeys, order: int) -> Chain:
    """The chain that the journeys make, each step weighted by how often it was taken."""
    place: dict[State, int] = {(): 0}
    steps: dict[tuple[int, int], float] = {}
    ends: dict[int, float] = {}
    left: dict[int, float] = {}
    for path, times, conversions in zip(journeys.paths, journeys.times, journeys.conversions, strict=True):
        if times <= 0.0:
            continue
        at = 0
        for i in range(len(path)):
            history = path[max(i + 1 - order, 0) : i + 1]
            to = place.setdefault(history, len(place))
            steps[(at, to)] = steps.get((at, to), 0.0) + times
            left[at] = left.get(at, 0.0) + times
            at = to
        ends[at] = ends.get(at, 0.0) + conversions
        left[at] = left.get(at, 0.0) + times
    size = len(place)
    pairs = np.array(list(steps), dtype=np.int64).reshape(-1, 2)
    chances = np.array([count / left[at] for (at, _), count in steps.items()])
    moves = sparse.csr_matrix((chances, (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    converts = np.array([ends.get(i, 0.0) / left[i] if left.get(i) else 0.0 for i in range(size)])
    return Chain(tuple(place), moves, converts)


def removal_effects(journeys: Journeys, order: int) -> Array:
    """(C,) by how much the chance to convert falls when a channel is removed, as a share of that chance."""
    made = chain(journeys, order)
    whole = made.converting()
    seen = {channel for state in made.states for channel in state}
    return np.array(
        [
            1.0 - made.converting(c) / whole if c in seen and whole > 0.0 else 0.0
            for c in range(len(journeys.channels))
        ]
    ).clip(0.0, 1.0)


def markov(journeys: Journeys, order: int) -> Array:
    """(C,) shares of the conversions, in proportion to the removal effects."""
    effects = removal_effects(journeys, order)
    return effects / effects.sum()
