"""What a resumed run has in common with one that was never stopped, down to order and failures."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult
from pydantic import PrivateAttr

from liftos_agents.errors import ArgumentError, CancelledError, DataError
from liftos_agents.graphs.run import run_again
from liftos_agents.graphs.services import Untraced
from tests.graphs.conftest import Engine, Script, evidence_in, findings, plan_of

ANALYSE = [("measure", {})]
BOTH = plan_of(("analyst", "measure", []), ("planner", "measure it twice", []))


def of(factor: float) -> list[Any]:
    return [("measure", {"factor": factor})]


def spoken(messages: Any) -> Any:
    ev = evidence_in(messages, "measure")
    return findings(f"tv spent {{{ev}:channels.tv.spend|money}}.")


def twice(messages: Any) -> Any:
    ev = evidence_in(messages, "measure")
    return findings(f"search spent {{{ev}:channels.search.spend|money}}.")


async def again(engine: Engine, run_id: str) -> Any:
    """The answer of a run that another process would take up: nothing of its books is there any more."""
    ledger = engine.services.stores.ledger
    ledger.settle(run_id, "failed")
    entry = ledger.entry(run_id)
    ledger.claim(entry, entry.topology)
    engine.services.stores.shelf.clear()
    run = run_again(engine.services, ledger.entry(run_id), Untraced())
    return await engine.flow.resume(run, entry.public.question)


async def test_a_station_that_failed_is_all_that_is_done_again(engine: Engine) -> None:
    run = engine.run(run_id="run_1")

    def stop(_: Any) -> Any:
        run.cancelled.set()
        return of(2.0)

    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []), ("planner", "measure it twice", [0]))],
        "analyst": [ANALYSE, spoken],
        "planner": [of(3.0), stop, of(2.0), twice],
    }
    with pytest.raises(CancelledError):
        await engine.flow.answer(run, "Measure")
    engine.data.write_text("week,revenue,tv_spend\n2024-01-01,1,1\n")
    answer = await again(engine, "run_1")
    assert engine.model.unused == 0
    assert answer.answer.headline == "tv spent €1.35k. search spent €1.40k."
    assert [e.arguments["factor"] for e in answer.evidence] == [1.0, 2.0]
    assert {d.name for e in answer.evidence for d in e.datasets} == {"shop"}


class Ordered(Script):
    """A script in which every specialist but `first` waits until somebody has handed in."""

    first: str = ""
    _done: asyncio.Event = PrivateAttr(default_factory=asyncio.Event)

    async def _agenerate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        reply = self._generate(messages)
        asked = str(messages[1].content)
        if '"agent"' in asked and f'"agent":"{self.first}"' not in asked:
            await asyncio.wait_for(self._done.wait(), 10)
        message = reply.generations[0].message
        assert isinstance(message, AIMessage)
        if any(call["name"] == "submit_findings" for call in message.tool_calls):
            self._done.set()
        return reply


async def test_the_answer_does_not_depend_on_who_is_done_first(tmp_path: Path) -> None:
    said: list[Any] = []
    for first in ("analyst", "planner"):
        replies = {"router": [BOTH], "analyst": [ANALYSE, spoken], "planner": [of(2.0), twice]}
        engine = Engine(tmp_path / first, Ordered(first=first, replies=replies))
        answer = await engine.ask("Measure")
        assert next(e.data["agent"] for e in engine.events if e.kind == "agent_finished") == first
        said.append((answer.answer, [e.id for e in answer.evidence], answer.grounding))
        engine.close()
    assert said[0] == said[1]


async def test_a_run_whose_specialists_failed_begins_anew(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))] * 2,
        "analyst": [ANALYSE, ValueError("no luck"), ANALYSE, spoken],
    }
    with pytest.raises(ValueError, match="no luck"):
        await engine.ask("Measure", run_id="run_1")
    assert (await again(engine, "run_1")).answer.headline == "tv spent €1.35k."


async def test_what_a_failed_specialist_found_stays_evidence(engine: Engine) -> None:
    engine.model.replies = {
        "router": [BOTH],
        "analyst": [ANALYSE, spoken],
        "planner": [of(2.0), ValueError("no luck")],
    }
    answer = await engine.ask("Measure")
    assert [e.arguments["factor"] for e in answer.evidence] == [1.0, 2.0]
    assert "The planner did not finish: an error stopped it" in answer.answer.caveats[-1]


async def test_data_that_was_never_stored_cannot_be_read_again(engine: Engine) -> None:
    import pandas as pd

    frame = pd.read_csv(engine.data)
    run = engine.run(sources=(("shop", frame),))
    assert run.request["paths"] is None
    assert engine.run(sources=("shop.csv",)).request["paths"] == ["shop.csv"]
    assert engine.run(sources=(engine.data,)).request["paths"] == [str(engine.data)]
    engine.model.replies = {"router": [ValueError("early")]}
    with pytest.raises(ValueError, match="early"):
        await engine.flow.answer(run, "Measure")
    entry = engine.services.stores.ledger.entry(run.id)
    (stored,) = entry.request["datasets"]
    assert stored["name"] == "shop"
    assert run_again(engine.services, entry, Untraced()).sources == (("shop", stored["id"]),)
    lost = replace(entry, request={**entry.request, "datasets": None})
    with pytest.raises(DataError, match="before its data was stored"):
        run_again(engine.services, lost, Untraced())


async def test_a_claim_is_won_once(engine: Engine) -> None:
    engine.model.replies = {"router": [ValueError("early")]}
    with pytest.raises(ValueError, match="early"):
        await engine.ask("Measure", run_id="run_1")
    ledger = engine.services.stores.ledger
    ledger.settle("run_1", "failed", problem="early")
    seen = ledger.entry("run_1")
    assert (seen.public.status, seen.public.problem) == ("failed", "early")
    assert ledger.claim(seen, seen.topology) == 2
    with pytest.raises(ArgumentError, match="another process"):
        ledger.claim(seen, seen.topology)
