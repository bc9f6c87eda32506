"""The class of graphs with the best score: greedy equivalence search (Chickering 2002) with BIC for normal data."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations

import numpy as np

from liftos_agents.tools.causal_graphs.dependence import Array
from liftos_agents.tools.causal_graphs.knowledge import Flags, Knowledge
from liftos_agents.tools.causal_graphs.orientation import Pattern, meek

Score = Callable[[int, frozenset[int]], float]

_MOST_NEIGHBOURS = 6


def equivalence_search(correlation: Array, rows: int, knowledge: Knowledge) -> Pattern:
    """Adds the edge that raises the score most until none does, then takes edges out likewise.

    Required pairs are joined before the search and never parted, banned ones never joined; arrows that knowledge gives are set at the
    end, and listed as conflicts where the score had them the other way.
    """
    score = _bic(correlation, rows)
    marks = class_of(knowledge.required)
    while (better := _best(_insertions(marks, score, knowledge))) is not None:
        marks = better
    while (better := _best(_deletions(marks, score, knowledge))) is not None:
        marks = better
    return _known(marks, knowledge)


def class_of(arrows: Flags) -> Flags:
    """The marks of the equivalence class of an acyclic graph: its colliders, and what follows from them."""
    joined = arrows | arrows.T
    directed = np.zeros_like(arrows)
    for node in range(len(arrows)):
        parents = np.flatnonzero(arrows[:, node])
        for a, b in combinations(parents.tolist(), 2):
            if not joined[a, b]:
                directed[a, node] = directed[b, node] = True
    return meek(joined & ~(directed.T & ~directed))


def extension(marks: Flags) -> Flags | None:
    """An acyclic graph of the class without new colliders (Dor & Tarsi 1992), or None when there is none."""
    left, work = set(range(len(marks))), marks.copy()
    arrows = marks & ~marks.T
    while left:
        for node in sorted(left):
            around = np.flatnonzero(work[node] | work[:, node])
            neighbours = np.flatnonzero(work[node] & work[:, node])
            if (work[node] & ~work[:, node]).any():
                continue
            if all((work[n] | work[:, n])[np.setdiff1d(around, [n])].all() for n in neighbours):
                arrows[neighbours, node] = True
                work[node] = work[:, node] = False
                left.remove(node)
                break
        else:
            return None
    return arrows


def _bic(correlation: Array, rows: int) -> Score:
    penalty = 0.5 * np.log(rows)

    @cache
    def score(node: int, parents: frozenset[int]) -> float:
        chosen = sorted(parents)
        variance = 1.0
        if chosen:
            across = correlation[chosen, node]
            variance -= float(
                across @ np.linalg.lstsq(correlation[np.ix_(chosen, chosen)], across, rcond=None)[0]
            )
        return -0.5 * rows * float(np.log(max(variance, 1e-12))) - penalty * len(chosen)

    return score


Change = tuple[float, Flags]


def _best(changes: Iterator[Change]) -> Flags | None:
    """The class after the best change, or None when no change raises the score; the first of equal ones."""
    for gain, marks in sorted(changes, key=lambda change: -change[0]):
        if gain <= 1e-9:
            return None
        arrows = extension(marks)
        if arrows is not None:
            return class_of(arrows)
    return None


def _insertions(marks: Flags, score: Score, knowledge: Knowledge) -> Iterator[Change]:
    joined = marks | marks.T
    lines = marks & marks.T
    for x, y in np.argwhere(~joined & ~knowledge.banned):
        if x == y or knowledge.forbidden[x, y]:
            continue
        parents = frozenset(np.flatnonzero(marks[:, y] & ~marks[y]).tolist())
        shared = frozenset(np.flatnonzero(lines[y] & joined[x]).tolist())
        open_ends = np.flatnonzero(lines[y] & ~joined[x]).tolist()
        for extra in _subsets(open_ends):
            together = shared | extra
            gain = score(int(y), together | parents | {int(x)}) - score(int(y), together | parents)
            if gain > 1e-9 and _clique(joined, together) and not _reaches(marks, int(y), int(x), together):
                changed = marks.copy()
                changed[x, y] = True
                for node in extra:
                    changed[y, node] = False
                yield gain, changed


def _deletions(marks: Flags, score: Score, knowledge: Knowledge) -> Iterator[Change]:
    joined = marks | marks.T
    lines = marks & marks.T
    for x, y in np.argwhere(marks & ~knowledge.joined):
        parents = frozenset(np.flatnonzero(marks[:, y] & ~marks[y]).tolist()) - {int(x)}
        shared = frozenset(np.flatnonzero(lines[y] & joined[x]).tolist())
        for away in _subsets(sorted(shared)):
            stays = shared - away
            gain = score(int(y), stays | parents) - score(int(y), stays | parents | {int(x)})
            if gain > 1e-9 and _clique(joined, stays):
                changed = marks.copy()
                changed[x, y] = changed[y, x] = False
                for node in away:
                    changed[node, y] = False
                    if lines[x, node]:
                        changed[node, x] = False
                yield gain, changed


def _subsets(nodes: list[int]) -> Iterator[frozenset[int]]:
    for size in range(min(len(nodes), _MOST_NEIGHBOURS) + 1):
        yield from map(frozenset, combinations(nodes, size))


def _clique(joined: Flags, nodes: frozenset[int]) -> bool:
    return all(joined[a, b] for a, b in combinations(sorted(nodes), 2))


def _reaches(marks: Flags, start: int, end: int, without: frozenset[int]) -> bool:
    """Whether a path along arrows and lines leads from `start` to `end` past `without`."""
    seen, todo = {start}, deque([start])
    while todo:
        for node in np.flatnonzero(marks[todo.popleft()]).tolist():
            if node == end:
                return True
            if node not in seen and node not in without:
                seen.add(node)
                todo.append(node)
    return False


def _known(marks: Flags, knowledge: Knowledge) -> Pattern:
    if knowledge.empty:
        return Pattern(marks)
    joined = marks | marks.T
    against = marks & ~marks.T & knowledge.forbidden
    marks = meek((marks | against.T) & joined & ~knowledge.forbidden)
    return Pattern(marks, frozenset((int(min(a, b)), int(max(a, b))) for a, b in np.argwhere(against)))
