from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox import rehearse
from liftos_agents.sandbox.rehearsal import CONDITIONAL


def posterior(seed: int = 0, draws: int = 400, noise: float = 500.0, length: int = 8) -> MediaPosterior:
    chance = np.random.default_rng(seed)
    periods, channels = 60, 3
    effect = chance.lognormal(np.log([9_000, 4_000, 1_500]), 0.3, size=(draws, channels))
    return MediaPosterior(
        channels=("tv", "search", "radio"),
        saturation="logistic",
        retention=chance.uniform(0.1, 0.7, size=(draws, channels)),
        steepness=chance.uniform(1.0, 4.0, size=(draws, channels)),
        slope=None,
        effect=effect,
        decision_effect=0.9 * effect,
        noise=np.full(draws, noise),
        baseline=np.full((draws, periods), 50_000.0),
        scale=np.full(channels, 5_000.0),
        adstock_length=length,
        spend=chance.uniform(500, 4_000, size=(periods, channels)),
        outcome=np.full(periods, 60_000.0),
    )


def level(*amounts: float, periods: int = 13) -> np.ndarray:
    return np.tile(np.array(amounts), (periods, 1))


def test_holding_against_holding_is_no_difference():
    found = rehearse(posterior(), level(2000, 2000, 2000), level(2000, 2000, 2000))
    assert found.difference.mean == found.difference.p95 == found.cvar10 == 0.0
    assert found.probability_beats_hold == 0.0
    assert not found.holds_up
    assert found.seen_difference.p95 > 0.0


def test_the_difference_is_that_of_the_decision_draws_along_the_path():
    model = posterior()
    plan, hold = level(3000, 1000, 0), level(2000, 1000, 1000)
    found = rehearse(model, plan, hold, worth=0.5)
    tail = level(2000, 1000, 1000, periods=7)
    history = model.spend[-7:]
    outcome = [
        model.contribution(np.concatenate([path, tail]), decision=True, history=history).sum(axis=(1, 2))
        for path in (plan, hold)
    ]
    expected = 0.5 * (outcome[0] - outcome[1])
    assert found.difference.mean == pytest.approx(expected.mean())
    assert found.probability_beats_hold == (expected > 0).mean()
    assert found.cvar10 == pytest.approx(np.sort(expected)[:40].mean())
    assert found.worlds == 400


def test_in_the_long_run_the_difference_is_that_of_the_steady_states():
    model = posterior()
    plan, hold = level(3000, 1000, 0, periods=400), level(2000, 1000, 1000, periods=400)
    found = rehearse(model, plan, hold)
    steady = (model.response(plan[0], decision=True) - model.response(hold[0], decision=True)).sum(
        axis=1
    ) * 400
    assert found.difference.mean == pytest.approx(steady.mean(), rel=0.02)


def test_noise_widens_what_is_seen_and_leaves_the_paired_difference_alone():
    plan, hold = level(3000, 1000, 0), level(2000, 1000, 1000)
    quiet, loud = (rehearse(posterior(noise=n), plan, hold) for n in (0.0, 5_000.0))
    assert quiet.difference == loud.difference
    assert quiet.seen_difference == quiet.difference
    assert loud.seen_difference.p95 - loud.seen_difference.p05 > 2 * (
        quiet.seen_difference.p95 - quiet.seen_difference.p05
    )
    assert loud.seen_difference.mean == pytest.approx(quiet.difference.mean, abs=5_000)


def test_spending_more_costs_more():
    model = posterior()
    cheap = rehearse(model, level(2000, 2000, 2000), level(1000, 1000, 1000), cost=0.0)
    dear = rehearse(model, level(2000, 2000, 2000), level(1000, 1000, 1000), cost=1.0)
    assert cheap.difference.mean - dear.difference.mean == pytest.approx(39_000.0)
    assert dear.sweeps["weaker_effects"].difference.mean < dear.difference.mean
    assert dear.sweeps["no_spill_over"].difference.mean < dear.difference.mean


