from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liftos_agents.domain.estimate import Estimate, significant
from liftos_agents.domain.posterior import MediaPosterior


def posterior(saturation: str = "logistic", draws: int = 7) -> MediaPosterior:
    rng = np.random.default_rng(3)
    channels = ("tv", "search")
    return MediaPosterior(
        channels=channels,
        saturation="hill" if saturation == "hill" else "logistic",
        retention=rng.uniform(0.0, 0.8, (draws, 2)),
        steepness=rng.uniform(0.4, 4.0, (draws, 2)),
        slope=rng.uniform(0.6, 2.0, (draws, 2)) if saturation == "hill" else None,
        effect=rng.uniform(10.0, 90.0, (draws, 2)),
        decision_effect=rng.uniform(5.0, 60.0, (draws, 2)),
        noise=rng.uniform(1.0, 2.0, draws),
        baseline=rng.uniform(50.0, 60.0, (draws, 12)),
        scale=np.array([1000.0, 400.0]),
        adstock_length=4,
        spend=rng.uniform(0.0, 1000.0, (12, 2)) * [1.0, 0.4],
        outcome=rng.uniform(100.0, 200.0, 12),
        value_per_outcome=2.5,
    )


@pytest.mark.parametrize("saturation", ["logistic", "hill"])
def test_a_long_constant_path_contributes_its_steady_state(saturation: str) -> None:
    known = posterior(saturation)
    level = np.array([300.0, 90.0])
    path = known.contribution(np.tile(level, (9, 1)))
    assert path.shape == (7, 9, 2)
    assert path[:, 3:] == pytest.approx(np.repeat(known.response(level)[:, None], 6, axis=1))


@pytest.mark.parametrize("saturation", ["logistic", "hill"])
@pytest.mark.parametrize("decision", [False, True])
def test_slopes_are_derivatives_of_responses(saturation: str, decision: bool) -> None:
    known = posterior(saturation)
    spend = np.array([[200.0, 50.0], [700.0, 390.0]])
    step = 1e-3
    numeric = (
        known.response(spend + step, decision=decision) - known.response(spend - step, decision=decision)
    ) / (2 * step)
    assert known.response_slope(spend, decision=decision) == pytest.approx(numeric, rel=1e-5)


def test_growth_is_the_derivative_of_the_path_in_proportion() -> None:
    known = posterior()
    step = 1e-6
    numeric = (
        known.contribution(known.spend * (1 + step)) - known.contribution(known.spend * (1 - step))
    ) / (2 * step)
    assert known.contribution_slope() == pytest.approx(numeric, rel=1e-6, abs=1e-7)


def test_history_carries_over_into_the_path() -> None:
    known = posterior()
    whole = known.contribution(known.spend)
    assert known.contribution(known.spend[5:], history=known.spend[:5]) == pytest.approx(whole[:, 5:])


def test_a_path_of_other_channels_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"expected \(periods, 2\)"):
        posterior().contribution(np.ones((4, 3)))


@pytest.mark.parametrize("saturation", ["logistic", "hill"])
def test_storage_keeps_everything_and_has_stable_bytes(saturation: str) -> None:
    known = posterior(saturation)
    stored = known.to_npz()
    again = MediaPosterior.from_npz(stored)
    assert again.to_npz() == stored == posterior(saturation).to_npz()
    assert again.channels == known.channels
    assert again.value_per_outcome == 2.5
    assert np.array_equal(again.response(known.spend[0]), known.response(known.spend[0]))


@pytest.mark.parametrize("content", [b"", b"not a zip", posterior().to_npz()[:100]])
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a stored media posterior"):
        MediaPosterior.from_npz(content)


def test_thinning_keeps_draws_together() -> None:
    known = posterior(draws=9)
    thinned = known.thin(3)
    assert thinned.draws == 3
    assert np.array_equal(thinned.effect, known.effect[[0, 3, 6]])
    assert np.array_equal(thinned.baseline, known.baseline[[0, 3, 6]])
    assert known.thin(100) is known
    with pytest.raises(ValueError, match="at least 1"):
        known.thin(0)


def test_estimates_summarise_and_refuse_what_is_not_a_number() -> None:
    found = Estimate.of(np.arange(101.0))
    assert (found.mean, found.p05, found.p50, found.p95) == (50.0, 5.0, 50.0, 95.0)
    for bad in ([], [1.0, np.nan]):
        with pytest.raises(ValueError, match="must be a number"):
            Estimate.of(bad)


def test_significant_digits() -> None:
    assert significant(1.23456789012345) == 1.23456789
    assert significant(0.0) == 0.0
    assert significant(float("inf")) == float("inf")


LAG = np.array([[0.0, 0.25, 0.75], [0.5, 0.5, 0.0]])


def test_a_lag_moves_contributions_and_leaves_the_steady_state() -> None:
    known = posterior()
    late = replace(known, conversion_lag=LAG)
    prompt, moved = known.contribution(), late.contribution()
    assert not moved[:, 0, 0].any()
    assert moved[:, 5, 0] == pytest.approx(0.25 * prompt[:, 4, 0] + 0.75 * prompt[:, 3, 0])
    assert moved[:, 5, 1] == pytest.approx(0.5 * prompt[:, 5, 1] + 0.5 * prompt[:, 4, 1])
    level = np.array([300.0, 90.0])
    path = late.contribution(np.tile(level, (9, 1)))
    assert late.reach == 5
    assert path[:, 5:] == pytest.approx(np.repeat(known.response(level)[:, None], 4, axis=1))
    assert np.array_equal(late.response_slope(level), known.response_slope(level))


def test_history_as_long_as_the_reach_says_all_about_the_past() -> None:
    late = replace(posterior(), conversion_lag=LAG)
    whole = late.contribution(late.spend)
    for start in (1, late.reach, 8):
        history = late.spend[max(start - late.reach, 0) : start]
        assert late.contribution(late.spend[start:], history=history) == pytest.approx(whole[:, start:])
    too_short = late.contribution(late.spend[8:], history=late.spend[8 - late.reach + 1 : 8])
    assert np.abs(too_short[:, 0] - whole[:, 8]).max() > 1e-6


def test_growth_with_a_lag_is_the_derivative_too() -> None:
    late, step = replace(posterior(), conversion_lag=LAG), 1e-6
    numeric = (late.contribution(late.spend * (1 + step)) - late.contribution(late.spend * (1 - step))) / (
        2 * step
    )
    assert late.contribution_slope() == pytest.approx(numeric, rel=1e-6, abs=1e-7)


def test_storage_and_thinning_keep_the_lag_and_files_without_one_are_read() -> None:
    late = replace(posterior(), conversion_lag=LAG)
    again = MediaPosterior.from_npz(late.to_npz())
    assert again.conversion_lag is not None
    assert np.array_equal(again.conversion_lag, LAG)
    assert np.array_equal(again.contribution(), late.contribution())
    assert late.thin(3).conversion_lag is LAG
    prompt = posterior().to_npz()
    assert b"conversion_lag" not in prompt
    assert MediaPosterior.from_npz(prompt).conversion_lag is None
