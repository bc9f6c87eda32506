"""The arena: the same rows however it is run, whatever kills it, and comparisons that agree with the textbooks."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from liftos_agents.errors import ArgumentError, CancelledError, ConfigurationError, DataError
from liftos_agents.sandbox import arena, policies, scenarios
from liftos_agents.sandbox.arena_comparison import OVERALL, compare, cvar10, paired_difference
from liftos_agents.sandbox.arena_rows import ArenaResult, Row, with_regret
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policies.hold import Hold
from liftos_agents.sandbox.policy import Briefing

WORLDS = ("textbook", "saturated")


class SmallBatches(Hold):
    """Hold, two worlds at a time."""

    name = "small_batches"
    version = "7"
    batch = 2


class Stubborn(SmallBatches):
    """Stopped, or failing, when it begins for the second time."""

    name = "stubborn"
    begun = 0
    raises: BaseException | None = None

    def begin(self, briefing, history) -> None:
        super().begin(briefing, history)
        Stubborn.begun += 1
        if Stubborn.begun == 2 and Stubborn.raises is not None:
            raise Stubborn.raises


@pytest.fixture
def stubborn(monkeypatch: pytest.MonkeyPatch):
    def with_error(error: BaseException | None) -> type[Stubborn]:
        monkeypatch.setattr(Stubborn, "begun", 0)
        monkeypatch.setattr(Stubborn, "raises", error)
        return Stubborn

    return with_error


def test_a_row_is_what_the_market_in_play_says() -> None:
    result = arena.play(["equal_split"], ["textbook"], [4, 2], horizon=9)
    play = MarketPlay(scenarios.load("textbook"), [2, 4], 9)
    policy, seen = policies.named("equal_split"), None
    policy.begin(Briefing.of(play), play.history)
    while not play.done:
        seen, _ = play.step(policy.decide(play.week, seen))
    assert [row.seed for row in result.rows] == [2, 4]
    for world, row in enumerate(result.rows):
        assert row.profit == play.score.profit[world]
        assert row.expected_profit == play.score.expected_profit[world]
        assert row.spend == play.score.spend[world]
        assert (row.family, row.violations, row.abstained) == ("textbook", 0, False)
        assert row.normalised_regret is None
        assert row.seconds is not None


def test_regret_is_nothing_for_the_oracle_and_one_for_hold() -> None:
    result = arena.play(["oracle", "hold", "equal_split"], ["saturated"], range(4), horizon=26)
    assert {row.normalised_regret for row in result.rows if row.policy == "oracle"} == {0.0}
    assert {row.normalised_regret for row in result.rows if row.policy == "hold"} == {1.0}
    others = [row.normalised_regret for row in result.rows if row.policy == "equal_split"]
    assert all(regret is not None and 0 < regret < 1 for regret in others)


def test_there_is_no_regret_where_the_oracle_gains_nothing() -> None:
    rows = with_regret([_row("oracle", 0, 5.0), _row("hold", 0, 5.0), _row("other", 0, 9.0)])
    assert [row.normalised_regret for row in rows] == [None, None, None]


def test_abstentions_and_violations_are_counted() -> None:
    class Reckless(Hold):
        name = "reckless"

        def decide(self, week, seen) -> Decision:
            abstains = np.array([True, False])
            return Decision(self._budgets - 1e9, abstains=abstains)

    rows = arena.play([Reckless], ["textbook"], [0, 1], horizon=3).rows
    assert [row.abstained for row in rows] == [True, False]
    assert [row.violations for row in rows] == [0, 3]


def test_processes_change_nothing(tmp_path: Path) -> None:
    contestants = [partial(policies.named, "thompson"), SmallBatches]
    for jobs, name in ((1, "one"), (2, "two")):
        # A maker is handed over by value where its module is known to the test run alone.
        makers = contestants if jobs == 1 else [contestants[0], _small_batches()]
        arena.play(makers, WORLDS, range(5), horizon=6, jobs=jobs, state=tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert b"seconds" not in (tmp_path / "one").read_bytes()
    assert len((tmp_path / "two.seconds").read_text().splitlines()) == 2 * 1 + 2 * 3


def _small_batches():
    def make():
        policy = policies.named("hold")
        policy.name, policy.version, policy.batch = "small_batches", "7", 2
        return policy

    return make


def test_ctrl_c_keeps_what_is_done_and_a_second_run_goes_on(stubborn, tmp_path: Path) -> None:
    arena.play([stubborn(None)], WORLDS, range(6), horizon=4, state=tmp_path / "whole")
    path = tmp_path / "stopped"
    with pytest.raises(CancelledError, match=r"after 2 of 12 worlds; 2 are kept in .*stopped"):
        arena.play([stubborn(KeyboardInterrupt())], WORLDS, range(6), horizon=4, state=path)
    told: list[arena.Progress] = []
    arena.play([stubborn(None)], WORLDS, range(6), horizon=4, state=path, progress=told.append)
    assert (told[0].done, told[0].resumed, told[-1].done, told[-1].total) == (2, 2, 12, 12)
    assert path.read_bytes() == (tmp_path / "whole").read_bytes()


_PLAY = """
import sys
from pathlib import Path
from liftos_agents.sandbox import arena, policies

