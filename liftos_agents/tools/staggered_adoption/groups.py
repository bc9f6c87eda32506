"""Who belongs to the treated group, and from which period on, when no unit is followed over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.effects import Rows
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.staggered_adoption.adoption import TOOL, check_binary, refuse_one_sided
from liftos_agents.tools.staggered_adoption.result import DifferenceInDifferencesArguments
from liftos_agents.tools.staggered_adoption.times import Periods, read_first_treated, read_periods

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Groups:
    """Rows by group and period.

    Attributes:
        treated: (rows,) belongs to the treated group.
        periods: With each row's period.
        start: Index of the first treated period.
    """

    treated: NDArray[np.bool_]
    periods: Periods
    start: int


def read_groups(rows: Rows, arguments: DifferenceInDifferencesArguments) -> Groups:
    """Group and start of treatment of `rows`.

    Raises:
        ToolRetry: They cannot be told, or adoption is staggered.
        ToolFailed: One group is all there is.
    """
    periods = read_periods(rows.frame[arguments.time], arguments.time, f"{TOOL} argument time")
    treated, start = (
        _from_cohort(rows, arguments, periods)
        if arguments.treatment is None
        else _from_treatment(rows, arguments, periods)
    )
    if treated.all() or not treated.any():
        refuse_one_sided(bool(treated.all()), arguments.treatment or arguments.cohort or "")
    for who, group in (("treated", treated), ("untreated", ~treated)):
        for when, side in (("before", periods.codes < start), ("from", periods.codes >= start)):
            if not (group & side).any():
                raise ToolRetry(
                    f"the {who} group has no row {when} {periods.names[start]}{' on' if when == 'from' else ''}",
                    where=f"{TOOL} argument time",
                    fix="Give rows of both groups from before and after the treatment began",
                )
    return Groups(treated, periods, start)


def _from_cohort(
    rows: Rows, arguments: DifferenceInDifferencesArguments, periods: Periods
) -> tuple[NDArray[np.bool_], int]:
    if arguments.cohort is None:
        raise ToolRetry(
            "neither treatment nor cohort is given, so who is treated when is not known",
            where=f"{TOOL} argument treatment",
            fix="Name as treatment the column that says who is treated, or as cohort the first treated period",
        )
    first = read_first_treated(
        rows.frame[arguments.cohort], periods, arguments.cohort, f"{TOOL} argument cohort"
    )
    starts = sorted({int(g) for g in first if 0 < g < len(periods)})
    if len(starts) > 1:
        raise ToolRetry(
            f"treatment starts in {len(starts)} different periods and no unit is named",
            where=f"{TOOL} argument unit",
            fix="Name as unit what adopts (a store, a region), with one row a unit and period: average the rows first",
        )
    if not starts:
        refuse_one_sided(False, arguments.cohort)
    return first < len(periods), starts[0]


def _from_treatment(
    rows: Rows, arguments: DifferenceInDifferencesArguments, periods: Periods
) -> tuple[NDArray[np.bool_], int]:
    name = arguments.treatment or ""
    values = rows.numbers(name)
    check_binary(values, name)
    treated = values > 0.0
    if treated.all() or not treated.any():
        refuse_one_sided(bool(treated.all()), name)
    by_period = np.bincount(periods.codes, weights=values, minlength=len(periods))
    if by_period[0] == 0.0:
        return _by_cluster(rows, arguments, periods, treated, int(np.flatnonzero(by_period)[0]))
    if arguments.post is not None and arguments.post != arguments.time:
        return treated, _start(rows, arguments.post, periods)
    if arguments.cohort is not None:
        return treated, _from_cohort(rows, arguments, periods)[1]
    if len(periods) > 2:
        raise ToolRetry(
            f"{name!r} says who belongs to the treated group, and {len(periods)} periods do not say when treatment began",
            where=f"{TOOL} argument post",
            fix="Name as post a column that is 1 from the start of the treatment on, or as unit what is followed over time",
        )
    return treated, 1


def _start(rows: Rows, post: str, periods: Periods) -> int:
    values = rows.numbers(post)
    check_binary(values, post, "post")
    low, high = np.ones(len(periods)), np.zeros(len(periods))
    np.minimum.at(low, periods.codes, values)
    np.maximum.at(high, periods.codes, values)
    if (low != high).any() or (np.diff(low) < 0.0).any() or low.all() or not low.any():
        raise ToolRetry(
            f"{post!r} is not 0 in the first periods and 1 in all later ones",
            where=f"{TOOL} argument post",
            fix="Name a column that is 0 before the treatment began and 1 from then on, for every row of a period",
        )
    return int(np.flatnonzero(low)[0])


def _by_cluster(
    rows: Rows,
    arguments: DifferenceInDifferencesArguments,
    periods: Periods,
    treated: NDArray[np.bool_],
    start: int,
) -> tuple[NDArray[np.bool_], int]:
    """The group of a treatment that is 0 before it begins: the clusters in which it ever is 1."""
    if arguments.cluster is None:
        raise ToolRetry(
            f"{arguments.treatment!r} is 0 for everyone in {periods.names[0]}, so it does not say who belongs to the group that is "
            "treated later",
            where=f"{TOOL} argument treatment",
            fix="Name the column of the group (constant over time), or the unit or cluster that adopts",
        )
    codes = pd.factorize(rows.frame[arguments.cluster], sort=True)[0]
    adopts = np.bincount(codes, weights=treated) > 0.0
    group = adopts[codes]
    apart = group & (periods.codes >= start) & ~treated
    if apart.any():
        raise ToolRetry(
            f"{int(apart.sum())} rows of {arguments.cluster!r} that adopt are untreated after {periods.names[start]}: adoption is "
            "staggered, or not by this cluster",
            where=f"{TOOL} argument unit",
            fix="Average the rows to one a unit and period, and name the unit that adopts",
        )
    return group, start
