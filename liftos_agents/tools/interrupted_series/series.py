"""The rows of an interrupted series in order of time, or an error that says what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import refuse_same, take
from liftos_agents.tools.effects.columns import refuse_constant
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.interrupted_series.arguments import CausalImpactArguments
from liftos_agents.tools.interrupted_series.moments import label_of, moment, ordered_times

Array = NDArray[np.float64]

TOOL = "causal_impact"
FEWEST_BEFORE = 12
_HARMONICS = 3
_MOST_DUMMIES = 12


@dataclass(frozen=True)
class InterruptedSeries:
    """An outcome with its regressors, in order of time, up to the last period that counts.

    Attributes:
        outcome: (T,), NaN where it is missing.
        controls: (T, K).
        control_names: The K names.
        season: (T, S) columns of the season; empty without one.
        times: Labels of the T periods.
        before: Periods before the intervention.
        warnings: What a reader should know of the rows, a sentence each.
    """

    outcome: Array
    controls: Array
    control_names: tuple[str, ...]
    season: Array
    times: tuple[str, ...]
    before: int
    warnings: tuple[str, ...]

    @property
    def after(self) -> int:
        """Periods from the intervention on."""
        return len(self.outcome) - self.before


def interrupted_series(context: ToolContext, arguments: CausalImpactArguments) -> InterruptedSeries:
    """The series of the call.

    Raises:
        ToolRetry: A column or a time does not fit.
        ToolFailed: Too few rows lie before the intervention.
    """
    a = arguments
    refuse_same(TOOL, outcome=a.outcome, time=a.time, controls=a.controls)
    rows = take(
        context,
        TOOL,
        numbers={"outcome": a.outcome},
        keys={"time": a.time},
        controls=a.controls,
        optional=(a.outcome,),
        least=FEWEST_BEFORE + 1,
    )
    refuse_constant(rows, TOOL, "outcome", a.outcome)
    if a.time is None:
        times, order = pd.Index(np.arange(len(rows), dtype=np.float64)), np.arange(len(rows))
    else:
        column = ordered_times(rows.frame[a.time], a.time, TOOL)
        order = np.argsort(column.to_numpy(), kind="stable")
        times = pd.Index(column.to_numpy()[order])
        _refuse_repeats(times, a.time)
    warnings = _spacing(times)
    if rows.dropped:
        warnings = (
            *warnings,
            f"{rows.dropped} rows without a value in a control or the time were left out.",
        )
    before, end = _window(times, a)
    if before < FEWEST_BEFORE:
        raise ToolFailed(
            f"{before} period(s) lie before the intervention, and at least {FEWEST_BEFORE} are needed",
            where=f"{TOOL} argument intervention",
            fix="Give more periods before the intervention",
        )
    outcome = rows.numbers(a.outcome)[order][:end]
    if np.isnan(outcome[before:]).all():
        raise ToolRetry(
            f"{a.outcome!r} has no value from the intervention on",
            where=f"{TOOL} argument intervention",
            fix="Give a time with outcomes after it",
        )
    if (known := int((~np.isnan(outcome[:before])).sum())) < FEWEST_BEFORE:
        raise ToolFailed(
            f"{a.outcome!r} has {known} values before the intervention, and at least {FEWEST_BEFORE} are needed",
            where=TOOL,
            fix="Give more periods before the intervention",
        )
    controls = rows.controls[order][:end]
    for name, early in zip(rows.control_names, controls[:before].T, strict=True):
        if np.ptp(early) == 0.0:
            raise ToolRetry(
                f"control {name!r} has one value only before the intervention ({early[0]:g}), so how the outcome moves with it cannot be learnt",
                where=f"{TOOL} argument controls",
                fix="Leave it out; an indicator of the intervention is no control",
            )
    if np.ptp(outcome[:before][~np.isnan(outcome[:before])]) == 0.0:
        raise ToolFailed(
            f"{a.outcome!r} does not vary before the intervention",
            where=TOOL,
            fix="Give a series that varies",
        )
    return InterruptedSeries(
        outcome,
        controls,
        rows.control_names,
        _season(end, a.season, before),
        tuple(label_of(t) for t in times[:end]),
        before,
        warnings,
    )


def _window(times: pd.Index, a: CausalImpactArguments) -> tuple[int, int]:
    """Periods before the intervention, and the end of those that count."""
    first, last = label_of(times[0]), label_of(times[-1])
    of = "rows are numbered" if a.time is None else "the data run"
    where = f"{TOOL} argument intervention"
    start = moment(times, a.intervention, where)
    before = int((times < start).sum())
    if before == 0 or before == len(times):
        raise ToolRetry(
            f"intervention {a.intervention!r} lies {'after all periods' if before else 'before or at the first period'}: "
            f"{of} from {first} to {last}",
            where=where,
            fix="Give the first period under the intervention, inside the data",
        )
    if a.post_end is None:
        return before, len(times)
    end = int((times <= moment(times, a.post_end, f"{TOOL} argument post_end")).sum())
    if end <= before:
        raise ToolRetry(
            f"post_end {a.post_end!r} lies before the intervention {a.intervention!r}",
            where=f"{TOOL} argument post_end",
            fix="Give a post_end at or after the intervention; the two may be reversed",
        )
    return before, end


def _refuse_repeats(times: pd.Index, column: str) -> None:
    twice = times[times.duplicated()]
    if len(twice):
        raise ToolRetry(
            f"{column!r} has more than one row at {label_of(twice[0])}",
            where=f"{TOOL} argument time",
            fix="Give one row a period: keep one unit, or sum over units first (synthetic_control compares units)",
        )


def _spacing(times: pd.Index) -> tuple[str, ...]:
    steps = np.diff(times.to_numpy()).astype(np.float64)
    usual = float(np.median(steps))
    # Months and quarters differ in length; a gap is a step half as long again as usual.
    wide = np.flatnonzero(steps > 1.5 * usual)
    if not len(wide):
        return ()
    return (
        f"{len(wide)} gap(s) in time, the first after {label_of(times[int(wide[0])])}: rows are taken as consecutive periods.",
    )


def _season(count: int, season: int | None, before: int) -> Array:
    if season is None:
        return np.empty((count, 0))
    if before < 2 * season:
        raise ToolRetry(
            f"a season of {season} periods needs two cycles before the intervention, and there are {before} periods",
            where=f"{TOOL} argument season",
            fix="Leave season out, or give more periods",
        )
    clock = np.arange(count)
    if season <= _MOST_DUMMIES:
        phases = [(clock % season == k).astype(np.float64) for k in range(1, season)]
        return np.column_stack(phases)
    angles = [2.0 * np.pi * k * clock / season for k in range(1, _HARMONICS + 1)]
    return np.column_stack([wave(angle) for angle in angles for wave in (np.sin, np.cos)])
