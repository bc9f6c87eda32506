"""A table of units over time as a `Panel`, or an error that says what to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import Rows
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.staggered_adoption.adoption import (
    TOOL,
    Treatment,
    agreed,
    check_binary,
    from_treatment,
    refuse_one_sided,
)
from liftos_agents.tools.staggered_adoption.panel import Panel, by_first_use
from liftos_agents.tools.staggered_adoption.times import Periods, name_of, read_first_treated, read_periods

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Roles:
    """Columns by what they are; see the tool's arguments."""

    outcome: str
    time: str
    unit: str | None
    treatment: str | None
    post: str | None
    cohort: str | None
    cluster: str | None
    weights: str | None


@dataclass(frozen=True)
class Read:
    """A panel with what was done to get it.

    Attributes:
        control_names: Of the panel's controls.
        notes: What was left out or read in a particular way, a sentence each.
        rows: Rows used.
    """

    panel: Panel
    control_names: tuple[str, ...]
    notes: tuple[str, ...]
    rows: int


def read_panel(context: ToolContext, rows: Rows, roles: Roles) -> Read:
    """The panel of `rows`; `roles.unit` is there.

    Raises:
        ToolRetry, ToolFailed: As the fix says.
        SwitchedOff: The treatment ends in some units.
    """
    assert roles.unit is not None
    frame, notes = rows.frame, list[str]()
    periods = read_periods(frame[roles.time], roles.time, f"{TOOL} argument time")
    units, names = pd.factorize(frame[roles.unit], sort=True)
    shape = (len(names), len(periods))
    _refuse_duplicates(units, periods, names, roles)
    outcome = _wide(rows.numbers(roles.outcome), units, periods.codes, shape)
    cohort = _cohorts(context, rows, roles, periods, units, shape)
    weights = _unit_weights(rows, roles, units, notes)
    cluster = (
        np.arange(len(names))
        if roles.cluster is None
        else _within_unit(frame[roles.cluster], units, roles.cluster, "cluster")
    )
    controls, control_names = _controls(rows, notes)
    wide = np.zeros((*shape, controls.shape[1]))
    wide[units, periods.codes] = controls
    always = cohort < 0
    if always.all():
        refuse_one_sided(True, roles.treatment or roles.cohort or roles.time)
    if always.any():
        notes.append(
            f"{int(always.sum())} units are treated from the first period on; they show no change and are left out."
        )
    if (cohort[~always] >= len(periods)).all():
        refuse_one_sided(False, roles.treatment or roles.cohort or roles.time)
    order = _content_order(outcome, cohort, weights, wide)
    order = order[~always[order]]
    panel = Panel(
        outcome=outcome[order],
        cohort=cohort[order],
        controls=wide[order],
        weights=weights[order] / weights[order].mean(),
        cluster=by_first_use(cluster[order].astype(np.int64)),
        periods=periods.names,
        fixed_controls=_fixed(controls, units),
    )
    if not panel.is_balanced:
        lacking = int((~panel.seen.all(axis=1)).sum())
        notes.append(
            f"{lacking} of {len(panel.cohort)} units lack some period; each effect uses the units seen in both of its periods."
        )
    if roles.unit and panel.cluster_count < 2:
        raise ToolRetry(
            f"{roles.cluster or roles.unit!r} has one value only, so there is one cluster and no error can be told",
            where=f"{TOOL} argument cluster",
            fix="Leave cluster out (units are the clusters then), or name one with several values",
        )
    if not panel.fixed_controls:
        notes.append(
            "Controls change over time; each comparison takes them as they are in its earlier period."
        )
    if rows.dropped:
        notes.append(f"{rows.dropped} rows with a missing value are left out.")
    return Read(panel, control_names, tuple(notes), int(panel.seen.sum()))


def _refuse_duplicates(units: NDArray[np.intp], periods: Periods, names: pd.Index, roles: Roles) -> None:
    codes = units.astype(np.int64) * len(periods) + periods.codes
    seen, counts = np.unique(codes, return_counts=True)
    if (counts > 1).any():
        first = int(seen[counts > 1][0])
        raise ToolRetry(
            f"{roles.unit!r} {name_of(names[first // len(periods)])} has {int(counts[counts > 1][0])} rows in period "
            f"{periods.names[first % len(periods)]}, and one is wanted",
            where=f"{TOOL} argument unit",
            fix="Sum or average the rows of a unit in a period, name the column that tells the units apart, or leave unit "
            "out when the rows are different people in each period",
        )


