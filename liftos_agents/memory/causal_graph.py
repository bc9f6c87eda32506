"""What causes what, as the organisation's evidence has it: channel → KPI, with effect and interval."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.memory_record import CausalEdge, MemoryRecord, NodeKind

if TYPE_CHECKING:
    import networkx

LONGEST_PATH = 4


@dataclass(frozen=True)
class GraphNode:
    """A thing that causes or is caused."""

    name: str
    kind: NodeKind


@dataclass(frozen=True)
class GraphEdge:
    """A measured effect with the record it comes from and the window it speaks of."""

    record: str
    edge: CausalEdge
    valid_from: str | None = None
    valid_to: str | None = None
    confidence: float = 1.0
    superseded_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether no newer measurement has taken its place."""
        return self.superseded_by is None


@dataclass(frozen=True)
class Conflict:
    """Two standing measurements of one effect that cannot both be right."""

    first: GraphEdge
    second: GraphEdge
    reason: str


class CausalGraph:
    """Edges as measured; parallel ones stay apart, so that a contradiction shows instead of averaging out."""

    def __init__(self, edges: Iterable[GraphEdge]) -> None:
        self.edges = tuple(sorted(edges, key=_order))

    @classmethod
    def of(cls, records: Iterable[MemoryRecord]) -> CausalGraph:
        """The graph of those of `records` that hold an edge."""
        return cls(
            GraphEdge(r.id, r.edge, r.valid_from, r.valid_to, r.confidence, r.superseded_by)
            for r in records
            if r.edge is not None
        )

    @property
    def nodes(self) -> tuple[GraphNode, ...]:
        """Everything that an edge starts or ends on, by kind and name."""
        ends = {GraphNode(e.edge.source, e.edge.source_kind) for e in self.edges}
        ends |= {GraphNode(e.edge.target, e.edge.target_kind) for e in self.edges}
        return tuple(sorted(ends, key=lambda node: (node.kind, node.name)))

    def effects_on(self, target: str, *, superseded: bool = False) -> tuple[GraphEdge, ...]:
        """What was measured to act on `target`, strongest first; older measurements when asked for."""
        found = [e for e in self.edges if e.edge.target == target and (superseded or e.stands)]
        return tuple(sorted(found, key=lambda e: (-e.edge.effect, *_order(e))))

    def conflicts(self) -> tuple[Conflict, ...]:
        """Standing pairs of one source, target and measure whose intervals do not touch or differ in sign."""
        groups: dict[tuple[str, str, str], list[GraphEdge]] = {}
        for e in self.edges:
            if e.stands:
                groups.setdefault((e.edge.source, e.edge.target, e.edge.measure), []).append(e)
        pairs = (pair for _, group in sorted(groups.items()) for pair in combinations(group, 2))
        return tuple(
            Conflict(first, second, reason)
            for first, second in pairs
            if (reason := _contradiction(first.edge, second.edge))
        )

    def paths(
        self, source: str, target: str, *, longest: int = LONGEST_PATH
    ) -> tuple[tuple[GraphEdge, ...], ...]:
        """Chains of standing edges from `source` to `target`, shortest first, without going through a node twice."""
        outgoing: dict[str, list[GraphEdge]] = {}
        for e in self.edges:
            if e.stands:
                outgoing.setdefault(e.edge.source, []).append(e)
        found: list[tuple[GraphEdge, ...]] = []
        front: list[tuple[GraphEdge, ...]] = [
            (e,) for e in outgoing.get(source, []) if e.edge.target != source
        ]
        for _ in range(longest):
            found += [path for path in front if path[-1].edge.target == target]
            front = [
                (*path, e)
                for path in front
                for e in outgoing.get(path[-1].edge.target, [])
                if path[-1].edge.target != target
                and e.edge.target not in {source, *(step.edge.target for step in path)}
            ]
        return tuple(found)

    def merge(self, other: CausalGraph) -> CausalGraph:
        """Both graphs' edges, each record once; a user's own DAG joins this way."""
        known = {e.record for e in self.edges}
        return CausalGraph((*self.edges, *(e for e in other.edges if e.record not in known)))

    @cached_property
    def network(self) -> networkx.MultiDiGraph[str]:
        """The same as a networkx graph, edges keyed by record id, for every algorithm that networkx has."""
        import networkx

        network: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
        for node in self.nodes:
            network.add_node(node.name, kind=node.kind)
        for e in self.edges:
            network.add_edge(e.edge.source, e.edge.target, key=e.record, **_attributes(e))
        return network

    def to_graphml(self) -> str:
        """GraphML, for Gephi, yEd, Cytoscape and networkx itself."""
        import networkx

        buffer = io.BytesIO()
        networkx.write_graphml(self.network, buffer)
        return buffer.getvalue().decode()

    def to_dot(self) -> str:
        """Graphviz DOT; dashed edges are superseded, red ones contradict each other."""
        disputed = {e.record for c in self.conflicts() for e in (c.first, c.second)}
        lines = ["digraph memory {", "  rankdir=LR;"]
        lines += [f"  {_quoted(n.name)} [label={_quoted(f'{n.name} ({n.kind})')}];" for n in self.nodes]
        for e in self.edges:
            style = "" if e.stands else ", style=dashed"
            colour = ", color=red" if e.record in disputed else ""
            ends = f"{_quoted(e.edge.source)} -> {_quoted(e.edge.target)}"
            lines.append(f"  {ends} [label={_quoted(_label(e.edge))}{style}{colour}];")
        return "\n".join([*lines, "}"]) + "\n"


def _order(e: GraphEdge) -> tuple[str, str, str, str, str]:
    return (e.edge.source, e.edge.target, e.edge.measure, e.valid_to or "", e.record)


def _contradiction(first: CausalEdge, second: CausalEdge) -> str | None:
    if first.low > 0 > second.high or second.low > 0 > first.high:
        return "their signs differ"
    if first.low > second.high or second.low > first.high:
        return "their intervals do not overlap"
    return None


def _attributes(e: GraphEdge) -> dict[str, str | float]:
    edge = e.edge
    return {
        "measure": edge.measure,
        "effect": edge.effect,
        "low": edge.low,
        "high": edge.high,
        "level": edge.level,
        "method": edge.method,
        "evidence": edge.evidence,
        "valid_from": e.valid_from or "",
        "valid_to": e.valid_to or "",
        "confidence": e.confidence,
        "superseded_by": e.superseded_by or "",
    }


def _label(edge: CausalEdge) -> str:
    effect, low, high = (format_number(value) for value in (edge.effect, edge.low, edge.high))
    return f"{edge.measure} {effect} ({low} to {high}), {edge.method}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
