"""Sets of nodes that block every path between two nodes, and no smaller."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from itertools import combinations

import networkx as nx

from liftos_agents.tools.causal_graphs.graph import CausalGraph

MOST_FOUND = 200


def minimal_separators(
    graph: CausalGraph,
    first: str,
    second: str,
    allowed: Collection[str],
    *,
    always: Collection[str] = (),
    most: int = MOST_FOUND,
) -> tuple[tuple[str, ...], ...]:
    """Minimal sets out of `allowed` that, with `always`, separate two nodes; small sets first.

    Every minimal separator lies among the ancestors of the two, and separates them in the moral graph of those (van der Zander,
    Liśkiewicz & Textor 2014). Nodes that may not be used are contracted; the rest is the enumeration of minimal vertex separators
    of Kloks & Kratsch (1998).

    Args:
        always: Nodes that are conditioned on in any case; no part of the sets.
        most: Search ends when so many sets are known.

    Returns:
        Sorted sets; empty when no set separates the two.
    """
    moral = _moral(graph, first, second, frozenset(allowed), frozenset(always))
    if moral.has_edge(first, second):
        return ()
    if not nx.has_path(moral, first, second):
        return ((),)
    start = _near(moral, frozenset(moral[first]), second)
    found, todo = {start}, deque([start])
    while todo and len(found) < most:
        separator = todo.popleft()
        side = _side(moral, separator, first)
        for node in sorted(separator):
            if moral.has_edge(node, second):
                continue
            around = frozenset(n for member in side | {node} for n in moral[member]) - side - {node}
            further = _near(moral, around, second)
            if further not in found:
                found.add(further)
                todo.append(further)
    return tuple(sorted((tuple(sorted(s)) for s in found), key=lambda s: (len(s), s)))


def _moral(
    graph: CausalGraph, first: str, second: str, allowed: frozenset[str], always: frozenset[str]
) -> nx.Graph[str]:
    """The moral graph of the ancestors, less `always`, with nodes outside `allowed` contracted."""
    kept = graph.ancestors(first, second, *always)
    moral: nx.Graph[str] = nx.Graph()
    moral.add_nodes_from(kept)
    for node in kept:
        parents = sorted(graph.parents(node))
        moral.add_edges_from((parent, node) for parent in parents)
        moral.add_edges_from(combinations(parents, 2))
    moral.remove_nodes_from(always)
    for node in sorted(set(moral) - allowed - {first, second}):
        moral.add_edges_from(combinations(sorted(moral[node]), 2))
        moral.remove_node(node)
    return moral


def _side(moral: nx.Graph[str], without: frozenset[str], node: str) -> frozenset[str]:
    """The nodes that `node` still reaches when `without` is taken out."""
    seen, todo = {node}, [node]
    while todo:
        for other in moral[todo.pop()]:
            if other not in seen and other not in without:
                seen.add(other)
                todo.append(other)
    return frozenset(seen)


def _near(moral: nx.Graph[str], around: frozenset[str], second: str) -> frozenset[str]:
    """The part of `around` that borders on the component of `second`."""
    side = _side(moral, around, second)
    return frozenset(n for member in side for n in moral[member]) - side
