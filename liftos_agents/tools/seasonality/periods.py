"""Rows of any table as one regular series a segment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import Rows, refuse_same, take
from liftos_agents.tools.effects.columns import refuse_constant
from liftos_agents.tools.errors import ToolFailed, ToolRetry

Array = NDArray[np.float64]

TOOL = "measure_seasonality"
FEWEST = 24
MOST_SEGMENTS = 12
FEWEST_DAYS = 56


@dataclass(frozen=True)
class Periods:
    """T periods in order of time: first days, the outcome summed and the controls averaged over the rows of each."""

    dates: NDArray[np.datetime64]
    values: Array
    controls: Array


@dataclass(frozen=True)
class Series:
    """The whole, its frequency, and each segment's own series where one was asked for."""

    whole: Periods
    frequency: str
    segments: dict[str, Periods]
    control_names: tuple[str, ...]
    warnings: tuple[str, ...]


def series(
    context: ToolContext, outcome: str, time: str, controls: tuple[str, ...], segment: str | None
) -> Series:
    """The rows by period.

    Raises:
        ToolRetry: A column does not fit.
        ToolFailed: There are too few periods, or they are of no frequency that a season is seen in.
    """
    refuse_same(TOOL, outcome=outcome, time=time, controls=controls, segment=segment)
    rows = take(
        context,
        TOOL,
        numbers={"outcome": outcome},
        keys={"time": time, "segment": segment},
        controls=controls,
        least=FEWEST,
    )
    refuse_constant(rows, TOOL, "outcome", outcome)
    days = _days(rows.frame[time], time)
    frequency = _frequency(days, time)
    first = _first_day(days, frequency)
    whole = _summed(rows, outcome, first, np.ones(len(rows), dtype=bool))
    least = FEWEST_DAYS if frequency == "day" else FEWEST
    if len(whole.dates) < least:
        raise ToolFailed(
            f"there are {len(whole.dates)} {frequency}s, and at least {least} are needed to see a season",
            where=f"{TOOL} argument time",
            fix="Give more periods",
        )
    warnings = [] if not rows.dropped else [f"{rows.dropped} rows with a missing value were left out."]
    if len(whole.dates) < len(rows):
        warnings.append(f"Rows of the same {frequency} were added up, controls averaged.")
    segments: dict[str, Periods] = {}
    if segment is not None:
        labels = rows.frame[segment].astype(str).to_numpy()
        names = sorted(set(labels))
        if not 2 <= len(names) <= MOST_SEGMENTS:
            raise ToolRetry(
                f"{segment!r} has {len(names)} values",
                where=f"{TOOL} argument segment",
                fix=f"Name a column with 2 to {MOST_SEGMENTS} values",
            )
        segments = {name: _summed(rows, outcome, first, labels == name) for name in names}
    return Series(whole, frequency, segments, rows.control_names, tuple(warnings))


def _days(values: pd.Series, name: str) -> NDArray[np.datetime64]:
    when = pd.to_datetime(values, errors="coerce") if not pd.api.types.is_numeric_dtype(values) else None
    if when is None or when.isna().any():
        raise ToolRetry(
            f"{name!r} holds values that are no dates",
            where=f"{TOOL} argument time",
            fix="Name a column of dates (year-month-day)",
        )
    return when.to_numpy().astype("datetime64[D]")


def _frequency(days: NDArray[np.datetime64], name: str) -> str:
    unique = np.unique(days)
    if len(unique) < 2:
        raise ToolRetry(
            f"{name!r} has one date only", where=f"{TOOL} argument time", fix="Name another column"
        )
    gap = float(np.median(np.diff(unique).astype(np.float64)))
    if gap <= 1.5:
        return "day"
    if gap <= 8.0:
        return "week"
    if gap <= 32.0:
        return "month"
    raise ToolFailed(
        f"periods of {gap:g} days are too long to see a season within the year",
        where=f"{TOOL} argument time",
        fix="Give rows by month, week or day",
    )


def _first_day(days: NDArray[np.datetime64], frequency: str) -> NDArray[np.datetime64]:
    return days.astype("datetime64[M]").astype("datetime64[D]") if frequency == "month" else days


def _summed(rows: Rows, outcome: str, first: NDArray[np.datetime64], kept: NDArray[np.bool_]) -> Periods:
    dates, place = np.unique(first[kept], return_inverse=True)
    values = rows.numbers(outcome)[kept]
    order = np.lexsort((values, place))
    summed = np.zeros(len(dates))
    np.add.at(summed, place[order], values[order])
    count = np.bincount(place)
    controls = np.zeros((len(dates), rows.controls.shape[1]))
    for column in range(controls.shape[1]):
        controls[:, column] = np.bincount(place, weights=rows.controls[kept, column]) / count
    return Periods(dates, summed, controls)
