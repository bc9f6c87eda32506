"""Ways to assign geos by chance: within matched pairs, within strata of size, or among well-balanced draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Kind = Literal["matched_pairs", "stratified", "constrained"]

STRATA = 4
CANDIDATES = 5
"""Draws looked at for each that a constrained assignment keeps."""

ROUNDS = 20


@dataclass(frozen=True)
class Scheme:
    """How geos are assigned.

    Attributes:
        members: (m,) positions of the geos that take part.
        pairs: (k, 2) positions, for matched pairs.
        strata: (m,) group of each member within which chance decides, for the others.
        features: (m, f) what a constrained draw balances.
    """

    kind: Kind
    members: NDArray[np.int64]
    treated: int
    pairs: NDArray[np.int64] | None
    strata: NDArray[np.int64]
    features: Array

    def draw(self, times: int, seed: int, geos: int) -> tuple[Flags, Flags]:
        """(times, geos) who is treated, and who is control, in as many independent assignments."""
        generator = np.random.default_rng(seed)
        treated = np.zeros((times, geos), dtype=bool)
        if self.pairs is not None:
            heads = generator.random((times, len(self.pairs))) < 0.5
            chosen = np.where(heads, self.pairs[:, 0], self.pairs[:, 1])
            np.put_along_axis(treated, chosen, True, axis=1)
        elif self.kind == "stratified":
            treated[:, self.members] = self._within(generator.random((times, len(self.members))))
        else:
            treated[:, self.members] = self._balanced(generator, times)
        control = np.zeros_like(treated)
        control[:, self.members] = ~treated[:, self.members]
        return treated, control

    def _within(self, luck: Array) -> Flags:
        """The `treated` luckiest, spread over the strata in proportion to their sizes."""
        flags = np.zeros(luck.shape, dtype=bool)
        share = self.treated / len(self.members)
        due = 0.0
        taken = 0
        for stratum in range(int(self.strata.max()) + 1):
            inside = np.flatnonzero(self.strata == stratum)
            due += share * len(inside)
            many = min(len(inside), round(due) - taken)
            taken += many
            order = np.argsort(luck[:, inside], axis=1)[:, :many]
            np.put_along_axis(flags, inside[order], True, axis=1)
        return flags

    def _balanced(self, generator: np.random.Generator, times: int) -> Flags:
        luck = generator.random((times, CANDIDATES, len(self.members)))
        order = np.argsort(luck, axis=2)[:, :, : self.treated]
        flags = np.zeros(luck.shape, dtype=bool)
        np.put_along_axis(flags, order, True, axis=2)
        other = len(self.members) - self.treated
        gap = flags @ self.features / self.treated - (~flags) @ self.features / other
        best = np.argmin((gap**2).sum(axis=2), axis=1)
        return flags[np.arange(times), best]


def scheme(outcome: Array, kind: Kind, share: float, geos: int | None) -> Scheme:
    """The scheme over (G, P) histories; geos that fit no pair, or are beyond `geos`, stay out."""
    everyone = np.arange(len(outcome))
    if kind == "matched_pairs":
        pairs = matched_pairs(outcome)
        if geos is not None:
            pairs = pairs[: geos // 2]
        members = np.sort(pairs.ravel())
        return Scheme(
            kind, members, len(pairs), pairs, np.zeros(len(members), np.int64), np.empty((len(members), 0))
        )
    level = outcome.mean(axis=1)
    members = everyone
    if geos is not None and geos < len(everyone):
        members = np.sort(np.argsort(-level, kind="stable")[:geos])
    treated = min(len(members) - 1, max(1, round(share * len(members))))
    ranks = np.argsort(np.argsort(-level[members], kind="stable"), kind="stable")
    strata = ranks * min(STRATA, max(1, len(members) // 2)) // len(members)
    half = outcome.shape[1] // 2
    growth = outcome[:, half:].mean(axis=1) - outcome[:, :half].mean(axis=1)
    features = np.stack([level, growth], axis=1)[members]
    spread = features.std(axis=0)
    features = (features - features.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    return Scheme(kind, members, treated, None, strata.astype(np.int64), features)


def matched_pairs(outcome: Array) -> NDArray[np.int64]:
    """(G // 2, 2) geos whose histories move alike, the closest pair first.

    Neighbours in size to begin with; partners are exchanged between pairs for as long as that brings histories closer.
    """
    moves = outcome - outcome.mean(axis=1, keepdims=True)
    distance = ((moves[:, None, :] - moves[None, :, :]) ** 2).sum(axis=2)
    order = np.argsort(-outcome.mean(axis=1), kind="stable")
    if len(order) % 2:
        nearest = np.where(np.eye(len(order), dtype=bool), np.inf, distance).min(axis=1)
        order = order[order != int(np.argmax(nearest))]
    pairs = order.reshape(-1, 2).copy()
    for _ in range(ROUNDS):
        if not _exchange(pairs, distance):
            break
    pairs = np.sort(pairs, axis=1)
    apart = distance[pairs[:, 0], pairs[:, 1]]
    return pairs[np.lexsort((pairs[:, 0], apart))]


def _exchange(pairs: NDArray[np.int64], distance: Array) -> bool:
    changed = False
    for first in range(len(pairs)):
        for second in range(first + 1, len(pairs)):
            a, b = pairs[first]
            c, d = pairs[second]
            now = distance[a, b] + distance[c, d]
            across, along = distance[a, d] + distance[c, b], distance[a, c] + distance[b, d]
            if min(across, along) < now * (1.0 - 1e-9):
                pairs[first] = (a, d) if across <= along else (a, c)
                pairs[second] = (c, b) if across <= along else (b, d)
                changed = True
    return changed
