"""What a graph says must be independent, and whether the data agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

from liftos_agents.domain.effect import AssumptionVerdict
from liftos_agents.tools.causal_graphs.graph import CausalGraph
from liftos_agents.tools.causal_graphs.residual_dependence import TooManyLevels, residual_dependence
from liftos_agents.tools.causal_graphs.separators import minimal_separators

MOST_TESTED = 200
LEAST_ROWS = 30
NEGLIGIBLE = 0.02
"""A dependence this weak is significant only because there are very many rows."""


@dataclass(frozen=True)
class Independence:
    """`first` ⟂ `second` | `given`, as the graph implies it."""

    first: str
    second: str
    given: tuple[str, ...]

    @property
    def statement(self) -> str:
        """It in words."""
        held = f" given {', '.join(self.given)}" if self.given else ""
        return f"{self.first} is independent of {self.second}{held}"


@dataclass(frozen=True)
class TestedIndependence:
    """One implied independence and what the data say of it.

    Attributes:
        p_value: None where it could not be tested.
        adjusted_p_value: After Holm's correction for all that were tested.
        strength: Largest partial correlation left, in [0, 1].
        n: Rows of the test.
    """

    independence: Independence
    p_value: float | None
    adjusted_p_value: float | None
    strength: float | None
    n: int
    verdict: AssumptionVerdict


def implied_independences(graph: CausalGraph) -> tuple[Independence, ...]:
    """A basis of the independences among observed nodes.

    Each pair without arrow is taken once, given the parents of the later one where these are observed (the pairwise form of the local
    Markov property), else given a minimal separating set of observed nodes; pairs that nothing observed separates imply nothing.
    """
    order = [n for n in nx.lexicographical_topological_sort(graph.directed) if n in graph.observed]
    found: list[Independence] = []
    for place, later in enumerate(order):
        parents = graph.parents(later)
        for earlier in order[:place]:
            if graph.directed.has_edge(earlier, later):
                continue
            given = _separating(graph, earlier, later, parents)
            if given is not None:
                found.append(Independence(earlier, later, given))
    return tuple(sorted(found, key=lambda i: (len(i.given), i.first, i.second)))


def tested(
    frame: pd.DataFrame,
    independences: Sequence[Independence],
    alpha: float,
    progress: Callable[[float], None],
) -> tuple[TestedIndependence, ...]:
    """Each independence against the complete rows of its columns, with Holm's correction over all.

    Verdicts: `does not hold` where the adjusted p is below `alpha` and the dependence is not negligible; `doubtful` where only the
    plain p is below it, or where the dependence is negligible.
    """
    raw: list[tuple[float, float, int] | None] = []
    for number, independence in enumerate(independences):
        progress(number / len(independences))
        raw.append(_test(frame, independence) if number < MOST_TESTED else None)
    adjusted = _holm([r[0] if r else None for r in raw])
    found: list[TestedIndependence] = []
    for independence, result, corrected in zip(independences, raw, adjusted, strict=True):
        if result is None or corrected is None:
            found.append(TestedIndependence(independence, None, None, None, 0, "not checked"))
            continue
        p, strength, rows = result
        verdict: AssumptionVerdict = "nothing speaks against it"
        if corrected < alpha and strength >= NEGLIGIBLE:
            verdict = "does not hold"
        elif p < alpha:
            verdict = "doubtful"
        found.append(TestedIndependence(independence, p, corrected, strength, rows, verdict))
    return tuple(found)


def _separating(
    graph: CausalGraph, earlier: str, later: str, parents: frozenset[str]
) -> tuple[str, ...] | None:
    if parents <= graph.observed:
        return tuple(sorted(parents))
    allowed = graph.observed - {earlier, later}
    sets = minimal_separators(graph, earlier, later, allowed, most=1)
    return sets[0] if sets else None


def _test(frame: pd.DataFrame, independence: Independence) -> tuple[float, float, int] | None:
    columns = [independence.first, independence.second, *independence.given]
    rows = frame[columns].dropna()
    if len(rows) < LEAST_ROWS:
        return None
    try:
        found = residual_dependence(rows, independence.first, independence.second, independence.given)
    except TooManyLevels:
        return None
    return None if found is None else (found.p_value, found.strength, len(rows))


def _holm(values: Sequence[float | None]) -> list[float | None]:
    known = [(p, k) for k, p in enumerate(values) if p is not None]
    found: list[float | None] = [None] * len(values)
    running = 0.0
    for rank, (p, k) in enumerate(sorted(known)):
        running = max(running, min(1.0, p * (len(known) - rank)))
        found[k] = float(np.clip(running, 0.0, 1.0))
    return found
