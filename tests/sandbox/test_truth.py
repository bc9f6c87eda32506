import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.errors import ArgumentError, NotFoundError
from liftos_agents.sandbox import scenarios, simulate


def test_contributions_of_the_truth_are_what_the_window_held(small):
    market = simulate(small(), 1)
    for c, name in enumerate(market.spec.names):
        truth = market.truth.channels[name]
        assert truth.contribution == pytest.approx(market.incremental[:, c].sum())
        assert truth.spend == pytest.approx(market.spend[:, c].sum())
    assert market.truth.media == pytest.approx(market.incremental.sum())
    np.testing.assert_allclose(market.truth.demand, market.demand)


def test_roas_counts_the_weeks_after_the_window(small):
    market = simulate(small(retention=0.8), 1)
    for truth in market.truth.channels.values():
        assert truth.roas * truth.spend > truth.contribution


def test_marginal_return_is_below_the_mean_on_a_concave_curve(small):
    market = simulate(small(slopes=(1.0, 1.0)), 2)
    for truth in market.truth.channels.values():
        assert 0 < truth.marginal_roas < truth.roas


def test_a_plan_that_spends_nothing_brings_nothing(small):
    outcome = simulate(small(), 3).outcome({}, 13)
    assert outcome.spend == outcome.media_revenue == outcome.profit == 0.0
    assert outcome.revenue > 0


def test_an_outcome_is_the_difference_of_two_long_rollouts(small):
    market = simulate(small(weeks=40, retention=0.6), 3)
    plan = {"search": 90_000.0, "tv": 200_000.0}
    longer = simulate(small(weeks=40 + 13 + 8, retention=0.6), 3)
    path = np.zeros((2, 61, 3))
    path[:, :40] = longer.spend[:40]
    path[1, 40:53] = market._world.path(plan, 13)
    both = longer._world.rollout(path).incremental.sum(axis=(1, 2, 3))
    assert market.outcome(plan, 13).media_revenue == pytest.approx(both[1] - both[0])


@given(st.integers(0, 10_000), st.floats(50_000, 2_000_000))
@settings(max_examples=12, deadline=None)
def test_no_allocation_on_a_grid_beats_the_optimum(small, seed, total):
    market = simulate(small(), seed)
    best = market.optimal_allocation(total, 13)
    assert sum(best.values()) == pytest.approx(total, rel=1e-9)
    earned = market.outcome(best, 13).media_revenue
    for a, b in itertools.product(range(11), range(11)):
        if a + b <= 10:
            shares = {"search": a / 10, "social": b / 10, "tv": (10 - a - b) / 10}
            plan = {name: share * total for name, share in shares.items()}
            assert market.outcome(plan, 13).media_revenue <= earned * (1 + 1e-9)


def test_bounds_are_kept(small):
    market = simulate(small(), 4)
    best = market.optimal_allocation(
        600_000, 13, minimum={"tv": 150_000}, maximum={"search": 100_000, "social": 300_000}
    )
    assert best["tv"] >= 150_000
    assert best["search"] <= 100_000
    assert best["social"] <= 300_000
    assert sum(best.values()) == pytest.approx(600_000)


def test_bounds_that_leave_no_allocation_are_refused(small):
    market = simulate(small(), 4)
    with pytest.raises(ArgumentError, match="no allocation"):
        market.optimal_allocation(100_000, 13, minimum={"tv": 150_000})
    with pytest.raises(ArgumentError, match="radio"):
        market.optimal_allocation(100_000, 13, maximum={"radio": 1})


def test_regret_is_nothing_at_the_optimum_and_one_when_holding():
    market = simulate(scenarios.load("saturated"), 1)
    total = 1_500_000.0
    assert market.regret(market.optimal_allocation(total, 13), 13) == pytest.approx(0.0, abs=1e-9)
    assert market.regret(market.hold(total), 13) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("plan", "horizon"),
    [({"radio": 1.0}, 13), (np.ones((12, 3)), 13), (np.full((13, 3), -1.0), 13), ({"tv": 1.0}, 0)],
)
def test_a_plan_that_does_not_fit_the_market_is_refused(small, plan, horizon):
    with pytest.raises(ArgumentError):
        simulate(small(), 1).outcome(plan, horizon)


def test_every_scenario_states_its_purpose_and_runs():
    assert set(scenarios.names()) >= {"textbook", "confounded", "saturated", "shop"}
    for name in scenarios.names():
        scenario = scenarios.scenario(name)
        assert scenario.purpose
        assert scenario.truth
        assert scenario.version >= 1
        truth = simulate(scenario.market, 1).truth
        assert all(np.isfinite(c.roas) for c in truth.channels.values())


def test_the_scenarios_hold_what_they_state():
    confounded = simulate(scenarios.load("confounded"), 11).truth
    assert confounded.channels["search"].roas < 1.0
    saturated = simulate(scenarios.load("saturated"), 11).truth
    assert saturated.channels["search"].marginal_roas < 0.5
    assert saturated.channels["video"].marginal_roas > 2.0
    shop = simulate(scenarios.load("shop"), 11).truth
    assert shop.channels["display"].marginal_roas < 1.0
    assert sum(c.claimed for c in shop.channels.values()) > shop.media


def test_an_unknown_scenario_names_those_there_are():
    with pytest.raises(NotFoundError, match="textbook"):
        scenarios.load("texbook")


def test_media_revenue_of_the_incumbents_own_spend_is_what_media_brought(small):
    market = simulate(small(weeks=30).model_copy(update={"weeks_before": 6}), 2)
    assert market.media_revenue(market.spend) == pytest.approx(market.incremental.sum(), rel=1e-12)
    assert market.media_revenue(0.5 * market.spend) < market.incremental.sum()
