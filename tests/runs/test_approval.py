"""Plans outside the guardrails wait for a person, in whichever process the person decides."""

from __future__ import annotations

import contextlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from liftos_agents import LiftOS
from liftos_agents.config import Guardrails, Settings
from liftos_agents.domain.answer import Answer
from liftos_agents.errors import ArgumentError, NotFoundError
from liftos_agents.graphs.consent import DENIED, DENIED_HEADLINE, WAITS_HEADLINE
from tests.runs.conftest import Shepherd
from tests.runs.meadow import PROMPT, QUESTION, Meadow, said

GUARDED = {"guardrails": Guardrails(max_share_moved=0.1)}


def test_a_plan_is_approved_over_three_processes(
    meadow: Meadow, whole: dict[str, Any], processes: list[Shepherd]
) -> None:
    meadow.open("white", "black")
    waiting = Shepherd(meadow, "ask", 0.1).said()
    assert waiting["status"] == "needs_approval"
    assert waiting["answer"]["recommendations"] == []
    assert waiting["answer"]["headline"] == whole["answer"]["headline"]
    assert waiting["answer"]["claims"] == whole["answer"]["claims"]
    assert Shepherd(meadow, "approve").said() == whole
    assert Shepherd(meadow, "resume").said() == whole
    with meadow.engine() as lift:
        assert lift.pending() == ()
        run = lift.run("last")
        assert [(a["status"], a["by"]) for a in run["approvals"]] == [("approved", "Ada")] * 2
        decided = [d.decision for d in lift.trace.decisions("run_meadow") if d.decision.kind == "guardrail"]
        assert [(d.actor, d.chosen) for d in decided] == [("Ada", "approved")] * 2
        assert lift.trace.verify("default").ok


def test_each_plan_is_decided_on_its_own(meadow: Meadow) -> None:
    meadow.open("white", "black")
    with meadow.engine(**GUARDED) as lift:
        answer = lift.ask(QUESTION)
        first, second = lift.pending("last")
        assert [a.recommendations for a in (first, second)] == [
            ("Put €80.0 into grass.",),
            ("With more flocks, put €90.0 into grass.",),
        ]
        (reason,) = first.reasons
        assert (reason.rule, reason.value, reason.limit) == ("max_share_moved", 0.3, 0.1)
        still = lift.deny(answer.run_id, second.id[:8], by="Bo", note="no more flocks")
        assert still.status == "needs_approval"
        asked = (still.pending_approval or {})["approvals"]
        assert [(a["status"], a["by"], a["note"]) for a in asked] == [
            ("pending", "", ""),
            ("denied", "Bo", "no more flocks"),
        ]
        again = lift.deny(answer.run_id, second.id, by="Cy")
        assert again.status == "needs_approval"
        assert lift.pending()[0].id == first.id
        with pytest.raises(ArgumentError, match="was denied already by Bo"):
            lift.approve(answer.run_id, second.id)
        with pytest.raises(NotFoundError, match="no approval 'apr_x'"):
            lift.approve(answer.run_id, "apr_x")
        done = lift.approve(answer.run_id, by="Ada")
        assert done.status == "complete"
        assert done.pending_approval is None
        assert [r.text for r in done.answer.recommendations] == ["Put €80.0 into grass."]
        assert done.answer.caveats == (DENIED,)
        assert [e.id for e in done.evidence] == [e.id for e in answer.evidence]
        lift.settle()
        assert [r.status for r in lift.runs()] == ["complete"]


def test_a_decision_outlives_the_process_that_wrote_it(meadow: Meadow, whole: dict[str, Any]) -> None:
    meadow.open("white", "black")
    with meadow.engine(**GUARDED) as lift:
        lift.ask(QUESTION, run_id="run_meadow")
        lift._workshop.stores.approvals.decide("run_meadow", "approved", by="Ada")
    with meadow.engine(**GUARDED) as lift:
        assert lift.runs()[0].pending == 0
        assert said(lift.resume("last")) == whole


