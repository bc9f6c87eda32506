"""One search for causes, whatever the method, as a list of edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from liftos_agents.tools.causal_graphs.dependence import Array, Contingency, FisherZ
from liftos_agents.tools.causal_graphs.equivalence_search import equivalence_search
from liftos_agents.tools.causal_graphs.knowledge import Knowledge
from liftos_agents.tools.causal_graphs.lagged import momentary
from liftos_agents.tools.causal_graphs.lingam import direct_lingam
from liftos_agents.tools.causal_graphs.orientation import Pattern, orient
from liftos_agents.tools.causal_graphs.skeleton import find_skeleton

Method = Literal["pc", "ges", "lingam", "lagged"]
Test = Literal["fisher_z", "chi_square", "g_square"]
EdgeKind = Literal["directed", "undirected", "lagged"]


@dataclass(frozen=True)
class FoundEdge:
    """One edge between variables by number; `p_value` is the largest of the tests that it survived, or its coefficient's."""

    source: int
    target: int
    kind: EdgeKind
    lag: int = 0
    p_value: float | None = None

    @property
    def pair(self) -> tuple[int, int, int]:
        """What tells whether two searches found the same edge, its direction aside."""
        if self.kind == "lagged":
            return self.source, self.target, self.lag
        return min(self.source, self.target), max(self.source, self.target), 0


@dataclass(frozen=True)
class Found:
    """What one search found.

    Attributes:
        conflicts: Pairs on which the data call for arrows both ways, or against what is known.
        complete: False when there were too many sets of variables to try.
        normal: Variables whose noise looks normal, where that matters.
        tests: Tests made; 0 where none are.
    """

    edges: tuple[FoundEdge, ...]
    conflicts: tuple[tuple[int, int], ...] = ()
    complete: bool = True
    normal: tuple[int, ...] = ()
    tests: int = 0


@dataclass(frozen=True)
class Search:
    """A method with its settings; called on rows."""

    method: Method
    test: Test
    alpha: float
    knowledge: Knowledge
    largest: int | None = None
    lags: int = 1

    def __call__(self, rows: Array) -> Found:
        """The edges in these rows; for `lagged`, rows that hold the past as well."""
        if self.method == "lingam":
            return self._lingam(rows)
        if self.method == "lagged":
            return self._lagged(rows)
        if self.method == "ges":
            pattern = equivalence_search(FisherZ.of(rows).correlation, len(rows), self.knowledge)
            return Found(_edges(pattern, None), tuple(sorted(pattern.conflicts)))
        dependence = (
            FisherZ.of(rows) if self.test == "fisher_z" else Contingency(rows.astype(np.int64), self.test)
        )
        skeleton = find_skeleton(dependence, self.alpha, self.knowledge, self.largest)
        pattern = orient(skeleton, self.knowledge)
        edges = _edges(pattern, np.where(self.knowledge.joined, np.nan, skeleton.p_values))
        return Found(edges, tuple(sorted(pattern.conflicts)), skeleton.complete, tests=skeleton.tests)

    def _lingam(self, rows: Array) -> Found:
        ordered = direct_lingam(rows, self.alpha, self.knowledge)
        edges = tuple(
            FoundEdge(int(a), int(b), "directed", p_value=float(ordered.p_values[a, b]))
            for a, b in np.argwhere(ordered.arrows)
        )
        return Found(edges, normal=ordered.normal)

    def _lagged(self, rows: Array) -> Found:
        size = len(self.knowledge.forbidden)
        arrows = momentary(
            rows, size, self.lags, self.alpha, ~self.knowledge.forbidden, self.knowledge.required
        )
        edges = tuple(FoundEdge(a.cause, a.effect, "lagged", a.lag, a.p_value) for a in arrows)
        return Found(edges)


def _edges(pattern: Pattern, p_values: Array | None) -> tuple[FoundEdge, ...]:
    def p(a: int, b: int) -> float | None:
        return None if p_values is None or np.isnan(p_values[a, b]) else float(p_values[a, b])

    found = [FoundEdge(int(a), int(b), "directed", p_value=p(a, b)) for a, b in np.argwhere(pattern.arrows)]
    found += [
        FoundEdge(int(a), int(b), "undirected", p_value=p(a, b))
        for a, b in np.argwhere(np.triu(pattern.lines))
    ]
    return tuple(sorted(found, key=lambda e: e.pair))