def test_doubting_the_channels_that_get_more_lowers_the_gain_at_the_same_total():
    found = rehearse(posterior(), level(3000, 1000, 0), level(2000, 1000, 1000))
    doubted = found.sweeps["weaker_effects"]
    assert doubted.difference.mean < found.difference.mean
    assert doubted.probability_beats_hold <= found.probability_beats_hold
    assert found.holds_up == (
        min(
            found.probability_beats_hold,
            doubted.probability_beats_hold,
            found.sweeps["no_spill_over"].probability_beats_hold,
        )
        >= 0.8
    )


@given(st.integers(0, 1000), st.lists(st.floats(0, 5_000), min_size=6, max_size=6))
@example(0, [0.0, 0.0, 5_000.0, 0.0, 0.0, 2.2250738585072014e-308])
@settings(max_examples=25, deadline=None)
def test_swapping_the_sides_flips_the_difference(seed, amounts):
    model = posterior(seed, draws=60, noise=0.0, length=1)
    one, other = level(*amounts[:3]), level(*amounts[3:])
    there, back = rehearse(model, one, other), rehearse(model, other, one)
    assert there.difference.mean == pytest.approx(-back.difference.mean, rel=1e-6, abs=1e-6)
    assert there.probability_beats_hold + back.probability_beats_hold <= 1.0
    assert list(there.quantiles) == sorted(there.quantiles)
    assert there.cvar10 <= there.difference.mean + 1e-6


def test_the_same_seed_gives_the_same_rehearsal_and_says_what_it_rests_on():
    plan, hold = level(3000, 1000, 0), level(2000, 1000, 1000)
    first = rehearse(posterior(), plan, hold, seed=5, draws=100)
    assert first == rehearse(posterior(), plan, hold, seed=5, draws=100)
    assert first != rehearse(posterior(), plan, hold, seed=6, draws=100)
    assert first.worlds == 100
    assert first.label == CONDITIONAL


@pytest.mark.parametrize(
    ("plan", "hold"),
    [
        (np.ones((13, 2)), np.ones((13, 2))),
        (np.ones((13, 3)), np.ones((12, 3))),
        (np.ones((0, 3)), np.ones((0, 3))),
        (-np.ones((13, 3)), np.ones((13, 3))),
        (np.full((13, 3), np.nan), np.ones((13, 3))),
    ],
)
def test_plans_that_do_not_fit_are_refused(plan, hold):
    with pytest.raises(ArgumentError):
        rehearse(posterior(), plan, hold)


def test_a_plan_that_only_cuts_is_not_touched_by_assumptions_about_growth():
    found = rehearse(posterior(), level(500, 500, 0), level(2000, 1000, 1000), draws=80)
    for name in ("weaker_effects", "dearer_media", "tired_creatives"):
        assert found.sweeps[name].difference == found.difference
    assert "rival_answers" not in found.sweeps


def test_harsher_assumptions_never_help_a_plan_that_grows():
    found = rehearse(posterior(), level(4000, 2000, 2000), level(2000, 1000, 1000), draws=80, cost=0.0)
    assert set(found.sweeps) == {
        "weaker_effects",
        "dearer_media",
        "tired_creatives",
        "rival_answers",
        "no_spill_over",
    }
    for sweep in found.sweeps.values():
        assert sweep.difference.mean <= found.difference.mean
        assert sweep.cvar10 <= sweep.difference.mean
        assert sweep.lost is not None
        assert sweep.lost >= 0.0
    failing = {n for n, s in found.sweeps.items() if s.probability_beats_hold < 0.8}
    assert set(found.hangs_on) == failing
    assert found.holds_up is (not failing and found.probability_beats_hold >= 0.8)


def test_the_tail_is_as_long_as_the_lag_to_purchase():
    prompt = posterior()
    lag = np.zeros((3, 21))
    lag[:, 0], lag[:, 20] = 0.4, 0.6
    late = replace(prompt, conversion_lag=lag)
    plan, hold = level(3000, 2000, 2000), level(2000, 2000, 2000)
    at_once, later = rehearse(prompt, plan, hold), rehearse(late, plan, hold)
    assert later.difference.mean == pytest.approx(at_once.difference.mean, rel=1e-9)
    assert later.sweeps["no_spill_over"].difference.mean < at_once.sweeps["no_spill_over"].difference.mean
