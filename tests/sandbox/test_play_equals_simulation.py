"""Weeks at once and weeks one by one are the same market; so are batches and single worlds, long horizons and short ones."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.sandbox import sales, simulate, simulate_many
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.response import Response
from liftos_agents.sandbox.tape import record

FEW = settings(max_examples=8, deadline=None)
SEEDS = st.integers(0, 2**40)
WEEKS, HORIZON = 30, 17


def decisions(seed, worlds=2, weeks=HORIZON):
    """Budgets, bids and new creatives of chance."""
    chance = np.random.default_rng(seed)
    spend = chance.uniform(0, 50_000, (weeks, worlds, 4)) * (chance.random((weeks, worlds, 4)) < 0.85)
    bids = chance.uniform(0.1, 2.5, (weeks, worlds, 4))
    refresh = chance.random((weeks, worlds, 4)) < 0.1
    return [Decision(s, bids=b, refresh=r) for s, b, r in zip(spend, bids, refresh, strict=True)]


@pytest.mark.parametrize("regions", [1, 5])
@given(seed=SEEDS)
@FEW
def test_playing_the_incumbents_budgets_is_what_simulate_makes(everything, regions, seed):
    long = simulate_many(everything(regions, weeks=WEEKS + HORIZON), [seed, seed + 1])
    play = MarketPlay(everything(regions, weeks=WEEKS), [seed, seed + 1], HORIZON)
    shown = long.spec.weeks_before
    for name in ("spend", "claimed", "revenue"):
        expected = getattr(long, name)[:, shown : shown + WEEKS]
        np.testing.assert_allclose(getattr(play.history, name), expected, rtol=1e-9)
    for week in range(HORIZON):
        at = shown + WEEKS + week
        report, _ = play.step(Decision(long.budgets[:, at]))
        for name in ("spend", "claimed", "revenue"):
            np.testing.assert_allclose(
                getattr(report, name)[:, 0], getattr(long, name)[:, at], rtol=1e-9, atol=1e-6
            )
        np.testing.assert_allclose(report.search_interest[:, 0], long.proxy[:, at], rtol=1e-12)
        np.testing.assert_allclose(report.price_index[:, 0], long.price[:, at], rtol=1e-12)


@pytest.mark.parametrize("regions", [1, 5])
@given(seed=SEEDS)
@FEW
def test_weeks_one_by_one_are_the_weeks_at_once(everything, regions, seed):
    """Bids, new creatives and experiments included, and what is still to come after the last week."""
    spec = everything(regions, weeks=WEEKS)
    play = MarketPlay(spec, [seed, seed + 7], HORIZON, keep=True)
    design = ExperimentDesign("social", (0, 2), 4, 0.5)
    reports, profit = [], np.zeros(2)
    for week, decision in enumerate(decisions(seed)):
        begun = {1: design} if regions > 1 and week == 3 else None
        report, earned = play.step(dataclasses.replace(decision, experiments=begun))
        reports.append(report)
        profit += earned
    first = spec.weeks_before + WEEKS
    weeks, after = slice(first, first + HORIZON), slice(first + HORIZON, None)
    tape = record(spec, play.seeds, first + HORIZON + play.fading)
    budgets = np.zeros((2, tape.weeks, regions, 4))
    budgets[:, :first] = tape.planned[:, :first, None] * spec.geo_weights[:, None]
    budgets[:, weeks] = play.kept.budgets
    bids = np.tile(play.incumbent_bids, (2, tape.weeks, 1))
    bids[:, weeks] = play.kept.bids(play.incumbent_bids)
    refresh = np.zeros(bids.shape, dtype=bool)
    refresh[:, weeks] = play.kept.refresh
    flows, _ = Response(spec).respond(tape, budgets, bids=bids, refresh=refresh)
    revenue = sales.draw(spec, flows.expected, tape.luck)
    for found, expected in (
        ("region_spend", flows.spend),
        ("region_revenue", revenue),
        ("claimed", flows.claimed.sum(axis=2)),
    ):
        played = np.concatenate([getattr(r, found) for r in reports], axis=1)
        np.testing.assert_allclose(played, expected[:, weeks], rtol=1e-9, atol=1e-6)
    to_come = flows.incremental[:, after].sum(axis=(1, 2, 3))
    to_come += (flows.baseline - tape.baseline)[:, after].sum(axis=(1, 2))
    costs = flows.spend[:, weeks].sum(axis=(1, 2, 3)) + play.score.fees
    lucky = 0.6 * (revenue[:, weeks].sum(axis=(1, 2)) + to_come) - costs
    smooth = 0.6 * (flows.expected[:, weeks].sum(axis=(1, 2)) + to_come) - costs
    np.testing.assert_allclose(profit, lucky, rtol=1e-8)
    np.testing.assert_allclose(play.score.profit, lucky, rtol=1e-8)
    np.testing.assert_allclose(play.score.expected_profit, smooth, rtol=1e-8)


@pytest.mark.parametrize("regions", [1, 5])
def test_a_batch_is_its_single_worlds(everything, regions):
    spec, seeds = everything(regions), [11, 5, 2**40]
    batch = MarketPlay(spec, seeds, 6)
    alone = [MarketPlay(spec, [seed], 6) for seed in seeds]
    for decision in decisions(1, worlds=3, weeks=6):
        together, profit = batch.step(decision)
        for index, play in enumerate(alone):
            cut = slice(index, index + 1)
            own = Decision(decision.spend[cut], decision.bids[cut], decision.refresh[cut])
            report, earned = play.step(own)
            np.testing.assert_allclose(report.region_revenue[0], together.region_revenue[index], rtol=1e-12)
            np.testing.assert_allclose(report.claimed[0], together.claimed[index], rtol=1e-12)
            np.testing.assert_allclose(earned, profit[cut], rtol=1e-12)


def test_more_horizon_does_not_change_earlier_weeks(everything):
    short, long = (MarketPlay(everything(3), [4, 9], weeks) for weeks in (5, 40))
    for week, decision in enumerate(decisions(2, weeks=5)):
        (a, earned_a), (b, earned_b) = short.step(decision), long.step(decision)
        np.testing.assert_allclose(a.region_revenue, b.region_revenue, rtol=1e-12)
        np.testing.assert_allclose(a.claimed, b.claimed, rtol=1e-12)
        assert np.allclose(earned_a, earned_b, rtol=1e-12) == (week < 4)


def test_futures_show_one_past_and_go_on_with_luck_of_their_own(everything):
    spec, seeds = everything(3), [4, 9]
    futures, apart = MarketPlay(spec, seeds, 6, past=7), MarketPlay(spec, seeds, 6)
    shown, alone = MarketPlay(spec, [7], 6), MarketPlay(spec, [9], 6, past=7)
    for name in ("revenue", "spend", "claimed", "region_revenue"):
        each = getattr(futures.history, name)
        np.testing.assert_array_equal(each[0], each[1])
        np.testing.assert_allclose(each[0], getattr(shown.history, name)[0], rtol=1e-12)
    np.testing.assert_allclose(futures.incumbent, np.repeat(shown.incumbent, 2, axis=0), rtol=1e-12)
    np.testing.assert_array_equal(futures.search_interest, apart.search_interest)
    for decision in decisions(3, weeks=6):
        together, _ = futures.step(decision)
        own = Decision(decision.spend[1:], decision.bids[1:], decision.refresh[1:])
        report, _ = alone.step(own)
        np.testing.assert_allclose(report.region_revenue[0], together.region_revenue[1], rtol=1e-12)
        assert (together.revenue[0] != together.revenue[1]).all()


@given(SEEDS)
@FEW
def test_two_policies_on_one_seed_meet_the_same_tape(everything, seed):
    idle, busy = (MarketPlay(everything(3), [seed], 8) for _ in range(2))
    for _ in range(8):
        a, _ = idle.step(Decision(np.zeros((1, 4))))
        b, _ = busy.step(Decision(np.full((1, 4), 25_000.0)))
        np.testing.assert_array_equal(a.search_interest, b.search_interest)
        np.testing.assert_array_equal(a.price_index, b.price_index)
    for name in ("demand", "baseline", "luck", "tracking", "effect", "media_price"):
        np.testing.assert_array_equal(getattr(idle.tape(0, 8), name), getattr(busy.tape(0, 8), name))


def test_the_same_luck_moves_both_policies_alike(everything):
    spec = everything(1, noise={"level": 0.1}, rival=None)
    plays = [MarketPlay(spec, range(200), 4) for _ in range(2)]
    for factor, play in zip((1.0, 1.1), plays, strict=True):
        for _ in range(4):
            play.step(Decision(play.incumbent * factor))
    paired = (plays[1].score.profit - plays[0].score.profit).std()
    assert paired < 0.1 * plays[0].score.profit.std()


@pytest.mark.parametrize("regions", [1, 5])
def test_what_the_truth_says_of_the_window_is_what_simulate_played(everything, regions):
    world = simulate(everything(regions), 8)
    for c, name in enumerate(world.spec.names):
        truth = world.truth.channels[name]
        assert truth.contribution == pytest.approx(world.incremental[:, c].sum(), rel=1e-9)
        assert truth.spend == pytest.approx(world.spend[:, c].sum(), rel=1e-9)
    baseline = world.batch.baseline[0, world.spec.weeks_before :].sum()
    assert world.truth.baseline == pytest.approx(baseline, rel=1e-9)
