"""A week at a time is all weeks at once; one world alone is that world among others."""

import numpy as np
import pytest

from liftos_agents.sandbox import sales
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.mechanisms import BreakSpec, ExperimentSpec, RivalSpec
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.spec import MarketSpec, NoiseSpec

NAMES = ("tv", "video", "social", "display", "search", "radio", "print", "cinema", "podcast")
WEEKS = 14
SCHEDULED = RivalSpec(kind="scheduled", weeks=((50, 62), (65, 70)), price=0.3, steal=0.1)


@pytest.fixture(scope="module")
def full_market():
    """A maker of markets with every mechanism on, tight budgets included."""

    def make(regions: int, channels: int = 6, **changes) -> MarketSpec:
        return MarketSpec.model_validate(
            {
                "channels": [_channel(n, name) for n, name in enumerate(NAMES[:channels])],
                "weeks": 40,
                "weeks_before": 5,
                "margin": 0.6,
                "demand": {"holiday": 0.1},
                "promotions": {"share": 0.1},
                "noise": {"kind": "negative_binomial", "level": 0.05},
                "tracking_loss": 0.1,
                "interactions": [{"upper": "tv", "lower": "search", "strength": 0.3}][: channels > 4],
                "rival": {"kind": "reactive", "price": 0.2, "steal": 0.05},
                "breaks": [
                    {"what": "effect", "value": 0.7, "week": 41, "spread": 10, "channel": "tv"},
                    {"what": "tracking", "value": 0.3, "week": 45},
                ],
                "geos": {"count": regions, "volatility": 0.1 if regions > 1 else 0.0},
                "budget": {
                    "cap": 60_000.0 * channels,
                    "minimum": {"tv": 2_000.0},
                    "maximum": {NAMES[channels - 1]: 70_000.0},
                    "pacing": 0.8,
                    "lead_weeks": {"tv": 2, NAMES[channels - 1]: 1},
                },
                "experiments": {"fee": 500.0},
                **changes,
            }
        )

    return make


def _channel(number: int, name: str) -> dict:
    auction = {"pressure": 0.3, "demand": 0.5 * (number % 3)}
    return {
        "name": name,
        "mean_spend": 10_000 * (number + 1),
        "effect": 40_000,
        "half_saturation": 10_000 * (number + 1),
        "slope": 1.0 + 0.2 * number,
        "retention": 0.4,
        "confounding": 0.5,
        "credit": 1.1,
        "poaching": 0.05,
        "carryover": "delayed" if name == "tv" else "geometric",
        "peak": int(name == "tv"),
        "delay": [0.6, 0.3, 0.1] if number % 2 else [1.0],
        "window": None if name == "radio" else 2,
        "search": {"volume": 60_000} if name == "search" else None,
        "auction": None if name in ("search", "display") else auction,
        "fatigue": {"strength": 0.2, "refresh_cost": 2_000},
    }


def _same(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-9)


def _decisions(spec: MarketSpec, play: MarketPlay, chance: np.random.Generator) -> list[Decision]:
    """Budgets of every kind: nothing, far too much, not a number; bids outside their range, new creatives, experiments."""
    shape = play.incumbent.shape
    found = []
    for week in range(WEEKS):
        spend = play.incumbent * chance.uniform(0.0, 2.0, shape)
        spend[chance.random(shape) < 0.15] = 0.0
        spend[chance.random(shape) < 0.02] = np.nan
        spend[:, 0] = 0.0 if 4 <= week < 6 else spend[:, 0]
        experiments = {}
        if spec.geos.count > 1 and week in (1, 4):
            factor = 0.0 if week == 1 else 3.0
            design = ExperimentDesign(spec.names[week % len(spec.names)], (1, 3), 4, factor)
            experiments = dict.fromkeys(range(0, shape[0], 2), design)
        found.append(
            Decision(
                spend,
                bids=chance.uniform(-0.2, 2.5, shape) if week % 3 else None,
                refresh=chance.random(shape) < 0.2 if week % 2 else None,
                experiments=experiments,
            )
        )
    return found


def _markets(full):
    return {
        "everything": full(1),
        "everything by region": full(9),
        "logistic, media follow demand, scheduled rival": full(
            3, saturation="logistic", media_follows_demand=True, rival=SCHEDULED
        ),
        "dearer media, normal noise": full(
            2,
            noise=NoiseSpec(kind="normal", level=0.1),
            breaks=(BreakSpec(what="price", value=1.4, week=42, spread=12),),
        ),
        "small counts": full(1, noise=NoiseSpec(kind="negative_binomial", level=0.2, order_value=9_000.0)),
        "one channel": full(1, channels=1),
        "nine channels in nine regions": full(9, channels=9),
    }


@pytest.fixture(params=range(7))
def market(request, full_market):
    return list(_markets(full_market).values())[request.param]


