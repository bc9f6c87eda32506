"""One series before and after an intervention: its path without it, told by a state-space model of the time before."""

from __future__ import annotations

from liftos_agents.tools.interrupted_series.arguments import CausalImpactArguments
from liftos_agents.tools.interrupted_series.result import CausalImpactResult
from liftos_agents.tools.interrupted_series.series import InterruptedSeries, interrupted_series

__all__ = ["CausalImpactArguments", "CausalImpactResult", "InterruptedSeries", "interrupted_series"]
