"""The truth of plain worlds, against what can be worked out on paper, to 1e-9."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.sandbox import MarketSpec, simulate

FEW = settings(max_examples=15, deadline=None)
EXACT = pytest.approx
STEP = 0.005
SPEND, EFFECT, HALF = st.floats(10, 1e5), st.floats(10, 1e6), st.floats(10, 1e5)


def channel(name="tv", **changes):
    return {
        "name": name,
        "mean_spend": 1_000,
        "effect": 5_000,
        "half_saturation": 2_000,
        "volatility": 0,
        **changes,
    }


def truth(*channels, weeks=26, **changes):
    """The truth of channels with the same spend every week in a market without demand, noise or anything else."""
    quiet = {"demand": {"volatility": 0, "season": 0}, "noise": {"level": 0}, "base_revenue": 90_000}
    return simulate(
        MarketSpec.model_validate({"channels": channels, "weeks": weeks, **quiet, **changes}), 1
    ).truth


@given(SPEND, EFFECT, HALF)
@FEW
def test_hill_with_slope_one(spend, effect, half):
    found = truth(channel(mean_spend=spend, effect=effect, half_saturation=half)).channels["tv"]
    assert found.roas == EXACT(effect / (half + spend), rel=1e-9)
    around = (half + spend * (1 + STEP)) * (half + spend * (1 - STEP))
    assert found.marginal_roas == EXACT(effect * half / around, rel=1e-9)
    assert found.contribution == EXACT(26 * effect * spend / (half + spend), rel=1e-9)


@pytest.mark.parametrize("saturation", ["hill", "logistic"])
@given(spend=SPEND, retention=st.floats(0, 0.9), delay=st.floats(0, 1))
@FEW
def test_on_the_straight_part_of_the_curve_carry_over_and_delay_move_sales_and_change_no_return(
    saturation, spend, retention, delay
):
    half = 1e12 if saturation == "hill" else 1e6 * spend
    media = channel(
        mean_spend=spend, effect=half, half_saturation=half, retention=retention, delay=[delay, 1 - delay]
    )
    found = truth(media, saturation=saturation).channels["tv"]
    expected = 1.0 if saturation == "hill" else np.arctanh(0.5)
    assert found.roas == EXACT(expected, rel=1e-6 if saturation == "hill" else 1e-9)
    assert found.marginal_roas == EXACT(expected, rel=1e-6)


@given(SPEND, HALF, st.floats(0.05, 0.9), st.integers(2, 12))
@FEW
def test_geometric_carry_over_builds_up_holds_and_fades(spend, half, retention, length):
    found = truth(
        channel(mean_spend=spend, half_saturation=half, retention=retention), carryover_weeks=length
    ).channels["tv"]

    def sales(share):
        return 5_000 * share * spend / (half + share * spend)

    built = (1 - retention ** np.arange(1, length)) / (1 - retention**length)
    window = sales(built).sum() + (26 - length + 1) * sales(1.0)
    assert found.contribution == EXACT(window, rel=1e-9)
    assert found.roas == EXACT((window + sales(1 - built).sum()) / (26 * spend), rel=1e-9)


@given(SPEND, st.floats(0.05, 0.9))
@FEW
def test_in_the_steady_state_every_week_brings_the_same(spend, retention):
    media = channel(mean_spend=spend, retention=retention)
    found = truth(media, carryover_weeks=8, weeks_before=8).channels["tv"]
    assert found.contribution == EXACT(26 * 5_000 * spend / (2_000 + spend), rel=1e-9)


@given(SPEND, SPEND, st.floats(0, 3))
@FEW
def test_an_upper_channel_is_credited_with_what_it_does_for_the_lower_one(upper, lower, strength):
    both = truth(
        channel("tv", mean_spend=upper),
        channel("search", mean_spend=lower, effect=8_000),
        interactions=[{"upper": "tv", "lower": "search", "strength": strength}],
    ).channels
    lift, search = upper / (2_000 + upper), 8_000 * lower / (2_000 + lower)
    assert both["tv"].roas == EXACT((5_000 * lift + strength * lift * search) / upper, rel=1e-9)
    assert both["search"].roas == EXACT(search * (1 + strength * lift) / lower, rel=1e-9)


@given(st.floats(1_100, 5_000), st.floats(0, 0.8), st.floats(0.05, 1))
@FEW
def test_what_a_provoked_rival_takes_away_is_taken_off_for_as_long_as_it_does(spend, memory, steal):
    rival = {"kind": "reactive", "reference": 1_000, "reaction": 0.7, "memory": memory, "steal": steal}
    found = truth(channel(mean_spend=spend), rival=rival).channels["tv"]
    full = 0.7 * (spend / 1_000 - 1)
    pressure = full * (1 - memory ** np.arange(27.0))
    fading = pressure[-1] * memory ** np.arange(1.0, 400.0)
    lost = 90_000 * -np.expm1(-steal * np.concatenate([pressure, fading])).sum()
    expected = (26 * 5_000 * spend / (2_000 + spend) - lost) / (26 * spend)
    assert found.roas == EXACT(expected, rel=1e-7, abs=1e-7)


@given(st.floats(100, 900), st.floats(0.3, 1.9))
@FEW
def test_a_search_budget_is_paid_for_what_it_finds(volume, bid):
    """1,000 a week look for `volume` · share of voice searches at the bid."""
    media = channel(search={"volume": volume, "bid": bid})
    bought = min(1_000 / bid, volume * (bid - 0.2) / 1.8)
    found = truth(media).channels["tv"]
    assert found.spend == EXACT(26 * bought * bid, rel=1e-9)
    assert found.roas == EXACT(5_000 * bought / (2_000 + bought) / (bought * bid), rel=1e-9)


def test_an_effect_that_breaks_in_mid_window_brings_the_mean_of_both(everything):
    found = truth(channel(), breaks=[{"what": "effect", "value": 0.4, "week": 13}]).channels["tv"]
    assert found.roas == EXACT(0.7 * 5_000 / 3_000, rel=1e-9)


def test_the_baseline_of_the_truth_is_what_is_left_of_revenue(everything):
    world = simulate(everything(3, noise={"level": 0}), 4)
    assert world.truth.baseline + world.truth.media == EXACT(world.revenue.sum(), rel=1e-9)


def test_an_outcome_holds_breaks_promotions_and_a_search_budget_that_finds_too_little(everything):
    world = simulate(everything(1, noise={"level": 0}), 4)
    longer = simulate(everything(1, weeks=43, noise={"level": 0}), 4)
    outcome = world.outcome(longer.batch.budgets[0, -13:], 13)
    assert outcome.revenue == EXACT(longer.revenue[-13:].sum(), rel=1e-9)
    assert outcome.spend == EXACT(longer.spend[-13:].sum(), rel=1e-9)
    assert outcome.spend < longer.batch.budgets[0, -13:].sum()
