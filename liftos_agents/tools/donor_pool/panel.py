"""A balanced panel of one outcome, with treated units and donors, or an error that says what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.donor_pool.aggregates import aggregates
from liftos_agents.tools.donor_pool.arguments import SyntheticControlArguments
from liftos_agents.tools.effects import refuse_same, take
from liftos_agents.tools.effects.columns import refuse_constant
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.interrupted_series.moments import label_of, moment, ordered_times

Array = NDArray[np.float64]

TOOL = "synthetic_control"
FEWEST_BEFORE = 4
"""Periods before the treatment: with fewer, any pre-period path is matched by chance."""
FEWEST_DONORS = 2


@dataclass(frozen=True)
class DonorPanel:
    """One outcome of treated units and donors over all periods.

    Attributes:
        outcome: (N, T): the treated units first, then the donors, each sorted by label.
        labels: The N labels.
        treated: How many units are treated.
        times: Labels of the T periods.
        before: Periods before the treatment.
        predictors: (N, K) means before the treatment.
        predictor_names: The K names.
        treatment_label: The first treated period.
        warnings: What was left out, a sentence each.
        rows: Rows of the table that were used.
        left_out: Units that were dropped (incomplete or aggregates).
    """

    outcome: Array
    labels: tuple[str, ...]
    treated: int
    times: tuple[str, ...]
    positions: Array
    before: int
    predictors: Array
    predictor_names: tuple[str, ...]
    treatment_label: str
    warnings: tuple[str, ...]
    rows: int
    left_out: tuple[str, ...]

    @property
    def donors(self) -> int:
        """How many donors there are."""
        return len(self.labels) - self.treated

    @property
    def after(self) -> int:
        """Periods from the treatment on."""
        return self.outcome.shape[1] - self.before

    @property
    def donor_labels(self) -> tuple[str, ...]:
        """The donors' labels."""
        return self.labels[self.treated :]

    @property
    def target(self) -> Array:
        """Weights over the N units that average the treated ones."""
        mix = np.zeros(len(self.labels))
        mix[: self.treated] = 1.0 / self.treated
        return mix


def donor_panel(context: ToolContext, arguments: SyntheticControlArguments) -> DonorPanel:
    """The panel of the call.

    Raises:
        ToolRetry: A column, unit or time does not fit.
        ToolFailed: The rows make no panel.
    """
    a = arguments
    refuse_same(TOOL, outcome=a.outcome, unit=a.unit, time=a.time, predictors=a.predictors)
    rows = take(
        context,
        TOOL,
        numbers={"outcome": a.outcome} | {f"predictors[{i}]": p for i, p in enumerate(a.predictors)},
        keys={"unit": a.unit, "time": a.time},
        optional=tuple(a.predictors),
        least=FEWEST_BEFORE * FEWEST_DONORS,
    )
    refuse_constant(rows, TOOL, "outcome", a.outcome)
    names = {v: _label(v) for v in rows.frame[a.unit].unique()}
    frame = rows.frame.assign(**{a.unit: rows.frame[a.unit].map(names)})
    frame = frame.assign(**{a.time: ordered_times(frame[a.time], a.time, TOOL)})
    _refuse_repeats(frame, a.unit, a.time)
    wide = frame.pivot(index=a.unit, columns=a.time, values=a.outcome).sort_index(axis=0).sort_index(axis=1)
    known = [str(label) for label in wide.index]
    treated = _units(a.treated_units, known, "treated_units")
    asked = _units(a.donors, known, "donors") if a.donors else [u for u in known if u not in treated]
    both = sorted(set(asked) & set(treated))
    if both:
        raise ToolRetry(
            f"{both[0]!r} is given as a treated unit and as a donor",
            where=f"{TOOL} argument donors",
            fix="Leave the treated units out of donors",
        )
    excluded = _units(a.exclude, known, "exclude")
    if set(excluded) & set(treated):
        raise ToolRetry(
            f"{sorted(set(excluded) & set(treated))[0]!r} is a treated unit and is to be excluded",
            where=f"{TOOL} argument exclude",
            fix="Exclude donors only",
        )
    pool = [u for u in asked if u not in excluded]
    if not pool:
        raise ToolRetry(
            "every unit is treated or excluded, so there is nothing to compare with",
            where=f"{TOOL} argument treated_units",
            fix="Name only the treated units, and leave at least two others as donors",
        )
    return _complete(wide, frame, treated, pool, a, len(rows))


