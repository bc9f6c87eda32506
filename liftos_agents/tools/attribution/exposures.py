"""Exposures of rows read from a table: what reached how many rows, at what cost, and what platforms claim."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from liftos_agents.tools.adjustment.inference import infer
from liftos_agents.tools.adjustment.regression import regression
from liftos_agents.tools.adjustment.study import study_of
from liftos_agents.tools.attribution.row_contract import RowAttribution
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import Rows, refuse_same, take
from liftos_agents.tools.effects.columns import refuse_constant
from liftos_agents.tools.effects.treated import names_the_untreated
from liftos_agents.tools.errors import ToolRetry

TOOL = "attribute"
LEVEL = 0.9
_SHOWN = 8


@dataclass(frozen=True)
class Exposure:
    """One channel's contact with the rows.

    Attributes:
        key: Name in a result: letters, digits, `_` and `-`.
        total: Rows reached, or the sum of the dose.
        lowest: Smallest dose; zero for two values.
        naive: Effect and the ends of its 90 % interval with nothing held equal.
        spend, claimed: Totals over the rows used; None where no column is given.
    """

    key: str
    column: str
    kind: Literal["reached", "dose"]
    total: float
    lowest: float
    naive: tuple[float, float, float]
    spend: float | None
    claimed: float | None


@dataclass(frozen=True)
class Exposed:
    """The complete rows of a call with their exposures.

    Attributes:
        dropped: Rows left out because a value was missing.
        gaps: Columns of spend or claims with missing values, which count as nothing.
    """

    rows: int
    dropped: int
    outcome: float
    exposures: tuple[Exposure, ...]
    gaps: tuple[str, ...]


def exposed(context: ToolContext, given: RowAttribution) -> Exposed:
    """The exposures over the rows in which outcome, exposures, controls and cluster are all there.

    Raises:
        ToolRetry: A column is missing, named twice, constant, negative or a single cluster, or a map names a column that is no exposure.
        ToolFailed: Too few complete rows.
    """
    _refuse_arguments(given)
    costs = {f"spend of {name}": column for name, column in (given.spend or {}).items()}
    claims = {f"claimed of {name}": column for name, column in (given.claimed or {}).items()}
    reached = {f"exposures[{i}]": column for i, column in enumerate(given.exposures)}
    extra = [c for c in (*costs.values(), *claims.values()) if c not in (given.outcome, *given.exposures)]
    rows = take(
        context,
        f"{TOOL} rows,",
        numbers={"outcome": given.outcome, **reached, **costs, **claims},
        keys={"cluster": given.cluster},
        controls=given.controls,
        optional=[c for c in extra if c not in given.controls],
    )
    refuse_constant(rows, f"{TOOL} rows,", "outcome", given.outcome)
    if given.cluster is not None and rows.frame[given.cluster].nunique() < 2:
        raise ToolRetry(
            f"all rows are in one cluster of {given.cluster!r}, so nothing says how far clusters differ",
            where=f"{TOOL} argument rows.cluster",
            fix="Leave cluster out, or name a column with many groups",
        )
    keys = _keys(given.exposures)
    return Exposed(
        rows=len(rows),
        dropped=rows.dropped,
        outcome=float(np.sort(rows.numbers(given.outcome)).sum()),
        exposures=tuple(_exposure(rows, given, column, keys[column]) for column in given.exposures),
        gaps=tuple(sorted({column for column in extra if np.isnan(rows.numbers(column)).any()})),
    )


def _refuse_arguments(given: RowAttribution) -> None:
    for role, names in (("exposures", given.exposures), ("methods", given.methods)):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ToolRetry(
                f"{twice[0]!r} is named twice",
                where=f"{TOOL} argument rows.{role}",
                fix="Name each once",
            )
    refuse_same(
        f"{TOOL} rows,",
        outcome=given.outcome,
        exposures=given.exposures,
        controls=given.controls,
        cluster=given.cluster,
    )
    for role, mapped in (("spend", given.spend), ("claimed", given.claimed)):
        for name in sorted(mapped or {}):
            if name not in given.exposures:
                raise ToolRetry(
                    f"{name!r} is not among the exposures",
                    where=f"{TOOL} argument rows.{role}",
                    fix=f"Map an exposure to its column; the exposures are {', '.join(given.exposures[:_SHOWN])}",
                )
    adjusts = [method for method in given.methods if method != "linear"]
    if adjusts and len(given.exposures) == 1 and not given.controls:
        raise ToolRetry(
            f"{adjusts[0]} holds other columns equal, and there is one exposure and no control",
            where=f"{TOOL} argument rows.controls",
            fix="Name controls, or give methods=['linear'] for the plain difference",
        )


def _exposure(rows: Rows, given: RowAttribution, column: str, key: str) -> Exposure:
    where = f"{TOOL} argument rows.exposures"
    refuse_constant(rows, f"{TOOL} rows,", "exposures", column)
    if names_the_untreated(column):
        raise ToolRetry(
            f"{column!r} names those whom nothing reached, and an exposure says whom a channel reached",
            where=where,
            fix="Leave it out, or use measure_incrementality to read a holdout",
        )
    values = rows.numbers(column)
    levels = np.unique(values)
    if levels[0] < 0.0:
        raise ToolRetry(
            f"{column!r} has values below zero (such as {levels[0]:g}), and an exposure cannot be less than none",
            where=where,
            fix="Name a column that counts contacts, impressions or spend",
        )
    if len(levels) == 2 and levels[0] > 0.0:
        raise ToolRetry(
            f"{column!r} has two values, {levels[0]:g} and {levels[1]:g}, and neither is zero, so no row is unexposed",
            where=where,
            fix="Code it 0 for unexposed and 1 for exposed",
        )
    kind = "reached" if len(levels) == 2 else "dose"
    bare = study_of(_without_controls(rows), outcome=given.outcome, treatment=column, cluster=given.cluster, weights=None)  # fmt: skip
    found = infer(regression(bare, "att"), LEVEL, bare.cluster, given.seed)
    return Exposure(
        key=key,
        column=column,
        kind=kind,
        total=float((values == levels[1]).sum()) if kind == "reached" else float(np.sort(values).sum()),
        lowest=float(levels[0]),
        naive=(found.estimate, *found.ends),
        spend=_sum(rows, given.spend, column, "spend"),
        claimed=_sum(rows, given.claimed, column, "claimed"),
    )


def _without_controls(rows: Rows) -> Rows:
    return Rows(rows.frame, rows.controls[:, :0], (), rows.dropped, rows.words)


def _sum(rows: Rows, mapped: Mapping[str, str] | None, column: str, role: str) -> float | None:
    if mapped is None or column not in mapped:
        return None
    values = rows.numbers(mapped[column])
    values = np.sort(values[~np.isnan(values)])
    if len(values) and values[0] < 0.0:
        raise ToolRetry(
            f"{mapped[column]!r} has values below zero (such as {values[0]:g})",
            where=f"{TOOL} argument rows.{role}",
            fix=f"Name a column of {role} amounts of at least zero, or leave {column} out of {role}",
        )
    return float(values.sum())


def _keys(columns: tuple[str, ...]) -> dict[str, str]:
    """Each column's key; columns that would share one are numbered."""
    keys: dict[str, str] = {}
    for column in columns:
        plain = re.sub(r"[^A-Za-z0-9_-]+", "_", column).strip("_") or "channel"
        key, number = plain, 2
        while key in keys.values():
            key, number = f"{plain}_{number}", number + 1
        keys[column] = key
    return keys
