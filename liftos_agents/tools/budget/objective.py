"""What is maximised: expected profit, profit of the worst draws, or the chance to beat the current plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.budget.problem import BudgetProblem

Array = NDArray[np.float64]

SMOOTHING = 0.05
"""Width, in standard deviations of profit, over which the CVaR's cut is smoothed so that it has a gradient."""


@dataclass(frozen=True, eq=False)
class Aim:
    """The problem's objective as a function of the allocation.

    Attributes:
        gain_scale: For the chance to beat current, the gain that counts as half won; a vanishing step in the right
            direction has the same sign as a large one, so the sign alone would not say how far to go.
    """

    problem: BudgetProblem
    gain_scale: float = 1.0

    def value(self, allocation: Array) -> float:
        """The objective, to be maximised."""
        profit = self.problem.profit(allocation)
        return self._judge(profit)[0]

    def value_and_gradient(self, allocation: Array) -> tuple[float, Array, float]:
        """The objective, its gradient (C,), and the scale by which a gradient is called small."""
        problem = self.problem
        value, weights = self._judge(problem.profit(allocation))
        revenue = problem.worth * (weights @ problem.outcome_slope(allocation))
        cost = problem.cost * float(weights.sum())
        return value, revenue - cost, float(np.abs(revenue).max()) + cost

    @cached_property
    def _current(self) -> Array:
        return self.problem.profit(self.problem.current)

    @cached_property
    def _width(self) -> float:
        return SMOOTHING * max(float(self._current.std()), 1e-9 * self.problem.total)

    def _judge(self, profit: Array) -> tuple[float, Array]:
        """The objective and its derivative in each draw's profit, shape (D,)."""
        draws = profit.size
        if self.problem.objective == "expected_profit":
            return float(profit.mean()), np.full(draws, 1.0 / draws)
        if self.problem.objective == "cvar":
            return smooth_cvar(profit, self.problem.tail, self._width)
        scaled = np.clip((profit - self._current) / self.gain_scale, -500.0, 500.0)
        chance = 1.0 / (1.0 + np.exp(-scaled))
        return float(chance.mean()), chance * (1.0 - chance) / (self.gain_scale * draws)


def smooth_cvar(values: Array, tail: float, width: float) -> tuple[float, Array]:
    """The mean of the lowest `tail` of `values`, its cut smoothed over `width`, and the weight of each value.

    Rockafellar and Uryasev (2000): the maximum over t of t − E[(t − value)⁺] / tail, with a soft plus.
    """
    cut = _cut(values, tail, width)
    scaled = (cut - values) / width
    weights = _logistic(scaled) / (tail * values.size)
    soft = width * np.logaddexp(0.0, scaled)
    return cut - float(soft.mean()) / tail, weights


def _cut(values: Array, tail: float, width: float) -> float:
    """Where the smoothed share of values below is `tail`: Newton steps, kept within a shrinking bracket."""
    low, high = float(values.min()) - 40.0 * width, float(values.max()) + 40.0 * width
    cut = float(np.quantile(values, tail))
    for _ in range(100):
        below = _logistic((cut - values) / width)
        excess = float(below.mean()) - tail
        low, high = (cut, high) if excess < 0.0 else (low, cut)
        slope = float((below * (1.0 - below)).mean()) / width
        step = cut - excess / slope if slope > 0.0 else low
        moved = step if low < step < high else 0.5 * (low + high)
        if abs(moved - cut) <= 1e-12 * width:
            return moved
        cut = moved
    return cut


def cvar(values: Array, tail: float) -> float:
    """The mean of the lowest `tail` of `values`; at least one of them."""
    worst = max(1, round(tail * values.size))
    return float(np.sort(values)[:worst].mean())


def _logistic(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -500.0, 500.0)))
