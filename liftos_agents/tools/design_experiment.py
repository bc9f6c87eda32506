"""How large, how long and on whom: the plan of an A/B test or of a geo test, with what it can and cannot find."""

from __future__ import annotations

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.experiment_design import DesignExperimentArguments, DesignExperimentResult
from liftos_agents.tools.experiment_design.ab_test import ab_test
from liftos_agents.tools.experiment_design.geo_test import geo_test
from liftos_agents.tools.registry import tool


@tool(
    "design_experiment",
    version="1",
    summary="Sample size, minimum detectable effect, duration, assignment and cost of an A/B test or a geo test.",
    data="optional_table",
    timeout_seconds=300.0,
)
def design_experiment(context: ToolContext, arguments: DesignExperimentArguments) -> DesignExperimentResult:
    """The plan, or why no plan within the means finds the effect asked for.

    Raises:
        ToolRetry: An argument is missing or does not fit.
        ToolFailed: A geo test has no table of its history, or too short a one.
    """
    return ab_test(arguments) if arguments.kind == "ab" else geo_test(context, arguments)
