"""A run that is stopped between any two writes and taken up again leaves one record."""

from __future__ import annotations

import threading
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from liftos_agents.domain.decision import Decision
from liftos_agents.tracing import Recorder

ROUTE = Decision(kind="route", actor="router", chosen="analyst")
CALL = Decision(kind="tool_call", actor="analyst", chosen="fit_mmm", evidence=("ev_1",))
APPROVED = Decision(kind="approval", actor="user", chosen="approved")


def rows(store, table):
    with store.database.connect() as connection:
        return connection.execute(text(f"SELECT * FROM {table}")).all()


def begun(store, **options):
    recorder = Recorder(store, "run", "acme", question="Why?", **options)
    with recorder.span("router", "plan"):
        recorder.decide(ROUTE)
    return recorder


def kinds(store):
    return [record.decision.kind for record in store.decisions("run")]


def test_a_saved_run_is_taken_up_by_another_recorder(store):
    recorder = begun(store)
    recorder.note(question="Why?", datasets=["a"])
    recorder.save()
    assert store.runs() == ()
    second = Recorder(store, "run", "acme", question="Why?", resume=True)
    second.decide(ROUTE)
    with second.span("fit_mmm", "tool"):
        second.decide(CALL)
    second.note(datasets=["b"], recalled=[])
    second.finish("complete")
    assert [s.name for s in store.spans("run")] == ["plan router", "execute_tool fit_mmm"]
    assert [s.position for s in store.spans("run")] == [0, 1]
    assert kinds(store) == ["route", "tool_call"]
    assert store.inputs("run") == {"question": "Why?", "datasets": ["a"], "recalled": []}
    assert rows(store, "pending_runs") == []
    assert store.verify("acme").ok


def test_saving_twice_keeps_one_row(store):
    recorder = begun(store)
    recorder.save()
    recorder.save()
    assert len(rows(store, "pending_runs")) == 1


def test_nothing_is_pending_after_the_end(store):
    recorder = begun(store)
    recorder.finish("complete")
    recorder.save()
    assert rows(store, "pending_runs") == []


def test_nothing_is_pending_when_a_run_ends_while_it_is_saved(store, monkeypatch):
    recorder = begun(store)
    ending = threading.Thread(target=recorder.finish, args=("failed",))
    ended, save = threading.Event(), store.save_pending
    write = store.write
    monkeypatch.setattr(store, "write", lambda *a, **k: (write(*a, **k), ended.set()))

    def slow(*arguments):
        ending.start()
        ended.wait(0.2)
        save(*arguments)

    monkeypatch.setattr(store, "save_pending", slow)
    recorder.save()
    ending.join()
    assert rows(store, "pending_runs") == []
    Recorder(store, "run", "acme", resume=True).finish("complete")
    assert kinds(store) == ["route"]


@pytest.mark.parametrize("resume", [False, True])
def test_a_second_end_changes_nothing(store, recorded, resume):
    recorded("run")
    before = [rows(store, t) for t in ("runs", "spans", "decisions", "chain_heads")]
    again = Recorder(store, "run", "acme", question="Another", resume=resume)
    again.decide(CALL)
    again.finish("failed", error="another")
    assert [rows(store, t) for t in ("runs", "spans", "decisions", "chain_heads")] == before
    assert store.verify("acme").ok


def test_a_run_that_waited_for_approval_ends_in_the_same_record(store, recorded):
    recorded("run_0")
    begun(store).finish("needs_approval", answer={"headline": "wait"})
    first = store.verify("acme")
    recorded("run_2")
    second = Recorder(store, "run", "acme", question="Why?", resume=True)
    second.decide(ROUTE)
    second.decide(APPROVED)
    with second.span("render"):
        pass
    second.finish("complete", answer={"headline": "done"})
    report = store.verify("acme", head=first.head)
    assert report.ok, report.faults
    assert report.runs == 3
    assert store.run("run").status == "complete"
    assert store.run("run").answer == {"headline": "done"}
    assert kinds(store) == ["route", "approval"]
    assert [s.name for s in store.spans("run")] == ["plan router", "render"]
    assert store.run("run").started < store.run("run_2").started


