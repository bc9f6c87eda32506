"""The budget optimiser's inside: a problem of curves and limits in, an allocation with its proof out.

The tools that read a media posterior share `media_fit` and `channel_names` as well.
"""

from liftos_agents.tools.budget.limits import Limit
from liftos_agents.tools.budget.problem import BudgetProblem, Objective
from liftos_agents.tools.budget.ramp import Ramp
from liftos_agents.tools.budget.solution import BudgetSolution, InfeasibleBudgetError
from liftos_agents.tools.budget.solver import solve

__all__ = ["BudgetProblem", "BudgetSolution", "InfeasibleBudgetError", "Limit", "Objective", "Ramp", "solve"]
