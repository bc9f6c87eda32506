"""The plays behind the policy gate: real worlds, real failures, stopped and killed trials."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from liftos_agents.domain.promotion import Verdict
from liftos_agents.errors import ArgumentError, CancelledError
from liftos_agents.sandbox import policies
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.gates.judged_policy import JudgedPolicy, unseen_seeds
from liftos_agents.sandbox.gates.policy_gate import policy_gate
from liftos_agents.sandbox.gates.policy_trial import PolicyTrial, TrialProgress, play_trial
from liftos_agents.sandbox.policies.hold import Hold
from liftos_agents.sandbox.policy import Briefing
from liftos_agents.sandbox.scenarios import Scenario


def judged(given: PolicyTrial) -> Verdict:
    return policy_gate(given, code="1")


class Reckless(Hold):
    """Asks for more than the cap in its first week."""

    name = "reckless"

    def decide(self, week: int, seen: Report | None) -> Decision:
        held = super().decide(week, seen)
        return held if week else Decision(held.spend * 100.0)


def small_scenario(small, **changes: object) -> Scenario:
    market = small(weeks=60).model_copy(update=changes)
    return Scenario(
        name="small", family="saturated", purpose="Small.", truth="Plain.", horizon=26, market=market
    )


def test_a_trial_that_is_really_played(small, tmp_path: Path) -> None:
    played = play_trial("equal_split", [small_scenario(small)], 40, folder=tmp_path)
    assert {row.policy for row in played.rows} == {"equal_split", "hold"}
    assert len(played.rows) == 80
    assert {row.seed for row in played.rows} == set(played.seeds["small"])
    assert {len(rows) for rows in played.swept.values()} == {28}
    found = judged(played)
    assert next(c.name for c in found.failed) == "seeds"
    again = play_trial("equal_split", [small_scenario(small)], 40, folder=tmp_path, jobs=2)
    assert again.rows == played.rows
    assert judged(again) == found


def test_a_real_violation_is_counted(small, tmp_path: Path) -> None:
    scenario = small_scenario(small)
    capped = small_scenario(
        small, budget=scenario.market.budget.model_copy(update={"cap": 10.0 * scenario.market.mean_spend})
    )
    played = play_trial(Reckless, [capped], 30, folder=tmp_path)
    checks = {check.name: check for check in judged(played).checks}
    assert checks["violations"].value == 30.0
    assert not checks["violations"].passed


def test_a_stopped_trial_goes_on_and_comes_to_the_same(small, tmp_path: Path) -> None:
    scenario = small_scenario(small)
    whole = play_trial("equal_split", [scenario], 40, folder=tmp_path / "whole")

    def stop(progress: TrialProgress) -> None:
        if progress.done > 90:
            raise KeyboardInterrupt

    with pytest.raises(CancelledError, match="kept"):
        play_trial("equal_split", [scenario], 40, folder=tmp_path / "cut", progress=stop)
    heard: list[TrialProgress] = []
    gone_on = play_trial(
        "equal_split", [scenario], 40, folder=tmp_path / "cut", resume=True, progress=heard.append
    )
    assert gone_on.rows == whole.rows
    assert gone_on.swept == whole.swept
    assert heard[-1].done == heard[-1].total == 80 + 5 * 28
    assert heard[-1].resumed >= 80
    files = [
        {f.name: f.read_bytes() for f in (tmp_path / side).rglob("*.jsonl")} for side in ("whole", "cut")
    ]
    assert files[0] == files[1]
    anew: list[TrialProgress] = []
    play_trial("equal_split", [scenario], 40, folder=tmp_path / "cut", progress=anew.append)
    assert anew[-1].resumed == 0


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_a_policy_that_earns_no_number_has_failed(small, tmp_path: Path) -> None:
    class Lost(Hold):
        name = "lost"

        def decide(self, week: int, seen: Report | None) -> Decision:
            return Decision(np.full_like(super().decide(week, seen).spend, 1e308))

    played = play_trial(Lost, [small_scenario(small)], 3, folder=tmp_path)
    found = {check.name: check for check in judged(played).failed}
    assert found["failures"].value == 3 + 5 * 2
    assert "lost failed in 3 worlds of small" in found["failures"].meaning
    assert "a profit that is no number" in found["failures"].meaning


_TRIAL = """
import sys, time
from pathlib import Path
from liftos_agents.sandbox import policies, scenarios
from liftos_agents.sandbox.gates.policy_trial import play_trial

