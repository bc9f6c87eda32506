"""What a treatment did to those who adopted it, from the outcome's change against units that did not."""

from __future__ import annotations

from typing import Any

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import Rows, refuse_same, refused, take
from liftos_agents.tools.effects.columns import refuse_constant
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import tool
from liftos_agents.tools.staggered_adoption import (
    TOOL,
    UNITS,
    DifferenceInDifferencesArguments,
    DifferenceInDifferencesResult,
    Roles,
    SwitchedOff,
    analyse,
    answer,
    compare_cross_sections,
    read_panel,
)
from liftos_agents.tools.staggered_adoption.statement import untestable

_FEWEST_ROWS = 8


@tool(
    TOOL,
    version="2",
    summary="Effect of a treatment that units adopt, at one time or staggered, with event study, trends before adoption, and "
    "how far they may fail.",
    data="rows",
    timeout_seconds=300.0,
)
def difference_in_differences(
    context: ToolContext, arguments: DifferenceInDifferencesArguments
) -> DifferenceInDifferencesResult:
    """The average effect on the treated, or why it cannot be told.

    Refused: fewer than two treated or two comparison clusters; a treatment that switches off; trends that differ before
    adoption at p < .01 and that, carried on, would make at least the whole estimate. Downgraded: trends that differ in any way,
    steadily, or in the last period before adoption, at p < .05 for the three tests together (up to p < .08 a check fails and
    warns), no overlap, or attrition with the treatment.

    Raises:
        ToolRetry: A column is missing, of the wrong kind, or contradicts another.
        ToolFailed: Nobody is treated, or nobody is left to compare with.
    """
    refuse_same(
        TOOL,
        outcome=arguments.outcome,
        treatment=arguments.treatment,
        time=arguments.time,
        unit=arguments.unit,
        cohort=arguments.cohort,
        post=None if arguments.post == arguments.time else arguments.post,
        controls=arguments.controls,
        weights=arguments.weights,
    )
    rows = _rows(context, arguments)
    context.progress("reading the table", 0.05)
    if arguments.unit is None:
        return compare_cross_sections(rows, arguments)
    try:
        read = read_panel(context, rows, _roles(arguments))
    except SwitchedOff as ended:
        return _switched_off(rows, arguments, ended.units)
    return answer(read, analyse(read.panel, arguments, context.progress), arguments)


def _rows(context: ToolContext, arguments: DifferenceInDifferencesArguments) -> Rows:
    if arguments.post is not None and arguments.treatment is None:
        raise ToolRetry(
            f"post={arguments.post!r} is given without treatment, so who is treated is not known",
            where=f"{TOOL} argument treatment",
            fix="Name as treatment the column that says who is ever treated",
        )
    rows = take(
        context,
        TOOL,
        numbers={
            "outcome": arguments.outcome,
            "treatment": arguments.treatment,
            "post": None if arguments.post == arguments.time else arguments.post,
            "weights": arguments.weights,
        },
        keys={
            "time": arguments.time,
            "unit": arguments.unit,
            "cohort": arguments.cohort,
            "cluster": arguments.cluster,
        },
        controls=arguments.controls,
        optional=[arguments.cohort] if arguments.cohort else [],
        least=_FEWEST_ROWS,
    )
    refuse_constant(rows, TOOL, "outcome", arguments.outcome)
    return rows


def _roles(arguments: DifferenceInDifferencesArguments) -> Roles:
    names: dict[str, Any] = arguments.model_dump(
        include={"outcome", "time", "unit", "treatment", "post", "cohort", "cluster", "weights"}
    )
    return Roles(**names)


def _switched_off(
    rows: Rows, arguments: DifferenceInDifferencesArguments, units: int
) -> DifferenceInDifferencesResult:
    treatment = arguments.treatment or ""
    return refused(
        DifferenceInDifferencesResult,
        estimand=f"Average effect of {treatment} on {arguments.outcome} for the units that were treated.",
        design="Difference-in-differences, which takes adoption to be lasting.",
        method="two_by_two" if arguments.method == "two_by_two" else "callaway_santanna",
        outcome=arguments.outcome,
        treatment=treatment,
        n=len(rows),
        assumptions=untestable(""),
        reasons=(
            f"{treatment} goes back to 0 in {units} units: what comes after it ends mixes a lasting effect with its end, and "
            "units that had it are no clean comparison.",
        ),
        advice=(
            "Cut each unit's rows at the end of its treatment, or keep only units whose treatment lasts",
            "If past treatment leaves nothing behind, use estimate_effect with the treatment of the period",
        ),
        units=UNITS,
        settings=arguments.model_dump(mode="json"),
    )
