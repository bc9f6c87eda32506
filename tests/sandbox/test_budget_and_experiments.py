"""What may be spent, what is delivered, and geo experiments: bounds, pacing, lead times, violations, fees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.play import MarketPlay

FEW = settings(max_examples=12, deadline=None)
DESIGN = ExperimentDesign("tv", (1, 3), 3)


def free(everything, regions=1, **changes):
    """Every mechanism on, but searches enough for any budget, so that what is delivered is spent."""
    spec = everything(regions, **changes)
    roomy = spec.channels[0].search.model_copy(update={"volume": 1e7})
    channels = (spec.channels[0].model_copy(update={"search": roomy}), *spec.channels[1:])
    return spec.model_copy(update={"channels": channels})


def decide(play, spend=None, **given):
    """A week with the same budgets in every world, the incumbent's when none are given."""
    budgets = play.incumbent if spend is None else np.asarray(spend, dtype=np.float64)
    return play.step(Decision(np.broadcast_to(budgets, play.incumbent.shape).copy(), **given))


@given(
    st.lists(st.floats(-20_000, 120_000), min_size=4, max_size=4),
    st.floats(30_000, 150_000),
    st.floats(0, 6_000),
    st.floats(10_000, 60_000),
)
@FEW
def test_bounds_are_kept_and_every_breach_counts(everything, asked, cap, least, most):
    spec = free(everything, budget={"cap": cap, "minimum": {"tv": least}, "maximum": {"social": most}})
    play = MarketPlay(spec, [1, 2], 2)
    report, _ = decide(play, asked)
    spent = report.spend[:, 0]
    assert (spent.sum(axis=1) <= cap * (1 + 1e-9)).all()
    assert (spent[:, 2] >= least - 1e-6).all()
    assert (spent[:, 1] <= most + 1e-6).all()
    assert (spent >= -1e-9).all()
    within = np.clip(asked, [0, 0, least, 0], [np.inf, most, np.inf, np.inf])
    if np.abs(within - asked).max() > 1e-3 or within.sum() > cap + 1e-3:
        assert play.score.violations.tolist() == [1, 1]
    elif np.array_equal(within, asked) and within.sum() <= cap:
        assert play.score.violations.tolist() == [0, 0]
        np.testing.assert_allclose(spent, np.tile(asked, (2, 1)), rtol=1e-9, atol=1e-6)


def test_without_bounds_money_is_spent_as_asked(everything):
    play = MarketPlay(free(everything), [1], 2)
    report, _ = decide(play, [1e6, 0, 5e5, 3])
    np.testing.assert_allclose(report.spend[0, 0], [1e6, 0, 5e5, 3], rtol=1e-12)
    assert play.score.violations.tolist() == [0]


def test_what_is_no_number_counts_and_leaves_the_budget_of_the_week_before(everything):
    play = MarketPlay(free(everything), [1, 2], 3)
    decide(play, [1_000, 2_000, 3_000, 4_000])
    spend = np.tile([5_000.0, 2_000.0, 3_000.0, 4_000.0], (2, 1))
    spend[1, 0] = np.nan
    report, _ = decide(play, spend)
    np.testing.assert_allclose(report.spend[:, 0, 0], [5_000, 1_000], rtol=1e-12)
    assert play.score.violations.tolist() == [0, 1]


def test_a_bid_that_is_no_number_is_the_incumbents(everything):
    plays = [MarketPlay(everything(), [1], 2) for _ in range(2)]
    (a, _), (b, _) = (
        decide(play, bids=bids) for play, bids in zip(plays, (None, np.full((1, 4), np.nan)), strict=True)
    )
    np.testing.assert_array_equal(a.revenue, b.revenue)
    assert np.isfinite(a.revenue).all()


@given(st.floats(0.05, 1.0))
@FEW
def test_pacing_lets_budgets_grow_step_by_step_and_fall_at_once(everything, pacing):
    play = MarketPlay(free(everything, budget={"pacing": pacing}), [3], 12)
    before = play.incumbent[0]
    for _ in range(8):
        report, _ = decide(play, [1e7] * 4)
        np.testing.assert_allclose(report.spend[0, 0], before * (1 + pacing), rtol=1e-9)
        before = report.spend[0, 0]
    report, _ = decide(play, [0.0] * 4)
    assert report.spend.sum() == 0.0
    report, _ = decide(play, [1e7] * 4)
    foothold = 0.05 * np.array([c.mean_spend for c in play.spec.channels])
    np.testing.assert_allclose(report.spend[0, 0], foothold * (1 + pacing), rtol=1e-9)
    assert play.score.violations.tolist() == [0]


