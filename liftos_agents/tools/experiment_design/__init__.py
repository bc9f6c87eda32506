"""How a test is planned: sample size of an A/B test, and a geo test tried out on the history of its geos."""

from __future__ import annotations

from liftos_agents.tools.experiment_design.plan import DesignExperimentArguments
from liftos_agents.tools.experiment_design.result import DesignExperimentResult

__all__ = ["DesignExperimentArguments", "DesignExperimentResult"]
