"""Credit for conversions along the journeys that lead to them: Markov removal, Shapley, and rules by position and time."""

from __future__ import annotations

from liftos_agents.tools.journeys.credit import METHODS, Credits, credit_all
from liftos_agents.tools.journeys.journeys import Journeys
from liftos_agents.tools.journeys.reading import from_paths, from_touches

__all__ = ["METHODS", "Credits", "Journeys", "credit_all", "from_paths", "from_touches"]
