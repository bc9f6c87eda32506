"""What a decider may ask for: the contract's hard bounds, and what platforms will deliver."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from liftos_agents.sandbox.mechanisms import BudgetSpec
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.policy import Briefing

_FOOTHOLD = 0.05
_LARGEST = 1e6
_TIGHTEST = 70
"""In `share_out`: the multiplier's range, in totals, and how often it is halved, down to a float's precision."""


class Bounds:
    """The budget's bounds, in the order of the channels.

    Args:
        names: The channels.
        budget: The rules as they are written.
        usual: What is usually spent, (C,) or (S, C); a channel may start from a foothold of 5 % of it.

    Attributes:
        low, high: (C,) money a week.
        cap: All channels together; infinite when there is none.
    """

    def __init__(self, names: Sequence[str], budget: BudgetSpec, usual: Array) -> None:
        self.low = np.array([budget.minimum.get(name, 0.0) for name in names])
        self.high = np.array([budget.maximum.get(name, np.inf) for name in names])
        self.cap = np.inf if budget.cap is None else budget.cap
        self._pacing = budget.pacing
        self._foothold = _FOOTHOLD * usual

    @classmethod
    def of(cls, briefing: Briefing) -> Bounds:
        """Those of a briefing."""
        return cls(briefing.channels, briefing.budget, briefing.incumbent)

    def keep(self, wanted: Array) -> Array:
        """Budgets (S, C) within the bounds; where the cap binds, what lies above the minima shrinks in proportion."""
        budgets = np.clip(wanted, self.low, self.high)
        if not np.isfinite(self.cap):
            return budgets
        above = budgets - self.low
        total = above.sum(axis=1, keepdims=True)
        spare = max(self.cap - self.low.sum(), 0.0)
        over = total > spare
        return np.where(over, self.low + above * (spare / np.where(over, total, 1.0)), budgets)

    def share_out(self, total: Array, weights: Array) -> Array:
        """`total` (S,) shared among channels in proportion to `weights` (S, C), within the bounds.

        What a maximum leaves over goes to the others, as far as they can take it.
        """
        goal = np.clip(total, self.low.sum(), min(self.high.sum(), self.cap))[:, None]
        shares = weights / np.maximum(weights.max(axis=1, keepdims=True), 1e-300)
        least, most = np.zeros_like(goal), _LARGEST * goal
        for _ in range(_TIGHTEST):
            middle = (least + most) / 2.0
            short = np.clip(middle * shares, self.low, self.high).sum(axis=1, keepdims=True) < goal
            least, most = np.where(short, middle, least), np.where(short, most, middle)
        return self.keep(np.clip(least * shares, self.low, self.high))

    def pace(self, wanted: Array, last: Array) -> Array:
        """What of `wanted` (S, C) can follow `last` week's budgets; a channel may start from a foothold."""
        if self._pacing is None:
            return wanted
        return np.minimum(
            wanted, np.maximum((1.0 + self._pacing) * np.maximum(last, self._foothold), self.low)
        )
