"""Places for the nodes of a graph: layers from cause to effect, or a circle."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import networkx as nx

Places = dict[str, tuple[float, float]]


def layered(nodes: Sequence[str], arrows: Iterable[tuple[str, str]]) -> Places:
    """Each node one layer right of its furthest cause, ordered in a layer by where its causes stand; a circle when arrows close one."""
    directed: nx.DiGraph[str] = nx.DiGraph()
    directed.add_nodes_from(sorted(nodes))
    directed.add_edges_from(sorted(arrows))
    if not nx.is_directed_acyclic_graph(directed):
        return circular(nodes)
    layers = [sorted(layer) for layer in nx.topological_generations(directed)]
    places: Places = {}
    for depth, layer in enumerate(layers):
        layer.sort(key=lambda n: (_middle(directed, n, places), n))
        x = 0.5 if len(layers) == 1 else depth / (len(layers) - 1)
        # Odd layers stand a little higher, so that an arrow past a layer does not run through its node.
        shift = 0.06 * (depth % 2)
        for k, node in enumerate(layer):
            places[node] = (
                round(0.04 + 0.92 * x, 4),
                round(min(0.96, 1.0 - (k + 0.5) / len(layer) + shift), 4),
            )
    return places


def circular(nodes: Sequence[str]) -> Places:
    """Nodes on a circle, sorted, from the top clockwise."""
    ordered = sorted(nodes)
    angles = [2.0 * math.pi * k / max(len(ordered), 1) for k in range(len(ordered))]
    return {
        n: (round(0.5 + 0.45 * math.sin(a), 4), round(0.5 + 0.45 * math.cos(a), 4))
        for n, a in zip(ordered, angles, strict=True)
    }


def _middle(directed: nx.DiGraph[str], node: str, places: Places) -> float:
    above = [places[p][1] for p in directed.predecessors(node) if p in places]
    return -sum(above) / len(above) if above else 0.0