def small(name):
    policy = policies.named(name)
    policy.batch = 3
    return policy

if __name__ == "__main__":
    from functools import partial
    print("begun", flush=True)
    arena.play([partial(small, n) for n in ("hold", "thompson")], ["textbook", "saturated"],
               range(45), horizon=6, jobs=int(sys.argv[2]), state=Path(sys.argv[1]))
"""


@pytest.fixture
def begin(tmp_path: Path):
    """Starts a run in a session of its own; what a killed run's processes leave behind ends with the test."""
    script = tmp_path / "playing.py"
    script.write_text(_PLAY)
    begun: list[subprocess.Popen[str]] = []

    def start(state: Path, jobs: int) -> subprocess.Popen[str]:
        command = [sys.executable, str(script), str(state), str(jobs)]
        begun.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True))
        return begun[-1]

    yield start
    for running in begun:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)


@pytest.mark.parametrize(("jobs", "times"), [(1, 2), (2, 1)])
def test_a_run_killed_at_random_resumes_to_the_same_bytes(
    jobs: int, times: int, tmp_path: Path, begin
) -> None:
    with begin(tmp_path / "whole", 1) as whole:
        assert whole.wait(100) == 0
    state = tmp_path / "killed"
    chance = random.Random(f"{time.time_ns()}")
    kills = 0
    for _ in range(times):
        size = state.stat().st_size if state.exists() else 0
        with begin(state, jobs) as running:
            running.stdout.readline()
            patience = time.monotonic() + 60
            while running.poll() is None and time.monotonic() < patience:
                if state.exists() and state.stat().st_size > size:
                    break
                time.sleep(0.005)
            time.sleep(chance.uniform(0.0, 0.1))
            running.send_signal(signal.SIGKILL)
            kills += running.wait(30) == -signal.SIGKILL
    assert kills, "the run was over before it was killed"
    with begin(state, jobs) as last:
        assert last.wait(100) == 0
    assert state.read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_line_that_was_cut_short_is_played_again(tmp_path: Path) -> None:
    path = tmp_path / "run"
    arena.play([SmallBatches], ["textbook"], range(5), horizon=3, state=path)
    whole = path.read_bytes()
    for end in (len(whole) - 7, whole.index(b"\n") + 40, 12):
        path.write_bytes(whole[:end])
        arena.play([SmallBatches], ["textbook"], range(5), horizon=3, state=path)
        assert path.read_bytes() == whole


