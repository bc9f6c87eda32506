"""Graphs as pictures: causes left, effects right, unobserved nodes and doubtful edges marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from liftos_agents.domain.figure import Figure, FigureEdge
from liftos_agents.tools.causal_graphs.discovery_words import STABLE, Edge, edge_in_words
from liftos_agents.tools.causal_graphs.graph import CausalGraph
from liftos_agents.tools.causal_graphs.layout import circular, layered


def picture_of_edges(names: Sequence[str], edges: Sequence[Edge]) -> Figure:
    """The graph that a search found; edges that seldom come back are doubtful."""
    lagged = any(e.kind == "lagged" for e in edges)
    arrows = [(e.source, e.target) for e in edges]
    drawn = tuple(
        FigureEdge(
            source=e.source,
            target=e.target,
            directed=e.kind != "undirected",
            mark="doubtful" if e.stability is not None and e.stability < STABLE else "firm",
            label=f"lag {e.lag}" if e.lag else None if e.stability is None else f"{e.stability:.0%}",
        )
        for e in edges
    )
    said = "; ".join(edge_in_words(e) for e in edges) or "no edges"
    return Figure(
        kind="graph",
        title="Causal graph that the data could come from (a hypothesis)",
        summary=f"{len(names)} variables, {len(edges)} edges: {said}.",
        nodes=circular(names) if lagged else layered(names, arrows),
        edges=drawn,
    )


def picture_of_graph(
    graph: CausalGraph,
    treatment: str,
    outcome: str,
    *,
    adjusted: Collection[str] = (),
    failed: Sequence[tuple[str, str, str]] = (),
) -> Figure:
    """A user's graph with the part that each node plays behind its name, and links that the data show but the graph lacks.

    Args:
        adjusted: Nodes adjusted for.
        failed: Pairs that are dependent though the graph has them independent, with a label.
    """
    parts = {treatment: "treatment", outcome: "outcome"}
    parts |= dict.fromkeys(sorted(graph.latent), "unobserved") | dict.fromkeys(
        sorted(adjusted), "adjusted for"
    )
    shown = {node: f"{node} ({parts[node]})" if node in parts else node for node in graph.nodes}
    drawn = [
        FigureEdge(source=shown[a], target=shown[b], mark="hidden" if a in graph.latent else "firm")
        for a, b in graph.edges
    ]
    drawn += [
        FigureEdge(source=shown[a], target=shown[b], directed=False, mark="doubtful", label=label)
        for a, b, label in failed
    ]
    places = layered(graph.nodes, graph.edges)
    said = "; ".join(f"{a} and {b} ({label})" for a, b, label in failed)
    return Figure(
        kind="graph",
        title=f"How {treatment} is taken to act on {outcome}",
        summary=f"{len(graph.nodes)} nodes and {len(graph.edges)} arrows: {', '.join(f'{shown[a]} -> {shown[b]}' for a, b in graph.edges)}."
        + (f" The data show a link that the graph lacks between {said}." if failed else ""),
        nodes={shown[node]: place for node, place in places.items()},
        edges=tuple(drawn),
    )
