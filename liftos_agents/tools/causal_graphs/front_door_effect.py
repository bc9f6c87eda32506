"""The front-door estimate as an effect: columns taken, assumptions named, forms of relation tested."""

from __future__ import annotations

import numpy as np

from liftos_agents.domain.effect import Assumption, Check, ConfidenceInterval, Term
from liftos_agents.tools.causal_graphs.front_door import FrontDoorEstimate, front_door
from liftos_agents.tools.causal_graphs.identify import FrontDoor
from liftos_agents.tools.causal_graphs.nested_effect import Estimated
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects.columns import refuse_constant, take

CURVATURE_ALPHA = 0.01
_LEAST = 40


def front_door_effect(
    context: ToolContext, treatment: str, outcome: str, door: FrontDoor, level: float
) -> Estimated:
    """The effect through the mediators.

    Raises:
        ToolRetry: A column holds words, or does not vary.
        ToolFailed: Too few complete rows.
    """
    named = {"outcome": outcome, "treatment": treatment}
    rows = take(
        context,
        "use_graph",
        numbers={**named, **{f"mediators[{k}]": m for k, m in enumerate(door.mediators)}},
        controls=door.controls,
        least=_LEAST,
    )
    for argument, column in (*named.items(), *(("graph", m) for m in door.mediators)):
        refuse_constant(rows, "use_graph", argument, column)
    mediators = np.column_stack([rows.numbers(m) for m in door.mediators])
    # Sums run in an order of the rows' own, so that the table's order changes no digit.
    whole = np.column_stack([rows.numbers(outcome), rows.numbers(treatment), mediators, rows.controls])
    whole = whole[np.lexsort(whole.T[::-1])]
    count = 2 + len(door.mediators)
    found = front_door(whole[:, 0], whole[:, 1], whole[:, 2:count], whole[:, count:])
    low, high = found.interval(level)
    fields = {
        "method": "front_door",
        "estimate": found.estimate,
        "standard_error": found.standard_error,
        "interval": ConfidenceInterval(low=low, high=high, level=level),
        "p_value": found.p_value,
        "n": len(rows),
        "assumptions": _assumptions(treatment, outcome, door, found),
        "checks": _checks(treatment, door, found),
        "terms": {
            f"to_mediator_{k + 1}": Term(
                meaning=f"What one unit of {treatment} changes in {mediator}, in its standard deviations",
                estimate=moved,
                standard_error=error,
            )
            for k, (mediator, (moved, error)) in enumerate(zip(door.mediators, found.passed_on, strict=True))
        },
        "reasons": _reasons(found),
    }
    units = {"terms.*.estimate": "score", "terms.*.standard_error": "score"}
    return Estimated(fields, door.controls, (), door.mediators, units, None, "front_door")


def _assumptions(
    treatment: str, outcome: str, door: FrontDoor, found: FrontDoorEstimate
) -> tuple[Assumption, ...]:
    through = ", ".join(door.mediators)
    held = f" once {', '.join(door.controls)} are held equal" if door.controls else ""
    tested = found.curvature_p is not None
    curved = found.curvature_p is not None and found.curvature_p < CURVATURE_ALPHA
    return (
        Assumption(
            name=f"{treatment} acts on {outcome} through {through} alone",
            how_checked="It is drawn so; a front-door graph by itself implies nothing that data could contradict.",
            verdict="not checked",
        ),
        Assumption(
            name=f"Nothing unobserved drives both {treatment} and {through}{held}",
            how_checked="It is drawn so, and no column can show it.",
            verdict="not checked",
        ),
        Assumption(
            name=f"Nothing unobserved drives both {through} and {outcome}, {treatment} held equal",
            how_checked="It is drawn so, and no column can show it.",
            verdict="not checked",
        ),
        Assumption(
            name="The outcome's model has the right form",
            how_checked=f"Cubes of the mediators and squares of the controls were added: p = {found.curvature_p:.2g}."
            if tested
            else "With mediators of few values and without controls the model has no form to be wrong.",
            verdict="does not hold" if curved else "nothing speaks against it",
        ),
    )


def _checks(treatment: str, door: FrontDoor, found: FrontDoorEstimate) -> tuple[Check, ...]:
    moves = max(abs(moved) / max(error, 1e-300) for moved, error in found.passed_on)
    checks = [
        Check(
            name="treatment_moves_mediators",
            value=float(min(moves, 1e6)),
            threshold=None,
            passed=None,
            meaning=f"The clearest change of {', '.join(door.mediators)} with {treatment}, in standard errors.",
        )
    ]
    if found.curvature_p is not None:
        checks.append(
            Check(
                name="form_of_outcome_model",
                value=found.curvature_p,
                threshold=CURVATURE_ALPHA,
                passed=found.curvature_p >= CURVATURE_ALPHA,
                meaning="p-value of terms beyond those of the outcome's model; a low one says that its form is wrong.",
            )
        )
    return tuple(checks)


def _reasons(found: FrontDoorEstimate) -> tuple[str, ...]:
    if found.curvature_p is not None and found.curvature_p < CURVATURE_ALPHA:
        return (
            "The outcome bends with the mediators or the controls in a way that its model does not follow.",
        )
    return ()
