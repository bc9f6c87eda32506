"""A budget problem: response curves, money to place, limits and what counts as good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.tools.budget.limits import Limit
from liftos_agents.tools.budget.ramp import Ramp

Array = NDArray[np.float64]
Objective = Literal["expected_profit", "cvar", "probability_beats_current"]


@dataclass(frozen=True, eq=False)
class BudgetProblem:
    """Where to put `total` over `horizon` periods.

    A plan is a level of spend per channel, kept over the horizon. Its effect is the steady state: each period's
    spend is credited with all it causes, in that period and after, next to equal neighbours. For a normalised
    adstock that is exact when the plan's warm-up out of earlier spend and its tail after the horizon are both
    counted and the level holds; with curvature and a change of level it is an approximation, whose size
    `posterior.contribution` along the path shows.

    Attributes:
        posterior: Joint draws; the decision draws are the ones used.
        total: Money over the horizon, above zero.
        horizon: Periods.
        current: What the plan is compared with, shape (C,), over the horizon.
        limits: All but the total's own.
        fix_total: Spend exactly `total`, rather than at most.
        worth: Profit before media cost per unit of outcome: margin × value.
        value: Money per unit of outcome, without the margin; what ROAS is counted in.
        cost: What a unit of spend costs the objective: 1, or 0 where the outcome is not money.
        objective: `cvar` is the mean profit of the worst `tail` of draws.
        target_roas: Least value per unit of total spend, in the mean.
        channel_target_roas: The same by channel, shape (C,), nan where there is none.
        ramp: How fast a channel's spend may move from period to period; None for at once.
    """

    posterior: MediaPosterior
    total: float
    horizon: int
    current: Array
    limits: tuple[Limit, ...] = ()
    fix_total: bool = True
    worth: float = 1.0
    value: float = 1.0
    cost: float = 1.0
    objective: Objective = "expected_profit"
    tail: float = 0.1
    target_roas: float | None = None
    channel_target_roas: Array | None = None
    ramp: Ramp | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """Names, in the order of every array here."""
        return self.posterior.channels

    def outcome(self, allocation: Array) -> Array:
        """Contribution of each channel over the horizon, (D, ..., C), for allocations (..., C); outcome units."""
        if self.ramp is None:
            return self.horizon * self.posterior.response(allocation / self.horizon, decision=True)
        levels = self.ramp.levels(allocation, self.horizon)
        return self.posterior.response(levels, decision=True).sum(axis=-2)

    def outcome_slope(self, allocation: Array) -> Array:
        """The derivative of `outcome` in each channel's own spend, (D, ..., C)."""
        level = allocation / self.horizon if self.ramp is None else self.ramp.target(allocation, self.horizon)
        return self.posterior.response_slope(level, decision=True)

    def profit(self, allocation: Array) -> Array:
        """Media profit of one allocation (C,) by draw, shape (D,)."""
        return self.worth * self.outcome(allocation).sum(axis=-1) - self.cost * float(allocation.sum())
