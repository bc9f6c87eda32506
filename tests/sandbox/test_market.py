import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.sandbox import MarketSpec, scenarios, simulate, simulate_many
from liftos_agents.sandbox.spec import ChannelSpec

SEEDS = st.integers(0, 2**62)


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_a_world_is_a_function_of_its_seed(small, seed):
    spec = small(noise=0.05)
    again = simulate(MarketSpec.model_validate_json(spec.model_dump_json()), seed)
    pd.testing.assert_frame_equal(simulate(spec, seed).frame(), again.frame(), check_exact=True)
    assert not simulate(spec, seed + 1).frame()["revenue"].equals(again.frame()["revenue"])


@given(SEEDS, SEEDS)
@settings(max_examples=15, deadline=None)
def test_a_batch_holds_the_worlds_that_single_runs_make(first, second):
    spec = scenarios.load("shop")
    batch = simulate_many(spec, [first, second])
    assert len(batch) == 2
    assert batch.market(1).seed == second
    pd.testing.assert_frame_equal(batch.market(1).frame(), simulate(spec, second).frame(), check_exact=True)


@given(SEEDS, st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_the_past_does_not_depend_on_how_long_the_market_runs(small, seed, more):
    short, long = simulate(small(weeks=40), seed), simulate(small(weeks=40 + more), seed)
    np.testing.assert_array_equal(short.revenue, long.revenue[:40])
    np.testing.assert_array_equal(short.spend, long.spend[:40])


def test_the_shop_is_the_same_on_every_machine():
    table = simulate(scenarios.load("shop"), 7).frame().to_csv(index=False, lineterminator="\n")
    digest = hashlib.sha256(table.encode()).hexdigest()
    assert digest == "55cfc68de7ef81f8e52d6fb0d4b6614aab0faeaf819ce3ed7823086076ca0c2e", (
        "the simulator now makes another shop; if that is meant, raise the scenario's version and this hash"
    )


def test_spend_follows_demand_only_where_the_planner_is_confounded(small):
    seeds = range(60)
    plain, confounded = (simulate_many(small(confounding=phi, weeks=156), seeds) for phi in (0.0, 1.5))

    def correlation(batch):
        pairs = zip(batch.demand, batch.spend[:, :, 0], strict=True)
        return np.mean([np.corrcoef(np.log(d), np.log(s))[0, 1] for d, s in pairs])

    assert abs(correlation(plain)) < 0.05
    assert correlation(confounded) > 0.5
    np.testing.assert_array_equal(plain.demand, confounded.demand)


def test_spend_rises_with_demand_to_the_stated_power(small):
    plain, confounded = (simulate(small(confounding=phi), 3) for phi in (0.0, 1.5))
    ratio = confounded.spend / plain.spend
    np.testing.assert_allclose(ratio, np.repeat(plain.demand[:, None] ** 1.5, 3, axis=1), rtol=1e-12)


@given(SEEDS, st.floats(0.0, 0.9))
@settings(max_examples=20, deadline=None)
def test_carry_over_conserves_what_is_spent(seed, retention):
    """On the straight part of the curve, carried-over media bring in as much as media without carry-over."""
    parts = {"mean_spend": 1.0, "effect": 1e6, "half_saturation": 1e6, "volatility": 0.3}
    carried, plain = (
        simulate(
            MarketSpec(
                channels=(ChannelSpec(name="tv", retention=r, **parts),), weeks=40, saturation="logistic"
            ),
            seed,
        ).truth.channels["tv"]
        for r in (retention, 0.0)
    )
    assert carried.roas == pytest.approx(plain.roas, rel=1e-9)


@given(st.floats(1.1, 3.0), st.floats(0.0, 0.3))
@settings(max_examples=20, deadline=None)
def test_claims_pass_everything_that_media_caused_where_platforms_over_claim(small, credit, poaching):
    market = simulate(small(credit=credit, poaching=poaching), 1)
    claimed, caused = market.claimed.sum(), market.incremental.sum()
    assert claimed > caused * credit * (1 - 1e-12)
    assert claimed > caused


def test_claims_are_what_the_platform_equation_says(small):
    honest, lossy = simulate(small(), 1), simulate(small(tracking_loss=0.25, poaching=0.1), 1)
    np.testing.assert_allclose(honest.claimed, honest.incremental, rtol=1e-12)
    exposure = lossy.incremental / np.array([c.effect for c in lossy.spec.channels])
    baseline = lossy.batch.baseline[0]
    expected = 0.75 * (lossy.incremental + 0.1 * baseline[:, None] * exposure)
    np.testing.assert_allclose(lossy.claimed, expected, rtol=1e-12)


def test_platforms_of_the_confounded_world_claim_more_than_all_sales_caused_by_media():
    truth = simulate(scenarios.load("confounded"), 4).truth
    assert sum(c.claimed for c in truth.channels.values()) > 1.2 * truth.media


def test_without_noise_revenue_is_baseline_and_media(small):
    market = simulate(small(noise=0.0), 5)
    np.testing.assert_allclose(
        market.revenue, market.batch.baseline[0] + market.incremental.sum(axis=1), rtol=1e-12
    )


def test_both_curves_bring_half_the_effect_at_half_saturation():
    for saturation in ("hill", "logistic"):
        channel = ChannelSpec(name="tv", mean_spend=500, effect=80, half_saturation=500, volatility=0.0)
        market = simulate(MarketSpec(channels=(channel,), weeks=10, saturation=saturation), 0)
        np.testing.assert_allclose(market.incremental, 40.0, rtol=1e-9)


def test_media_that_follow_demand_scale_with_it(small):
    plain = small()
    scaled = plain.model_copy(update={"media_follows_demand": True})
    np.testing.assert_allclose(
        simulate(scaled, 2).incremental,
        simulate(plain, 2).incremental * simulate(plain, 2).demand[:, None],
        rtol=1e-12,
    )


def test_a_frame_is_what_a_user_would_have_and_says_that_it_is_simulated():
    market = simulate(scenarios.load("shop"), 1)
    frame = market.frame()
    assert len(frame) == 156
    assert frame["date"].iloc[0] == pd.Timestamp("2023-01-02")
    assert {"tv_spend", "tv_impressions", "tv_claimed_revenue", "search_interest", "events"} <= set(frame)
    assert frame.attrs["simulated"] is True
    assert frame.attrs["label"] == SIMULATED
    assert frame.notna().all().all()
    assert set(frame["events"]) == {"na", "black_friday", "christmas"}
    marked = frame.loc[frame["events"] == "black_friday", "date"].dt.date.astype(str).tolist()
    assert marked == ["2023-11-20", "2024-11-25", "2025-11-24"]


def test_weeks_before_the_window_carry_over_into_it(small):
    cold, warm = (simulate(small(weeks_before=b, retention=0.8), 1) for b in (0, 20))
    assert len(cold.revenue) == len(warm.revenue) == 60
    assert warm.incremental[0].sum() > cold.incremental[0].sum()
    np.testing.assert_allclose(warm.demand.shape, cold.demand.shape)


@pytest.mark.parametrize(
    "change",
    [
        {"start": "2023-01-03"},
        {"channels": []},
        {"weeks": 1},
        {"margin": 0},
        {"nonsense": 1},
    ],
)
def test_a_specification_that_makes_no_sense_is_refused(small, change):
    with pytest.raises(ValidationError):
        MarketSpec.model_validate({**small().model_dump(), **change})


def test_two_channels_of_one_name_are_refused(small):
    channel = small().channels[0]
    with pytest.raises(ValidationError, match="must differ"):
        MarketSpec(channels=(channel, channel))
