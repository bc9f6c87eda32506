"""Target returns by channel as limits on spend: how far a channel can go and still pay back what was asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.budget.limits import Limit
from liftos_agents.tools.budget.problem import BudgetProblem

Array = NDArray[np.float64]

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
    return tuple(_range(problem, c, float(targets[c])) for c in np.flatnonzero(~np.isnan(targets)))


def _range(problem: BudgetProblem, channel: int, target: float) -> ReturnRange:
    def meets(spend: Array) -> NDArray[np.bool_]:
        plans = np.tile(problem.current, (spend.size, 1))
        plans[:, channel] = spend
        outcome = problem.outcome(plans)[..., channel].mean(axis=0)
        return problem.value * outcome >= target * spend

    grid = problem.total * np.arange(1, _POINTS + 1) / _POINTS
    good = meets(grid)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    intervals: list[tuple[float, float]] = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        low = grid[start] if start == 0 else _edge(meets, grid[start], grid[start - 1])
        high = grid[stop - 1] if stop == _POINTS else _edge(meets, grid[stop - 1], grid[stop])
        intervals.append((low if start else _first(meets, low), high))
    if not intervals or intervals[0][0] > 0.0:
        intervals.insert(0, (0.0, _edge(meets, 0.0, grid[0]) if not intervals else 0.0))
    name = f"{problem.channels[channel]} returning at least {target:g} per unit of spend"
    return ReturnRange(channel, name, tuple((float(low), float(high)) for low, high in intervals))


def _first(meets, low: float) -> float:  # noqa: ANN001
    """Zero when the target is met all the way down from `low`, else where it begins to be met."""
    below = low * np.arange(1, 50) / 50.0
    if bool(meets(below).all()):
        return 0.0
    worst = below[np.flatnonzero(~meets(below))[-1]]
    return _edge(meets, low, worst)


def _edge(meets, inside: float, outside: float) -> float:  # noqa: ANN001
    """The spend nearest to `outside` that still meets the target, by bisection."""
    for _ in range(_HALVINGS):
        middle = 0.5 * (inside + outside)
        if bool(meets(np.array([middle]))[0]):
            inside = middle
        else:
            outside = middle
    return inside