def test_a_state_of_another_run_is_refused_with_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "run"
    arena.play([SmallBatches], ["textbook"], range(3), horizon=3, state=path)
    with pytest.raises(ArgumentError, match=r"seeds '3 from 0 to 2 .*', not '4 from 0 to 3"):
        arena.play([SmallBatches], ["textbook"], range(4), horizon=3, state=path)
    with pytest.raises(
        ArgumentError, match=r"policy 'small_batches' is in the file alone; policy 'hold' is not"
    ):
        arena.play(["hold"], ["textbook"], range(3), horizon=3, state=path)
    with pytest.raises(ArgumentError, match=r"scenario 'textbook' was .* 3 weeks decided, is .* 4 weeks"):
        arena.play([SmallBatches], ["textbook"], range(3), horizon=4, state=path)
    scenario = scenarios.scenario("textbook")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(f'"schema_version":"{arena.SCHEMA}"'.encode(), b'"schema_version":"1.1"'))
    with pytest.raises(ArgumentError, match=rf"schema_version '1\.1', not '{arena.SCHEMA}'"):
        arena.play([SmallBatches], ["textbook"], range(3), horizon=3, state=path)
    path.write_bytes(whole)
    dearer = scenario.model_copy(update={"market": scenario.market.model_copy(update={"margin": 0.5})})
    with pytest.raises(ArgumentError, match="scenario 'textbook' was version"):
        arena.play([SmallBatches], [dearer], range(3), horizon=3, state=path)
    path.write_text("date,spend\n2024-01-01,5\n")
    with pytest.raises(DataError, match="no run of an arena"):
        arena.play([SmallBatches], ["textbook"], range(3), horizon=3, state=path)


def test_what_cannot_be_played_is_refused() -> None:
    with pytest.raises(ArgumentError, match="at least one policy"):
        arena.play([], ["textbook"], [1])
    with pytest.raises(ArgumentError, match="at least one scenario"):
        arena.play(["hold"], [], [1])
    with pytest.raises(ArgumentError, match="seeds must differ"):
        arena.play(["hold"], ["textbook"], [1, 1])
    with pytest.raises(ArgumentError, match=r"1 to 100,000 seeds, got 1,000,000,000"):
        arena.play(["hold"], ["textbook"], range(10**9))
    with pytest.raises(ArgumentError, match="'hold' is given twice"):
        arena.play(["hold", Hold], ["textbook"], [1])
    with pytest.raises(ArgumentError, match="at least 1 week"):
        arena.play(["hold"], ["textbook"], [1], horizon=0)


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_it_says_how_to_install_it() -> None:
    with pytest.raises(ConfigurationError, match=r"pip install 'liftos-agents\[ray\]'"):
        arena.play(["hold"], ["textbook"], [1], backend="ray")


@pytest.mark.ray
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="the extra `ray` is not installed")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(300)
def test_ray_gives_the_same_bytes(state_on_ray: Callable[..., bytes], tmp_path: Path) -> None:
    run = ["thompson", "oracle", "hold", _small_batches()], WORLDS, range(6)
    arena.play(*run, horizon=13, state=tmp_path / "plain")
    assert state_on_ray(*run, horizon=13) == (tmp_path / "plain").read_bytes()


def _row(policy: str, seed: int, profit: float, scenario: str = "one", family: str = "textbook") -> Row:
    return Row(
        policy=policy,
        scenario=scenario,
        family=family,
        seed=seed,
        profit=profit,
        expected_profit=profit,
        spend=200.0,
        fees=0.0,
        violations=0,
        abstained=False,
    )


def _result(profits: dict[tuple[str, str, str], np.ndarray]) -> ArenaResult:
    """Profits of (policy, scenario, family) by seed."""
    played = arena.play(["hold"], ["textbook"], [0], horizon=1)
    rows = [
        _row(policy, seed, float(value), scenario, family)
        for (policy, scenario, family), values in profits.items()
        for seed, value in enumerate(values)
    ]
    header = played.header.model_copy(update={"policies": {policy: "" for policy, _, _ in profits}})
    return ArenaResult(header=header, rows=with_regret(rows))


def test_a_paired_difference_is_students_and_the_bootstrap_agrees() -> None:
    chance = np.random.default_rng(4)
    differences = chance.normal(3.0, 10.0, size=(1, 400))
    found = paired_difference(differences, np.array([200.0]))
    test = stats.ttest_1samp(differences[0], 0.0)
    interval = test.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.p == pytest.approx(test.pvalue)
    assert found.share == pytest.approx(found.mean / 200.0)
    assert found.bootstrap_low == pytest.approx(found.low, abs=0.15)
    assert found.bootstrap_high == pytest.approx(found.high, abs=0.15)
    assert found.detectable == pytest.approx(2.8016 * differences[0].std(ddof=1) / 20, rel=1e-4)
    assert found.clustered_low is None


