"""What the engine costs beside a plain LangGraph that runs the same model, memory and tool calls.

Both answer the same two-specialist question on the same data, warm, in turn, so that a busy machine slows both
alike. Overhead is wall time less the time in tools. The plain graph has LangGraph's own asynchronous SQLite saver, a
model node and a tools node, shortens results as the engine does, and renders the findings; it traces, verifies and repairs nothing. The engine's
checkpoint is in its time; its trace and memory are written behind the answer, and counted in `settled`.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from operator import add
from pathlib import Path
from typing import Annotated, Any, TypedDict

import numpy as np
import pandas as pd
from langchain_core.messages import AnyMessage, HumanMessage, SystemMessage, ToolMessage
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph, add_messages

from benchmarks.report import write
from liftos_agents import LiftOS
from liftos_agents.config import Settings
from liftos_agents.data import brief, load
from liftos_agents.domain.answer import AnswerBody
from liftos_agents.domain.findings import Claim, Findings
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.reference import references, render
from liftos_agents.domain.task import RoutingTask, SpecialistTask
from liftos_agents.graphs.compaction import compact
from liftos_agents.graphs.messages import router_tools, specialist_tools
from liftos_agents.memory import records_of
from liftos_agents.sandbox import scenarios, simulate

QUESTION = "Which channels waste money, and how should I split 1.5m over them next quarter?"
ROUNDS, WARM_UP = 60, 6
GOAL_RATIO, GOAL_MILLISECONDS = 1.5, 34.0
COLD_ROUNDS, COLD_GOAL_MILLISECONDS = 7, 2_000.0


class PlainState(TypedDict, total=False):
    """The plain graph's state."""

    plan: dict[str, Any]
    recalled: list[str]
    position: int
    messages: Annotated[list[AnyMessage], add_messages]
    calls: Annotated[list[dict[str, Any]], add]
    findings: Annotated[list[dict[str, Any]], add]
    answer: dict[str, Any]


class PlainGraph:
    """The same work on LangGraph alone: router, then each specialist as a model node and a tools node."""

    def __init__(self, lift: LiftOS, data: Path, saver: AsyncSqliteSaver) -> None:
        self.services = lift._workshop.services()
        self.dataset = load(str(data))
        self.brief = brief(self.dataset, self.dataset.roles)
        self.tool_seconds = 0.0
        model = self.services.model
        self.router = model.bind_tools(router_tools())
        self.bound = {
            name: model.bind_tools(specialist_tools(s, self.services.registry))
            for name, s in self.services.specialists.items()
        }
        graph: Any = StateGraph(PlainState)
        graph.add_node("recall", self.recall)
        graph.add_node("route", self.route)
        graph.add_node("model", self.model)
        graph.add_node("tools", self.tools)
        graph.add_node("answer", self.answer)
        graph.add_edge(START, "recall")
        graph.add_edge("recall", "route")
        graph.add_edge("route", "model")
        graph.add_conditional_edges("model", self.after_model, ["model", "tools", "answer"])
        graph.add_edge("tools", "model")
        graph.add_edge("answer", END)
        self.graph = graph.compile(checkpointer=saver)

    async def recall(self, state: PlainState) -> dict[str, Any]:
        found = self.services.memory.recall("bench", QUESTION, limit=5)
        return {"recalled": [r.record.content for r in found], "position": 0}

    async def route(self, state: PlainState) -> dict[str, Any]:
        task = RoutingTask(question=QUESTION, datasets=(self.brief,))
        reply = await self.router.ainvoke(
            [SystemMessage(self.services.router_prompt), HumanMessage(task.model_dump_json())]
        )
        return {"plan": reply.tool_calls[0]["args"], "messages": []}

    async def model(self, state: PlainState) -> dict[str, Any]:
        step = Plan.model_validate(state["plan"]).steps[state["position"]]
        spec = self.services.specialists[step.agent]
        messages = state.get("messages", [])
        start = [m for m in messages if isinstance(m, SystemMessage)]
        mine = messages[messages.index(start[-1]) :] if len(start) == state["position"] + 1 else []
        opening: list[AnyMessage] = []
        if not mine:
            prior = [state["calls"][i] for i in range(len(state.get("calls", [])))] if step.needs else []
            task = SpecialistTask(
                agent=step.agent,
                goal=step.goal,
                question=QUESTION,
                datasets=(self.brief,),
                prior=tuple(prior),
            )
            opening = [SystemMessage(spec.prompt), HumanMessage(task.model_dump_json())]
        reply = await self.bound[step.agent].ainvoke([*mine, *opening])
        update: dict[str, Any] = {"messages": [*opening, reply]}
        if reply.tool_calls[0]["name"] == "submit_findings":
            update["findings"] = [reply.tool_calls[0]["args"]]
            update["position"] = state["position"] + 1
        return update

    def after_model(self, state: PlainState) -> str:
        if state["messages"][-1].tool_calls[0]["name"] != "submit_findings":
            return "tools"
        return "model" if state["position"] < len(state["plan"]["steps"]) else "answer"

    async def tools(self, state: PlainState) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        messages: list[AnyMessage] = []
        calls: list[dict[str, Any]] = []
        for call in state["messages"][-1].tool_calls:
            started = time.perf_counter()
            found = await loop.run_in_executor(
                self.services.pool,
                lambda call=call: self.services.registry.run_call(
                    call["name"],
                    self.dataset,
                    call["args"],
                    roles=self.dataset.roles,
                    store=self.services.home.evidence,
                ),
            )
            self.tool_seconds += time.perf_counter() - started
            content = {"evidence": found.id, "tool": found.tool, "result": compact(found.result)}
            messages.append(ToolMessage(json.dumps(content), tool_call_id=call["id"], name=call["name"]))
            calls.append({"evidence": found.id, "tool": found.tool, "arguments": call["args"]})
        return {"messages": messages, "calls": calls}

    async def answer(self, state: PlainState) -> dict[str, Any]:
        found = [self.services.home.evidence.get(c["evidence"]) for c in state["calls"]]
        results = {e.id: e.result for e in found if e is not None}
        claims: list[Claim] = []
        for findings in (Findings.model_validate(f) for f in state["findings"]):
            for source in (*findings.claims, *findings.recommendations, *findings.caveats):
                ids = tuple(dict.fromkeys(r.evidence for r in references(source)))
                claims.append(
                    Claim(id=f"c{len(claims)}", text=render(source, results), source=source, evidence=ids)
                )
        body = AnswerBody(claims=tuple(claims))
        self.services.memory.remember(records_of("bench", "run", body, [e for e in found if e]))
        return {"answer": body.model_dump(mode="json")}