@given(st.integers(0, 4), st.integers(0, 4))
@FEW
def test_a_new_budget_takes_effect_after_its_lead_and_the_old_one_until_then(everything, tv, video):
    play = MarketPlay(free(everything, budget={"lead_weeks": {"tv": tv, "video": video}}), [1], 10)
    old = play.incumbent[0]
    asked = np.array([[1_000.0 * (week + 1) + c for c in range(4)] for week in range(10)])
    spent = np.array([decide(play, row)[0].spend[0, 0] for row in asked])
    for c, lead in enumerate((0, 0, tv, video)):
        np.testing.assert_allclose(spent[:lead, c], old[c], rtol=1e-9)
        np.testing.assert_allclose(spent[lead:, c], asked[: 10 - lead, c], rtol=1e-9)


def test_whoever_abstains_leaves_the_incumbents_budgets_and_breaks_nothing(everything):
    play = MarketPlay(free(everything, budget={"cap": 20_000}), [1, 2], 2)
    report, _ = decide(play, [0.0] * 4, abstains=np.array([True, False]))
    assert play.incumbent[0].sum() > 20_000
    assert report.spend[0].sum() == pytest.approx(20_000)
    assert report.spend[1].sum() == 0.0
    assert play.score.violations.tolist() == [0, 0]
    assert play.abstained.tolist() == [True, False]


def pair(everything, designs, weeks=8, **changes):
    """Two plays on the same seeds and their reports, without and with experiments that begin in the weeks named."""
    spec = free(everything, 5, **changes)
    plays = [MarketPlay(spec, [1, 2], weeks) for _ in range(2)]
    seen = [
        [decide(play, experiments=begun.get(week, {}))[0] for week in range(weeks)]
        for play, begun in zip(plays, ({}, designs), strict=True)
    ]
    return plays, *seen


@given(
    st.sampled_from(["search", "social", "tv", "video"]), st.sampled_from([0.0, 0.4, 1.7]), st.integers(2, 4)
)
@FEW
def test_an_experiment_changes_its_regions_channel_weeks_and_world_alone(everything, channel, factor, weeks):
    design = ExperimentDesign(channel, (1, 3), weeks, factor)
    plays, plain, tested = pair(everything, {2: {1: design}}, experiments={"fee": 700})
    c = plays[0].spec.names.index(channel)
    for week, (a, b) in enumerate(zip(plain, tested, strict=True)):
        np.testing.assert_array_equal(a.region_spend[0], b.region_spend[0])
        np.testing.assert_array_equal(a.region_revenue[0], b.region_revenue[0])
        expected = a.region_spend.copy()
        if 2 <= week < 2 + weeks:
            expected[1, 0, [1, 3], c] *= factor
        np.testing.assert_allclose(b.region_spend, expected, rtol=1e-12)
    assert plays[1].score.fees.tolist() == [0, 700]
    assert plays[1].score.violations.tolist() == [0, 0]


def test_other_regions_sell_the_same_where_no_rival_reacts(everything):
    _, plain, tested = pair(everything, {2: {1: DESIGN}}, rival=None)
    for week, (a, b) in enumerate(zip(plain, tested, strict=True)):
        np.testing.assert_array_equal(a.region_revenue[1][:, [0, 2, 4]], b.region_revenue[1][:, [0, 2, 4]])
        assert np.array_equal(a.region_revenue[1], b.region_revenue[1]) == (week < 2)


def test_a_reading_holds_what_the_weeks_before_and_in_it_showed(everything):
    plays, _, tested = pair(everything, {2: {1: DESIGN}})
    assert [bool(report.readings) for report in tested] == [False] * 4 + [True] + [False] * 3
    (reading,) = tested[4].readings[1]
    assert reading.first_week == plays[0].spec.weeks + 2
    assert reading.before == 8
    assert reading.treated.tolist() == [False, True, False, True, False]
    np.testing.assert_array_equal(reading.revenue[8:], [r.region_revenue[1, 0] for r in tested[2:5]])
    np.testing.assert_array_equal(reading.spend[8:], [r.region_spend[1, 0, :, 2] for r in tested[2:5]])
    np.testing.assert_array_equal(reading.revenue[:6], plays[1].history.region_revenue[1, -6:])
    assert (reading.spend[8:, [1, 3]] == 0).all()


