"""A call's columns read as a study, with an error for each specification that cannot be answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from liftos_agents.tools.adjustment.study import Study, study_of
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import Rows, Treated, refuse_same, take
from liftos_agents.tools.effects.columns import refuse_constant
from liftos_agents.tools.errors import ToolRetry

TOOL = "estimate_effect"


@dataclass(frozen=True)
class Asked:
    """A study, and what was done to the rows on the way.

    Attributes:
        scale: What 1 and 0 of a binary treatment stand for; empty when they are 1 and 0.
        treatment: What the treatment is called.
        notes: What a reader must know of how it was coded.
    """

    study: Study
    dropped: int
    scale: str
    treatment: str
    notes: tuple[str, ...] = ()


def asked(
    context: ToolContext,
    *,
    outcome: str,
    treatment: str,
    treated: tuple[str, ...] = (),
    controls: Sequence[str],
    segments: Sequence[str],
    cluster: str | None,
    weights: str | None,
) -> Asked:
    """The study of a call.

    Raises:
        ToolRetry: A column is missing, named twice, constant, negative as a weight, or a single cluster; or a value of `treated` is
            not in the treatment's column.
        ToolFailed: Too few complete rows.
    """
    refuse_same(
        TOOL, outcome=outcome, treatment=treatment, controls=controls, weights=weights, cluster=cluster
    )
    refuse_same(TOOL, outcome=outcome, treatment=treatment, weights=weights, segments=segments)
    keys = {"cluster": cluster, **{f"segments[{i}]": name for i, name in enumerate(segments)}}
    rows = take(
        context,
        TOOL,
        numbers={"outcome": outcome, "treatment": treatment, "weights": weights},
        keys=keys,
        controls=controls,
        optional=[name for name in segments if name not in (outcome, treatment, *controls)],
        treated=Treated(treatment, treated),
    )
    refuse_constant(rows, TOOL, "outcome", outcome)
    refuse_constant(rows, TOOL, "treatment", treatment)
    if weights is not None:
        _refuse_weights(rows, weights)
    if cluster is not None and rows.frame[cluster].nunique() < 2:
        raise ToolRetry(
            f"all rows are in one cluster of {cluster!r}, so nothing says how far clusters differ",
            where=f"{TOOL} argument cluster",
            fix="Leave cluster out, or name a column with many groups",
        )
    study = study_of(rows, outcome=outcome, treatment=treatment, cluster=cluster, weights=weights)
    called = f"treatment (not {treatment})" if rows.turned else treatment
    return Asked(study, rows.dropped, _scale(rows, treatment), called, rows.notes)


def _refuse_weights(rows: Rows, weights: str) -> None:
    values = rows.numbers(weights)
    if (values <= 0.0).any():
        raise ToolRetry(
            f"{weights!r} has values of zero or below (such as {values.min():g}), which are no weights",
            where=f"{TOOL} argument weights",
            fix="Name a column of positive weights, or leave weights out",
        )


def _scale(rows: Rows, treatment: str) -> str:
    if treatment in rows.words:
        zero, one = rows.words[treatment]
        return f"1 is {one!r} and 0 is {zero!r}"
    values = np.unique(rows.numbers(treatment))
    if len(values) == 2 and tuple(values) != (0.0, 1.0):
        return f"1 is {values[1]:g} and 0 is {values[0]:g}"
    return ""
