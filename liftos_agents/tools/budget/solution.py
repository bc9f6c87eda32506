"""What the optimiser found, or why there is nothing to find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.errors import ArgumentError
from liftos_agents.tools.budget.limits import Limit

Array = NDArray[np.float64]


class InfeasibleBudgetError(ArgumentError):
    """No allocation keeps all limits; `conflicts` are the names of those that cannot be kept together."""

    def __init__(self, conflicts: tuple[str, ...]) -> None:
        self.conflicts = conflicts
        super().__init__(
            "no budget keeps all of these together: " + "; ".join(conflicts), fix="Loosen one of them"
        )


@dataclass(frozen=True, eq=False)
class BudgetSolution:
    """An allocation that keeps every limit, with the proof that it is optimal.

    Attributes:
        allocation: Spend over the horizon, shape (C,).
        objective: Its value under the problem's objective.
        kkt_residual: Norm of the gradient that no limit holds back, relative to the gradient's scale; 0 at an optimum.
        already_optimal: The current plan is the optimum, and is what `allocation` holds.
        concave: The mean curves bend down only, so that a local optimum is the global one.
        binding: Names of the limits that hold the plan back.
        relaxed: Soft limits that had to be given up.
        starts: Local searches that were run.
    """

    allocation: Array
    objective: float
    kkt_residual: float
    already_optimal: bool
    concave: bool
    binding: tuple[str, ...]
    relaxed: tuple[Limit, ...]
    starts: int
