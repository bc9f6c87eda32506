"""Target returns by channel as limits on spend: how far a channel can go and still pay back what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.budget.limits import Limit
from liftos_agents.tools.budget.problem import BudgetProblem

Array = NDArray[np.float64]
Meets = Callable[[Array], NDArray[np.bool_]]
"""Whether each of these spends meets the target."""

_POINTS = 400
_HALVINGS = 50


@dataclass(frozen=True, eq=False)
class ReturnRange:
    """Where a channel meets its target return.

    Attributes:
        intervals: Closed intervals of spend over the horizon, rising; spending nothing always meets it.
    """

    channel: int
    name: str
    intervals: tuple[tuple[float, float], ...]

    def hull(self) -> Limit:
        """The limit that every allocation meeting the target keeps."""
        return Limit(self.name, (self.channel,), 0.0, self.intervals[-1][1])

    def around(self, spend: float) -> Limit:
        """The limit of the interval that holds `spend`, or of the one nearest to it."""
        low, high = min(self.intervals, key=lambda ends: max(ends[0] - spend, spend - ends[1], 0.0))
        return Limit(self.name, (self.channel,), low, high)


def return_ranges(problem: BudgetProblem) -> tuple[ReturnRange, ...]:
    """The ranges of the channels that have a target return."""
    targets = problem.channel_target_roas
    if targets is None:
        return ()
    return tuple(_range(problem, int(c), float(targets[c])) for c in np.flatnonzero(~np.isnan(targets)))


def _range(problem: BudgetProblem, channel: int, target: float) -> ReturnRange:
    def meets(spend: Array) -> NDArray[np.bool_]:
        plans = np.tile(problem.current, (spend.size, 1))
        plans[:, channel] = spend
        outcome = problem.outcome(plans)[..., channel].mean(axis=0)
        return problem.value * outcome >= target * spend

    grid = problem.total * np.arange(_POINTS + 1) / _POINTS
    good = meets(grid)
    good[0] = True
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    intervals = tuple(
        (
            0.0 if start == 0 else _edge(meets, float(grid[start]), float(grid[start - 1])),
            problem.total if stop > _POINTS else _edge(meets, float(grid[stop - 1]), float(grid[stop])),
        )
        for start, stop in zip(edges[::2], edges[1::2], strict=True)
    )
    name = f"{problem.channels[channel]} returning at least {target:g} per unit of spend"
    return ReturnRange(channel, name, intervals)


def _edge(meets: Meets, inside: float, outside: float) -> float:
    """The spend nearest to `outside` that still meets the target, by bisection."""
    for _ in range(_HALVINGS):
        middle = 0.5 * (inside + outside)
        if bool(meets(np.array([middle]))[0]):
            inside = middle
        else:
            outside = middle
    return inside