def slow():
    policy = policies.named("equal_split")
    begin = policy.begin
    def begins(briefing, history):
        with open(sys.argv[2], "a") as log:
            log.write("begun\\n")
        time.sleep(0.2)
        begin(briefing, history)
    policy.name, policy.batch, policy.begin = "slow", 1, begins
    return policy

if __name__ == "__main__":
    play_trial(slow, [scenarios.scenario("textbook")], 60, folder=Path(sys.argv[1]), jobs=2)
"""


def test_what_a_killed_trial_handed_out_is_not_played_on(tmp_path: Path) -> None:
    script, log = tmp_path / "trial.py", tmp_path / "log"
    script.write_text(_TRIAL.replace("sys.argv[2]", repr(str(log))))
    command = [sys.executable, str(script), str(tmp_path / "plays")]
    with subprocess.Popen(command, start_new_session=True) as running:
        try:
            patience = time.monotonic() + 60
            while time.monotonic() < patience and not (log.exists() and log.stat().st_size > 6):
                time.sleep(0.02)
            running.kill()
            running.wait(10)
            time.sleep(1.0)
            begun = log.read_text().splitlines()
            time.sleep(1.5)
            assert 1 < len(begun) < 12
            assert log.read_text().splitlines() == begun
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


def rarely(unlucky: int) -> Callable[[], object]:
    """Equal split that fails in one world, late; a maker that a process takes by value."""

    def make() -> object:
        policy = policies.named("equal_split")
        begin, usual = policy.begin, policy.decide
        seeds: list[int] = []

        def begins(briefing: Briefing, history: Report) -> None:
            seeds.extend(briefing.seeds.tolist())
            begin(briefing, history)

        def decide(week: int, seen: Report | None) -> Decision:
            if week == 25 and unlucky in seeds:
                raise ValueError("out of ideas")
            return usual(week, seen)

        policy.name, policy.batch, policy.begin, policy.decide = "rarely", 1, begins, decide
        return policy

    return make


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_failure_in_one_world_is_a_hard_one(small, tmp_path: Path, jobs: int) -> None:
    scenario = small_scenario(small)
    seeds = unseen_seeds(JudgedPolicy.of(rarely(-1)), scenario, 40)
    maker = rarely(seeds[-1])
    told: list[TrialProgress] = []
    played = play_trial(maker, [scenario], 40, folder=tmp_path, jobs=jobs, progress=told.append)
    assert told[-1].failed == 1
    failed_rows = [row for row in played.rows if row.error is not None]
    assert [(row.policy, row.seed, row.failed_week) for row in failed_rows] == [("rarely", seeds[-1], 25)]
    check = next(check for check in judged(played).checks if check.name == "failures")
    assert (check.value, check.passed) == (1.0, False)
    assert check.meaning.startswith("Plays of 110, those under sweeps included")
    assert (
        f"rarely failed in 1 world of small, first in seed {seeds[-1]}, week 25: ValueError: out of ideas"
        in (check.meaning)
    )
    again = play_trial(maker, [scenario], 40, folder=tmp_path, resume=True)
    assert judged(again) == judged(played)


@pytest.mark.parametrize(
    ("on", "seeds", "said"), [([], 3, "at least one"), (["x", "x"], 3, "twice"), (["x"], 0, "seeds")]
)
def test_a_trial_of_nothing_is_refused(small, tmp_path: Path, on: list[str], seeds: int, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        play_trial("equal_split", [small_scenario(small) for _ in on], seeds, folder=tmp_path)
