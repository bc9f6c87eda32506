"""The rows of a regression discontinuity design, taken from the table, with clear errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.discontinuity.sides import Sides, split
from liftos_agents.tools.effects import refuse_same, take
from liftos_agents.tools.effects.columns import Rows, refuse_constant
from liftos_agents.tools.errors import ToolFailed, ToolRetry

if TYPE_CHECKING:
    from liftos_agents.tools.regression_discontinuity import RegressionDiscontinuityArguments

Array = NDArray[np.float64]

TOOL = "regression_discontinuity"
FEWEST_ROWS = 20


@dataclass(frozen=True)
class Sample:
    """The complete rows of the design.

    Attributes:
        distance: (n,) sorted running variable less cutoff, the rows of a donut included.
        sides: The rows that are fitted: without those of the donut.
        covariate_names: Names of the columns behind the outcome and, in a fuzzy design, the treatment.
        distinct: Different values of the running variable.
    """

    distance: Array
    sides: Sides
    covariate_names: tuple[str, ...]
    fuzzy: bool
    rows: Rows
    distinct: int

    @property
    def n(self) -> int:
        """Rows that are fitted."""
        return sum(len(side.distance) for side in self.sides)


def draw_sample(context: ToolContext, arguments: RegressionDiscontinuityArguments) -> Sample:
    """The sample that the arguments ask for.

    Raises:
        ToolRetry: A column does not do, the cutoff lies outside the data, or there is one cluster.
        ToolFailed: A side has too few rows.
    """
    a = arguments
    refuse_same(TOOL, outcome=a.outcome, running=a.running, fuzzy=a.fuzzy, covariates=a.covariates)
    refuse_same(TOOL, outcome=a.outcome, cluster=a.cluster)
    rows = take(
        context,
        TOOL,
        numbers={"outcome": a.outcome, "running": a.running, "fuzzy": a.fuzzy},
        keys={"cluster": a.cluster},
        controls=a.covariates,
    )
    named = (("outcome", a.outcome), ("running", a.running), ("fuzzy", a.fuzzy))
    for role, column in ((role, column) for role, column in named if column is not None):
        refuse_constant(rows, TOOL, role, column)
        if not np.isfinite(rows.numbers(column)).all():
            raise ToolRetry(
                f"{column!r} holds infinite values",
                where=f"{TOOL} argument {role}",
                fix="Leave those rows out, or name another column",
            )
    running = rows.numbers(a.running)
    _check_cutoff(running, a.running, a.cutoff)
    columns = [rows.numbers(a.outcome)] + ([] if a.fuzzy is None else [rows.numbers(a.fuzzy)])
    outcomes = np.column_stack([*columns, rows.controls])
    codes = None
    if a.cluster is not None:
        codes = np.unique(rows.frame[a.cluster].astype(str).to_numpy(str), return_inverse=True)[1].astype(
            np.intp
        )
        if codes.max() == 0:
            raise ToolRetry(
                f"{a.cluster!r} has one value only, and errors cannot be clustered in one cluster",
                where=f"{TOOL} argument cluster",
                fix="Name a column with many groups, or leave cluster out",
            )
    keep = np.abs(running - a.cutoff) >= a.donut
    sides = split(running[keep], outcomes[keep], a.cutoff, None if codes is None else codes[keep])
    for side, where in zip(sides, ("below", "above"), strict=True):
        if len(side.distance) < FEWEST_ROWS:
            raise ToolFailed(
                f"{len(side.distance)} complete rows lie {where} the cutoff {a.cutoff:g} of {a.running!r}, and at least "
                f"{FEWEST_ROWS} are needed on each side",
                where=f"{TOOL} argument {'donut' if a.donut else 'cutoff'}",
                fix="Make the donut smaller" if a.donut else "Give more rows, or check the cutoff",
            )
    return Sample(
        distance=np.sort(running - a.cutoff),
        sides=sides,
        covariate_names=rows.control_names,
        fuzzy=a.fuzzy is not None,
        rows=rows,
        distinct=len(np.unique(running)),
    )


def check_window(sample: Sample, bandwidth: float, order: int, given: bool) -> None:
    """Refuses a window that holds too little on a side.

    Raises:
        ToolRetry: It was given, and a wider one holds enough.
        ToolFailed: No window does.
    """
    fewest_values = order + 3
    for side, where in zip(sample.sides, ("below", "above"), strict=True):
        size = np.abs(side.distance)
        near = size < bandwidth
        values = np.unique(size)
        inside = len(np.unique(size[near]))
        if near.sum() >= FEWEST_ROWS // 2 and inside >= fewest_values:
            continue
        said = f"{int(near.sum())} rows with {inside} different values lie {where} the cutoff within a bandwidth of {bandwidth:g}"
        if given and len(values) > fewest_values:
            enough = max(float(np.sort(size)[FEWEST_ROWS // 2]), float(values[fewest_values]))
            raise ToolRetry(
                f"{said}, which is too few",
                where=f"{TOOL} argument bandwidth",
                fix=f"Give a bandwidth of more than {enough:g}, or leave it out",
            )
        raise ToolFailed(
            f"{said}, which is too few for a polynomial of order {order}",
            where=f"{TOOL} argument running",
            fix="Use a running variable with more different values, or more rows near the cutoff",
        )


def _check_cutoff(running: Array, name: str, cutoff: float) -> None:
    low, high = float(running.min()), float(running.max())
    if low < cutoff <= high:
        return
    middle = float(np.median(running))
    where = "below" if cutoff <= low else "at or above"
    raise ToolRetry(
        f"no row lies {where} the cutoff {cutoff:g}: {name!r} goes from {low:g} to {high:g}",
        where=f"{TOOL} argument cutoff",
        fix=f"Give the cutoff at which treatment changes, between {low:g} and {high:g} (the median is {middle:g})",
    )