def main() -> None:
    """Measure and write `results/overhead.json`."""
    with tempfile.TemporaryDirectory() as name, LiftOS(Path(name) / "home", settings=Settings()) as lift:
        data = Path(name) / "shop.csv"
        shop: pd.DataFrame = simulate(scenarios.load("textbook")).frame()
        shop.to_csv(data, index=False)
        engine, settled, plain = lift._workshop.loop.result(_measure(lift, data, Path(name)))
    rows = [
        _row("plain LangGraph, SQLite saver", plain, plain),
        _row("the engine, checkpoint, trace and memory on", engine, plain, goal=GOAL_MILLISECONDS),
        _row("the same until trace and memory are on disk", settled, plain),
    ]
    rows += _cold()
    write(
        "overhead",
        "Overhead of a two-specialist question beside a plain LangGraph",
        rows,
        settings={"rounds": ROUNDS, "question": QUESTION, "goal_ratio": GOAL_RATIO},
        notes=[
            "Overhead is wall time less time in tools; evidence is cached, so the tools cost little.",
            "The plain graph writes its memory before it answers, the engine behind the answer: `settled` has both.",
        ],
    )


async def _measure(lift: LiftOS, data: Path, folder: Path) -> tuple[list[float], list[float], list[float]]:
    engine: list[float] = []
    settled: list[float] = []
    plain: list[float] = []
    async with AsyncSqliteSaver.from_conn_string(str(folder / "plain.sqlite")) as saver:
        await lift._ask(QUESTION, str(data), organisation="bench")
        other = PlainGraph(lift, data, saver)
        for turn in range(ROUNDS + WARM_UP):
            started = time.perf_counter()
            answer = await lift._ask(QUESTION, str(data), organisation="bench")
            taken = time.perf_counter() - started
            await lift._workshop.settled()
            written = time.perf_counter() - started
            other.tool_seconds = 0.0
            began = time.perf_counter()
            await other.graph.ainvoke({"calls": []}, {"configurable": {"thread_id": f"plain-{turn}"}})
            beside = time.perf_counter() - began - other.tool_seconds
            if turn >= WARM_UP:
                tools = answer.timings.tools_ms / 1e3
                engine.append(taken - tools)
                settled.append(written - tools)
                plain.append(beside)
    return engine, settled, plain


def _cold() -> list[dict[str, Any]]:
    """The same question in fresh homes within this process, on the reference data where it is there."""
    folder = Path(os.environ.get("LIFTOS_REFERENCE_DATA", "../shared/data"))
    data = folder / "mmm" / "robyn_weekly.csv"
    if not data.exists():
        return []
    total: list[float] = []
    tools: list[float] = []
    for _ in range(COLD_ROUNDS + 1):
        with tempfile.TemporaryDirectory() as name, LiftOS(name, settings=Settings()) as lift:
            started = time.perf_counter()
            answer = lift.ask(QUESTION, data)
            total.append(time.perf_counter() - started)
            tools.append(answer.timings.tools_ms / 1e3)
    milliseconds = np.array(total[1:]) * 1e3
    return [
        {
            "what": "a cold question in a fresh home: 208 weeks, 5 channels, everything computed",
            "p50_ms": round(float(np.median(milliseconds)), 1),
            "p95_ms": round(float(np.quantile(milliseconds, 0.95)), 1),
            "tools_p50_ms": round(statistics.median(tools[1:]) * 1e3, 1),
            "goal_ms": COLD_GOAL_MILLISECONDS,
        }
    ]


def _row(
    what: str, seconds: list[float], reference: list[float], goal: float | None = None
) -> dict[str, Any]:
    milliseconds = np.array(seconds) * 1e3
    pairs: Callable[[list[float]], float] = statistics.median
    return {
        "what": what,
        "p50_ms": round(float(np.median(milliseconds)), 2),
        "p95_ms": round(float(np.quantile(milliseconds, 0.95)), 2),
        "ratio": round(pairs(seconds) / pairs(reference), 2),
        "median_paired_ratio": round(pairs([a / b for a, b in zip(seconds, reference, strict=True)]), 2),
        "goal_ms": goal,
    }


if __name__ == "__main__":
    main()
