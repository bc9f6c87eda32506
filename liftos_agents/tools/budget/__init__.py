"""The numerics of the budget optimiser: a problem of curves and limits in, an allocation with its proof out.

Nothing here knows a panel, a fit or a tool.
"""

from liftos_agents.tools.budget.limits import Limit
from liftos_agents.tools.budget.problem import BudgetProblem, Objective
from liftos_agents.tools.budget.solution import BudgetSolution, InfeasibleBudgetError
from liftos_agents.tools.budget.solver import solve

__all__ = ["BudgetProblem", "BudgetSolution", "InfeasibleBudgetError", "Limit", "Objective", "solve"]
