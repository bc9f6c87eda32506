"""Runs that are killed, resumed, cancelled and out of time."""

from __future__ import annotations

import contextlib
import math
import random
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from liftos_agents import LiftOS
from liftos_agents.config import Settings
from liftos_agents.errors import (
    ArgumentError,
    BudgetExceededError,
    ConfigurationError,
    LiftError,
    NotFoundError,
)
from tests.runs.conftest import Shepherd
from tests.runs.meadow import QUESTION, Meadow, said


def test_a_killed_run_goes_on_where_it_was(
    meadow: Meadow, whole: dict[str, Any], processes: list[Shepherd]
) -> None:
    meadow.open("white")
    processes.append(Shepherd(meadow, "ask"))
    meadow.waits_at("black")
    processes[0].kill()
    meadow.open("black")
    with meadow.engine() as lift:
        (run,) = lift.runs()
        assert (run.status, run.attempt, run.resumable) == ("interrupted", 1, True)
        assert [r.id for r in lift.runs(status="interrupted")] == [run.id]
        assert lift.runs(status="running") == ()
        assert said(lift.resume("run_mea")) == whole
        assert meadow.computed() == ["white", "black", "black"]
        (run,) = lift.runs()
        assert (run.status, run.attempt, run.resumable) == ("complete", 2, False)
        assert lift.trace.verify("default").ok
        assert [d.decision.kind for d in lift.trace.decisions(run.id)].count("claim") == 3
        assert said(lift.resume("last")) == whole
        with pytest.raises(ArgumentError, match="has ended"):
            lift.cancel("last")


def test_of_two_that_resume_at_once_one_does(
    meadow: Meadow, whole: dict[str, Any], processes: list[Shepherd]
) -> None:
    meadow.open("white")
    processes.append(Shepherd(meadow, "ask"))
    meadow.waits_at("black")
    processes[0].kill()
    processes += [Shepherd(meadow, "resume"), Shepherd(meadow, "resume")]
    loser = _first_to_end(processes[1:])
    refused = loser.said()
    assert refused["error"] == "ArgumentError"
    assert "at work" in refused["message"]
    meadow.open("black")
    (winner,) = [p for p in processes[1:] if p is not loser]
    assert winner.said() == whole
    assert meadow.computed() == ["white", "black", "black"]


def test_a_run_is_cancelled_from_another_process_and_resumed(
    meadow: Meadow, whole: dict[str, Any], processes: list[Shepherd]
) -> None:
    meadow.open("white")
    processes.append(Shepherd(meadow, "ask"))
    meadow.waits_at("black")
    with meadow.engine() as lift:
        with pytest.raises(ArgumentError, match="is at work in process"):
            lift.resume("last")
        asked = time.monotonic()
        assert lift.cancel("last").status == "cancelled"
        assert time.monotonic() - asked < 5.0
        assert processes[0].said()["error"] == "CancelledError"
        assert lift.runs()[0].status == "cancelled"
        meadow.open("black")
        assert said(lift.resume("last")) == whole
        assert lift.trace.verify("default").ok


def test_a_run_killed_at_any_moment_says_the_same(
    tmp_path: Path, whole: dict[str, Any], processes: list[Shepherd]
) -> None:
    chance = random.Random(8)
    for turn in range(3):
        meadow = Meadow(tmp_path / f"meadow{turn}")
        meadow.open("white", "black")
        processes.append(Shepherd(meadow, "ask"))
        meadow.waits_at("white")
        moment = time.monotonic() + chance.uniform(0.0, 0.15)
        while time.monotonic() < moment:
            pass
        processes[-1].kill()
        with meadow.engine() as lift:
            assert said(lift.resume("run_meadow")) == whole
            assert [r.status for r in lift.runs()] == ["complete"]
            assert len(lift.trace.runs()) == 1
            assert lift.trace.verify("default").ok


def test_a_run_out_of_time_keeps_what_it_found(meadow: Meadow, whole: dict[str, Any]) -> None:
    meadow.open("white")
    with meadow.engine() as lift:
        with pytest.raises(BudgetExceededError, match="longer than its 1 s") as stopped:
            lift.ask(QUESTION, run_id="run_meadow", max_seconds=1)
        assert "liftos runs resume run_meadow --timeout 60" in str(stopped.value)
        (run,) = lift.runs()
        assert (run.status, run.resumable) == ("timed_out", True)
        meadow.open("black")
        assert said(lift.resume("last", max_seconds=60)) == whole
        assert meadow.computed().count("white") == 1


