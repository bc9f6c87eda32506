"""The calendar of a table: how long its periods are, what is missing, days summed to weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.domain.panel import Frequency
from liftos_agents.errors import DataError

Days = NDArray[np.datetime64]
FEWEST_WEEKS = 30
EARLIEST_YEAR, LATEST_YEAR = 1980, 2060
_SHOWN = 5


@dataclass(frozen=True)
class Calendar:
    """Regular periods.

    Attributes:
        dates: First day of each period that has rows, ascending, without repeats.
        frequency: Length of a period.
        missing: First days of periods between the first and the last that have no row.
    """

    dates: Days
    frequency: Frequency
    missing: Days


def calendar_of(dates: Days, name: str) -> Calendar:
    """The calendar that distinct ascending `dates` follow.

    Raises:
        DataError: Fewer than three dates, or none of daily, weekly, monthly spacing.
    """
    if len(dates) < 3:
        raise DataError(
            f"{len(dates)} period(s) are too few", where=name, fix="Give at least 30 weeks, better two years"
        )
    steps = np.diff(dates).astype(int)
    usual = int(np.median(steps))
    if usual == 1:
        return Calendar(dates, "day", _absent(dates, np.arange(dates[0], dates[-1] + 1)))
    if usual == 7:
        grid = np.arange(dates[0], dates[-1] + 1, 7)
        _all_on(dates, grid, "weekly", name)
        return Calendar(dates, "week", _absent(dates, grid))
    if 28 <= usual <= 31:
        return _monthly(dates, name)
    raise DataError(
        f"the dates are {usual} days apart, neither daily nor weekly nor monthly",
        where=name,
        fix="Sum the rows to days, weeks or months",
    )


def whole_weeks(frame: pd.DataFrame, sums: list[str], means: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """Daily rows (index: day) as ISO weeks from Monday, weeks that are not whole left out, and notes on it."""
    days = frame.index.to_numpy().astype("datetime64[D]")
    mondays = days - ((days.astype(int) + 3) % 7)
    grouped = frame.groupby(mondays)
    weekly = pd.concat([grouped[sums].sum(), grouped[means].mean()], axis=1)
    whole = grouped.size() == 7
    notes = [f"{len(frame)} days are summed to {int(whole.sum())} weeks from Monday."]
    cut = int((~whole).sum())
    if cut:
        left_out = int(grouped.size()[~whole].sum())
        notes.append(f"{left_out} days at the ends make no whole week and are left out.")
    return weekly[whole.to_numpy()], notes


def name_dates(dates: Days) -> str:
    """The first few dates in words."""
    shown = ", ".join(str(date) for date in dates[:_SHOWN])
    return f"{shown} and {len(dates) - _SHOWN} more" if len(dates) > _SHOWN else shown


def _absent(dates: Days, grid: Days) -> Days:
    return np.setdiff1d(grid, dates)


def _all_on(dates: Days, grid: Days, kind: str, name: str) -> None:
    off = np.setdiff1d(dates, grid)
    if len(off):
        raise DataError(
            f"the dates are {kind}, but {name_dates(off)} fall between", where=name, fix="Correct those dates"
        )


def _monthly(dates: Days, name: str) -> Calendar:
    months = dates.astype("datetime64[M]")
    if len(np.unique(months)) != len(dates):
        raise DataError("the dates are monthly, but a month has several rows", where=name, fix="Sum them")
    firsts = months.astype("datetime64[D]")
    grid = np.arange(months[0], months[-1] + 1).astype("datetime64[D]")
    return Calendar(firsts, "month", _absent(firsts, grid))
