"""A policy that fails in the arena: a scored row, not a lost run, and the same one however it is played."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest

from liftos_agents.errors import ArgumentError, CancelledError, ConfigurationError
from liftos_agents.sandbox import arena, policies, scenarios
from liftos_agents.sandbox.arena_comparison import OVERALL, compare
from liftos_agents.sandbox.arena_rows import failures
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policies.equal_split import EqualSplit
from liftos_agents.sandbox.policy import Briefing

SEEDS, WEEKS = (3, 4, 5, 8), 9


class Falters(EqualSplit):
    """Equal split, three worlds at a time, until in `week` something else is decided or raised; `week` −1 is its beginning."""

    name = "falters"
    batch = 3

    def __init__(self, instead: Callable[[Decision], Decision], week: int = 4) -> None:
        self._instead, self._when = instead, week

    def begin(self, briefing: Briefing, history: Report) -> None:
        super().begin(briefing, history)
        if self._when == -1:
            self._instead(super().decide(0, None))

    def decide(self, week: int, seen: Report | None) -> Decision:
        usual = super().decide(week, seen)
        return self._instead(usual) if week == self._when else usual


def raising(error: BaseException) -> Callable[[Decision], Decision]:
    def instead(usual: Decision) -> Decision:
        raise error

    return instead


def spend_of(change: Callable[[np.ndarray], object]) -> Callable[[Decision], Decision]:
    return lambda usual: Decision(change(usual.spend))  # type: ignore[arg-type]


def more(**fields: object) -> Callable[[Decision], Decision]:
    return lambda usual: Decision(usual.spend, **fields)  # type: ignore[arg-type]


def _by_hand(seeds: tuple[int, ...], weeks_decided: int) -> MarketPlay:
    """Equal split for some weeks, then hold."""
    market = MarketPlay(scenarios.load("textbook"), seeds, WEEKS)
    deciders = [policies.named("equal_split"), policies.named("hold")]
    for decider in deciders:
        decider.begin(Briefing.of(market), market.history)
    while not market.done:
        market.step(deciders[market.week >= weeks_decided].decide(market.week, None))
    return market


FLAWS = {
    "raises": (raising(ZeroDivisionError("no\n  spend")), "ZeroDivisionError: no spend"),
    "says nothing": (raising(KeyError()), "KeyError"),
    "shows an address": (raising(ValueError(object())), "ValueError: <object object at 0x…>"),
    "half a character": (raising(ValueError("\ud800 \x1b[2J")), "ValueError: ? \ufffd[2J"),
    "talks much": (raising(ValueError("ab " * 4000)), "ValueError: " + ("ab " * 100)[:299] + "…"),
    "nothing": (lambda usual: None, "AttributeError: 'NoneType' object has no attribute 'spend'"),
    "a channel short": (
        spend_of(lambda spend: spend[:, 1:]),
        "ArgumentError: spend must have shape (2, 3), got (2, 2)",
    ),
    "one world": (
        spend_of(lambda spend: spend[:1]),
        "ArgumentError: spend must have shape (2, 3), got (1, 3)",
    ),
    "words": (
        spend_of(lambda spend: spend.astype(object)),
        "ArgumentError: spend must hold numbers, got object",
    ),
    "bids of one world": (
        more(bids=np.ones((1, 3))),
        "ArgumentError: bids must have shape (2, 3), got (1, 3)",
    ),
    "one creative for all": (
        more(refresh=np.ones(3, dtype=bool)),
        "ArgumentError: refresh must have shape (2, 3), got (3,)",
    ),
    "abstains by channel": (
        more(abstains=np.ones((2, 3), dtype=bool)),
        "ArgumentError: abstains must have shape (2,), got (2, 3)",
    ),
    "a world that is none": (
        more(experiments={-1: ExperimentDesign(channel="tv", regions=(0,), weeks=4)}),
        "ArgumentError: an experiment is asked for in world -1 of 2",
    ),
    "beyond all bounds": (
        spend_of(lambda spend: np.full_like(spend, 1e308)),
        "ArgumentError: its budgets come to a profit that is no number",
    ),
}


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
@pytest.mark.parametrize(("flaw", "told"), FLAWS.values(), ids=FLAWS)
def test_a_failure_is_on_its_rows_and_holding_goes_on(
    flaw: Callable[[Decision], Decision], told: str
) -> None:
    result = arena.play([lambda: Falters(flaw), "hold"], ["textbook"], SEEDS[:2], horizon=WEEKS)
    assert {(row.error, row.failed_week) for row in result.of("falters").values()} == {(told, 4)}
    assert {(row.error, row.failed_week) for row in result.of("hold").values()} == {(None, None)}
    score = _by_hand(SEEDS[:2], 4).score
    assert [row.profit for row in result.of("falters").values()] == score.profit.tolist()
    assert [row.spend for row in result.of("falters").values()] == score.spend.tolist()
    assert result.of("hold") == {
        key: row.model_copy(update={"seconds": result.of("hold")[key].seconds})
        for key, row in arena.play(["hold"], ["textbook"], SEEDS[:2], horizon=WEEKS).of("hold").items()
    }


def test_who_cannot_begin_holds_from_the_first_week() -> None:
    result = arena.play(
        [lambda: Falters(raising(MemoryError("too large")), week=-1), "hold"],
        ["textbook"],
        SEEDS,
        horizon=WEEKS,
    )
    assert {(row.error, row.failed_week) for row in result.of("falters").values()} == {
        ("MemoryError: too large", 0)
    }
    for world, row in result.of("falters").items():
        assert row.profit == result.of("hold")[world].profit


class _Sometimes(Falters):
    """Fails in the batch that holds seed 8 alone."""

    def __init__(self) -> None:
        super().__init__(raising(RuntimeError("too many")))

    def begin(self, briefing: Briefing, history: Report) -> None:
        super().begin(briefing, history)
        if 8 not in briefing.seeds:
            self._when = WEEKS


def test_failures_are_counted_with_what_they_were() -> None:
    result = arena.play([_Sometimes, "hold", "oracle"], ["textbook", "saturated"], SEEDS, horizon=WEEKS)
    failed = [(row.scenario, row.seed) for row in result.rows if row.error]
    assert failed == [("saturated", 8), ("textbook", 8)]
    told = [str(failure) for failure in failures(result.rows)]
    assert told[1] == "falters failed in 1 world of textbook, first in seed 8, week 4: RuntimeError: too many"
    found = compare(result)
    counts = {(line.family, line.policy): line.failed for line in found.lines}
    assert counts["textbook", "falters"] == 1
    assert counts[OVERALL, "falters"] == 2
    assert counts[OVERALL, "hold"] == counts[OVERALL, "oracle"] == 0
    assert found.failures == failures(result.rows)
    together = failures(
        row.model_copy(update={"scenario": "one", "failed_week": 4, "error": "E"}) for row in result.rows
    )
    assert {(f.policy, f.worlds, f.seed) for f in together} == {
        (p, 8, 3) for p in ("falters", "hold", "oracle")
    }


def test_what_the_user_has_to_set_up_ends_the_run() -> None:
    missing = ConfigurationError("no key", fix="Set one")
    for week in (-1, 4):
        with pytest.raises(ConfigurationError, match="no key"):
            arena.play(
                [lambda week=week: Falters(raising(missing), week)], ["textbook"], SEEDS, horizon=WEEKS
            )


@pytest.mark.parametrize("error", [KeyboardInterrupt(), CancelledError("stopped")])
def test_who_is_stopped_has_not_failed(error: BaseException, tmp_path: Path) -> None:
    state = tmp_path / "run"
    with pytest.raises(CancelledError, match=r"after 4 of 8 worlds; 4 are kept in"):
        arena.play(["hold", lambda: Falters(raising(error))], ["textbook"], SEEDS, horizon=WEEKS, state=state)
    assert 'error":null' in state.read_text()
    assert "Error" not in state.read_text()


def _maker() -> Callable[[], object]:
    """Handed over to a process by value, as this module is known to the test run alone."""

    def make() -> object:
        policy = policies.named("equal_split")
        usual = policy.decide

        def decide(week: int, seen: Report | None) -> Decision:
            if week == 4:
                raise RuntimeError(f"not in {object()!r}")
            return usual(week, seen)

        policy.name, policy.batch, policy.decide = "falters", 3, decide
        return policy

    return make


def test_processes_and_resuming_change_nothing_of_a_failure(tmp_path: Path) -> None:
    played = [_maker(), "hold"], ["textbook"], SEEDS
    arena.play(*played, horizon=WEEKS, state=tmp_path / "one")
    whole = (tmp_path / "one").read_bytes()
    rows = [json.loads(line) for line in whole.splitlines()[1:]]
    assert [row["failed_week"] for row in rows] == [4] * 4 + [None] * 4
    assert "at 0x…" in rows[0]["error"]
    arena.play(*played, horizon=WEEKS, jobs=2, state=tmp_path / "two")
    assert (tmp_path / "two").read_bytes() == whole
    for kept in (1, 4, 6):
        (tmp_path / "cut").write_bytes(b"".join(whole.splitlines(keepends=True)[:kept]))
        told: list[arena.Progress] = []
        arena.play(*played, horizon=WEEKS, state=tmp_path / "cut", progress=told.append)
        assert (tmp_path / "cut").read_bytes() == whole
        # A batch that is not there in full is played again.
        assert (told[0].resumed, told[0].failed) == {1: (0, 0), 4: (3, 3), 6: (4, 4)}[kept]
        assert (told[-1].done, told[-1].failed) == (8, 4)


def _deadly() -> Callable[[], object]:
    def make() -> object:
        policy = policies.named("equal_split")
        usual = policy.begin

        def begin(briefing: Briefing, history: Report) -> None:
            if 8 in briefing.seeds:
                os._exit(1)
            usual(briefing, history)

        policy.name, policy.batch, policy.begin = "deadly", 1, begin
        return policy

    return make


@pytest.mark.filterwarnings("ignore")
def test_a_process_that_is_killed_ends_the_run_and_what_is_done_is_kept(tmp_path: Path) -> None:
    state = tmp_path / "run"
    with pytest.raises(ArgumentError, match=r"jobs: one of the processes was killed.*fewer") as told:
        arena.play(["hold", _deadly()], ["textbook"], range(20), horizon=3, jobs=2, state=state)
    assert isinstance(told.value.__cause__, BrokenProcessPool)
    assert json.loads(state.read_bytes().splitlines()[0])["schema_version"] == arena.SCHEMA
    arena.play(["hold", _maker()], ["textbook"], range(4), horizon=3, jobs=2)


@pytest.mark.ray
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="the extra `ray` is not installed")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(300)
def test_ray_changes_nothing_of_a_failure(state_on_ray: Callable[..., bytes], tmp_path: Path) -> None:
    run = [_maker(), "hold"], ["textbook"], SEEDS
    arena.play(*run, horizon=WEEKS, state=tmp_path / "plain")
    assert state_on_ray(*run, horizon=WEEKS) == (tmp_path / "plain").read_bytes()
