# pyright: reportMissingTypeStubs=false
"""The graph: stations and the ways between them, its picture and its fingerprint."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from liftos_agents.domain.canonical import content_hash
from liftos_agents.graphs import conclusion, consent, reception, team
from liftos_agents.graphs.retries import retry_policy
from liftos_agents.graphs.services import Run
from liftos_agents.graphs.state import STATE_VERSION, RunState, StepInput
from liftos_agents.graphs.stations import gate, station

STATION_SECONDS = 120.0
SPECIALIST_SECONDS = 1_800.0

Graph = CompiledStateGraph[RunState, Run, RunState, RunState]


def build(saver: BaseCheckpointSaver[Any] | None = None) -> Graph:
    """The compiled graph; threads are kept by `saver`."""
    graph: Any = StateGraph(RunState, context_schema=Run)
    retried: dict[str, Any] = {"retry_policy": retry_policy(), "timeout": STATION_SECONDS}
    graph.add_node("intake", gate(reception.intake), **retried)
    graph.add_node("recall", station(reception.recall), **retried)
    graph.add_node("route", station(reception.plan), retry_policy=retry_policy(), timeout=SPECIALIST_SECONDS)
    graph.add_node(
        "specialist",
        station(team.specialist),
        input_schema=StepInput,
        retry_policy=retry_policy(),
    )
    graph.add_node("gather", team.gather)
    graph.add_node("compose", station(conclusion.compose))
    graph.add_node("verify", station(conclusion.verify))
    graph.add_node("approve", station(consent.approve))
    graph.add_node("render", station(conclusion.render))
    graph.add_node("remember", station(conclusion.remember))
    graph.add_edge(START, "intake")
    graph.add_edge("intake", "recall")
    graph.add_edge("recall", "route")
    graph.add_conditional_edges("route", team.after_route, ["specialist", "compose"])
    graph.add_edge("specialist", "gather")
    graph.add_conditional_edges("gather", team.dispatch, ["specialist", "compose"])
    graph.add_edge("compose", "verify")
    graph.add_edge("verify", "approve")
    graph.add_edge("approve", "render")
    graph.add_edge("render", "remember")
    graph.add_edge("remember", END)
    return graph.compile(checkpointer=saver, name="liftos")


def draw(style: str = "mermaid") -> str:
    """The graph as Mermaid source, or as `text` (one line a way)."""
    picture = build().get_graph()
    if style == "mermaid":
        return picture.draw_mermaid()
    arrow = {True: "⇢", False: "→"}
    return "\n".join(f"{e.source} {arrow[e.conditional]} {e.target}" for e in picture.edges)


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """What a saved thread must agree with to be resumed: stations, ways and the state's shape."""
    picture = build().get_graph()
    shape = {
        "version": STATE_VERSION,
        "nodes": sorted(picture.nodes),
        "edges": sorted([e.source, e.target] for e in picture.edges),
        "state": sorted(inspect.get_annotations(RunState)),
    }
    return content_hash(shape)[:16]
