"""The causal graph: effects, contradictions, paths, exports."""

from __future__ import annotations

import io

import networkx

from liftos_agents.domain.memory_record import CausalEdge
from liftos_agents.memory import CausalGraph, GraphEdge, Memory, new_record


def edge(
    record: str, source: str, target: str, low: float, high: float, *, superseded_by: str | None = None
) -> GraphEdge:
    measured = CausalEdge(
        source=source,
        source_kind="channel",
        target=target,
        target_kind="kpi",
        measure="ROAS",
        effect=(low + high) / 2,
        low=low,
        high=high,
        method="MMM",
        evidence=f"ev_{record}",
    )
    return GraphEdge(record, measured, "2023-01-01", "2023-12-31", 0.9, superseded_by)


def test_effects_are_sorted_by_strength_and_leave_out_the_superseded() -> None:
    graph = CausalGraph(
        [
            edge("a", "tv", "revenue", 0, 1),
            edge("b", "search", "revenue", 2, 3),
            edge("c", "tv", "visits", 5, 6),
            edge("d", "tv", "revenue", 8, 9, superseded_by="a"),
        ]
    )
    assert [e.record for e in graph.effects_on("revenue")] == ["b", "a"]
    assert [e.record for e in graph.effects_on("revenue", superseded=True)] == ["d", "b", "a"]
    assert [(n.kind, n.name) for n in graph.nodes] == [
        ("channel", "search"),
        ("channel", "tv"),
        ("kpi", "revenue"),
        ("kpi", "visits"),
    ]


def test_contradictions_are_shown_and_overlap_is_none() -> None:
    graph = CausalGraph(
        [
            edge("a", "tv", "revenue", 0.2, 1.0),
            edge("b", "tv", "revenue", 0.8, 1.5),
            edge("c", "tv", "revenue", 1.2, 2.0),
            edge("d", "tv", "revenue", -2.0, -1.0),
            edge("e", "tv", "revenue", 9.0, 9.5, superseded_by="a"),
        ]
    )
    found = {(c.first.record, c.second.record): c.reason for c in graph.conflicts()}
    assert found == {
        ("a", "c"): "their intervals do not overlap",
        ("a", "d"): "their signs differ",
        ("b", "d"): "their signs differ",
        ("c", "d"): "their signs differ",
    }


def test_paths_are_simple_and_shortest_first() -> None:
    graph = CausalGraph(
        [
            edge("a", "tv", "search", 1, 2),
            edge("b", "search", "revenue", 1, 2),
            edge("c", "tv", "revenue", 1, 2),
            edge("d", "search", "tv", 1, 2),
            edge("e", "tv", "tv", 1, 2),
        ]
    )
    assert [[e.record for e in path] for path in graph.paths("tv", "revenue")] == [["c"], ["a", "b"]]
    assert graph.paths("revenue", "tv") == ()


def test_graphml_and_dot_hold_every_edge() -> None:
    graph = CausalGraph([edge("a", 'tv "prime"', "revenue", 0, 1), edge("b", 'tv "prime"', "revenue", 2, 3)])
    back = networkx.read_graphml(io.BytesIO(graph.to_graphml().encode()), force_multigraph=True)
    assert sorted(back.edges(keys=True)) == [
        ('tv "prime"', "revenue", "a"),
        ('tv "prime"', "revenue", "b"),
    ]
    assert back.edges['tv "prime"', "revenue", "b"]["low"] == 2.0
    dot = graph.to_dot()
    assert dot.count("->") == 2
    assert dot.count("color=red") == 2
    assert '"tv \\"prime\\"" -> "revenue"' in dot


def test_merging_keeps_each_record_once() -> None:
    mine, yours = (
        CausalGraph([edge("a", "tv", "revenue", 0, 1)]),
        CausalGraph([edge("a", "tv", "revenue", 0, 1), edge("z", "price", "revenue", -2, -1)]),
    )
    assert [e.record for e in mine.merge(yours).edges] == ["z", "a"]


def test_a_memory_builds_its_graph_from_its_records(memory: Memory) -> None:
    def record(window: str, low: float, high: float):
        e = edge(window, "tv", "revenue", low, high).edge
        return new_record(
            "acme",
            "causal_edge",
            "tv → revenue",
            f"tv, {window}",
            evidence=(window,),
            valid_to=window,
            edge=e,
        )

    memory.remember([record("2023-12-31", 2, 3), record("2024-12-31", 0, 1)])
    graph = memory.graph("acme")
    assert [e.valid_to for e in graph.effects_on("revenue")] == ["2024-12-31"]
    assert len(graph.effects_on("revenue", superseded=True)) == 2
    assert graph.conflicts() == ()
    assert memory.graph("nobody").edges == ()
