"""Steady state and path: the same where curves are straight, near where they bend."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import numpy as np

from liftos_agents.tools.budget import BudgetProblem, Ramp
from liftos_agents.tools.budget.path import gain_along_path


def posed(benchmark: ModuleType, *, straight: bool, horizon: int = 13) -> BudgetProblem:
    posterior = benchmark.random_posterior(np.random.default_rng(5), 3, hill=False)
    if straight:
        bent = posterior.steepness * 1e-5
        posterior = replace(
            posterior,
            steepness=bent,
            effect=posterior.effect * 1e5,
            decision_effect=posterior.decision_effect * 1e5,
        )
    current = posterior.spend.mean(axis=0) * horizon
    return BudgetProblem(posterior, float(current.sum()), horizon, current, worth=0.7)


def test_without_curvature_warm_up_and_tail_make_the_steady_state_exact(
    benchmark_of_budgets: ModuleType,
) -> None:
    for horizon in (1, 4, 13):
        for ramp in (False, True):
            problem = posed(benchmark_of_budgets, straight=True, horizon=horizon)
            if ramp:
                problem = replace(problem, ramp=Ramp(problem.current / horizon, np.full(3, 0.3)))
            plan = problem.current * np.array([1.2, 0.9, 0.8])
            steady = problem.profit(plan) - problem.profit(problem.current)
            scale = np.abs(steady).max()
            np.testing.assert_allclose(gain_along_path(problem, plan), steady, atol=1e-5 * scale)


def test_with_curvature_the_path_of_a_quarter_is_near_the_steady_state(
    benchmark_of_budgets: ModuleType,
) -> None:
    problem = posed(benchmark_of_budgets, straight=False)
    plan = problem.current * np.array([1.3, 0.8, 0.9])
    steady = problem.profit(plan) - problem.profit(problem.current)
    along = gain_along_path(problem, plan)
    assert np.abs(along - steady).mean() < 0.25 * np.abs(steady).mean()


def test_the_current_plan_gains_nothing(benchmark_of_budgets: ModuleType) -> None:
    problem = posed(benchmark_of_budgets, straight=False)
    np.testing.assert_array_equal(gain_along_path(problem, problem.current), 0.0)
