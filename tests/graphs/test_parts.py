"""The small parts of the flow: retries, replies about roles, compaction, plans, caps, the loop, the picture."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.errors import NodeTimeoutError

from liftos_agents.config import Settings
from liftos_agents.domain.plan import Plan, PlanStep
from liftos_agents.errors import BudgetExceededError, ConfigurationError, DataError
from liftos_agents.graphs.checkpoints import open_saver
from liftos_agents.graphs.compaction import compact
from liftos_agents.graphs.loop_thread import LoopThread
from liftos_agents.graphs.retries import worth_retrying
from liftos_agents.graphs.role_replies import roles_in_reply
from liftos_agents.graphs.routing import plan_fault, waves
from liftos_agents.graphs.services import Meter, Stopwatch
from liftos_agents.graphs.state import merge_reports
from liftos_agents.graphs.topology import build, draw, fingerprint
from tests.graphs.conftest import SPECIALISTS


class Busy(Exception):
    """What a provider's client raises."""

    def __init__(self, status: int) -> None:
        self.status_code = status


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (TimeoutError(), True),
        (ConnectionResetError(), True),
        (OSError("disk busy"), True),
        (httpx.ConnectError("refused"), True),
        (Busy(429), True),
        (Busy(503), True),
        (Busy(401), False),
        (Busy(400), False),
        (FileNotFoundError(), False),
        (PermissionError(), False),
        (ValueError(), False),
        (DataError("broken"), False),
        (BudgetExceededError("too much"), False),
        (NodeTimeoutError("specialist", 1.0, kind="run", run_timeout=1.0), False),
    ],
)
def test_which_failures_are_tried_again(error: Exception, again: bool) -> None:
    assert worth_retrying(error) is again


@pytest.mark.parametrize(
    ("reply", "roles"),
    [
        ("y", {"outcome": "y"}),
        ("it's y, thanks", {"outcome": "y"}),
        ("outcome is y, spend is x1 and x2", {"outcome": "y", "spend": ["x1", "x2"]}),
        ("outcome=y spend=x1,x2", {"outcome": "y", "spend": ["x1", "x2"]}),
        (
            "The KPI: y. Channels are x1, x2; date is date_week",
            {"outcome": "y", "spend": ["x1", "x2"], "date": "date_week"},
        ),
        ("no idea", {}),
        ("x10", {}),
    ],
)
def test_replies_about_roles(reply: str, roles: dict[str, Any]) -> None:
    assert roles_in_reply(reply, "outcome", ["date_week", "y", "x1", "x2", "t"]) == roles


def test_a_bare_list_answers_the_role_that_was_asked() -> None:
    assert roles_in_reply("x1 and x2", "spend", ["y", "x1", "x2"]) == {"spend": ["x1", "x2"]}


def test_compaction_keeps_paths_and_leaves_out_series() -> None:
    result = {"a": {"b": [1.0, 2.0]}, "curve": list(range(100)), "notes": "x" * 5_000, "rows": [{"v": 1}] * 3}
    short = compact(result)
    assert short["a"] == {"b": [1.0, 2.0]}
    assert short["rows"][2]["v"] == 1
    assert short["curve"] == "(100 values, kept in the evidence)"
    assert len(short["notes"]) == 2_001
    assert len(result["curve"]) == 100


def steps(*needs: tuple[int, ...]) -> Plan:
    return Plan(steps=tuple(PlanStep(agent="analyst", goal="g", needs=n) for n in needs))


def test_waves_follow_needs() -> None:
    assert waves(steps((), (0,), (), (1, 2))) == [[0, 2], [1], [3]]
    assert waves(Plan()) == []


@given(st.lists(st.sets(st.integers(0, 6)), min_size=1, max_size=6))
def test_every_step_comes_once_and_after_what_it_needs(needs: list[set[int]]) -> None:
    plan = steps(*(tuple(sorted(n for n in need if n < i)) for i, need in enumerate(needs)))
    order = waves(plan)
    assert sorted(i for wave in order for i in wave) == list(range(len(needs)))
    place = {i: w for w, wave in enumerate(order) for i in wave}
    assert all(place[n] < place[i] for i, step in enumerate(plan.steps) for n in step.needs)


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        (steps(()), ""),
        (Plan(), "exactly one"),
        (Plan(refusal="no", clarification="what?"), "exactly one"),
        (steps((0,)), "before it"),
        (steps((), (-1,)), "before it"),
        (Plan(steps=(PlanStep(agent="nobody", goal="g"),)), "no specialist"),
    ],
)
def test_plans_that_cannot_be_followed(plan: Plan, fault: str) -> None:
    assert fault in plan_fault(plan, SPECIALISTS)
    assert bool(plan_fault(plan, SPECIALISTS)) == bool(fault)


