"""An analysis of a panel as the tool's result."""

from __future__ import annotations

from typing import Any

from liftos_agents.domain.effect import ConfidenceInterval
from liftos_agents.domain.figure import Figure
from liftos_agents.tools.effects import build, refused
from liftos_agents.tools.staggered_adoption.analysis import Analysis
from liftos_agents.tools.staggered_adoption.pictures import event_study, forest
from liftos_agents.tools.staggered_adoption.reading import Read
from liftos_agents.tools.staggered_adoption.result import (
    UNITS,
    CohortSize,
    DifferenceInDifferencesArguments,
    DifferenceInDifferencesResult,
    PreTrends,
    TrendSensitivity,
    TwoWayComparison,
)
from liftos_agents.tools.staggered_adoption.sampling import LEAST_CLUSTERS
from liftos_agents.tools.staggered_adoption.statement import state, untestable
from liftos_agents.tools.staggered_adoption.terms import MOST_CELLS, dynamic_key, terms_of
from liftos_agents.tools.staggered_adoption.times import key_of

_ESTIMATORS = {
    "doubly_robust": "doubly robust (Sant'Anna and Zhao 2020)",
    "outcome_regression": "outcome regression",
    "ipw": "inverse probability weighting",
}


def answer(
    read: Read, found: Analysis, arguments: DifferenceInDifferencesArguments
) -> DifferenceInDifferencesResult:
    """The result, with its words and pictures."""
    fields = _fields(read, found, arguments)
    if found.headline is None or found.aggregates is None:
        reasons, advice = _no_inference(found)
        given = " given the controls" if arguments.controls else ""
        return refused(
            DifferenceInDifferencesResult,
            reasons=reasons,
            advice=advice,
            assumptions=untestable(given),
            warnings=read.notes,
            **fields,
        )
    said = state(found, arguments)
    headline = found.headline
    terms = terms_of(found, arguments.level)
    common = fields | {
        "assumptions": tuple(said.assumptions),
        "checks": tuple(said.checks),
        "warnings": (*said.warnings, *read.notes),
        "advice": tuple(dict.fromkeys(said.advice)),
        "terms": terms,
        "figures": _figures(found, terms, arguments),
        "inference": "wild_cluster_bootstrap" if headline.bootstrapped else "analytic",
        "joint_critical_value": found.critical,
        "pre_trends": _pre_trends(found),
        "sensitivity": _sensitivity(found, arguments.level),
        "two_way": _two_way(found),
    }
    if len(found.effects.cells) > MOST_CELLS:
        common["warnings"] += (
            f"The {len(found.effects.cells)} group-time effects are not listed one by one, only their averages.",
        )
    if said.refusal:
        return refused(DifferenceInDifferencesResult, reasons=said.refusal, **common)
    return build(
        DifferenceInDifferencesResult,
        status="downgraded" if said.doubts else "estimated",
        reasons=tuple(said.doubts),
        estimate=headline.estimate,
        standard_error=headline.error,
        interval=ConfidenceInterval(low=headline.low, high=headline.high, level=arguments.level),
        p_value=headline.p_value,
        **common,
    )


def _fields(read: Read, found: Analysis, arguments: DifferenceInDifferencesArguments) -> dict[str, Any]:
    panel = read.panel
    treatment = arguments.treatment or arguments.cohort or ""
    compared = "never treated" if arguments.comparison == "never_treated" else "not treated yet"
    given = (
        f", {_ESTIMATORS[arguments.estimator]} on {', '.join(read.control_names)}"
        if read.control_names
        else ""
    )
    designs = {
        "callaway_santanna": f"Difference-in-differences by cohort and period (Callaway and Sant'Anna 2021), against units {compared}"
        f"{given}: the outcome's change since just before adoption, less the change of the units compared with.",
        "two_by_two": f"Difference-in-differences of two groups, before and after{given}: the treated group's change of the mean "
        "outcome, less the change of the units never treated.",
        "two_way_fixed_effects": "Two-way fixed effects: the coefficient of the treatment beside effects of units and periods.",
    }
    estimands = {
        "two_way_fixed_effects": f"Weighted effect of {treatment} on {arguments.outcome} over treated units and periods, with weights "
        "from the regression; the average effect on the treated when effects are all alike.",
    }
    return {
        "estimand": estimands.get(
            found.method,
            f"Average effect of {treatment} on {arguments.outcome} for the units that were treated, over their treated periods.",
        ),
        "design": designs[found.method],
        "method": found.method,
        "outcome": arguments.outcome,
        "treatment": treatment,
        "n": read.rows,
        "unit_count": len(panel.cohort),
        "period_count": len(panel.periods),
        "cohorts": {
            key_of(panel.periods[g]): CohortSize(
                first_treated=panel.periods[g],
                units=panel.cohort_counts[g],
                clusters=panel.clusters_of(panel.cohort == g),
            )
            for g in panel.cohorts
        },
        "never_treated": panel.cohort_counts.get(panel.never, 0),
        "clusters": panel.cluster_count,
        "treated_clusters": found.sampling.treated_clusters,
        "comparison_clusters": found.sampling.compared_clusters,
        "units": UNITS,
        "settings": arguments.model_dump(mode="json"),
    }


