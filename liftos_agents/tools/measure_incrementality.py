"""What a test brought: incremental outcome, its cost, and iROAS, from a geo experiment, a holdout or a few treated units."""

from __future__ import annotations

from typing import Any

from liftos_agents.domain.effect import ConfidenceInterval, EffectResult, effect_units
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import build, refused
from liftos_agents.tools.effects.treated import names_the_untreated
from liftos_agents.tools.experiments import Finding, MeasureIncrementalityArguments
from liftos_agents.tools.experiments.choice import choose
from liftos_agents.tools.experiments.geo_experiment import geo_experiment
from liftos_agents.tools.experiments.holdout import holdout
from liftos_agents.tools.experiments.paired import paired
from liftos_agents.tools.experiments.panel import geo_panel
from liftos_agents.tools.experiments.question import Method
from liftos_agents.tools.experiments.returns import interval_of, returns
from liftos_agents.tools.experiments.synthetic import synthetic
from liftos_agents.tools.experiments.time_based_regression import time_based_regression
from liftos_agents.tools.registry import tool


class MeasureIncrementalityResult(EffectResult):
    """An experiment's result; `estimate` is the incremental outcome in total, whatever the method.

    `terms` holds the rest, each with its interval: `cost` (incremental spend), `iroas`, `cost_per_incremental`, `lift`, and
    `profit` where a margin is given. An end that is None goes on for ever, and a warning says so.

    Attributes:
        method_reason: Why this method was taken.
    """

    method_reason: str


@tool(
    "measure_incrementality",
    version="2",
    summary="What a geo test, a holdout or a few treated units brought: incremental outcome, cost, iROAS, lift, each with its interval.",
    data="rows",
    timeout_seconds=300.0,
)
def measure_incrementality(
    context: ToolContext, arguments: MeasureIncrementalityArguments
) -> MeasureIncrementalityResult:
    """The incremental outcome of the treated over the test, with what it cost, or why it cannot be told.

    Raises:
        ToolRetry: A column, a date or a group does not fit.
        ToolFailed: Everyone is treated, or a group is too small for the method.
    """
    method, reason = choose(context, arguments)
    context.progress(f"reading by {method}", 0.2)
    finding = _find(context, method, arguments)
    context.progress("cost and iROAS", 0.9)
    return _result(finding, arguments, reason)


def _find(context: ToolContext, method: Method, arguments: MeasureIncrementalityArguments) -> Finding:
    if method == "holdout":
        return holdout(context, arguments)
    if method == "trimmed_match":
        return paired(context, arguments)
    panel = geo_panel(context, arguments)
    if method == "tbr":
        return time_based_regression(panel, arguments)
    if method == "synthetic_control":
        return synthetic(context, panel, arguments)
    return geo_experiment(panel, arguments)


def _result(
    finding: Finding, arguments: MeasureIncrementalityArguments, reason: str
) -> MeasureIncrementalityResult:
    shared: dict[str, Any] = {
        "estimand": finding.estimand,
        "design": finding.design,
        "method": finding.method,
        "method_reason": reason,
        "outcome": arguments.outcome,
        "treatment": _treatment(arguments),
        "n": finding.n,
        "assumptions": finding.assumptions,
        "checks": finding.checks,
        "units": _units(),
        "settings": arguments.model_dump(mode="json"),
    }
    if finding.moments is None:
        return refused(
            MeasureIncrementalityResult,
            reasons=finding.reasons,
            advice=finding.advice,
            warnings=finding.warnings,
            diagnostics=finding.diagnostics,
            **shared,
        )
    terms, warnings = returns(finding, arguments.margin)
    bounds = interval_of(finding)
    unbounded = bounds.low is None and bounds.high is None
    reasons = list(finding.reasons)
    if unbounded:
        reasons.append("No finite interval can be given at this level.")
    return build(
        MeasureIncrementalityResult,
        status="downgraded" if reasons else "estimated",
        estimate=finding.moments.outcome,
        standard_error=finding.moments.outcome_variance**0.5,
        interval=None
        if unbounded
        else ConfidenceInterval(low=bounds.low, high=bounds.high, level=arguments.level),
        p_value=finding.p_value,
        diagnostics=finding.diagnostics,
        terms=terms,
        reasons=tuple(reasons),
        warnings=(*finding.warnings, *warnings),
        advice=finding.advice,
        figures=finding.figures,
        **shared,
    )


def _treatment(arguments: MeasureIncrementalityArguments) -> str:
    if arguments.treated_units:
        return f"treatment of {len(arguments.treated_units)} {arguments.unit}"
    if arguments.treatment and not arguments.treated and names_the_untreated(arguments.treatment):
        return f"treatment (not {arguments.treatment})"
    return arguments.treatment or f"the spend on {arguments.spend}"


def _units() -> dict[str, str]:
    ends = ("estimate", "standard_error", "low", "high")
    return effect_units(method_reason="text") | {
        **{f"terms.cost.{end}": "money" for end in ends},
        **{f"terms.profit.{end}": "money" for end in ends},
        **{f"terms.iroas.{end}": "ratio" for end in ends},
        **{f"terms.cost_per_incremental.{end}": "money" for end in ends},
        **{f"terms.lift.{end}": "share" for end in ends},
    }