def test_nothing_is_asked_twice(meadow: Meadow, processes: list[Shepherd]) -> None:
    meadow.open("white", "black")
    with meadow.engine(**GUARDED) as lift:
        first = lift.ask(QUESTION)
        assert lift.cancel("last").status == "cancelled"
        again = lift.resume("last")
        assert again.status == "needs_approval"
        assert again.pending_approval == first.pending_approval
        assert lift.ask(QUESTION).status == "needs_approval"
        assert len(lift.pending()) == 4
        assert len(lift.pending(first.run_id)) == 2
    with contextlib.closing(sqlite3.connect(meadow.home / "liftos.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM approvals").fetchone() == (4,)


def test_the_guardrails_of_a_run_are_those_of_its_start(meadow: Meadow) -> None:
    meadow.open("white", "black")
    with meadow.engine(**GUARDED) as lift:
        assert lift.ask(QUESTION).status == "needs_approval"
        lift.cancel("last")
    with meadow.engine() as lift:
        assert lift.resume("last").status == "needs_approval"


def test_a_headline_that_recommends_waits_and_a_denied_plan_is_not_remembered(meadow: Meadow) -> None:
    meadow.open("white", "black")
    told = "{plan:channels.grass.changed|money} into grass"
    prompt = PROMPT.replace("    headline:\n", f'    headline:\n      - text: "Put {told}."\n')
    with meadow.engine(prompt, **GUARDED) as lift:
        waiting = lift.ask(QUESTION)
        assert waiting.answer.headline == WAITS_HEADLINE
        assert "grass" not in waiting.answer.headline_source
        assert waiting.answer.claims[0].text == "The plan moves €30.0 to grass."
        denied = lift.deny("last", by="Bo")
        assert denied.answer.headline == DENIED_HEADLINE
        assert denied.answer.recommendations == ()
        assert denied.answer.caveats == (DENIED,)
        assert denied.grounding.numbers == denied.grounding.bound
        remembered = [r.record.content for r in lift.memory.recall("default", "plan moves grass", limit=50)]
        assert not [content for content in remembered if "grass" in content]
        lift.settle()
        (turn,) = _turns(lift, denied.thread_id)
        assert turn["headline"] == DENIED_HEADLINE
        lift.ask(QUESTION)
        approved = lift.approve("last", by="Ada")
        assert "€80.0 into grass" in approved.answer.headline
        assert DENIED_HEADLINE not in approved.answer.headline


def test_a_cancelled_run_waits_for_nobody(meadow: Meadow) -> None:
    meadow.open("white", "black")
    with meadow.engine(**GUARDED) as lift:
        lift.ask(QUESTION)
        assert lift.cancel("last").pending == 0
        assert (lift.pending(), lift.pending("last")) == ((), ())
        for decide in (lift.approve, lift.deny):
            with pytest.raises(ArgumentError, match="was cancelled"):
                decide("last")
        assert lift.resume("last").status == "needs_approval"
        assert [a.status for a in lift.pending("last")] == ["pending"] * 2


def test_one_who_has_not_the_specialists_may_decide(meadow: Meadow, whole: dict[str, Any]) -> None:
    meadow.open("white", "black")
    with meadow.engine(**GUARDED) as lift:
        lift.ask(QUESTION, run_id="run_meadow")
    with LiftOS(settings=Settings(home=meadow.home)) as lift:
        assert said(lift.approve("last", by="Ada", note="\udcff")) == whole


def _turns(lift: LiftOS, thread_id: str) -> list[dict[str, Any]]:
    thread = lift._workshop.stores.ledger.thread("default", thread_id)
    assert thread is not None
    return list(thread.turns)


def test_two_who_decide_at_once_both_get_the_answer(meadow: Meadow, whole: dict[str, Any]) -> None:
    meadow.open("white", "black")
    with meadow.engine(**GUARDED) as one, meadow.engine(**GUARDED) as other, ThreadPoolExecutor(2) as pool:
        for turn in range(4):
            run = one.ask(QUESTION, run_id=f"run_{turn}").run_id
            ready = Barrier(2)

            def decide(lift: LiftOS, approval: str, run: str = run, ready: Barrier = ready) -> Answer:
                ready.wait()
                return lift.approve(run, approval)

            asked = [approval.id for approval in one.pending(run)]
            answers = list(pool.map(decide, (one, other), asked))
            last = [a for a in answers if a.status == "complete"]
            assert last
            assert all(said(a)["answer"] == whole["answer"] for a in last)
            assert {a.status for a in answers} <= {"complete", "needs_approval"}
            one.settle()
            other.settle()
            assert one.runs(1)[0].status == "complete"
