"""Paths of a graph written with their arrows, and which of them stay open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from liftos_agents.tools.causal_graphs.graph import CausalGraph

MOST_PATHS = 20
_LONGEST = 9
_MOST_STEPS = 200_000


def open_paths(graph: CausalGraph, treatment: str, outcome: str, most: int = MOST_PATHS) -> tuple[str, ...]:
    """Back-door paths that stay open when every observed cause of the two that may be adjusted for is, short ones first."""
    allowed = (graph.observed - graph.descendants(treatment)) & graph.ancestors(treatment, outcome)
    given = allowed - {treatment, outcome}
    found = [p for p in _back_door_paths(graph, treatment, outcome) if is_open(graph, p, given)]
    return tuple(written(graph, p) for p in sorted(found, key=lambda p: (len(p), p))[:most])


def is_open(graph: CausalGraph, path: Sequence[str], given: Collection[str]) -> bool:
    """Whether `given` leaves this one path open."""
    opening = graph.ancestors(*given) if given else frozenset[str]()
    for before, node, after in zip(path, path[1:], path[2:], strict=False):
        if graph.directed.has_edge(before, node) and graph.directed.has_edge(after, node):
            if node not in opening:
                return False
        elif node in given:
            return False
    return True


def written(graph: CausalGraph, path: Sequence[str]) -> str:
    """A path as text, such as `price <- (season) -> sales`; unobserved nodes stand in brackets."""
    text = _name(graph, path[0])
    for before, node in pairwise(path):
        arrow = "->" if graph.directed.has_edge(before, node) else "<-"
        text += f" {arrow} {_name(graph, node)}"
    return text


def _name(graph: CausalGraph, node: str) -> str:
    return f"({node})" if node in graph.latent else node


def _back_door_paths(graph: CausalGraph, treatment: str, outcome: str) -> Iterator[tuple[str, ...]]:
    """Paths that begin with an arrow into the treatment, breadth first, up to a length."""
    paths = [(treatment, parent) for parent in sorted(graph.parents(treatment))]
    steps = 0
    while paths:
        longer: list[tuple[str, ...]] = []
        for path in paths:
            if path[-1] == outcome:
                yield path
                continue
            for node in sorted(graph.parents(path[-1]) | graph.children(path[-1])):
                steps += 1
                if steps > _MOST_STEPS:
                    return
                if node not in path and len(path) < _LONGEST:
                    longer.append((*path, node))
        paths = longer
