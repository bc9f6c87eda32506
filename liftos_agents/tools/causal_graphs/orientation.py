"""Which way the arrows of a skeleton point, as far as independences and knowledge tell."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np

from liftos_agents.tools.causal_graphs.knowledge import Flags, Knowledge, arrow_graph
from liftos_agents.tools.causal_graphs.skeleton import Skeleton


@dataclass(frozen=True)
class Pattern:
    """A graph with arrows and lines: what a class of equivalent graphs has in common.

    Attributes:
        marks: (p, p); [a, b] alone is a → b, [a, b] and [b, a] are a line without direction.
        conflicts: Pairs (low, high) on which arrows were called for both ways, or which would close a circle.
    """

    marks: Flags
    conflicts: frozenset[tuple[int, int]] = frozenset()

    @property
    def arrows(self) -> Flags:
        """(p, p), [cause, effect]."""
        return self.marks & ~self.marks.T

    @property
    def lines(self) -> Flags:
        """(p, p), symmetric."""
        return self.marks & self.marks.T


def orient(skeleton: Skeleton, knowledge: Knowledge) -> Pattern:
    """Arrows by knowledge, then by colliders, then by Meek's rules (1995).

    A pair that colliders point both ways stays a line, so that the result does not depend on an order of variables.
    """
    marks = with_knowledge(skeleton.joined, knowledge)
    known = marks & ~marks.T
    wanted = np.zeros_like(marks)
    for (a, b), separating in skeleton.separating.items():
        for c in np.flatnonzero(skeleton.joined[a] & skeleton.joined[b]):
            if c not in separating and not known[c, a] and not known[c, b]:
                wanted[a, c] = wanted[b, c] = True
    both = wanted & wanted.T & ~known & ~known.T
    marks = marks & ~((wanted & ~both).T & ~known)
    conflicts = {(int(a), int(b)) for a, b in np.argwhere(np.triu(both))}
    marks = meek(marks)
    marks, circular = _without_circles(marks, known)
    return Pattern(marks, frozenset(conflicts | circular))


def with_knowledge(joined: Flags, knowledge: Knowledge) -> Flags:
    """The marks of a skeleton on which knowledge alone points."""
    return joined & ~knowledge.forbidden


def meek(marks: Flags) -> Flags:
    """The marks with every arrow that follows: no new collider, no circle (rules 1 to 4 of Meek 1995)."""
    marks = marks.copy()
    while True:
        arrows, lines = marks & ~marks.T, marks & marks.T
        apart = ~(marks | marks.T)
        np.fill_diagonal(apart, False)
        follows = _away(arrows, apart)
        follows |= _product(arrows, arrows)
        follows |= _third(arrows, lines, apart)
        follows |= _fourth(arrows, lines, apart)
        follows &= lines
        follows &= ~follows.T
        if not follows.any():
            return marks
        marks &= ~follows.T


def _away(arrows: Flags, apart: Flags) -> Flags:
    """Rule 1: a → b – c with a, c apart gives b → c."""
    return _product(arrows.T, apart)


def _third(arrows: Flags, lines: Flags, apart: Flags) -> Flags:
    """Rule 3: a – c → b and a – d → b with c, d apart gives a → b."""
    found = np.zeros_like(arrows)
    for a, b in np.argwhere(lines):
        between = np.flatnonzero(lines[a] & arrows[:, b])
        found[a, b] = bool(apart[np.ix_(between, between)].any())
    return found


def _fourth(arrows: Flags, lines: Flags, apart: Flags) -> Flags:
    """Rule 4: a – d → c → b with b, d apart and a, c joined gives a → b."""
    found = np.zeros_like(arrows)
    joined = arrows | arrows.T | lines
    for a, b in np.argwhere(lines):
        last = np.flatnonzero(joined[a] & arrows[:, b])
        first = np.flatnonzero(lines[a] & apart[b])
        found[a, b] = bool(arrows[np.ix_(first, last)].any())
    return found


def _without_circles(marks: Flags, known: Flags) -> tuple[Flags, set[tuple[int, int]]]:
    """The marks with arrows of a circle made lines, except those that knowledge gives."""
    arrows = marks & ~marks.T
    directed = arrow_graph(arrows)
    marks, undone = marks.copy(), set[tuple[int, int]]()
    for circle in nx.strongly_connected_components(directed):
        for a in circle:
            for b in circle:
                if arrows[a, b] and not known[a, b]:
                    marks[b, a] = True
                    undone.add((min(a, b), max(a, b)))
    return marks, undone


def _product(left: Flags, right: Flags) -> Flags:
    return (left.astype(np.int64) @ right.astype(np.int64)) > 0
