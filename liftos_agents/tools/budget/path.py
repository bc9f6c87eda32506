"""A plan's gain along the road it takes: out of earlier spend, over the horizon, until its last effect is gone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.budget.problem import BudgetProblem

Array = NDArray[np.float64]


def schedule(problem: BudgetProblem, allocation: Array) -> Array:
    """Spend per period of a plan, shape (horizon, C)."""
    if problem.ramp is not None:
        return problem.ramp.levels(allocation, problem.horizon)
    return np.repeat((allocation / problem.horizon)[None, :], problem.horizon, axis=0)


def gain_along_path(problem: BudgetProblem, allocation: Array) -> Array:
    """Profit of `allocation` over the current plan by draw, shape (D,), with warm-up and tail.

    Both plans come out of the last observed spends and are followed by the current plan's level, until what the
    horizon's spend causes has faded.
    """
    posterior = problem.posterior
    tail = posterior.reach
    history = posterior.spend[-tail:] if tail else posterior.spend[:0]
    level = (problem.current / problem.horizon)[None, :]
    after = np.repeat(level, tail, axis=0)
    new = np.concatenate([schedule(problem, allocation), after])
    old = np.concatenate([np.repeat(level, problem.horizon, axis=0), after])
    outcome = [
        posterior.contribution(path, decision=True, history=history).sum(axis=(1, 2)) for path in (new, old)
    ]
    spent = float(allocation.sum() - problem.current.sum())
    return problem.worth * (outcome[0] - outcome[1]) - problem.cost * spent
