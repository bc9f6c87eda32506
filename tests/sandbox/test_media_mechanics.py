"""What media do to sales, mechanism by mechanism: carry-over, saturation, interaction, fatigue, delay, claims."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.sandbox import MarketSpec
from liftos_agents.sandbox.response import Response, carryover_kernel
from liftos_agents.sandbox.tape import record

FEW = settings(max_examples=15, deadline=None)
SHARES = st.lists(st.floats(0.05, 1.0), min_size=1, max_size=6).map(
    lambda parts: [p / sum(parts) for p in parts]
)
LINEAR = {"effect": 1e9, "half_saturation": 1e9}


def market(*channels, **changes):
    """Channels in a market where nothing else happens."""
    plain = {"mean_spend": 1_000, "effect": 5_000, "half_saturation": 1_000}
    named = [{"name": f"c{n}", **plain, **given} for n, given in enumerate(channels)]
    quiet = {"demand": {"volatility": 0, "season": 0}, "noise": {"level": 0}}
    return MarketSpec.model_validate({"channels": named, **quiet, **changes})


def play(spec, spend, seed=0, **given):
    """Flows of one world, spend (W, C), spread over the regions."""
    spend = np.asarray(spend, dtype=np.float64)
    regional = spend[None, :, None, :] * spec.geo_weights[:, None]
    return Response(spec).respond(record(spec, np.array([seed]), len(spend)), regional, **given)[0]


def pulse(weeks, at):
    path = np.zeros((weeks, 1))
    path[at] = 1_000.0
    return path


@given(st.floats(0, 0.95), st.integers(1, 20), st.sampled_from(["geometric", "delayed"]), st.integers(0, 8))
@FEW
def test_carry_over_keeps_the_sum_of_exposure(retention, length, kind, peak):
    channel = {"retention": retention, "carryover": kind, "peak": peak, **LINEAR}
    flows = play(market(channel, carryover_weeks=max(length, peak + 1)), pulse(60, 3))
    assert flows.incremental.sum() == pytest.approx(1_000.0, rel=1e-5)
    assert np.flatnonzero(flows.incremental)[0] >= 3


@given(st.floats(0.1, 0.9), st.integers(0, 6))
@FEW
def test_a_delayed_effect_is_greatest_at_its_peak_and_alike_on_both_sides(retention, peak):
    channel = {"retention": retention, "carryover": "delayed", "peak": peak, **LINEAR}
    found = play(market(channel, carryover_weeks=13), pulse(30, 5)).incremental[0, :, 0, 0]
    assert found.argmax() == 5 + peak
    for away in range(1, peak + 1):
        assert found[5 + peak - away] == pytest.approx(found[5 + peak + away], rel=1e-5)


@given(st.floats(0.1, 0.9))
@FEW
def test_a_geometric_effect_falls_by_its_retention_and_ends(retention):
    found = play(market({"retention": retention, **LINEAR}, carryover_weeks=8), pulse(30, 5)).incremental
    weeks = found[0, :, 0, 0]
    np.testing.assert_allclose(weeks[6:13] / weeks[5:12], retention, rtol=1e-5)
    assert weeks[13:].sum() == 0.0


def test_without_retention_nothing_is_carried_over():
    spec = market({"retention": 0.0}, carryover_weeks=8)
    np.testing.assert_array_equal(carryover_kernel(spec)[:, 0], [1, 0, 0, 0, 0, 0, 0, 0])
    assert np.flatnonzero(play(spec, pulse(20, 4)).incremental).tolist() == [4]


@given(st.floats(0, 1e6), st.floats(1, 1e5), st.floats(0.3, 6), st.sampled_from(["hill", "logistic"]))
@FEW
def test_saturation_is_the_stated_curve_and_stays_below_one(spend, half, slope, kind):
    found = play(
        market({"half_saturation": half, "slope": slope}, saturation=kind), [[spend]]
    ).saturation.item()
    if kind == "hill":
        expected = spend**slope / (spend**slope + half**slope)
    else:
        expected = (1 - 3 ** (-spend / half)) / (1 + 3 ** (-spend / half))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert 0.0 <= found <= 1.0


def test_a_counterfactual_budget_does_not_move_the_curve():
    spec = market({"retention": 0.4})
    low, high = np.full((20, 1), 500.0), np.full((20, 1), 500.0)
    high[10:] = 50_000.0
    np.testing.assert_array_equal(play(spec, low).saturation[:, :10], play(spec, high).saturation[:, :10])


@given(st.floats(0, 2), st.floats(0, 2), st.floats(0, 5_000), st.floats(0, 5_000))
@FEW
def test_interactions_multiply_the_lower_channel_alone(first, second, tv, video):
    helps = [{"upper": upper, "lower": "c2", "strength": s} for upper, s in (("c0", first), ("c1", second))]
    spend = [[tv, video, 800.0]]
    helped, alone = play(market({}, {}, {}, interactions=helps), spend), play(market({}, {}, {}), spend)
    lift = (1 + first * alone.saturation[..., 0]) * (1 + second * alone.saturation[..., 1])
    np.testing.assert_allclose(helped.incremental[..., 2], alone.incremental[..., 2] * lift, rtol=1e-12)
    np.testing.assert_array_equal(helped.incremental[..., :2], alone.incremental[..., :2])


@given(st.floats(0.05, 3), st.floats(0, 0.95))
@FEW
def test_a_creative_wears_out_towards_its_limit_and_a_refresh_makes_it_new(strength, memory):
    spec, spend = market({"fatigue": {"strength": strength, "memory": memory}}), np.full((40, 1), 1_000.0)
    fresh = play(market({}), spend).incremental
    refresh = np.zeros((1, 40, 1), dtype=bool)
    refresh[0, 20] = True
    left = (play(spec, spend, refresh=refresh).incremental / fresh)[0, :, 0, 0]
    worn = 1 - memory ** np.arange(1, 21)
    np.testing.assert_allclose(left[:20], np.exp(-strength * worn), rtol=1e-9)
    np.testing.assert_allclose(left[20:], left[:20], rtol=1e-9)
    never = (play(spec, spend).incremental / fresh)[0, :, 0, 0]
    np.testing.assert_allclose(never, np.exp(-strength * (1 - memory ** np.arange(1, 41))), rtol=1e-9)


def test_a_creative_that_rests_recovers():
    spend = np.full((30, 1), 1_000.0)
    spend[10:20] = 0.0
    found = play(market({"fatigue": {"strength": 1.0, "memory": 0.5}}), spend).incremental[0, :, 0, 0]
    assert found[20] == pytest.approx(found[0], rel=1e-3)
    assert found[9] < 0.7 * found[0]


@given(SHARES, st.floats(0, 0.8))
@FEW
def test_delayed_conversions_come_to_the_same_total_and_never_early(delay, retention):
    spend = np.zeros((40, 2))
    spend[:20] = 900.0
    late = play(market({"delay": delay, "retention": retention}, {}), spend)
    now = play(market({"retention": retention}, {}), spend)
    assert late.incremental[..., 0].sum() == pytest.approx(now.incremental[..., 0].sum(), rel=1e-9)
    np.testing.assert_allclose(late.incremental[..., 1], now.incremental[..., 1], rtol=1e-12)
    ahead = np.cumsum(now.incremental[0, :, 0, 0]) - np.cumsum(late.incremental[0, :, 0, 0])
    assert ahead.min() >= -1e-6


def test_a_delay_is_the_stated_distribution():
    now = play(market({}), pulse(10, 2)).incremental.sum()
    found = play(market({"delay": [0.2, 0.5, 0.3]}), pulse(10, 2)).incremental[0, :, 0, 0]
    np.testing.assert_allclose(found[2:6], now * np.array([0.2, 0.5, 0.3, 0.0]), rtol=1e-12)


@given(st.integers(1, 9), SHARES, st.floats(0.1, 0.9))
@FEW
def test_a_window_counts_the_weeks_from_the_exposure_to_the_purchase(window, delay, retention):
    channel = {"window": window, "delay": delay, "retention": retention}
    flows = play(market(channel, carryover_weeks=6), pulse(30, 4))
    claimed, caused = flows.claimed[0, :, 0, 0], flows.incremental[0, :, 0, 0]
    np.testing.assert_allclose(claimed[4 : 4 + window], caused[4 : 4 + window], rtol=1e-9)
    assert claimed[4 + window :].sum() == 0.0


def test_a_window_of_a_steady_campaign_credits_the_share_of_exposures_within_it():
    spec = market({"window": 2, "retention": 0.5}, carryover_weeks=4)
    flows = play(spec, np.full((20, 1), 700.0))
    within = carryover_kernel(spec)[:2, 0].sum()
    np.testing.assert_allclose(flows.claimed[0, 10:] / flows.incremental[0, 10:], within, rtol=1e-12)


@given(st.floats(0, 3), st.floats(0, 0.5), st.floats(0, 0.9))
@FEW
def test_platforms_claim_whatever_others_claim_of_the_same_sales(credit, poaching, loss):
    given_both = {"credit": credit, "poaching": poaching}
    spec, spend = market(given_both, given_both, tracking_loss=loss), np.full((12, 2), 1_500.0)
    both, alone = play(spec, spend), play(spec, spend * np.array([1.0, 0.0]))
    np.testing.assert_allclose(both.claimed[..., 0], alone.claimed[..., 0], rtol=1e-12)
    poached = poaching * both.baseline[..., None] * both.saturation
    np.testing.assert_allclose(both.claimed, (1 - loss) * (credit * both.incremental + poached), rtol=1e-12)


def test_claims_of_honest_platforms_that_lose_nothing_add_up_to_what_media_caused():
    flows = play(market({"retention": 0.5}, {"delay": [0.5, 0.5]}), np.full((12, 2), 1_500.0))
    np.testing.assert_allclose(flows.claimed, flows.incremental, rtol=1e-12)


@given(st.integers(2, 30), st.floats(0, 2), st.integers(0, 1_000))
@FEW
def test_regions_without_demand_of_their_own_add_up_to_the_national_market(everything, count, spread, seed):
    national = everything(1)
    regional = everything(2, geos={"count": count, "concentration": spread})
    spend = np.random.default_rng(seed).uniform(0, 40_000, (25, 4))
    one, many = play(national, spend, seed), play(regional, spend, seed)
    for name in ("spend", "exposure", "incremental", "claimed", "baseline"):
        np.testing.assert_allclose(
            getattr(many, name).sum(axis=2), getattr(one, name).sum(axis=2), rtol=1e-9, atol=1e-9
        )
