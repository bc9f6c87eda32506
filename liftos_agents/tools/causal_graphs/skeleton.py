"""Which variables are joined: the PC algorithm's first half, in its order-independent form."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.causal_graphs.dependence import Array, Dependence, Ints
from liftos_agents.tools.causal_graphs.knowledge import Flags, Knowledge

MOST_TESTS = 1_000_000


@dataclass(frozen=True)
class Skeleton:
    """Joined pairs, and what separated the others.

    Attributes:
        joined: (p, p), symmetric.
        separating: Pair (low, high) to the set that made it independent with the highest p-value.
        p_values: (p, p), the highest p-value of any test of the pair.
        tests: Tests that were made.
        complete: False when the search stopped because there were too many sets to try.
    """

    joined: Flags
    separating: dict[tuple[int, int], frozenset[int]]
    p_values: Array
    tests: int
    complete: bool


def find_skeleton(
    dependence: Dependence, alpha: float, knowledge: Knowledge, largest: int | None = None
) -> Skeleton:
    """PC-stable (Colombo & Maathuis 2014): a pair is parted when some set of neighbours makes it independent.

    Neighbours are those at the start of each round, and of several sets that part a pair the one with the highest p-value is
    kept, so that neither skeleton nor sets depend on the order of variables.

    Args:
        alpha: A pair is parted when p > alpha.
        largest: Largest set tried; None for no limit.
    """
    size = dependence.variables
    joined = ~np.eye(size, dtype=np.bool_) & ~knowledge.banned
    highest = np.zeros((size, size))
    separating: dict[tuple[int, int], frozenset[int]] = {}
    tests, level = 0, 0
    while largest is None or level <= largest:
        candidates = _candidates(joined, knowledge.joined, level, MOST_TESTS - tests)
        if candidates is None:
            return Skeleton(joined, separating, highest, tests, False)
        first, second, given = candidates
        if not len(first):
            break
        p = dependence.p_values(first, second, given)
        tests += len(p)
        low, high = np.minimum(first, second), np.maximum(first, second)
        np.maximum.at(highest, (low, high), p)
        for k in _best(low, high, given, p, size):
            if p[k] > alpha:
                pair = int(low[k]), int(high[k])
                separating[pair] = frozenset(given[k].tolist())
                joined[pair] = joined[pair[::-1]] = False
        level += 1
    return Skeleton(joined, separating, np.maximum(highest, highest.T), tests, True)


def _candidates(joined: Flags, fixed: Flags, level: int, most: int) -> tuple[Ints, Ints, Ints] | None:
    """Pairs and sets of `level` neighbours to test; None when there are more than `most`."""
    if level == 0:
        first, second = np.nonzero(np.triu(joined & ~fixed))
        return first, second, np.empty((len(first), 0), dtype=np.int64)
    firsts: list[Ints] = []
    seconds: list[Ints] = []
    givens: list[NDArray[np.int64]] = []
    count = 0
    for node in range(len(joined)):
        around = np.flatnonzero(joined[node])
        partners = np.flatnonzero(joined[node] & ~fixed[node])
        if len(around) - 1 < level or not len(partners):
            continue
        count += len(partners) * comb(len(around) - 1, level)
        if count > most:
            return None
        sets = np.array(list(combinations(around.tolist(), level)), dtype=np.int64)
        for partner in partners:
            usable = sets[(sets != partner).all(axis=1)]
            firsts.append(np.full(len(usable), node))
            seconds.append(np.full(len(usable), partner))
            givens.append(usable)
    if not firsts:
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing, np.empty((0, level), dtype=np.int64)
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(givens)


def _best(low: Ints, high: Ints, given: Ints, p: Array, size: int) -> Ints:
    """Of each pair, the test with the highest p-value; of equal ones the set that comes first."""
    keys = [given[:, k] for k in reversed(range(given.shape[1]))]
    order = np.lexsort((*keys, -p, low * size + high))
    pair = (low * size + high)[order]
    return order[np.r_[True, pair[1:] != pair[:-1]]] if len(order) else order
