"""What guardrails say of a plan."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.config import Guardrails, Settings
from liftos_agents.errors import ConfigurationError
from liftos_agents.graphs import owner
from liftos_agents.graphs.approvals import approval_id
from liftos_agents.graphs.guardrails import reasons

MONEY = st.integers(min_value=0, max_value=10**9).map(float)


def plan(current: dict[str, float], proposed: dict[str, float], **more: Any) -> dict[str, Any]:
    """A budget plan over ten periods whose best period so far was the current one."""
    return {
        "status": "solved",
        "total": sum(proposed.values()),
        "spent": sum(proposed.values()),
        "current_spend": sum(current.values()),
        "allocation": {
            name: {
                "current": current[name],
                "proposed": proposed[name],
                "change": proposed[name] - current[name],
                "current_period": current[name] / 10,
                "proposed_period": proposed[name] / 10,
                "highest_period": 2 * current[name] / 10,
                "schedule": None,
            }
            for name in current
        },
        **more,
    }


def rules(result: dict[str, Any], tool: str = "optimise_budget", **limits: Any) -> list[str]:
    """Names of the rules that a plan breaks."""
    return [r.rule for r in reasons(tool, result, Guardrails(**limits))]


def test_a_share_that_moves() -> None:
    moved = plan({"tv": 100.0, "search": 100.0}, {"tv": 40.0, "search": 160.0})
    (reason,) = reasons("optimise_budget", moved, Guardrails())
    assert (reason.rule, reason.value, reason.limit) == ("max_share_moved", 0.3, 0.25)
    assert reason.text == "30.0 % of the money changes channel; up to 25.0 % needs no decision."
    assert reason.paths == ("allocation.tv.change", "allocation.search.change", "total")
    assert rules(moved, max_share_moved=0.3) == []
    assert rules(moved, max_share_moved=None) == []


def test_a_channel_beyond_its_history() -> None:
    far = plan({"tv": 100.0, "search": 10.0}, {"tv": 89.0, "search": 21.0})
    assert rules(far) == ["beyond_history"]
    assert rules(far, beyond_history="allow") == []
    (reason,) = reasons("optimise_budget", far, Guardrails())
    assert "search would get 2 in a period" in reason.text
    near = plan({"tv": 100.0, "search": 10.0}, {"tv": 90.0, "search": 20.0})
    assert rules(near) == []
    near["allocation"]["search"]["schedule"] = [1.0, 2.5]
    assert rules(near) == ["beyond_history"]


def test_a_total_that_changes() -> None:
    more = plan({"tv": 100.0}, {"tv": 130.0})
    assert rules(more, max_share_moved=None) == []
    assert rules(more, max_share_moved=None, max_total_change=0.2) == ["max_total_change"]
    assert rules(more, max_share_moved=None, max_total_change=0.3) == []


def test_a_counterfactual_is_a_plan_and_what_was_not_solved_is_none() -> None:
    cut = {
        "status": "solved",
        "channels": {"tv": {"current": 80.0, "changed": 0.0, "change": -80.0}},
        "spend": {"current": 100.0, "changed": 20.0, "change": -80.0},
    }
    assert rules(cut, "what_if") == ["max_share_moved"]
    assert rules(cut, "what_if", max_total_change=0.5) == ["max_share_moved", "max_total_change"]
    assert rules({**cut, "status": "refused"}, "what_if") == []
    assert rules(cut, "simulate_plan") == []


@given(st.lists(st.tuples(MONEY, MONEY), min_size=1, max_size=6), st.floats(0.0, 1.0))
def test_the_share_is_one_and_a_wider_limit_never_asks_more(
    amounts: list[tuple[float, float]], limit: float
) -> None:
    current = {f"c{i}": now for i, (now, _) in enumerate(amounts)}
    proposed = {f"c{i}": then for i, (_, then) in enumerate(amounts)}
    result = plan(current, proposed)
    found = {r.rule: r for r in reasons("optimise_budget", result, Guardrails(max_share_moved=limit))}
    wider = rules(result, max_share_moved=min(1.0, limit + 0.1))
    assert set(wider) <= set(found)
    if "max_share_moved" in found and sum(current.values()) == sum(proposed.values()):
        assert limit < found["max_share_moved"].value <= 1.0 + 1e-9


def test_settings_read_guardrails() -> None:
    settings = Settings.from_environment(
        {"LIFTOS_MAX_SHARE_MOVED": "0.1", "LIFTOS_BEYOND_HISTORY": "allow", "LIFTOS_MAX_SECONDS": "30"}
    )
    assert settings.guardrails == Guardrails(max_share_moved=0.1, beyond_history="allow")
    assert settings.max_seconds == 30
    for name, value in (("LIFTOS_MAX_SHARE_MOVED", "1.5"), ("LIFTOS_BEYOND_HISTORY", "maybe")):
        with pytest.raises(ConfigurationError, match=name):
            Settings.from_environment({name: value})


def test_the_same_question_has_the_same_id() -> None:
    asked = approval_id("run", "ev_1", ["a", "b"])
    assert asked == approval_id("run", "ev_1", ["b", "a"])
    assert len({asked, approval_id("run", "ev_2", ["a", "b"]), approval_id("run", "ev_1", ["a"])}) == 3


def test_whether_a_process_lives() -> None:
    host, me = owner.this_host(), owner.this_process()
    assert owner.lives(host, me, 1e9)
    assert not owner.lives(host, "", 0.0)
    identifier, _, rest = me.partition(":")
    assert not owner.lives(host, f"{identifier}:1{rest}", 0.0), "another process may have got its id"
    assert owner.lives("elsewhere", me, 1.0)
    assert not owner.lives("elsewhere", me, owner.STALE_SECONDS)
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    shown = owner._describe(child.pid)
    assert owner.lives(host, shown, 0.0)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not owner.lives(host, shown, 0.0), "a process that is dead but not yet buried does not live"
    child.communicate()
    assert not owner.lives(host, shown, 0.0)
