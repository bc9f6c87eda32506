"""A directed acyclic graph of causes, with nodes that nobody observed."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import networkx as nx

from liftos_agents.tools.errors import ToolRetry

MOST_NODES = 300


@dataclass(frozen=True, eq=False)
class CausalGraph:
    """Causes and effects; an arrow is a direct cause.

    Attributes:
        directed: All nodes, unobserved ones too; acyclic. Not to be changed.
        latent: Nodes that no column holds.
        labels: Node to a second name that its text gave it.
        notes: What the reader of a text did, a sentence each.
    """

    directed: nx.DiGraph[str]
    latent: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()

    @classmethod
    def of_edges(
        cls,
        edges: Iterable[tuple[str, str]],
        *,
        nodes: Iterable[str] = (),
        latent: Iterable[str] = (),
        hidden: Iterable[tuple[str, str]] = (),
        labels: Mapping[str, str] | None = None,
        notes: Iterable[str] = (),
    ) -> CausalGraph:
        """The graph of arrows `edges`, further `nodes`, and `hidden` pairs that share an unobserved cause.

        Raises:
            ToolRetry: There is no edge, an edge from a node to itself, a cycle, or too many nodes.
        """
        directed: nx.DiGraph[str] = nx.DiGraph()
        directed.add_nodes_from(nodes)
        directed.add_edges_from(edges)
        unseen = set(latent)
        for first, second in hidden:
            low, high = sorted((first, second))
            cause = f"U({low}, {high})"
            unseen.add(cause)
            directed.add_edges_from(((cause, low), (cause, high)))
        directed.add_nodes_from(unseen)
        _refuse_wrong(directed)
        return cls(directed, frozenset(unseen), dict(labels or {}), tuple(notes))

    @property
    def nodes(self) -> tuple[str, ...]:
        """All nodes, sorted."""
        return tuple(sorted(self.directed))

    @property
    def observed(self) -> frozenset[str]:
        """Nodes that are not latent."""
        return frozenset(self.directed) - self.latent

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """All arrows, sorted."""
        return tuple(sorted(self.directed.edges))

    def parents(self, node: str) -> frozenset[str]:
        """Direct causes."""
        return frozenset(self.directed.predecessors(node))

    def children(self, node: str) -> frozenset[str]:
        """Direct effects."""
        return frozenset(self.directed.successors(node))

    def ancestors(self, *nodes: str) -> frozenset[str]:
        """The nodes and all that cause them."""
        return frozenset(nodes).union(*(nx.ancestors(self.directed, n) for n in nodes))

    def descendants(self, *nodes: str) -> frozenset[str]:
        """The nodes and all that they cause."""
        return frozenset(nodes).union(*(nx.descendants(self.directed, n) for n in nodes))

    def with_latent(self, nodes: Iterable[str]) -> CausalGraph:
        """The graph with `nodes` unobserved as well."""
        return replace(self, latent=self.latent | frozenset(nodes))

    def renamed(self, names: Mapping[str, str]) -> CausalGraph:
        """The graph with other names for some nodes."""
        return replace(
            self,
            directed=nx.relabel_nodes(self.directed, dict(names)),
            latent=frozenset(names.get(n, n) for n in self.latent),
            labels={names.get(n, n): label for n, label in self.labels.items()},
        )

    def without_arrows_from(self, node: str) -> CausalGraph:
        """The graph less all arrows that start at `node`: only back-door paths are left."""
        kept: nx.DiGraph[str] = self.directed.copy()
        kept.remove_edges_from(list(self.directed.out_edges(node)))
        return replace(self, directed=kept)

    def separated(self, first: str, second: str, given: Collection[str] = ()) -> bool:
        """Whether `given` blocks every path between two nodes (d-separation, by reachability; Koller & Friedman 3.1)."""
        return second not in self._reached(first, frozenset(given))

    def _reached(self, start: str, given: frozenset[str]) -> set[str]:
        opening = self.ancestors(*given) if given else frozenset[str]()
        reached: set[str] = set()
        seen: set[tuple[str, bool]] = set()
        todo: deque[tuple[str, bool]] = deque([(start, True)])
        while todo:
            node, from_child = todo.popleft()
            if (node, from_child) in seen:
                continue
            seen.add((node, from_child))
            blocked = node in given
            if not blocked:
                reached.add(node)
                todo.extend((child, False) for child in self.directed.successors(node))
            if (from_child and not blocked) or (not from_child and node in opening):
                todo.extend((parent, True) for parent in self.directed.predecessors(node))
        return reached


def _refuse_wrong(directed: nx.DiGraph[str]) -> None:
    if not directed.number_of_edges():
        raise ToolRetry(
            "the graph has no arrows",
            where="graph",
            fix='Give at least one, such as "price -> sales; season -> price"',
        )
    if len(directed) > MOST_NODES:
        raise ToolRetry(
            f"the graph has {len(directed)} nodes; the most that can be used are {MOST_NODES}",
            where="graph",
            fix="Leave out nodes that neither cause the treatment nor the outcome",
        )
    for node in sorted(directed):
        if directed.has_edge(node, node):
            raise ToolRetry(
                f"{node!r} has an arrow to itself", where="graph", fix=f"Leave out {node} -> {node}"
            )
    if not nx.is_directed_acyclic_graph(directed):
        circle = min((c for c in nx.strongly_connected_components(directed) if len(c) > 1), key=sorted)
        start = min(circle)
        steps = [start, *(target for _, target in nx.find_cycle(directed.subgraph(sorted(circle)), start))]
        raise ToolRetry(
            f"the arrows go in a circle: {' -> '.join(steps)}",
            where="graph",
            fix="Leave out one of these arrows, or tell the periods apart, as in price_last_week -> sales",
        )
