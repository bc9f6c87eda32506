"""An outcome that the treatment cannot have reached: the same quantity before it."""

from __future__ import annotations

from liftos_agents.domain.effect import Check
from liftos_agents.tools.adjustment.post_treatment import earlier_outcomes
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.robustness.attack import Attack, not_possible
from liftos_agents.tools.robustness.rerun import Rerun

NAME = "placebo_outcome"


def placebo_outcome(rerun: Rerun, given: str | None) -> Attack:
    """The effect on a quantity from before the treatment, which must be zero.

    Raises:
        ToolRetry: The given column is not there, or is the outcome or the treatment.
    """
    outcome = rerun.column("outcome")
    columns = [str(c) for c in rerun.frame.columns]
    where = "check_robustness argument placebo_outcome"
    if given is not None and given not in columns:
        raise ToolRetry(f"no column {given!r}", where=where, fix=f"The data has {', '.join(columns[:30])}")
    if given is not None and given in (outcome, rerun.column("treatment")):
        raise ToolRetry(
            f"{given!r} is the outcome or the treatment itself",
            where=where,
            fix="Name a column that the treatment cannot have changed",
        )
    if outcome is None:
        return not_possible(NAME, f"{rerun.tool} has no outcome column.")
    chosen = given
    if chosen is None and rerun.tool in (
        "estimate_effect",
        "instrumental_variables",
        "regression_discontinuity",
    ):
        chosen = next(iter(earlier_outcomes(outcome, tuple(columns))), None)
    if chosen is None:
        return not_possible(
            NAME, "no column is named that was measured before the treatment (give one as placebo_outcome)."
        )
    changes: dict[str, object] = {"outcome": chosen}
    for role in ("controls", "covariates", "segments"):
        if chosen in rerun.columns(role):
            changes[role] = [c for c in rerun.columns(role) if c != chosen]
    found = rerun.again(f"effect on {chosen}", **changes)
    if found.estimate is None or found.low is None:
        return not_possible(NAME, f"the effect on {chosen} could not be estimated ({found.why}).")
    return Attack(
        Check(
            name=NAME,
            value=found.estimate,
            threshold=None,
            passed=not found.excludes_zero,
            meaning=f"Effect on {chosen}, which the treatment cannot have changed: its interval "
            f"{'leaves out' if found.excludes_zero else 'holds'} zero.",
        ),
        {NAME: found.term()},
        fatal=True,
    )
