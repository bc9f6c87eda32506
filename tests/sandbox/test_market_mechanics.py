"""What happens around media, mechanism by mechanism: auctions, bids, rivals, breaks, tracking, demand, noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.sandbox import MarketSpec, sales, simulate, simulate_many
from liftos_agents.sandbox.response import Response
from liftos_agents.sandbox.tape import record

FEW = settings(max_examples=15, deadline=None)
SEEDS = st.integers(0, 2**40)


def market(channel=None, **changes):
    """One channel in a market where nothing else happens."""
    plain = {"name": "tv", "mean_spend": 1_000, "effect": 5_000, "half_saturation": 1_000}
    quiet = {"demand": {"volatility": 0, "season": 0}, "noise": {"level": 0}}
    return MarketSpec.model_validate({"channels": [{**plain, **(channel or {})}], **quiet, **changes})


def play(spec, spend, seed=0, **given):
    """The tape and the flows of one world, spend (W,)."""
    regional = np.asarray(spend, dtype=np.float64)[None, :, None, None] * spec.geo_weights[:, None]
    tape = record(spec, np.array([seed]), len(spend))
    return tape, Response(spec).respond(tape, regional, **given)[0]


@given(st.floats(0, 1.5), st.floats(0, 3), st.floats(1, 5_000), SEEDS)
@FEW
def test_an_auction_costs_what_its_equation_says(pressure, elasticity, spend, seed):
    auction = {"pressure": pressure, "demand": elasticity, "reference": 400}
    spec = market({"auction": auction}, demand={"volatility": 0.4, "season": 0.2})
    tape, flows = play(spec, np.full(20, spend), seed)
    price = tape.demand**elasticity * (1 + spend / 400) ** pressure
    np.testing.assert_allclose(flows.exposure[..., 0] * price, spend, rtol=1e-9)
    np.testing.assert_array_equal(flows.spend, np.full_like(flows.spend, spend))


def test_own_spend_in_an_auction_buys_ever_less_but_never_less_in_all():
    _, flows = play(market({"auction": {"pressure": 0.6}}), np.linspace(0, 20_000, 200))
    bought = flows.exposure[0, :, 0, 0]
    assert (np.diff(bought) > 0).all()
    assert (np.diff(bought, 2) < 1e-9).all()


@given(st.floats(0, 5_000), st.floats(0, 4), st.floats(50, 3_000), SEEDS)
@FEW
def test_search_spends_neither_beyond_its_budget_nor_beyond_the_searches_on_offer(budget, bid, volume, seed):
    search = {"volume": volume, "floor": 0.3, "ceiling": 2.5}
    spec = market({"search": search}, demand={"volatility": 0.4}, geos={"count": 4})
    tape, flows = play(spec, np.full(30, budget), seed, bids=np.full((1, 30, 1), bid))
    offered = volume * spec.geo_weights * tape.demand * np.clip((bid - 0.3) / 2.2, 0, 1)
    assert (flows.spend.sum(axis=(2, 3)) <= budget * (1 + 1e-12)).all()
    assert (flows.exposure[..., 0] <= offered * (1 + 1e-12)).all()
    np.testing.assert_allclose(flows.spend, flows.exposure * bid, rtol=1e-9, atol=1e-9)
    short = flows.spend[..., 0] < budget * spec.geo_weights * (1 - 1e-9)
    np.testing.assert_allclose(flows.exposure[..., 0][short], offered[short], rtol=1e-9, atol=1e-9)


def test_a_bid_at_the_floor_buys_nothing_and_one_above_the_ceiling_only_pays_more():
    spec = market({"search": {"volume": 800}})
    none, top, over = (
        play(spec, np.full(3, 1e6), bids=np.full((1, 3, 1), bid))[1] for bid in (0.2, 2.0, 4.0)
    )
    assert none.spend.sum() == none.incremental.sum() == 0.0
    np.testing.assert_array_equal(top.exposure, over.exposure)
    np.testing.assert_allclose(over.spend, 2 * top.spend)


def test_a_scheduled_rival_acts_in_its_weeks_alone():
    spec = market(rival={"weeks": [[3, 5], [8, 8]], "pressure": 0.5, "price": 0.4, "steal": 0.2})
    _, flows = play(spec, np.full(12, 900.0))
    on = np.isin(np.arange(12), [3, 4, 5, 8])
    np.testing.assert_allclose(flows.exposure[0, :, 0, 0], np.where(on, 900 / 1.2, 900.0), rtol=1e-12)
    np.testing.assert_allclose(flows.baseline[0, :, 0], 500_000 * np.where(on, np.exp(-0.1), 1.0), rtol=1e-12)


@given(st.floats(0.1, 2), st.floats(0, 0.9))
@FEW
def test_a_reactive_rival_answers_the_week_before_and_calms_down(reaction, memory):
    spec = market(rival={"kind": "reactive", "reaction": reaction, "memory": memory, "steal": 1.0})
    spend = np.full(20, 1_000.0)
    spend[6] = 1_500.0
    _, flows = play(spec, spend)
    pressure = -np.log(flows.baseline[0, :, 0] / 500_000)
    np.testing.assert_allclose(pressure[:7], 0.0, atol=1e-12)
    expected = (1 - memory) * reaction * 0.5 * memory ** np.arange(13.0)
    np.testing.assert_allclose(pressure[7:], expected, rtol=1e-7, atol=1e-12)


def test_a_rival_is_not_provoked_by_less_than_it_takes_for_granted():
    spec = market(rival={"kind": "reactive", "steal": 1.0, "price": 1.0, "reference": 2_000})
    _, flows = play(spec, np.full(20, 1_999.0))
    np.testing.assert_allclose(flows.baseline, 500_000)
    np.testing.assert_array_equal(flows.exposure, flows.spend)


@given(st.integers(0, 20), st.integers(1, 12))
@FEW
def test_a_break_happens_once_at_one_date_of_its_range_for_each_seed(week, spread):
    spec = market(breaks=[{"what": "effect", "value": 0.25, "week": week, "spread": spread}])
    effect = record(spec, np.arange(300), 40).effect
    assert set(np.unique(effect)) == {0.25, 1.0} or week == 0
    after = effect[:, :, 0] == 0.25
    assert (np.diff(after.astype(int), axis=1) >= 0).all()
    dates = after.argmax(axis=1)
    assert dates.min() == week
    assert dates.max() == week + spread - 1
    assert np.bincount(dates - week, minlength=spread).min() > 300 / spread - 5 * np.sqrt(300 / spread)


@pytest.mark.parametrize(
    ("what", "touched", "spared"),
    [
        ("effect", {"incremental", "claimed"}, {"spend", "exposure", "baseline"}),
        ("base", {"baseline", "claimed"}, {"spend", "exposure", "incremental"}),
        ("price", {"exposure", "incremental", "claimed"}, {"baseline"}),
        ("tracking", {"claimed"}, {"spend", "exposure", "incremental", "baseline"}),
    ],
)
def test_a_break_changes_what_it_names_from_its_date_on_and_nothing_else(everything, what, touched, spared):
    whole = everything(rival=None, breaks=[])
    broken = everything(rival=None, breaks=[{"what": what, "value": 0.5, "week": 10}])
    before, after = simulate_many(whole, [1]), simulate_many(broken, [1])
    date = whole.weeks_before + 10
    for name in touched | spared:
        np.testing.assert_array_equal(getattr(before, name)[:, :date], getattr(after, name)[:, :date])
    for name in spared:
        np.testing.assert_allclose(getattr(before, name), getattr(after, name), rtol=1e-12)
    for name in touched:
        assert not np.allclose(getattr(before, name)[:, date:], getattr(after, name)[:, date:], rtol=1e-3)
    if what == "base":
        np.testing.assert_allclose(after.baseline[:, date:], 0.5 * before.baseline[:, date:], rtol=1e-12)


def test_tracking_jumps_to_its_new_loss_and_the_latest_jump_holds_in_any_order():
    jumps = [
        {"what": "tracking", "value": 0.6, "week": 20},
        {"what": "tracking", "value": 0.3, "week": 8},
    ]
    for order in (jumps, jumps[::-1]):
        _, flows = play(market(tracking_loss=0.1, breaks=order), np.full(30, 1_000.0))
        seen = (flows.claimed / flows.incremental)[0, :, 0, 0]
        weeks = np.arange(30)
        np.testing.assert_allclose(seen, np.where(weeks < 8, 0.9, np.where(weeks < 20, 0.7, 0.4)), rtol=1e-9)


@given(st.floats(0.05, 0.5))
@FEW
def test_demand_of_regions_is_their_own_with_mean_one(volatility):
    spec = market(
        geos={"count": 6, "volatility": volatility}, demand={"volatility": 0, "season": 0, "persistence": 0}
    )
    demand = record(spec, np.arange(400), 20).demand
    assert demand.mean() == pytest.approx(1.0, abs=4 * demand.std() / np.sqrt(demand.size))
    assert np.log(demand).std() == pytest.approx(volatility, rel=0.05)
    between = np.corrcoef(demand.reshape(-1, 6).T)
    assert np.abs(between[np.triu_indices(6, 1)]).max() < 0.06


def test_demand_is_an_autoregression_with_the_stated_persistence_and_spread():
    spec = market(demand={"volatility": 0.3, "persistence": 0.7, "season": 0})
    log = np.log(record(spec, np.arange(2_000), 40).national_demand)
    assert log.std() == pytest.approx(0.3, rel=0.03)
    assert np.corrcoef(log[:, :-1].ravel(), log[:, 1:].ravel())[0, 1] == pytest.approx(0.7, abs=0.02)
    assert np.exp(log).mean() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("kind", ["normal", "negative_binomial"])
@pytest.mark.parametrize("regions", [1, 5, 40])
def test_noise_has_the_stated_level_for_the_whole_market_and_no_bias(kind, regions):
    noise = {"kind": kind, "level": 0.1, "order_value": 20.0}
    spec = market(noise=noise, geos={"count": regions, "concentration": 0.8})
    tape = record(spec, np.arange(4_000), 10)
    revenue = sales.draw(spec, tape.baseline, tape.luck).sum(axis=2)
    level = np.sqrt(0.01 + (20.0 / 500_000 if kind == "negative_binomial" else 0.0))
    assert revenue.mean() == pytest.approx(500_000, abs=4 * 500_000 * level / np.sqrt(revenue.size))
    assert revenue.std() == pytest.approx(500_000 * level, rel=0.03)


@pytest.mark.parametrize("regions", [1, 30])
def test_sales_that_cannot_fall_below_zero_keep_their_mean(regions):
    spec = market(noise={"level": 0.6}, geos={"count": regions, "concentration": 0})
    tape = record(spec, np.arange(20_000), 10)
    revenue = sales.draw(spec, tape.baseline, tape.luck).sum(axis=2)
    assert revenue.min() >= 0.0
    assert revenue.mean() == pytest.approx(500_000, abs=4 * revenue.std() / np.sqrt(revenue.size))


def test_every_mechanism_is_off_by_default_and_revenue_is_then_base_and_media():
    world = simulate(market({"volatility": 0.0}), 3)
    np.testing.assert_allclose(world.batch.baseline, 500_000)
    np.testing.assert_allclose(world.revenue, 502_500, rtol=1e-12)
    np.testing.assert_allclose(world.claimed, 2_500, rtol=1e-12)
