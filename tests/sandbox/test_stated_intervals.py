"""Stated intervals against the truth of the quarter for which they are stated."""

from __future__ import annotations

import numpy as np
import pytest

from liftos_agents.sandbox import arena
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.played_truth import true_returns
from liftos_agents.sandbox.policies.hold import Hold
from liftos_agents.sandbox.policy import Briefing
from liftos_agents.sandbox.scenarios import Scenario
from liftos_agents.sandbox.stated_intervals import QUARTER


class States(Hold):
    """Holds, and states one interval for each channel in some weeks."""

    def __init__(self, low: float, high: float, every: int = 1, name: str = "states") -> None:
        self.low, self.high, self.every, self.name = low, high, every, name

    def begin(self, briefing: Briefing, history: Report) -> None:
        super().begin(briefing, history)
        self._shape = briefing.incumbent.shape

    def decide(self, week: int, seen: Report | None) -> Decision:
        held = super().decide(week, seen)
        if week % self.every:
            return held
        stated = np.empty((*self._shape, 2))
        stated[..., 0], stated[..., 1] = self.low, self.high
        stated[:, 0] = np.nan
        return Decision(held.spend, stated=stated)


@pytest.fixture(scope="module")
def scenario(small) -> Scenario:
    return Scenario(
        name="small",
        family="textbook",
        purpose="Small.",
        truth="Plain.",
        horizon=20,
        market=small(weeks=40),
    )


def of(result: arena.ArenaResult, policy: str) -> list[tuple[int, int]]:
    return [(row.stated, row.covered) for row in result.rows if row.policy == policy]


def test_each_quarter_and_channel_is_scored_once(scenario: Scenario) -> None:
    policies = [
        lambda: States(0.0, 1e9, name="wide"),
        lambda: States(0.0, 1e-9, every=QUARTER, name="wrong"),
        lambda: States(0.0, 1e9, every=2 * QUARTER, name="once"),
        "hold",
    ]
    result = arena.play(policies, [scenario], range(3))
    assert of(result, "wide") == [(4, 4)] * 3
    assert of(result, "wrong") == [(4, 0)] * 3
    assert of(result, "once") == [(2, 2)] * 3
    assert of(result, "hold") == [(0, 0)] * 3


def test_the_truth_is_the_return_on_what_the_quarter_spent(scenario: Scenario) -> None:
    play = MarketPlay(scenario.market, [0], scenario.horizon, keep=True)
    policy = Hold()
    policy.begin(Briefing.of(play), play.history)
    while not play.done:
        play.step(policy.decide(play.week, None))
    roas = true_returns(play, 0, QUARTER).roas[0, 1]
    around = lambda: States(roas - 1e-6, roas + 1e-6, every=100, name="around")  # noqa: E731
    beside = lambda: States(roas + 1e-6, roas + 1.0, every=100, name="beside")  # noqa: E731
    result = arena.play([around, beside], [scenario], [0])
    assert of(result, "around") == [(2, 1)]
    assert of(result, "beside")[0][1] <= 1
    other = true_returns(play, 0, QUARTER).roas[0, 2]
    assert of(result, "beside")[0][1] == int(roas + 1e-6 <= other <= roas + 1.0)


def test_intervals_of_the_wrong_shape_are_refused(scenario: Scenario) -> None:
    class Wrong(States):
        def decide(self, week: int, seen: Report | None) -> Decision:
            return Decision(super().decide(week, seen).spend, stated=np.zeros((2, 2)))

    row = arena.play([lambda: Wrong(0.0, 1.0)], [scenario], [0]).rows[0]
    assert row.error == "ArgumentError: stated must have shape (1, 3, 2), got (2, 2)"
    assert (row.failed_week, row.stated) == (0, 0)