def _no_inference(found: Analysis) -> tuple[list[str], list[str]]:
    if not any(cell.since >= 0 for cell in found.effects.cells):
        if found.effects.left_out:
            return (
                [
                    "The controls tell treated and comparison units apart, or are too many for the units: nobody alike is left."
                ],
                ["Leave out the controls that decide who is treated, or use fewer"],
            )
        alone = (
            min(found.panel.clusters_of(found.panel.cohort > g) for g in found.panel.cohorts) < LEAST_CLUSTERS
        )
        if alone:
            return (
                ["There are fewer than two clusters to compare with, so what they vary by cannot be told."],
                [
                    "Add untreated units, say comparison='not_yet_treated', or use synthetic_control for a single case"
                ],
            )
        return (
            ["No cohort was seen before and after its adoption together with units to compare with."],
            [
                "Give the periods before adoption of the treated units, and untreated units in the same periods"
            ],
        )
    side = "treated" if found.sampling.treated_clusters < LEAST_CLUSTERS else "comparison"
    return (
        [f"There is one {side} cluster only: its own ups and downs cannot be told from the effect."],
        [
            f"Add {side} clusters, or name a finer cluster if it truly varies independently",
            "For a single treated unit use synthetic_control or causal_impact",
        ],
    )


def _figures(
    found: Analysis, terms: dict[str, Any], arguments: DifferenceInDifferencesArguments
) -> tuple[Figure, ...]:
    assert found.aggregates is not None
    points = {since: terms[dynamic_key(since)] for since in found.aggregates.dynamic.keys}
    names = found.panel.periods
    rows = {f"Adopted {names[g]}": terms[f"group_{key_of(names[g])}"] for g in found.aggregates.group.keys}
    rows |= {
        "All cohorts and periods": terms["simple"],
        "All cohorts": terms["group_overall"],
        "Two-way fixed effects": terms["twfe"],
    }
    return (
        event_study(points, found.critical, arguments.outcome, arguments.level),
        forest(rows, arguments.outcome, arguments.level),
    )


def _pre_trends(found: Analysis) -> PreTrends | None:
    test = found.pre_trends
    if test is None:
        return None
    return PreTrends(
        steps=len(test.leads),
        statistic=test.statistic,
        p_value=test.p_value,
        cells=test.cells,
        cells_statistic=test.cells_statistic,
        cells_p_value=test.cells_p_value,
        slope=test.slope,
        slope_standard_error=test.slope_error,
        slope_p_value=test.slope_p_value,
        carried_effect=test.carried,
        last_gap=test.last_gap,
        last_gap_p_value=test.last_gap_p_value,
        power=test.power,
        slope_power=test.slope_power,
        detectable_slope=test.detectable_slope,
        detectable_effect=test.detectable_bias,
    )


def _sensitivity(found: Analysis, level: float) -> TrendSensitivity | None:
    if found.bounds is None:
        return None
    return TrendSensitivity(
        breakdown=found.bounds.breakdown,
        largest_step=found.bounds.largest_step,
        intervals={
            f"m_{multiple:g}".replace(".", "_"): ConfidenceInterval(low=low, high=high, level=level)
            for multiple, (low, high) in found.bounds.intervals.items()
        },
    )


def _two_way(found: Analysis) -> TwoWayComparison | None:
    fit = found.two_way
    if fit is None:
        return None
    return TwoWayComparison(
        estimate=fit.estimate,
        standard_error=found.two_way_error,
        negative_share=fit.negative_share,
        forbidden_share=fit.forbidden_share,
        weights={kind: weight for kind, (weight, _) in fit.pieces.items()},
        estimates={kind: estimate for kind, (_, estimate) in fit.pieces.items()},
        difference=found.difference[0],
        difference_p_value=found.difference[1],
    )
