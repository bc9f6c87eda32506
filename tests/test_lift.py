"""The one object that assembles the house."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import LiftOS
from liftos_agents.config import Settings
from liftos_agents.domain.engine import AskRequest
from liftos_agents.domain.specialist import Specialist
from liftos_agents.errors import (
    AmbiguousRoleError,
    ArgumentError,
    ConfigurationError,
    DataError,
    LiftError,
    NotFoundError,
)
from liftos_agents.sandbox import scenarios, simulate

QUESTION = "Which channels waste money, and how should I split 1.5m over them next quarter?"


@pytest.fixture(scope="module")
def shop() -> pd.DataFrame:
    """A simulated shop."""
    return simulate(scenarios.load("textbook")).frame()


@pytest.fixture(scope="module")
def lift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiftOS]:
    """An engine whose evidence the tests share."""
    with LiftOS(tmp_path_factory.mktemp("lift") / "home", settings=Settings()) as made:
        yield made


def test_construction_touches_nothing(tmp_path: Path) -> None:
    before = threading.active_count()
    LiftOS(tmp_path / "home", settings=Settings()).close()
    assert not (tmp_path / "home").exists()
    assert threading.active_count() == before


def test_plan_works_without_data_and_without_a_store(tmp_path: Path) -> None:
    with LiftOS(tmp_path / "home", settings=Settings()) as lift:
        plan = lift.plan(QUESTION)
        assert lift.plan("Write me a poem about the sea").refusal
    assert [s.agent for s in plan.steps] == ["causal_analyst", "budget_optimiser"]
    assert plan.steps[1].needs == (0,)
    assert not lift.settings.home.exists()


def test_a_question_is_answered_with_every_number_bound(lift: LiftOS, shop: pd.DataFrame) -> None:
    answer = lift.ask(QUESTION, {"shop": shop}, interactive=False)
    assert answer.status == "complete"
    assert [s.agent for s in answer.plan.steps] == ["causal_analyst", "budget_optimiser"]
    assert answer.grounding.numbers == answer.grounding.bound > 10
    plan = next(e for e in answer.evidence if e.tool == "optimise_budget").result
    proposed = sum(a["proposed"] for a in plan["allocation"].values())
    assert proposed == pytest.approx(plan["total"], rel=1e-6)
    fit = next(e for e in answer.evidence if e.tool == "fit_mmm")
    caveats = " ".join(answer.answer.caveats)
    for check in fit.result["checks"]:
        assert check["passed"] or check["name"] in caveats
    assert len({e.id for e in answer.evidence}) == len(answer.evidence)
    used = {i for c in (*answer.answer.claims, *answer.answer.recommendations) for i in c.evidence}
    assert used <= {e.id for e in answer.evidence}


def test_two_fresh_homes_give_the_same_answer_and_evidence(tmp_path: Path, shop: pd.DataFrame) -> None:
    found: list[Any] = []
    for name in ("one", "two"):
        with LiftOS(tmp_path / name, settings=Settings()) as made:
            answer = made.ask(QUESTION, {"shop": shop})
        evidence = [e.model_dump(exclude={"seconds"}) for e in answer.evidence]
        found.append((answer.answer.model_dump_json(), json.dumps(evidence)))
    assert found[0] == found[1]


def test_a_follow_up_reuses_the_data_and_the_fit(lift: LiftOS, shop: pd.DataFrame) -> None:
    first = lift.ask("Which channels waste money?", {"shop": shop})
    events: list[Any] = []
    second = lift.ask("And without tv?", thread=first.thread_id, on_event=events.append)
    assert second.status == "complete"
    assert second.thread_id == first.thread_id
    reused = {e.data["tool"]: e.data["reused"] for e in events if e.kind == "tool_finished"}
    assert reused
    fits = {e.id for a in (first, second) for e in a.evidence if e.tool == "fit_mmm"}
    assert len(fits) == 1


def test_trace_and_memory_hold_the_run(lift: LiftOS, shop: pd.DataFrame) -> None:
    answer = lift.ask("Which channels waste money?", {"shop": shop})
    run = lift.runs()[0]
    assert (run.id, run.status) == (answer.run_id, "complete")
    explanation = lift.why(answer.run_id, answer.answer.claims[-1].id)
    assert explanation.numbers[0].tool == "fit_mmm"
    assert explanation.numbers[0].decisions
    names = [s.name for s in lift.trace.spans(answer.run_id)]
    assert {
        "invoke_workflow liftos",
        "plan router",
        "invoke_agent causal_analyst",
        "execute_tool fit_mmm",
    } <= set(names)
    assert lift.trace.verify(lift.settings.organisation).ok
    assert lift.memory.records(lift.settings.organisation)
    with pytest.raises(NotFoundError):
        lift.why(answer.run_id, "c99")


def test_two_instances_do_not_meet(tmp_path: Path, shop: pd.DataFrame) -> None:
    own = Specialist(name="poet", purpose="writes poems", prompt="…", prompt_version="1", tools=())
    with (
        LiftOS(tmp_path / "a", settings=Settings(), specialists=[own]) as a,
        LiftOS(tmp_path / "b", settings=Settings()) as b,
    ):
        a.ask("Is this data good enough?", {"shop": shop})
        assert not b.runs()
        assert "poet" in a.specialists
        assert "poet" not in b.specialists


def test_ask_works_inside_a_running_loop(lift: LiftOS) -> None:
    async def notebook() -> str:
        return lift.ask("What is the weather?").status

    assert asyncio.run(notebook()) == "refused"


async def test_streaming_ends_with_the_answer(lift: LiftOS) -> None:
    kinds = [event.kind async for event in lift.astream("What is the weather?")]
    assert kinds[0] == "run_started"
    assert kinds[-1] == "answer"


async def test_closing_a_stream_stops_the_run(lift: LiftOS, shop: pd.DataFrame) -> None:
    stream = lift.astream("Is this data good enough?", {"shop": shop})
    async for event in stream:
        if event.kind == "tool_started":
            break
    await stream.aclose()
    assert lift.runs()[0].status == "cancelled"


async def test_concurrent_questions_keep_apart(lift: LiftOS, shop: pd.DataFrame) -> None:
    questions = ["Which channels waste money?", "What is the weather?", "Is this data good enough?"]
    answers = await asyncio.gather(*(lift.aask(q, {"shop": shop}) for q in questions))
    assert [a.question for a in answers] == questions
    assert [a.status for a in answers] == ["complete", "refused", "complete"]
    assert len({a.thread_id for a in answers}) == 3


def test_an_answer_outlives_a_trace_that_cannot_be_written(tmp_path: Path) -> None:
    with LiftOS(tmp_path / "home", settings=Settings()) as lift:
        lift.ask("What is the weather?")
        lift.settle()
        with contextlib.closing(sqlite3.connect(tmp_path / "home" / "liftos.sqlite")) as database:
            database.execute("ALTER TABLE spans RENAME TO lost")
        assert lift.ask("What is the weather?").status == "refused"
        lift.settle()
        health = lift.health()
        assert not health["ok"]
        assert "not written" in health["problem"]
        assert lift.ask("What is the weather?").status == "refused"


def test_a_run_s_id_is_given_once(lift: LiftOS) -> None:
    lift.ask("What is the weather?", run_id="run_twice")
    with pytest.raises(ArgumentError, match="there is a run"):
        lift.ask("Who wins the match?", run_id="run_twice")
    lift.settle()
    assert [(r.id, r.status, r.question) for r in lift.runs(1)] == [
        ("run_twice", "refused", "What is the weather?")
    ]


def test_what_the_user_can_put_right(lift: LiftOS, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no table"):
        lift.ask("Which channels waste money?", interactive=False)
    with pytest.raises(ArgumentError, match="empty"):
        lift.ask("  ")
    with pytest.raises(LiftError):
        lift.ask("Which channels waste money?", tmp_path / "nowhere.csv")
    with pytest.raises(ConfigurationError, match="no model 'gpt'"):
        lift.ask("Which channels waste money?", model="gpt")


def test_a_specialist_without_its_tool_is_refused(tmp_path: Path) -> None:
    own = Specialist(name="seer", purpose="sees", prompt="…", prompt_version="1", tools=("crystal_ball",))
    with pytest.raises(ConfigurationError, match="crystal_ball"):
        LiftOS(tmp_path, settings=Settings(), specialists=[own])


def test_a_closed_engine_says_so(tmp_path: Path) -> None:
    lift = LiftOS(tmp_path / "home", settings=Settings())
    lift.ask("What is the weather?")
    lift.close()
    lift.close()
    with pytest.raises(LiftError, match="closed"):
        lift.ask("What is the weather?")


async def test_the_engine_answers_as_a_server_needs_it(
    lift: LiftOS, shop: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "shop.csv"
    shop.to_csv(path, index=False)
    engine = lift.engine
    answer = await engine.answer(AskRequest(question="Which channels waste money?", data=(str(path),)))
    assert answer.status == "complete"
    assert (await engine.route(AskRequest(question=QUESTION))).steps
    assert engine.run(answer.run_id)["answer"]["run_id"] == answer.run_id
    assert engine.runs()[0]["id"] == answer.run_id
    assert engine.health()["ok"]
    assert {m["name"] for m in engine.modules()["agents"]} == set(lift.specialists)
    assert lift.router("/v1").prefix == "/v1"


def test_several_files_are_joined(lift: LiftOS, tmp_path: Path) -> None:
    weeks = pd.date_range("2023-01-02", periods=60, freq="W-MON")
    rng = np.random.default_rng(1)
    spend = pd.DataFrame(
        {"week": weeks, "tv_spend": rng.uniform(80, 120, 60), "search_spend": rng.uniform(30, 70, 60)}
    )
    sales = pd.DataFrame({"week": weeks, "revenue": rng.uniform(900, 1100, 60)})
    spend.to_csv(tmp_path / "spend.csv", index=False)
    sales.to_csv(tmp_path / "sales.csv", index=False)
    answer = lift.ask("Is this data good enough?", [tmp_path / "spend.csv", tmp_path / "sales.csv"])
    assert answer.status == "complete"


def test_a_role_that_fits_no_column_is_an_error_not_a_guess(tmp_path: Path, shop: pd.DataFrame) -> None:
    with LiftOS(home=tmp_path / "home") as lift, pytest.raises(ArgumentError, match="nix"):
        lift.ask("Which channels waste money?", {"shop": shop}, roles={"outcome": "nix"}, interactive=False)


def test_dates_that_read_two_ways_are_read_as_said(tmp_path: Path, shop: pd.DataFrame) -> None:
    kept = shop[shop["date"].dt.day <= 12]
    frame = kept.assign(date=kept["date"].dt.strftime("%d/%m/%Y"))
    path = tmp_path / "shop.csv"
    frame.to_csv(path, index=False)
    with LiftOS(home=tmp_path / "home") as lift:
        with pytest.raises(AmbiguousRoleError, match="date_order"):
            lift.ask("What is in the data?", path, interactive=False)
        answer = lift.ask("What is in the data?", path, roles={"date_order": "day_first"}, interactive=False)
    assert answer.status == "complete"
