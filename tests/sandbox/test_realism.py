import numpy as np
import pytest

from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.sandbox.realism import realism

WEEKS, DRAWS, NOISE = 156, 200, 2_000.0


def fitted(noise, *, seed=0, weeks=WEEKS):
    """A posterior whose fit leaves exactly `noise` (T,) over."""
    rng = np.random.default_rng(seed)
    spend = rng.uniform(500.0, 1500.0, (weeks, 2))
    baseline = 50_000.0 + 4_000.0 * np.sin(2 * np.pi * np.arange(weeks) / 52)
    wander = rng.normal(0.0, 150.0, (DRAWS, 1))
    model = MediaPosterior(
        channels=("search", "tv"),
        saturation="logistic",
        retention=np.full((DRAWS, 2), 0.3),
        steepness=np.full((DRAWS, 2), 1.0),
        slope=None,
        effect=np.full((DRAWS, 2), 9_000.0),
        decision_effect=np.full((DRAWS, 2), 9_000.0),
        noise=np.full(DRAWS, NOISE),
        baseline=baseline + wander,
        scale=np.full(2, 1_000.0),
        adstock_length=8,
        spend=spend,
        outcome=np.zeros(weeks),
    )
    outcome = baseline + model.contribution().sum(axis=2)[0] + noise
    return MediaPosterior(**{**model.__dict__, "outcome": outcome})


def test_a_twin_of_its_own_model_is_trusted():
    rng = np.random.default_rng(1)
    found = [realism(fitted(rng.normal(0.0, NOISE, WEEKS), seed=s), seed=s) for s in range(20)]
    assert sum(f.trusted for f in found) >= 18
    assert 0.3 < np.mean([f.told_apart for f in found]) < 0.7
    assert "In sample" in found[0].label


def test_noise_with_memory_is_noticed():
    rng = np.random.default_rng(2)
    noise = np.zeros(WEEKS)
    for week in range(1, WEEKS):
        noise[week] = 0.85 * noise[week - 1] + rng.normal(0.0, NOISE * np.sqrt(1 - 0.85**2))
    found = realism(fitted(noise))
    assert not found.trusted
    assert found.p_value < 0.05
    assert "lag 1 of residuals" in found.reasons[0]


def test_quarters_unlike_the_twins_are_told_apart():
    rng = np.random.default_rng(3)
    loud = np.repeat(np.arange(WEEKS // 13) % 2 == 0, 13)
    noise = np.where(loud, 4.0, 0.05) * rng.normal(0.0, NOISE, WEEKS)
    found = realism(fitted(noise))
    assert found.told_apart > 0.75
    assert any("told from real ones" in reason for reason in found.reasons)


@pytest.mark.parametrize(("weeks", "known"), [(80, False), (156, True)])
def test_a_year_s_memory_needs_three_years(weeks, known):
    noise = np.random.default_rng(4).normal(0.0, NOISE, weeks)
    assert ("lag_52" in realism(fitted(noise, weeks=weeks)).statistics) is known


def test_too_few_quarters_are_not_told_apart():
    noise = np.random.default_rng(5).normal(0.0, NOISE, 45)
    found = realism(fitted(noise, weeks=45))
    assert found.told_apart is None
    assert found.blocks == 3


def test_the_same_seed_gives_the_same_figures():
    model = fitted(np.random.default_rng(6).normal(0.0, NOISE, WEEKS))
    assert realism(model, seed=1) == realism(model, seed=1) != realism(model, seed=2)
