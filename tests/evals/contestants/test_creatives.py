"""A new creative is tried once, and bought again as often as its trial says that it pays, or never."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.evals.contestants.creatives import LONGEST, TRIAL, CreativeTrials
from liftos_agents.evals.contestants.thin_fit import THIN
from liftos_agents.evals.contestants.weekly_table import weekly_table
from liftos_agents.sandbox import MarketSpec, scenarios
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policy import Briefing
from liftos_agents.tools.mmm.result import FitMmmResult

HORIZON = 40


def _tried(market: MarketSpec) -> tuple[NDArray[np.bool_], float]:
    """Creatives bought, (HORIZON, C), with budgets held; the expected profit."""
    play = MarketPlay(market, [11], HORIZON)
    briefing, seen = Briefing.of(play), play.history
    table = weekly_table(briefing, seen)
    found = tools.run("fit_mmm", table, store=TransientStore(), margin=briefing.margin, **THIN)
    fit, trials = FitMmmResult.model_validate(found.result), CreativeTrials(briefing)
    bought: list[NDArray[np.bool_]] = []
    while not play.done:
        bought.append(trials.due(play.week, seen, fit)[0])
        report, _ = play.step(Decision(play.incumbent, refresh=bought[-1][None]))
        seen = seen.then(report)
    return np.stack(bought), float(play.score.expected_profit[0])


def _held(market: MarketSpec) -> float:
    play = MarketPlay(market, [11], HORIZON)
    while not play.done:
        play.step(Decision(play.incumbent))
    return float(play.score.expected_profit[0])


@pytest.fixture(scope="module")
def tiring() -> MarketSpec:
    return scenarios.load("creative_fatigue")


def test_creatives_that_wear_out_are_bought_again_and_pay(tiring: MarketSpec) -> None:
    bought, profit = _tried(tiring)
    search, social, video = (tiring.names.index(name) for name in ("search", "social", "video"))
    assert not bought[:, search].any()
    for channel in (social, video):
        weeks = np.flatnonzero(bought[:, channel])
        assert weeks[0] == 0
        assert TRIAL <= weeks[1] <= LONGEST
        assert len(set(np.diff(weeks[1:]))) == 1
        assert weeks[-1] < HORIZON - 1
    assert profit > 1.05 * _held(tiring)


def test_creatives_that_never_wear_out_cost_one_trial(tiring: MarketSpec) -> None:
    fresh = tiring.model_copy(
        update={
            "channels": tuple(
                channel.model_copy(update={"fatigue": channel.fatigue.model_copy(update={"strength": 0.0})})
                for channel in tiring.channels
            )
        }
    )
    bought, profit = _tried(fresh)
    costs = np.array([channel.fatigue.refresh_cost for channel in fresh.channels])
    np.testing.assert_array_equal(bought.sum(axis=0), costs > 0.0)
    assert profit == pytest.approx(_held(fresh) - costs.sum(), rel=1e-9)


def test_no_creative_is_bought_that_cannot_be_watched_to_its_end(tiring: MarketSpec) -> None:
    play = MarketPlay(tiring, [11], TRIAL)
    briefing = Briefing.of(play)
    table = weekly_table(briefing, play.history)
    found = tools.run("fit_mmm", table, store=TransientStore(), margin=briefing.margin, **THIN)
    fit = FitMmmResult.model_validate(found.result)
    assert not CreativeTrials(briefing).due(0, play.history, fit).any()
