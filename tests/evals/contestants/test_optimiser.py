"""The optimiser asks in words, follows what stands, abstains where nothing is told, and leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from liftos_agents.domain.answer import Answer
from liftos_agents.evals import contestants
from liftos_agents.evals.contestants.asked_plan import AskedPlan
from liftos_agents.evals.contestants.optimiser import Asked, Optimiser
from liftos_agents.lift.contestants import open_engine
from liftos_agents.sandbox import MarketSpec, scenarios
from liftos_agents.sandbox.policies.hold import Hold


class Listener:
    """Opens real engines and keeps what they answered."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.homes: set[Path] = set()

    def __call__(self, home: Path, model: str, tools: Any) -> Asked:
        self.homes.add(home)
        engine = open_engine(home, model, tools)
        ask = engine.ask

        def kept(question: str, data: Any = None, *, interactive: bool = True) -> Answer:
            self.answers.append(ask(question, data, interactive=interactive))
            return self.answers[-1]

        engine.ask = kept  # pyright: ignore[reportAttributeAccessIssue]
        return engine

    @property
    def plans(self) -> list[AskedPlan]:
        return [AskedPlan.of(answer) for answer in self.answers]


@pytest.fixture(scope="module")
def market() -> MarketSpec:
    found = scenarios.load("textbook")
    budget = found.budget.model_copy(
        update={"cap": 90_000.0, "minimum": {"tv": 9_000.0}, "maximum": {"social": 21_000.0}}
    )
    return found.model_copy(update={"weeks": 104, "budget": budget, "margin": 0.9})


@pytest.fixture(scope="module")
def quarter(market: MarketSpec, played: Callable[..., Any]) -> tuple[Listener, Any]:
    listener = Listener()
    return listener, played(Optimiser(listener, "offline", "optimiser"), market)


def test_what_is_asked_in_words_is_what_is_optimised(
    quarter: tuple[Listener, Any], market: MarketSpec
) -> None:
    listener, found = quarter
    arguments = [
        evidence.arguments
        for answer in listener.answers
        for evidence in answer.evidence
        if evidence.tool == "optimise_budget"
    ]
    assert arguments[0]["total"] == round(13 * found.play.incumbent[0].sum())
    for asked in arguments:
        assert asked["horizon_periods"] == 13
        assert asked["margin"] == market.margin
        assert asked["minimum"]["tv"] >= 13 * 9_000.0
        assert asked["maximum"] == {"social": 13 * 21_000.0}
    assert arguments[0]["minimum"] == {"tv": 13 * 9_000.0}
    assert all(
        amount <= 13 * found.play.incumbent[0, market.names.index(name)] + 1.0 or name == "tv"
        for asked in arguments
        for name, amount in asked["minimum"].items()
    )
    assert arguments[0]["largest_step"] == 0.3
    assert arguments[0]["current"] == {
        name: pytest.approx(13 * found.play.incumbent[0, c], rel=1e-9) for c, name in enumerate(market.names)
    }
    assert arguments[-1]["total"] <= 13 * 90_000.0 + 1.0


def test_a_plan_that_stands_is_followed_and_pays(
    quarter: tuple[Listener, Any], market: MarketSpec, played: Callable[..., Any]
) -> None:
    listener, found = quarter
    last = listener.plans[-1]
    assert last.stands
    assert last.plan is not None
    proposed = [last.plan.allocation[name].proposed_period for name in market.names]
    np.testing.assert_allclose(found.decisions[-1].spend[0], proposed, rtol=1e-6)
    assert found.profit > played(Hold(), market).profit
    assert not found.play.abstained[0]
    assert int(found.play.score.violations[0]) == 0


def test_intervals_are_stated_as_the_fit_gives_them(
    quarter: tuple[Listener, Any], market: MarketSpec
) -> None:
    listener, found = quarter
    stated = found.decisions[0].stated[0]
    fit = listener.plans[-1].fit
    assert fit is not None
    for c, name in enumerate(market.names):
        assert stated[c, 0] == fit.channels[name].decision_roas.p05
        assert stated[c, 0] < stated[c, 1] == fit.channels[name].decision_roas.p95


def test_the_home_is_deleted_once_nothing_more_is_asked(quarter: tuple[Listener, Any]) -> None:
    listener, _ = quarter
    assert len(listener.homes) == 1
    (home,) = listener.homes
    assert home.is_relative_to(tempfile.gettempdir())
    assert not home.exists()


def test_the_same_world_is_decided_alike(
    quarter: tuple[Listener, Any], market: MarketSpec, played: Callable[..., Any]
) -> None:
    _, found = quarter
    again = played(Optimiser(open_engine, "offline", "optimiser"), market)
    for one, other in zip(found.decisions, again.decisions, strict=True):
        np.testing.assert_array_equal(one.spend, other.spend)
        np.testing.assert_array_equal(one.stated, other.stated)


@pytest.mark.parametrize("name", ["flat_budgets", "lockstep", "first_month"])
def test_it_abstains_where_the_data_do_not_tell(name: str, played: Callable[..., Any]) -> None:
    market = scenarios.load(name)
    found = played(Optimiser(open_engine, "offline", "optimiser"), market)
    assert found.play.abstained[0]
    assert found.profit == pytest.approx(played(Hold(), market).profit, rel=1e-12)


def test_a_geo_test_is_run_read_and_given_to_the_next_fit(played: Callable[..., Any]) -> None:
    market = scenarios.load("confounded_regions")
    listener = Listener()
    found = played(Optimiser(listener, "offline", "optimiser"), market, seed=3, horizon=26)
    (design,) = found.decisions[0].experiments.values()
    assert design.fault(market) is None
    assert found.play.score.fees[0] >= market.experiments.fee
    later = listener.plans[-1].fit
    assert later is not None
    (test,) = later.lift_test_agreement
    assert test.channel == design.channel
    assert test.start == (market.start + dt.timedelta(weeks=market.weeks)).isoformat()
    assert int(found.play.score.violations[0]) == 0


def test_a_newcomer_gets_an_equal_share_within_every_bound(played: Callable[..., Any]) -> None:
    market = scenarios.load("cold_start")
    found = played(Optimiser(open_engine, "offline", "optimiser"), market)
    c = market.names.index("connected_tv")
    usual = found.play.incumbent[0]
    assert usual[c] < 0.01 * usual.sum()
    assert found.decisions[-1].spend[0, c] == pytest.approx(usual.sum() / 4, rel=1e-4)
    assert int(found.play.score.violations[0]) == 0


def test_the_total_rises_in_the_present_mix_where_its_last_unit_pays_and_no_other_mix_is_surely_better(
    played: Callable[..., Any],
) -> None:
    market, listener = scenarios.load("textbook"), Listener()
    found = played(Optimiser(listener, "offline", "optimiser"), market, seed=300)
    first, larger = listener.plans
    assert not larger.stands
    assert larger.plan is not None
    assert first.plan is not None
    assert first.plan.total is not None
    assert larger.plan.total == pytest.approx(1.25 * first.plan.total, rel=1e-4)
    parts = first.plan.allocation
    mix = [
        parts[name].proposed_period if first.stands else parts[name].current_period for name in market.names
    ]
    np.testing.assert_allclose(found.decisions[-1].spend[0], 1.25 * np.array(mix), rtol=1e-4)


def test_contestants_are_found_by_name_and_nobody_else() -> None:
    made = contestants.contestant("optimiser:openai:gpt-x", open_engine)
    assert made is not None
    assert made().name == "optimiser:openai:gpt-x"
    assert contestants.contestant("optimiser:", open_engine) is None
    assert contestants.contestant("hold", open_engine) is None
