"""The density test keeps its size on smooth densities and finds a jump."""

from __future__ import annotations

import numpy as np

from liftos_agents.tools.discontinuity.density import density_test


def test_size_on_smooth_densities() -> None:
    p_values = []
    for seed in range(150):
        found = density_test(np.sort(np.random.default_rng(seed).normal(0.4, 1.0, 600)))
        assert found is not None
        p_values.append(found.p_value)
    assert np.mean(np.array(p_values) < 0.05) < 0.10
    assert np.mean(np.array(p_values) < 0.5) > 0.3


def test_densities_are_those_of_the_law() -> None:
    found = density_test(np.sort(np.random.default_rng(1).exponential(1.0, 20_000) - 0.7))
    assert found is not None
    assert abs(found.below - np.exp(-0.7)) < 0.06
    assert abs(found.above - np.exp(-0.7)) < 0.06


def test_a_jump_is_found() -> None:
    r = np.random.default_rng(3)
    x = np.concatenate([r.uniform(-1, 0, 600), r.uniform(0, 1, 1200)])
    found = density_test(np.sort(x))
    assert found is not None
    assert found.p_value < 0.01
    assert found.above > found.below


def test_a_thin_side_is_not_looked_at() -> None:
    assert density_test(np.sort(np.r_[-np.arange(1.0, 6.0), np.arange(0.0, 100.0)])) is None