def test_scenarios_are_clusters_and_seeds_are_shared_between_them() -> None:
    chance = np.random.default_rng(5)
    shared = chance.normal(0.0, 10.0, size=50)
    differences = np.stack([shared + shift for shift in (-4.0, 0.0, 10.0)])
    found = paired_difference(differences, np.full(3, 100.0))
    alone = paired_difference(differences[:1], np.full(1, 100.0))
    assert found.high is not None
    assert alone.high is not None
    # Three copies of one luck are no more seeds than one.
    assert found.high - found.mean == pytest.approx(alone.high - alone.mean)
    means = differences.mean(axis=1)
    half = stats.t.ppf(0.975, 2) * means.std(ddof=1) / np.sqrt(3)
    assert found.clustered_high == pytest.approx(found.mean + half)


def test_one_seed_tells_no_interval_and_no_difference_is_none() -> None:
    lone = paired_difference(np.array([[5.0]]), np.array([10.0]))
    assert (lone.mean, lone.low, lone.bootstrap_low, lone.detectable, lone.p) == (5.0, None, None, None, 1.0)
    same = paired_difference(np.zeros((2, 9)), np.array([10.0, 10.0]))
    assert (same.low, same.high, same.p) == (0.0, 0.0, 1.0)


def test_the_worst_tenth() -> None:
    assert cvar10(np.arange(100.0)) == pytest.approx(4.5)
    assert cvar10(np.arange(15.0)) == pytest.approx((0.0 + 0.5 * 1.0) / 1.5)
    assert cvar10(np.array([7.0])) == 7.0


def test_a_comparison_by_family_with_regret_and_ties() -> None:
    chance = np.random.default_rng(6)
    luck = chance.normal(1_000.0, 100.0, size=200)
    profits = {
        (policy, scenario, family): luck + gain + chance.normal(0.0, spread, size=200)
        for scenario, family in (("one", "textbook"), ("two", "textbook"), ("three", "rival"))
        for policy, gain, spread in (
            ("hold", 0, 0),
            ("oracle", 40, 1),
            ("good", 20, 3),
            ("twin", 20.1, 3),
            ("bad", -10, 3),
        )
    }
    found = compare(_result(profits))
    by = {(line.family, line.policy): line for line in found.lines}
    assert {line.family for line in found.lines} == {"textbook", "rival", OVERALL}
    assert (by[OVERALL, "good"].scenarios, by[OVERALL, "good"].worlds) == (3, 600)
    good = by["textbook", "good"]
    assert good.difference is not None
    assert good.difference.low is not None
    assert good.difference.low > 19.0
    assert good.normalised_regret == pytest.approx(0.5, abs=0.02)
    assert by["textbook", "bad"].normalised_regret == pytest.approx(1.25, abs=0.02)
    assert by["rival", "hold"].difference is None
    assert by["rival", "bad"].cvar10_difference == pytest.approx(-10.0, abs=2.0)
    assert found.ties["rival"] == (("oracle",), *_order("good", "twin", profits), ("hold",), ("bad",))
    with pytest.raises(ArgumentError, match="'nobody' did not play"):
        compare(_result(profits), against="nobody")


def _order(one: str, other: str, profits) -> tuple[tuple[str, str]]:
    means = {name: profits[name, "three", "rival"].mean() for name in (one, other)}
    best, next_best = sorted(means, key=lambda name: -means[name])
    return ((best, next_best),)


def test_intervals_of_real_policies_cover_their_difference() -> None:
    everyone = arena.play(["hold", "follow_platform_roas"], ["textbook"], range(900), horizon=8)
    held, other = (
        np.array([r.profit for r in everyone.of(p).values()]) for p in ("hold", "follow_platform_roas")
    )
    differences = other - held
    covered = 0
    for part in np.split(differences, 30):
        found = paired_difference(part[None], np.ones(1))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= differences.mean() <= found.high
    assert covered >= 25


def test_every_pair_of_policies_meets_the_same_luck() -> None:
    result = arena.play(["hold", "equal_split"], ["textbook"], range(40), horizon=26)
    values = {p: np.array([row.profit for row in result.of(p).values()]) for p in result.policies}
    for one, other in combinations(values, 2):
        assert np.corrcoef(values[one], values[other])[0, 1] > 0.9
