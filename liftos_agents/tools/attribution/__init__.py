"""Ways to credit an outcome to channels other than the marketing-mix fit, and how the ways are compared.

Each credits what the data lets it credit, and says why where it lets it credit nothing.
"""

from liftos_agents.tools.attribution.comparison import Conflict, conflicts
from liftos_agents.tools.attribution.credit import Credit, Unavailable, last_touch, platform_claimed
from liftos_agents.tools.attribution.regression import linear_regression

__all__ = [
    "Conflict",
    "Credit",
    "Unavailable",
    "conflicts",
    "last_touch",
    "linear_regression",
    "platform_claimed",
]
