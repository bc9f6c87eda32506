"""Recorded runs done again: everything comes out as recorded, and whatever was changed since is found."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from liftos_agents import LiftOS
from liftos_agents.cli import demo_shop
from liftos_agents.config import Guardrails, Settings
from liftos_agents.domain.answer import Answer
from liftos_agents.errors import ArgumentError, NotFoundError
from liftos_agents.testing.openai_wire import OpenAIWire, WireReply
from liftos_agents.tools import registry
from tests.graphs.conftest import CSV

PAGE = (
    "Trail Runner 5 by Acme. Waterproof running shoe, 260 g, 8 mm drop, sizes 36 to 48. "
    "Price 129 EUR. Ships in two days, free returns."
)
MONEY = {"steps": [{"agent": "causal_analyst", "goal": "check the data", "needs": []}]}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replay")


@pytest.fixture(scope="module")
def runs(home: Path) -> dict[str, Answer]:
    """Ten recorded runs of one organisation, by what they show."""
    csv, page = home / "shop.csv", home / "page.txt"
    csv.write_text(CSV)
    page.write_text(PAGE)
    found: dict[str, Answer] = {}
    strict = Settings(guardrails=Guardrails(max_share_moved=0.0))
    with LiftOS(home / "home", settings=strict) as lift:
        found["quality"] = lift.ask("Is my data clean?", csv)
        lift.settle()
        found["recalled"] = lift.ask("Is the quality of my data good enough?", csv)
        found["audit"] = lift.ask("Audit this product page", page)
        found["ads"] = lift.ask("Write Google ads for this product", page)
        found["refused"] = lift.ask("What will the weather be tomorrow?")
        found["asks back"] = lift.ask("Which channels waste money?")
        shop = demo_shop.market()
        waiting = lift.ask(
            demo_shop.QUESTION,
            {demo_shop.NAME: demo_shop.frame(shop)},
            roles={"margin": shop.spec.margin, "date_order": "ymd"},
        )
        assert waiting.status == "needs_approval"
        found["approved"] = lift.approve(waiting.run_id, by="Ana", note="fine")
        found["follow-up"] = lift.ask("What happens if I cut TV by 20 %?", thread=waiting.thread_id)
        found["both"] = lift.ask("Audit this page and write ads for it", page)
    with LiftOS(home / "offline", settings=Settings()) as lift:
        checked = lift.registry.run("check_quality", str(csv)).id
    claim = f"The check looked at {{{checked}:rows|count}} rows."
    replies = [
        WireReply(tool_calls=(("submit_plan", MONEY),)),
        WireReply(tool_calls=(("check_quality", '{"a": '),)),
        WireReply(tool_calls=(("check_quality", {}),)),
        WireReply(
            tool_calls=(("submit_findings", {"headline": "The data were checked.", "claims": [claim]}),)
        ),
    ]
    with OpenAIWire(replies) as wire:
        settings = Settings(openai_base_url=wire.url)
        with LiftOS(home / "home", model="openai:gpt-4o-mini", settings=settings) as lift:
            found["wire"] = lift.ask("Check my data", csv)
    return found


@pytest.fixture(scope="module")
def lift(home: Path, runs: dict[str, Answer]) -> Iterator[LiftOS]:
    (home / "shop.csv").unlink()
    (home / "page.txt").unlink()
    with LiftOS(home / "home", settings=Settings()) as made:
        yield made


@pytest.mark.parametrize(
    "name",
    [
        "quality",
        "recalled",
        "audit",
        "ads",
        "refused",
        "asks back",
        "approved",
        "follow-up",
        "both",
        "wire",
    ],
)
def test_a_run_comes_out_as_recorded_without_its_file_its_evidence_or_its_model(
    lift: LiftOS, runs: dict[str, Answer], name: str
) -> None:
    answer = runs[name]
    replayed = lift.replay(answer.run_id)
    assert replayed.differences == ()
    assert replayed.ok
    assert {e.id for e in answer.evidence} >= set(replayed.reproduced)
    asked = {
        i
        for d in lift.trace.decisions(answer.run_id)
        if d.decision.kind == "tool_call"
        for i in d.decision.evidence
    }
    assert set(replayed.reproduced) >= asked
    assert bool(asked) == (name not in ("refused", "asks back"))


def test_the_runs_show_what_they_are_called(lift: LiftOS, runs: dict[str, Answer]) -> None:
    assert runs["approved"].status == "complete"
    assert runs["asks back"].status == "needs_clarification"
    assert runs["refused"].status == "refused"
    assert lift.trace.inputs(runs["recalled"].run_id)["recalled"]
    assert len(runs["approved"].evidence) >= 2
    assert runs["wire"].cost.input_tokens == 44


def test_nothing_of_a_replay_is_kept(lift: LiftOS, runs: dict[str, Answer]) -> None:
    before = (lift.runs(100), len(lift.trace.runs(100)), lift.trace.verify("default").records)
    lift.replay(runs["quality"].run_id)
    assert (lift.runs(100), len(lift.trace.runs(100)), lift.trace.verify("default").records) == before


def sql(statement: str, *values: Any) -> Callable[[sqlite3.Connection, str], None]:
    return lambda database, run: database.execute(statement, (*values, run)) and None


EDITS = {
    "answer": sql("UPDATE runs SET answer = replace(answer, 'rows', 'cows') WHERE id = ?"),
    "plan": sql("UPDATE runs SET plan = replace(plan, 'causal_analyst', 'analyst') WHERE id = ?"),
    "reply": sql(
        "UPDATE model_replies SET reply = replace(reply, 'check_quality', 'profile_data') WHERE run_id = ?"
    ),
    "lost reply": sql("DELETE FROM model_replies WHERE position = 1 AND run_id = ?"),
    "evidence": sql(
        "UPDATE evidence SET result = replace(result, '\"rows\":6', '\"rows\":7') WHERE 'x' <> ?"
    ),
    "evidence arguments": sql("UPDATE evidence SET version = '0' WHERE 'x' <> ?"),
    "decision": sql("UPDATE decisions SET content = replace(content, 'route', 'refuse') WHERE run_id = ?"),
    "inputs": sql("UPDATE run_inputs SET content = replace(content, 'clean', 'dirty') WHERE run_id = ?"),
    "step": sql("UPDATE spans SET name = 'another' WHERE position = 1 AND run_id = ?"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_record_is_found(
    home: Path, runs: dict[str, Answer], tmp_path: Path, edit: str, lift: LiftOS
) -> None:
    lift.settle()
    shutil.copytree(home / "home", tmp_path / "home")
    run = runs["quality"].run_id
    with sqlite3.connect(tmp_path / "home" / "liftos.sqlite") as database:
        before = database.total_changes
        EDITS[edit](database, run)
        assert database.total_changes > before
    database.close()
    with LiftOS(tmp_path / "home", settings=Settings()) as other:
        assert not other.trace.verify("default").ok
        replayed = other.replay(run)
    assert replayed.differences[0].kind == "record"
    # The record alone says it; where the edit changes what the run does, doing it again says it too.
    others = {difference.kind for difference in replayed.differences[1:]}
    if edit in ("answer", "plan", "reply", "lost reply", "inputs"):
        assert others


def test_a_tool_of_another_version_gives_other_evidence(
    home: Path, runs: dict[str, Answer], lift: LiftOS
) -> None:
    newer = replace(registry.spec("check_quality"), version="99")
    run = runs["quality"]
    with LiftOS(home / "home", settings=Settings(), tools=[newer]) as other:
        replayed = other.replay(run.run_id)
    first = replayed.differences[0]
    assert (first.kind, first.tool, first.agent) == ("evidence", "check_quality", "causal_analyst")
    assert first.expected in {e.id for e in run.evidence}
    assert first.got.startswith("ev_")
    assert first.got != first.expected
    assert any(d.kind == "request" and "tool check_quality" in d.message for d in replayed.differences)


def test_a_tool_that_counts_otherwise_gives_another_result(
    home: Path, runs: dict[str, Answer], lift: LiftOS
) -> None:
    spec = registry.spec("check_quality")

    def other_rows(context: Any, arguments: Any) -> Any:
        return spec.function(context, arguments).model_copy(update={"rows": 7})

    with LiftOS(home / "home", settings=Settings(), tools=[replace(spec, function=other_rows)]) as other:
        replayed = other.replay(runs["quality"].run_id)
    first = replayed.differences[0]
    assert (first.kind, first.tool) == ("result", "check_quality")
    assert first.expected != first.got


def test_a_changed_prompt_is_named(home: Path, runs: dict[str, Answer], lift: LiftOS) -> None:
    run = runs["quality"]
    with LiftOS(home / "home", settings=Settings()) as other:
        analyst = other.specialists["causal_analyst"]
        other._workshop.specialists = {
            **other.specialists,
            "causal_analyst": analyst.model_copy(update={"prompt": "Another."})
            if hasattr(analyst, "model_copy")
            else replace(analyst, prompt="Another."),
        }
        replayed = other.replay(run.run_id)
    first = replayed.differences[0]
    assert first.kind == "request"
    assert "(system) differs beside a recorded call of causal_analyst" in first.message


def test_what_cannot_be_replayed_is_said(
    lift: LiftOS, runs: dict[str, Answer], home: Path, tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError, match="no run"):
        lift.replay("run_nothing")
    lift.settle()
    shutil.copytree(home / "home", tmp_path / "home")
    shutil.rmtree(tmp_path / "home" / "workspace")
    with LiftOS(tmp_path / "home", settings=Settings()) as other:
        with pytest.raises(NotFoundError, match="gone from the workspace"):
            other.replay(runs["quality"].run_id)
        with sqlite3.connect(tmp_path / "home" / "liftos.sqlite") as database:
            database.execute("DELETE FROM run_inputs")
        database.close()
        with pytest.raises(ArgumentError, match="too little"):
            other.replay(runs["quality"].run_id)


def test_a_replay_is_json(lift: LiftOS, runs: dict[str, Answer]) -> None:
    told = json.loads(lift.replay(runs["quality"].run_id).model_dump_json())
    assert told["differences"] == []