def test_the_meter_stops_before_a_cap_is_passed() -> None:
    meter = Meter(lambda read, written: 0.001 * read + 0.002 * written, max_tokens=3_000, max_usd=5.0)
    with meter.call(3_500):
        meter.after(1_000, 500)
    assert meter.usd == pytest.approx(2.0)
    with pytest.raises(BudgetExceededError, match="money"), meter.call(3_500):
        pass
    with pytest.raises(BudgetExceededError, match="token"), meter.call(7_000):
        pass
    with (
        pytest.raises(ConfigurationError, match="price is not known"),
        Meter(lambda read, written: None, max_tokens=2_000, max_usd=5.0).call(10),
    ):
        pass
    with Meter(lambda read, written: None, max_tokens=2_000).call(10):
        pass


def test_calls_at_the_same_time_share_one_cap() -> None:
    meter = Meter(lambda read, written: 0.001 * read + 0.002 * written, max_tokens=9_000, max_usd=5.0)
    with meter.call(3_500), pytest.raises(BudgetExceededError, match="money"), meter.call(3_500):
        pass
    with meter.call(3_500):
        meter.after(0, 0)


@pytest.mark.parametrize("cap", [float("nan"), -1.0])
def test_a_cap_that_is_no_amount_lets_nothing_pass(cap: float) -> None:
    meter = Meter(lambda read, written: 0.001, max_tokens=9_000, max_usd=cap)
    with pytest.raises(BudgetExceededError, match="money"), meter.call(35):
        pass
    with pytest.raises(ConfigurationError, match="no amount"):
        Settings.from_environment({"LIFTOS_MAX_USD": str(cap)})


def test_the_stopwatch_counts_overlapping_work_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 5.0, 10.0, 11.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(now))
    watch = Stopwatch()
    with watch, watch:
        pass
    with watch:
        pass
    assert watch.seconds == 6.0


def test_reports_of_another_run_make_way() -> None:
    one: Any = {"r1": {"0": {"step": 0}}}
    assert merge_reports(one, {"r1": {"1": {"step": 1}}}) == {"r1": {"0": {"step": 0}, "1": {"step": 1}}}  # type: ignore[dict-item]
    assert merge_reports(one, {"r2": {}}) == {"r2": {}}
    assert merge_reports(one, None) == one


def test_the_picture_shows_every_station() -> None:
    stations = ("intake", "recall", "route", "specialist", "compose", "verify", "render", "remember")
    assert all(name in draw("mermaid") for name in stations)
    assert "intake → recall" in draw("text")
    assert fingerprint() == fingerprint()
    assert set(stations) <= set(build().get_graph().nodes)


def test_threads_survive_a_restart(tmp_path: Path) -> None:
    config: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}
    for expected in (None, "kept"):
        saver = open_saver(tmp_path / "threads.sqlite")
        graph = build(saver)
        assert graph.get_state(config).values.get("question") == expected
        graph.update_state(config, {"question": "kept"}, as_node="intake")
        assert saver.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        saver.conn.close()


def test_the_loop_hands_back_results_and_errors() -> None:
    loop = LoopThread("test")

    async def fail() -> None:
        raise KeyError("x")

    async def one() -> int:
        return 1

    assert loop.result(one()) == 1
    with pytest.raises(KeyError):
        loop.result(fail())
    loop.close()
    loop.close()


def test_cancelling_ends_the_work_and_says_when() -> None:
    loop = LoopThread("test")
    begun, over = threading.Event(), threading.Event()
    ended: list[str] = []

    async def wait() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("work")

    def end() -> None:
        ended.append("told")
        over.set()

    future = loop.submit(wait(), end)
    assert begun.wait(5)
    future.cancel()
    assert over.wait(5)
    assert ended == ["work", "told"]
    with pytest.raises(CancelledError):
        future.result()
    loop.close()


def test_closing_the_loop_cancels_what_runs() -> None:
    loop = LoopThread("test")
    begun = threading.Event()

    async def wait() -> None:
        begun.set()
        await asyncio.Event().wait()

    future = loop.submit(wait())
    assert begun.wait(5)
    loop.close()
    assert future.cancelled()
