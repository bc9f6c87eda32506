"""Credit by Shapley value over the sets of channels that people met (Zhao, Mahboobi and Bagheri 2018)."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.journeys.journeys import Journeys

Array = NDArray[np.float64]

MOST_EXACT = 12
"""Channels up to which every set is valued; with more, orders are drawn."""

ORDERS = 2_000


def by_conversions(journeys: Journeys, amount: Array) -> Array:
    """(C,) Shapley values when a set of channels is worth what came of the journeys within it.

    That worth is a sum of one game a journey, won when all its channels are there; the value of such a game is shared
    equally, so this is exact for any number of channels.
    """
    credit = np.zeros(len(journeys.channels))
    for path, worth in zip(journeys.paths, amount, strict=True):
        met = sorted(set(path))
        credit[met] += worth / len(met)
    return credit


def by_rate(journeys: Journeys, seed: int) -> Array:
    """(C,) shares of the conversion rate when a set of channels is worth the rate of the journeys within it.

    Exact up to `MOST_EXACT` channels, the mean over drawn orders beyond. A channel can have less than nothing: journeys
    with it convert less often. Shares sum to 1.
    """
    count = len(journeys.channels)
    sets: dict[frozenset[int], Array] = {}
    for path, conversions, times in zip(journeys.paths, journeys.conversions, journeys.times, strict=True):
        met = frozenset(path)
        sets[met] = sets.get(met, np.zeros(2)) + np.array([conversions, times])
    if count > MOST_EXACT:
        return _drawn(sets, count, seed)
    masks = {sum(1 << c for c in met): found for met, found in sets.items()}
    worth = np.zeros((1 << count, 2))
    for mask, found in masks.items():
        worth[mask] += found
    for c in range(count):
        have = (np.arange(1 << count) >> c) & 1 == 1
        worth[have] += worth[np.flatnonzero(have) ^ (1 << c)]
    rate = np.divide(worth[:, 0], worth[:, 1], out=np.zeros(1 << count), where=worth[:, 1] > 0.0)
    credit = np.zeros(count)
    for c in range(count):
        others = [o for o in range(count) if o != c]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for chosen in combinations(others, size):
                mask = sum(1 << o for o in chosen)
                credit[c] += weight * (rate[mask | 1 << c] - rate[mask])
    return credit / rate[-1]


def _drawn(sets: dict[frozenset[int], Array], count: int, seed: int) -> Array:
    generator = np.random.default_rng(seed)
    members = np.zeros((len(sets), count), dtype=bool)
    found = np.array([sets[met] for met in sorted(sets, key=sorted)])
    for i, met in enumerate(sorted(sets, key=sorted)):
        members[i, sorted(met)] = True
    credit = np.zeros(count)
    for _ in range(ORDERS):
        order = generator.permutation(count)
        rank = np.empty(count, dtype=np.int64)
        rank[order] = np.arange(count)
        complete = np.where(members, rank, -1).max(axis=1)
        sums = np.zeros((count, 2))
        np.add.at(sums, complete, found)
        sums = sums.cumsum(axis=0)
        rate = np.divide(sums[:, 0], sums[:, 1], out=np.zeros(count), where=sums[:, 1] > 0.0)
        credit[order] += np.diff(rate, prepend=0.0)
    return credit / credit.sum()
