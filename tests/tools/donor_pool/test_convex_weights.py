"""Weights on the simplex against optimality conditions and an independent solver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from liftos_agents.tools.donor_pool.simplex import convex_weights


@pytest.mark.parametrize(("donors", "periods"), [(5, 30), (40, 60), (40, 10)])
def test_weights_meet_the_conditions_of_an_optimum(donors: int, periods: int) -> None:
    rng = np.random.default_rng(donors + periods)
    for _ in range(10):
        apart = rng.normal(size=(donors, periods)) + rng.normal(size=periods)
        gram = apart @ apart.T
        weights = convex_weights(gram)
        pull = gram @ weights
        assert weights.min() >= 0.0
        assert weights.sum() == pytest.approx(1.0, abs=1e-12)
        assert pull.min() >= weights @ pull - 1e-7 * np.trace(gram) / donors


def test_weights_are_those_of_non_negative_least_squares_with_a_heavy_sum_row() -> None:
    rng = np.random.default_rng(3)
    apart = rng.normal(size=(12, 40)) + 0.5
    heavy = 1e5
    found, _ = nnls(
        np.vstack([apart.T, np.full((1, 12), heavy)]), np.append(np.zeros(40), heavy), maxiter=1000
    )
    assert convex_weights(apart @ apart.T) == pytest.approx(found, abs=1e-5)


def test_a_start_does_not_change_the_weights() -> None:
    rng = np.random.default_rng(4)
    apart = rng.normal(size=(20, 30)) + 0.3
    gram = apart @ apart.T
    start = np.zeros(20)
    start[[3, 7, 11]] = [0.2, 0.5, 0.3]
    assert convex_weights(gram, start=start) == pytest.approx(convex_weights(gram), abs=1e-8)


def test_a_ridge_spreads_the_weights() -> None:
    rng = np.random.default_rng(5)
    apart = rng.normal(size=(10, 30)) + 0.5
    gram = apart @ apart.T
    sizes = [float((convex_weights(gram, ridge) ** 2).sum()) for ridge in (0.0, 50.0, 1e6)]
    assert sizes[0] > sizes[1] > sizes[2]
    assert sizes[2] == pytest.approx(0.1, abs=1e-3)
