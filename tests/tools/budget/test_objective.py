"""Objectives: their gradients are theirs, and the smoothed CVaR is the CVaR in the limit."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.tools.budget import BudgetProblem, Ramp
from liftos_agents.tools.budget.objective import Aim, cvar, smooth_cvar


@pytest.mark.parametrize("objective", ["expected_profit", "cvar", "probability_beats_current"])
@pytest.mark.parametrize("hill", [False, True])
@pytest.mark.parametrize("ramped", [False, True])
def test_gradients_match_differences(
    benchmark_of_budgets: ModuleType, objective: str, hill: bool, ramped: bool
) -> None:
    generator = np.random.default_rng(3)
    posterior = benchmark_of_budgets.random_posterior(generator, 3, hill=hill)
    level = posterior.spend.mean(axis=0)
    ramp = Ramp(level, np.array([0.05, 0.2, np.inf])) if ramped else None
    current = level * 13
    total = float(current.sum())
    posed = BudgetProblem(posterior, total, 13, current, objective=objective, worth=0.6, ramp=ramp)  # pyright: ignore[reportArgumentType]
    aim = Aim(posed, gain_scale=0.02 * total)
    at = current * np.array([1.13, 0.71, 1.21])
    _, gradient, _ = aim.value_and_gradient(at)
    for c in range(3):
        step = np.zeros(3)
        step[c] = 1e-6 * total
        slope = (aim.value(at + step) - aim.value(at - step)) / (2.0 * step[c])
        assert gradient[c] == pytest.approx(slope, rel=2e-4, abs=1e-9 * float(np.abs(gradient).max()))


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=20, max_size=80, unique=True),
    tail=st.sampled_from([0.05, 0.1, 0.25, 0.5]),
)
def test_the_smoothed_cvar_is_a_weighted_mean_of_the_worst(values: list[float], tail: float) -> None:
    draws = np.asarray(values)
    width = 0.05 * float(draws.std()) + 1e-9
    value, weights = smooth_cvar(draws, tail, width)
    assert weights.min() >= 0.0
    assert weights.sum() == pytest.approx(1.0, abs=1e-6)
    assert np.all(np.diff(weights[np.argsort(draws)]) <= 1e-12)
    assert value <= float(draws.mean()) + 1e-6 * (1.0 + abs(float(draws.mean())))


def test_the_smoothed_cvar_tends_to_the_cvar() -> None:
    draws = np.random.default_rng(1).normal(size=1000)
    exact = cvar(draws, 0.1)
    assert exact == pytest.approx(np.sort(draws)[:100].mean())
    assert smooth_cvar(draws, 0.1, 1e-4)[0] == pytest.approx(exact, abs=1e-3)