def _cohorts(
    context: ToolContext,
    rows: Rows,
    roles: Roles,
    periods: Periods,
    units: NDArray[np.intp],
    shape: tuple[int, int],
) -> Indices:
    treatment = None
    if roles.treatment is not None:
        values = rows.numbers(roles.treatment)
        check_binary(values, roles.treatment)
        if roles.post is not None:
            check_binary(rows.numbers(roles.post), roles.post, "post")
            values = values * rows.numbers(roles.post)
        treatment = Treatment(roles.treatment, _wide(values, units, periods.codes, shape))
    if roles.cohort is None:
        if treatment is None:
            raise ToolRetry(
                "neither treatment nor cohort is given, so who is treated when is not known",
                where=f"{TOOL} argument cohort",
                fix="Name as cohort the column with the first treated period, or as treatment one that is 0 or 1",
            )
        return from_treatment(treatment, periods, _candidates(context, rows, roles, periods))
    by_row = read_first_treated(rows.frame[roles.cohort], periods, roles.cohort, f"{TOOL} argument cohort")
    cohort = _within_unit(pd.Series(by_row), units, roles.cohort, "cohort").astype(np.int64)
    if treatment is not None:
        agreed(cohort, treatment, roles.cohort, len(periods))
    return cohort


def _candidates(context: ToolContext, rows: Rows, roles: Roles, periods: Periods) -> tuple[str, ...]:
    """Columns that are constant within a unit and hold periods, or 0 and nothing."""
    frame = context.dataset.frame
    if frame is None:
        return ()
    found = []
    for name in map(str, frame.columns):
        if name in (roles.outcome, roles.time, roles.unit, roles.treatment, roles.cluster, roles.weights):
            continue
        values = frame.loc[rows.frame.index, name]
        there = {v for v in values.dropna().unique() if v not in (0.0, np.inf, "", "never")}
        if there and len(there) < len(periods) and there <= set(periods.values):
            found.append(name)
    return tuple(found)


def _wide(values: Array, units: NDArray[np.intp], periods: Indices, shape: tuple[int, int]) -> Array:
    wide = np.full(shape, np.nan)
    wide[units, periods] = values
    return wide


def _within_unit(column: pd.Series, units: NDArray[np.intp], name: str, argument: str) -> NDArray[np.intp]:
    """(units,) codes, or period indices, of a column that must be constant within a unit."""
    is_code = pd.api.types.is_integer_dtype(column)
    codes = column.to_numpy(np.int64) if is_code else pd.factorize(column, sort=True)[0]
    count = int(units.max()) + 1
    low, high = np.full(count, np.iinfo(np.int64).max), np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(low, units, codes)
    np.maximum.at(high, units, codes)
    changing = int((low != high).sum())
    if changing:
        raise ToolRetry(
            f"{name!r} changes within {changing} units",
            where=f"{TOOL} argument {argument}",
            fix="Name a column that holds one value a unit"
            + ("; a treatment that switches on goes into treatment" if argument == "cohort" else ""),
        )
    return low


def _unit_weights(rows: Rows, roles: Roles, units: NDArray[np.intp], notes: list[str]) -> Array:
    if roles.weights is None:
        return np.ones(int(units.max()) + 1)
    values = rows.numbers(roles.weights)
    check_weights(values, roles.weights)
    mean = np.bincount(units, weights=values) / np.bincount(units)
    if np.abs(values - mean[units]).max() > 1e-9 * mean.max():
        notes.append("Weights change within units; each unit counts with its mean weight.")
    return mean


def check_weights(values: Array, name: str) -> None:
    """Refuses weights that are negative, or all zero.

    Raises:
        ToolRetry: One is negative.
        ToolFailed: All are zero.
    """
    if (values < 0.0).any():
        raise ToolRetry(
            f"{name!r} holds negative weights (lowest {values.min():g})",
            where=f"{TOOL} argument weights",
            fix="Name a column of weights that are 0 or more, or leave weights out",
        )
    if not (values > 0.0).any():
        raise ToolFailed(
            f"all weights in {name!r} are 0", where=f"{TOOL} argument weights", fix="Leave weights out"
        )


def _controls(rows: Rows, notes: list[str]) -> tuple[Array, tuple[str, ...]]:
    """Controls with mean 0 and spread 1, without those that others determine."""
    if not rows.controls.shape[1]:
        return rows.controls, ()
    scaled = (rows.controls - rows.controls.mean(axis=0)) / rows.controls.std(axis=0)
    kept: list[int] = []
    for j in range(scaled.shape[1]):
        others = scaled[:, kept]
        left = scaled[:, j] - (others @ np.linalg.lstsq(others, scaled[:, j], rcond=None)[0] if kept else 0.0)
        if np.sqrt((left**2).mean()) > 1e-7:
            kept.append(j)
        else:
            notes.append(f"Control {rows.control_names[j]} is determined by the others and is left out.")
    return scaled[:, kept], tuple(rows.control_names[j] for j in kept)


def _fixed(controls: Array, units: NDArray[np.intp]) -> bool:
    if not controls.shape[1]:
        return True
    first = np.zeros((int(units.max()) + 1, controls.shape[1]))
    first[units] = controls
    return bool(np.abs(controls - first[units]).max() < 1e-9)


def _content_order(outcome: Array, cohort: Indices, weights: Array, controls: Array) -> NDArray[np.intp]:
    """An order of the units by what is known of them, so that names and the order of rows change nothing."""
    known: Sequence[Array] = [
        *controls.reshape(len(outcome), -1).T,
        weights,
        *np.where(np.isnan(outcome), np.inf, outcome).T[::-1],
    ]
    return np.lexsort((*known, cohort))