def test_a_run_of_another_graph_is_not_resumed(meadow: Meadow, processes: list[Shepherd]) -> None:
    processes.append(Shepherd(meadow, "ask"))
    meadow.waits_at("white")
    processes[0].kill()
    with contextlib.closing(sqlite3.connect(meadow.home / "liftos.sqlite")) as database:
        database.execute("UPDATE run_ledger SET topology = 'another'")
        database.commit()
    with meadow.engine() as lift:
        with pytest.raises(ConfigurationError, match="another version"):
            lift.resume("last")
        assert lift.cancel("last").status == "cancelled"


def test_a_conversation_goes_on_from_what_was_answered(meadow: Meadow) -> None:
    meadow.open("white", "black")
    with meadow.engine() as lift:
        with pytest.raises(NotFoundError, match="no conversation 'thr_x'"):
            lift.ask(QUESTION, thread="thr_x")
        first = lift.ask(QUESTION)
        with pytest.raises(NotFoundError, match=first.thread_id):
            lift.ask(QUESTION, thread="thr_x")
        with pytest.raises(BudgetExceededError):
            lift.ask(QUESTION, thread=first.thread_id, max_seconds=1e-9)
        second = lift.ask(QUESTION, thread=first.thread_id)
        assert second.status == "complete"
        ledger = lift._workshop.stores.ledger
        lift.settle()
        thread = ledger.thread("default", first.thread_id)
        assert thread is not None
        assert [turn["question"] for turn in thread.turns] == [QUESTION, QUESTION]
        assert [(t.id, t.runs) for t in ledger.threads("default")] == [(first.thread_id, 2)]
        assert ledger.thread("another", first.thread_id) is None


def test_what_is_no_run(meadow: Meadow) -> None:
    with meadow.engine() as lift:
        with pytest.raises(NotFoundError, match="no run yet"):
            lift.resume("last")
        with pytest.raises(NotFoundError, match="no run 'run_x'"):
            lift.cancel("run_x")
        with pytest.raises(NotFoundError, match="no run 'run_x'"):
            lift.approve("run_x")


def _first_to_end(processes: list[Shepherd]) -> Shepherd:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ended = [p for p in processes if not p.process.is_alive()]
        if ended:
            return ended[0]
    raise AssertionError("no process ended")


def test_a_run_needs_its_specialists(meadow: Meadow, whole: dict[str, Any]) -> None:
    meadow.open("white")
    with meadow.engine() as lift, pytest.raises(BudgetExceededError):
        lift.ask(QUESTION, run_id="run_meadow", max_seconds=0.5)
    meadow.open("black")
    stranger = pytest.raises(ConfigurationError, match="needs the specialist 'shepherd'")
    with LiftOS(settings=Settings(home=meadow.home)) as lift, stranger:
        lift.resume("last")
    with meadow.engine() as lift:
        assert said(lift.resume("last")) == whole


def test_what_cannot_be_asked(meadow: Meadow) -> None:
    with meadow.engine() as lift:
        for name in ("x" * 70_000, "\udcff", "a\0b", "%"):
            with pytest.raises(NotFoundError, match="no run"):
                lift.run(name)
            with pytest.raises(NotFoundError, match="no conversation"):
                lift.ask(QUESTION, thread=name)
        for name in ("last", "x" * 65, "a b"):
            with pytest.raises(ArgumentError, match="no run can be called"):
                lift.ask(QUESTION, run_id=name)
        with pytest.raises(ArgumentError, match="max_usd is nan"):
            lift.ask(QUESTION, max_usd=math.nan)
        with pytest.raises(ArgumentError, match="max_seconds is nan"):
            lift.ask(QUESTION, max_seconds=math.nan)
        with pytest.raises(ArgumentError, match="no plain value"):
            lift.ask(QUESTION, roles={"spend": {"a", "b"}})
        assert lift.runs() == ()
        assert lift.ask("What is the weather \udcff?").status == "refused"
    with pytest.raises(LiftError, match="closed"):
        lift.runs()
