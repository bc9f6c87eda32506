"""How experiments are read: geo experiments, holdouts, time-based regression and trimmed match, with their checks."""

from __future__ import annotations

from liftos_agents.tools.experiments.finding import Finding, Moments
from liftos_agents.tools.experiments.question import MeasureIncrementalityArguments

__all__ = ["Finding", "MeasureIncrementalityArguments", "Moments"]