@pytest.mark.parametrize(
    "design",
    [
        ExperimentDesign("radio", (1,), 3),
        ExperimentDesign("tv", (), 3),
        ExperimentDesign("tv", (1, 1), 3),
        ExperimentDesign("tv", (5,), 3),
        ExperimentDesign("tv", (-1,), 3),
        ExperimentDesign("tv", (0, 1, 2, 3, 4), 3),
        ExperimentDesign("tv", (0, 1, 2), 3),
        ExperimentDesign("tv", (1,), 1),
        ExperimentDesign("tv", (1,), 14),
        ExperimentDesign("tv", (1,), 2.5),  # pyright: ignore[reportArgumentType]
        ExperimentDesign("tv", (1,), 7),
        ExperimentDesign("tv", (1,), 3, 1.0),
        ExperimentDesign("tv", (1,), 3, -0.5),
        ExperimentDesign("tv", (1,), 3, float("nan")),
    ],
    ids=lambda d: f"{d.channel} {d.regions} {d.weeks} {d.factor}",
)
def test_an_experiment_that_cannot_be_run_counts_and_changes_nothing(everything, design):
    plays, plain, tested = pair(everything, {2: {0: design}}, experiments={"fee": 700})
    for a, b in zip(plain, tested, strict=True):
        np.testing.assert_array_equal(a.region_revenue, b.region_revenue)
        assert not b.readings
    assert plays[1].score.violations.tolist() == [1, 0]
    assert plays[1].score.fees.tolist() == [0, 0]


def test_two_experiments_on_one_channel_at_a_time_are_one_too_many(everything):
    other = ExperimentDesign("tv", (2,), 2)
    plays, _, tested = pair(everything, {1: {0: DESIGN}, 2: {0: other}, 4: {0: other}})
    assert plays[1].score.violations.tolist() == [1, 0]
    assert [len(r.readings.get(0, ())) for r in tested] == [0, 0, 0, 1, 0, 1, 0, 0]


@given(st.floats(1.5, 5.0), st.booleans())
@FEW
def test_an_experiment_lifts_no_budget_beyond_its_bound(everything, factor, by_cap):
    budget = {"cap": 80_000} if by_cap else {"maximum": {"tv": 30_000}}
    spec = free(everything, 5, budget=budget)
    play = MarketPlay(spec, [1], 4)
    design = ExperimentDesign("tv", (1, 3), 3, factor)
    report, _ = decide(play, [20_000, 20_000, 30_000, 10_000], experiments={0: design})
    spent = report.region_spend[0, 0]
    assert (spent.sum() / 80_000 if by_cap else spent[:, 2].sum() / 30_000) == pytest.approx(1.0)
    assert play.score.violations.tolist() == [1]
    per_head = spent[:, 2] / spec.geo_weights
    assert per_head[1] / per_head[0] == pytest.approx(factor)


def test_an_experiment_within_the_bounds_is_no_violation(everything):
    play = MarketPlay(free(everything, 5, budget={"cap": 80_000}), [1], 4)
    decide(play, [10_000] * 4, experiments={0: ExperimentDesign("tv", (1, 3), 3, 2.0)})
    assert play.score.violations.tolist() == [0]


def test_profit_is_margin_less_spend_fees_and_creatives(everything):
    play = MarketPlay(free(everything, 5, experiments={"fee": 900}), [1, 2], 3)
    refresh = np.array([[False, True, False, False], [False] * 4])
    report, profit = decide(play, refresh=refresh, experiments={1: ExperimentDesign("tv", (1,), 2)})
    expected = 0.6 * report.revenue[:, 0] - report.spend[:, 0].sum(axis=1) - [4_000, 900]
    np.testing.assert_allclose(profit, expected, rtol=1e-12)


def test_a_market_that_is_over_or_a_decision_of_the_wrong_shape_is_refused(everything):
    play = MarketPlay(everything(), [1], 1)
    with pytest.raises(ArgumentError, match="shape"):
        play.step(Decision(np.zeros((2, 4))))
    decide(play)
    with pytest.raises(ArgumentError, match="over"):
        decide(play)
    with pytest.raises(ArgumentError, match="horizon"):
        MarketPlay(everything(), [1], 0)