def test_a_week_at_a_time_is_all_weeks_at_once(market):
    play = MarketPlay(market, range(5), WEEKS, keep=True)
    reports = [play.step(d)[0] for d in _decisions(market, play, np.random.default_rng(1))]
    shown = reports[0]
    for later in reports[1:]:
        shown = shown.then(later)
    budgets, kept = play.kept.budgets, play.kept
    fading = play.fading
    spend = np.concatenate([budgets, np.zeros((5, fading, *budgets.shape[2:]))], axis=1)
    usual = play.incumbent_bids
    bids = np.concatenate([kept.bids(usual), np.broadcast_to(usual, (5, fading, len(usual)))], axis=1)
    refresh = np.concatenate([kept.refresh, np.zeros((5, fading, len(usual)), dtype=bool)], axis=1)
    tape = play.tape(0, WEEKS + fading)
    flows, _ = play.response.respond(tape, spend, bids=bids, refresh=refresh, carry=kept.start)
    revenue = sales.draw(market, flows.expected, tape.luck)[:, :WEEKS]
    _same(shown.region_spend, flows.spend[:, :WEEKS])
    _same(shown.spend, flows.spend[:, :WEEKS].sum(axis=2))
    exposure = np.array([1000.0 / c.cost_per_mille for c in market.channels]) * flows.exposure.sum(axis=2)
    _same(shown.impressions, exposure[:, :WEEKS])
    _same(shown.claimed, flows.claimed[:, :WEEKS].sum(axis=2))
    _same(shown.region_revenue, revenue)
    _same(shown.revenue, revenue.sum(axis=2))
    np.testing.assert_array_equal(shown.search_interest, tape.proxy[:, :WEEKS])
    np.testing.assert_array_equal(shown.price_index, tape.price[:, :WEEKS])
    np.testing.assert_array_equal(shown.weeks, market.weeks + np.arange(WEEKS))
    coming = flows.incremental[:, WEEKS:].sum(axis=(1, 2, 3))
    if market.rival.kind == "reactive":
        coming += (flows.baseline - tape.baseline)[:, WEEKS:].sum(axis=(1, 2))
    costs = flows.spend.sum(axis=(1, 2, 3)) + play.score.fees
    expected = flows.expected[:, :WEEKS].sum(axis=(1, 2)) + coming
    _same(play.score.expected_profit, market.margin * expected - costs)
    _same(play.score.profit, market.margin * (revenue.sum(axis=(1, 2)) + coming) - costs)
    assert play.score.violations.sum() > 0


def test_one_world_alone_is_that_world_among_others_bit_for_bit(market):
    many = MarketPlay(market, range(40, 47), WEEKS)
    decisions = _decisions(market, many, np.random.default_rng(2))
    alone = MarketPlay(market, [44], WEEKS)
    np.testing.assert_array_equal(alone.history.claimed[0], many.history.claimed[4])
    for decision in decisions:
        among, profits = many.step(decision)
        own = Decision(
            decision.spend[4:5],
            bids=None if decision.bids is None else decision.bids[4:5],
            refresh=None if decision.refresh is None else decision.refresh[4:5],
            experiments={0: decision.experiments[4]} if 4 in decision.experiments else {},
        )
        seen, profit = alone.step(own)
        assert profit[0] == profits[4]
        for name in ("spend", "impressions", "claimed", "revenue", "region_revenue", "region_spend"):
            np.testing.assert_array_equal(getattr(seen, name)[0], getattr(among, name)[4])
        assert seen.readings.keys() == ({0} if 4 in among.readings else set())
    assert alone.score.expected_profit[0] == many.score.expected_profit[4]
    assert alone.score.violations[0] == many.score.violations[4]


def test_an_experiment_elsewhere_changes_nothing_here(full_market):
    market = full_market(9)
    quiet, busy = MarketPlay(market, [7, 8, 9], 6), MarketPlay(market, [7, 8, 9], 6)
    design = ExperimentDesign("video", (1, 3), 4)
    for week in range(6):
        seen, profits = quiet.step(Decision(quiet.incumbent * 1.3))
        experiments = {1: design} if week == 1 else None
        beside, others = busy.step(Decision(busy.incumbent * 1.3, experiments=experiments))
        np.testing.assert_array_equal(seen.region_revenue[::2], beside.region_revenue[::2])
        np.testing.assert_array_equal(seen.claimed[::2], beside.claimed[::2])
        np.testing.assert_array_equal(profits[::2], others[::2])
    assert profits[1] != others[1]


def test_blocks_of_worlds_make_no_difference(full_market):
    market = full_market(60)
    many = MarketPlay(market, range(200), 2)
    assert len(many._blocks) > 2
    few = MarketPlay(market, [198, 199], 2)
    for _ in range(2):
        seen, _ = many.step(Decision(many.incumbent))
        own, _ = few.step(Decision(few.incumbent))
        np.testing.assert_array_equal(own.region_revenue, seen.region_revenue[198:])
    np.testing.assert_array_equal(few.score.profit, many.score.profit[198:])


def test_numpy_buffers_as_before_once_a_week_is_played(full_market):
    play = MarketPlay(full_market(20), range(32), 1)
    assert not play._blocks[0][1].small
    size = np.getbufsize()
    play.step(Decision(play.incumbent))
    assert np.getbufsize() == size > 16


def test_other_worlds_of_the_same_market_are_a_new_play(full_market):
    market = full_market(1)
    used = MarketPlay(market, [1], 3)
    used.step(Decision(used.incumbent * 1.5))
    again, new = used.again([2]), MarketPlay(market, [2], 3)
    assert again.week == 0
    assert used.week == 1
    for _ in range(3):
        assert again.step(Decision(again.incumbent))[1] == new.step(Decision(new.incumbent))[1]


def test_an_experiment_shows_the_weeks_before_it_and_its_own(full_market):
    market = full_market(9, experiments=ExperimentSpec(most_weeks=5))
    play = MarketPlay(market, [3], 8)
    seen = play.history
    design = ExperimentDesign("display", (1, 4), 4)
    for week in range(8):
        report, _ = play.step(Decision(play.incumbent, experiments={0: design} if week == 2 else None))
        seen = seen.then(report)
        if report.readings:
            assert week == 5
            reading = report.readings[0][0]
            np.testing.assert_array_equal(reading.revenue, seen.region_revenue[0, -12:])
            np.testing.assert_array_equal(reading.spend, seen.region_spend[0, -12:, :, 3])
            assert (reading.before, reading.first_week) == (8, market.weeks + 2)
            assert reading.spend[8:, [1, 4]].sum() == 0.0
            break
    else:
        raise AssertionError("no reading")