def test_waiting_again_without_a_decision_is_the_same_record(store):
    begun(store).finish("needs_approval")
    before = rows(store, "decisions")
    again = Recorder(store, "run", "acme", question="Why?", resume=True)
    again.decide(ROUTE)
    again.save()
    again.finish("needs_approval")
    assert rows(store, "decisions") == before
    assert rows(store, "pending_runs") == []


def test_what_waited_for_approval_is_sealed_as_the_end_is(store):
    begun(store).finish("needs_approval", answer={"headline": "wait"})
    second = Recorder(store, "run", "acme", question="Why?", resume=True)
    second.finish("complete", answer={"headline": "done"})
    with store.database.begin() as connection:
        connection.execute(text('UPDATE runs SET answer = \'{"headline":"wait"}\''))
    assert {fault.kind for fault in store.verify("acme").faults} == {"changed_run"}


def test_an_attempt_that_was_killed_shows_its_open_step(store):
    recorder = Recorder(store, "run", "acme")
    with recorder.span("fit_mmm", "tool"):
        recorder.save()
        second = Recorder(store, "run", "acme", resume=True)
    second.finish("complete")
    assert [s.status for s in store.spans("run")] == ["open"]


def test_a_decision_with_a_secret_is_known_again(store):
    secret = Decision(kind="route", actor="router", asked="use sk-proj-abcdefghijklmnop1234")
    recorder = Recorder(store, "run", "acme")
    recorder.decide(secret)
    recorder.save()
    second = Recorder(store, "run", "acme", resume=True)
    second.decide(secret)
    second.finish("complete")
    assert len(store.decisions("run")) == 1


def test_equal_decisions_of_one_attempt_are_all_kept(store):
    recorder = Recorder(store, "run", "acme")
    recorder.decide(CALL)
    recorder.decide(CALL)
    recorder.save()
    second = Recorder(store, "run", "acme", resume=True)
    for _ in range(3):
        second.decide(CALL)
    second.finish("complete")
    assert len(store.decisions("run")) == 3


def test_replies_are_on_record_for_the_next_attempt(store):
    recorder = Recorder(store, "run", "acme")
    assert recorder.reply_to("a" * 64) is None
    reply = {"content": "hello", "usage": {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}}
    recorder.keep_reply("a" * 64, "router", [("system", "1"), ("human", "2")], reply)
    second = Recorder(store, "run", "acme", resume=True)
    assert second.reply_to("a" * 64) == reply
    assert second.spent == (5, 2)
    (kept,) = store.replies("run")
    assert kept.parts == (("system", "1"), ("human", "2"))
    second.keep_reply("a" * 64, "router", [], {"content": "another"})
    assert store.replies("run")[0].reply == reply
    assert Recorder(store, "other", "acme", resume=True).spent == (0, 0)


@given(
    stations=st.lists(
        st.lists(st.sampled_from(["route", "call", "drop"]), max_size=3), min_size=1, max_size=5
    ),
    kills=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["half", "unsaved", "saved"])), max_size=4),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wherever_a_run_is_killed_it_ends_with_the_decisions_of_a_whole_one(store, stations, kills):
    """Stations run in order. A kill comes halfway, before saving, or between saving and the station's checkpoint."""
    run = f"run_{uuid.uuid4().hex}"
    at, killed = 0, {position % len(stations): moment for position, moment in kills}
    recorder = Recorder(store, run, "acme")
    while at < len(stations):
        moment = killed.pop(at, None)
        for number, kind in enumerate(stations[at]):
            if moment == "half" and number == 1:
                break
            recorder.decide(Decision(kind=kind, actor=f"station {at}", asked=str(number)))
        if moment in (None, "saved"):
            recorder.save()
        if moment is None:
            at += 1
        else:
            recorder = Recorder(store, run, "acme", resume=True)
    recorder.finish("complete")
    made = [(r.decision.kind, r.decision.actor, r.decision.asked) for r in store.decisions(run)]
    assert made == [
        (k, f"station {s}", str(n)) for s, kinds in enumerate(stations) for n, k in enumerate(kinds)
    ]
    assert store.verify("acme").ok
