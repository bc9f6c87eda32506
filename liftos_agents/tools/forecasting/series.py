"""A regular series from a table: its column, its periods, its season, and the controls of the periods to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import refuse_same, take
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.forecasting.arguments import ForecastArguments

Array = NDArray[np.float64]
Frequency = Literal["day", "week", "month", "quarter", "year", "step"]

TOOL = "forecast"
FEWEST = 12
MOST_GAPS = 0.1
HORIZON: dict[Frequency, int] = {"day": 30, "week": 13, "month": 6, "quarter": 4, "year": 3, "step": 10}
_ALIAS: dict[Frequency, str] = {"day": "D", "week": "7D", "month": "MS", "quarter": "QS", "year": "YS"}
_PERIODS: tuple[tuple[float, Frequency, str | None], ...] = (
    (1.5, "day", None),
    (8.0, "week", None),
    (32.0, "month", "M"),
    (93.0, "quarter", "Q"),
    (367.0, "year", "Y"),
)
"""Longest gap in days, the period it is, and its pandas name where dates are moved to its first day."""
_CYCLE: dict[Frequency, float] = {"week": 52.1775, "month": 12.0, "quarter": 4.0}


@dataclass(frozen=True)
class TimeSeries:
    """T periods one after the other.

    Attributes:
        values: (T,) the outcome.
        times: (T,) dates, or numbers where `frequency` is `step`.
        controls, future: (T, K) and (H, K), what is known of the periods to come; H is 0 without controls.
        short: Periods of a season that every period has its own figure in; 0 without one.
        long: Periods of a season that is drawn by sines; 0 without one.
        filled: Periods that were missing and are interpolated.
    """

    outcome: str
    time: str
    values: Array
    times: pd.Index
    frequency: Frequency
    controls: Array
    control_names: tuple[str, ...]
    future: Array
    short: int
    long: float
    filled: int
    warnings: tuple[str, ...]

    @property
    def season(self) -> int:
        """Periods of the longest season that is seen; 0 without one."""
        return round(max(self.short, self.long))

    def ahead(self, horizon: int) -> tuple[str, ...]:
        """Names of the periods to come."""
        if self.frequency == "step":
            step = float(self.times[-1] - self.times[-2])
            return tuple(f"{float(self.times[-1]) + step * k:g}" for k in range(1, horizon + 1))
        days = pd.date_range(self.times[-1], periods=horizon + 1, freq=_ALIAS[self.frequency])[1:]
        return tuple(str(day.date()) for day in days)


def time_series(context: ToolContext, arguments: ForecastArguments) -> TimeSeries:
    """The series of the call.

    Raises:
        ToolRetry: A column does not fit, or none can be told apart from the others.
        ToolFailed: The periods make no regular series.
    """
    outcome, time = _columns(context, arguments)
    refuse_same(TOOL, outcome=outcome, time=time, controls=arguments.controls)
    rows = take(
        context,
        TOOL,
        numbers={"outcome": outcome},
        keys={"time": time},
        controls=arguments.controls,
        optional=(outcome,),
        least=2,
    )
    when, frequency, aligned = _times(rows.frame[time], time)
    table = pd.DataFrame(rows.controls, index=when)
    table.insert(0, "outcome", rows.numbers(outcome))
    warnings = list(aligned)
    if rows.dropped:
        warnings.append(
            f"{rows.dropped} rows without a time{' or a control' if arguments.controls else ''} were left out."
        )
    if table.index.has_duplicates:
        warnings.append(f"Rows of the same {time} were added up, controls averaged.")
        groups = table.groupby(level=0)
        summed = groups["outcome"].sum(min_count=1)
        table = groups.mean()
        table["outcome"] = summed
    table = _regular(table.sort_index(), frequency)
    known = table["outcome"].notna().to_numpy()
    if known.sum() < 2:
        raise ToolFailed(f"{outcome!r} has {int(known.sum())} values", where=TOOL, fix="Give more periods")
    first, last = int(np.argmax(known)), len(known) - int(np.argmax(known[::-1]))
    future = table.iloc[last:, 1:].dropna() if arguments.controls else table.iloc[0:0, 1:]
    seen = table.iloc[first:last]
    filled = int(seen["outcome"].isna().sum())
    if filled > MOST_GAPS * len(seen):
        raise ToolFailed(
            f"{filled} of {len(seen)} {frequency}s between the first and the last have no {outcome}",
            where=f"{TOOL} argument time",
            fix="Give a series without so many gaps, or rows of a coarser period",
        )
    if filled:
        warnings.append(f"{filled} missing {frequency}s were filled by straight lines.")
    seen = seen.interpolate()
    short, long = _season(arguments, frequency, len(seen))
    return TimeSeries(
        outcome=outcome,
        time=time,
        values=seen["outcome"].to_numpy(np.float64),
        times=seen.index,
        frequency=frequency,
        controls=seen.iloc[:, 1:].to_numpy(np.float64),
        control_names=rows.control_names,
        future=future.to_numpy(np.float64),
        short=short,
        long=long,
        filled=filled,
        warnings=tuple(warnings),
    )


def _columns(context: ToolContext, arguments: ForecastArguments) -> tuple[str, str]:
    """Outcome and time: as given, else by the roles, else the only columns that can be."""
    frame = context.dataset.frame
    if frame is None:
        raise ToolFailed(f"{TOOL} needs a table", fix="Give a table with a time and an outcome")
    roles = context.given_roles
    dates = [str(c) for c in frame.columns if pd.api.types.is_datetime64_any_dtype(frame[c])]
    numbers = [str(c) for c in frame.columns if pd.api.types.is_numeric_dtype(frame[c])]
    time = arguments.time or (roles.date if roles and arguments.outcome is None else None)
    if time is None:
        time = _only(dates, "time", "dates", dates or [str(c) for c in frame.columns])
    outcome = arguments.outcome or (roles.outcome if roles else None)
    if outcome is None:
        rest = [name for name in numbers if name not in (time, *arguments.controls)]
        outcome = _only(rest, "outcome", "numbers", rest)
    return outcome, time


def _only(found: list[str], argument: str, kind: str, choices: list[str]) -> str:
    if len(found) == 1:
        return found[0]
    raise ToolRetry(
        f"there is {'no column' if not found else 'more than one column'} of {kind}",
        where=f"{TOOL} argument {argument}",
        fix=f"Name one of: {', '.join(choices[:30]) or 'none'}",
    )


def _times(values: pd.Series, name: str) -> tuple[pd.Index, Frequency, tuple[str, ...]]:
    if pd.api.types.is_numeric_dtype(values):
        steps = np.unique(np.diff(np.unique(values.to_numpy(np.float64))))
        if len(steps) == 0:
            raise ToolRetry(f"{name!r} has one value only", where=f"{TOOL} argument time", fix="Name another")
        return pd.Index(values.to_numpy(np.float64)), "step", ()
    when = pd.to_datetime(values, errors="coerce", format="ISO8601" if values.dtype == object else None)
    if when.isna().any():
        raise ToolRetry(
            f"{name!r} holds values that are no dates, such as {values[when.isna()].iloc[0]!r}",
            where=f"{TOOL} argument time",
            fix="Name a column of dates (year-month-day) or of numbers",
        )
    days = when.dt.normalize()
    unique = np.sort(days.unique())
    if len(unique) < 2:
        raise ToolRetry(
            f"{name!r} has one date only", where=f"{TOOL} argument time", fix="Name another column"
        )
    gap = float(np.median(np.diff(unique).astype("timedelta64[D]").astype(np.float64)))
    fitting = [k for k, (limit, _, _) in enumerate(_PERIODS) if gap <= limit]
    if not fitting:
        raise ToolFailed(
            f"{name!r} has periods of {gap:g} days, longer than a year",
            where=f"{TOOL} argument time",
            fix="Give the time as a number, such as the year",
        )
    unit = _PERIODS[fitting[0]][2]
    whole = days if unit is None else days.dt.to_period(unit).dt.start_time
    return pd.DatetimeIndex(whole), _PERIODS[fitting[0]][1], ()


def _regular(table: pd.DataFrame, frequency: Frequency) -> pd.DataFrame:
    if frequency == "step":
        index = table.index.to_numpy(np.float64)
        step = float(np.median(np.diff(index)))
        whole = np.arange(round((index[-1] - index[0]) / step) + 1) * step + index[0]
        places = np.round((index - index[0]) / step).astype(int)
        if np.abs(index - whole[places]).max() > 1e-6 * max(abs(step), 1e-300):
            raise ToolFailed(
                "the times are not evenly spaced",
                where=f"{TOOL} argument time",
                fix="Give one row a period, or name a column of dates",
            )
        table = table.set_axis(whole[places])
        return table.reindex(whole)
    whole = pd.date_range(table.index[0], table.index[-1], freq=_ALIAS[frequency])
    if frequency == "week":
        # Weeks that begin a day or two off (a holiday, a changed export) belong to the week they are nearest to.
        places = np.round((table.index - table.index[0]).days.to_numpy() / 7.0).astype(int)
        whole = pd.date_range(table.index[0], periods=int(places[-1]) + 1, freq="7D")
        table = table.set_axis(whole[places])
        table = table[~table.index.duplicated()]
    return table.reindex(whole)


def _season(arguments: ForecastArguments, frequency: Frequency, periods: int) -> tuple[int, float]:
    """The short and the long season: one is seen where the data hold it twice."""
    if arguments.season == "none":
        return 0, 0.0
    if isinstance(arguments.season, int):
        if periods < 2 * arguments.season:
            raise ToolRetry(
                f"a season of {arguments.season} periods is not seen twice in {periods}",
                where=f"{TOOL} argument season",
                fix="Give a shorter season, or none",
            )
        return (arguments.season, 0.0) if arguments.season <= 24 else (0, float(arguments.season))
    if frequency == "day":
        return (7 if periods >= 21 else 0), (365.2425 if periods >= 731 else 0.0)
    cycle = _CYCLE.get(frequency, 0.0)
    if cycle == 0.0 or periods < 2.0 * cycle:
        return 0, 0.0
    return (0, cycle) if cycle > 24.0 else (round(cycle), 0.0)