def _complete(
    wide: pd.DataFrame,
    frame: pd.DataFrame,
    treated: list[str],
    pool: list[str],
    a: SyntheticControlArguments,
    count: int,
) -> DonorPanel:
    notes: list[str] = []
    gaps = dict(zip(map(str, wide.index), wide.isna().to_numpy(), strict=True))
    broken = [u for u in treated if gaps[u].any()]
    if broken:
        missing = label_of(wide.columns[gaps[broken[0]]][0])
        raise ToolFailed(
            f"treated unit {broken[0]!r} has no outcome at {missing}",
            where=f"{TOOL} column {a.outcome!r}",
            fix="Give the missing rows, or leave that period out for all units",
        )
    short = [u for u in pool if gaps[u].any()]
    if short:
        notes.append(
            f"Donors without an outcome in some period were left out: {_listed(short)} ({len(short)} of {len(pool)})."
        )
    pool = [u for u in pool if u not in short]
    whole = wide.loc[[u for u in wide.index if not gaps[u].any()]]
    sums = aggregates(whole.to_numpy(np.float64), [str(u) for u in whole.index])
    mixed = [u for u in pool if u in sums]
    for unit in mixed:
        notes.append(
            f"{unit!r} is nearly the {sums[unit]} of the other units, treated ones included, so it was left out as a donor."
        )
    pool = [u for u in pool if u not in mixed]
    if len(pool) < FEWEST_DONORS:
        raise ToolFailed(
            f"{len(pool)} donor(s) are left, and at least {FEWEST_DONORS} are needed",
            where=f"{TOOL} argument donors",
            fix="Give units that were observed in every period and never treated"
            + (f"; left out were {_listed([*short, *mixed])}" if short or mixed else ""),
        )
    before = _before(wide.columns, a)
    labels = (*treated, *pool)
    names = tuple(a.predictors)
    means = np.empty((len(labels), 0))
    if names:
        early = frame[frame[a.time] < wide.columns[before]]
        table = early.groupby(a.unit)[list(names)].mean().reindex(list(labels))
        empty = [n for n in names if table[n].isna().any()]
        if empty:
            raise ToolRetry(
                f"predictor {empty[0]!r} has no value before the treatment for {table.index[table[empty[0]].isna()][0]!r}",
                where=f"{TOOL} argument predictors",
                fix="Name predictors that are known for every unit before the treatment",
            )
        means = table.to_numpy(np.float64)
    return DonorPanel(
        outcome=wide.loc[list(labels)].to_numpy(np.float64),
        labels=labels,
        treated=len(treated),
        times=tuple(label_of(t) for t in wide.columns),
        positions=np.arange(wide.shape[1], dtype=np.float64),
        before=before,
        predictors=means,
        predictor_names=names,
        treatment_label=label_of(wide.columns[before]),
        warnings=tuple(notes),
        rows=count,
        left_out=(*short, *mixed),
    )


def _before(times: pd.Index, a: SyntheticControlArguments) -> int:
    where = f"{TOOL} argument treatment_time"
    start = moment(times, a.treatment_time, where)
    before = int((times < start).sum())
    first, last = label_of(times[0]), label_of(times[-1])
    if before == 0:
        raise ToolRetry(
            f"treatment_time {a.treatment_time!r} leaves no period before it: the data run from {first} to {last}",
            where=where,
            fix="Give the first treated period, inside the data",
        )
    if before == len(times):
        raise ToolRetry(
            f"treatment_time {a.treatment_time!r} is after the last period: the data run from {first} to {last}",
            where=where,
            fix="Give the first treated period, inside the data",
        )
    if before < FEWEST_BEFORE:
        raise ToolFailed(
            f"{before} period(s) lie before the treatment, and at least {FEWEST_BEFORE} are needed",
            where=where,
            fix="Give more periods before the treatment",
        )
    return before


def _units(given: Sequence[str], known: Sequence[str], argument: str) -> list[str]:
    for unit in given:
        if unit in known:
            continue
        folded = [u for u in known if u.casefold() == unit.casefold()]
        close = folded or difflib.get_close_matches(unit, known, 3, 0.4)
        some = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
        raise ToolRetry(
            f"no unit {unit!r}",
            where=f"{TOOL} argument {argument}",
            fix=f"Did you mean {' or '.join(map(repr, close))}? There are {some}"
            if close
            else f"There are {some}",
        )
    return sorted(set(given))


def _refuse_repeats(frame: pd.DataFrame, unit: str, time: str) -> None:
    twice = frame[frame.duplicated([unit, time], keep=False)].sort_values([unit, time])
    if len(twice):
        raise ToolRetry(
            f"{twice[unit].iloc[0]!r} has more than one row at {label_of(twice[time].iloc[0])}",
            where=f"{TOOL} arguments unit and time",
            fix="Give one row a unit and period, or name the column that tells them apart as unit",
        )


def _label(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else label_of(value)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:8])) + (" and more" if len(names) > 8 else "")
