"""The calendar as a table: one row a day, sixty-one columns in a fixed order."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from liftos_agents.data.countries import Country, find_country
from liftos_agents.errors import ArgumentError
from liftos_agents.tools.calendar_features.business_days import bridges, business_days, payday_window
from liftos_agents.tools.calendar_features.business_years import fiscal, retail
from liftos_agents.tools.calendar_features.civil import civil, cycles, meteorological_season
from liftos_agents.tools.calendar_features.conventions import CalendarConventions
from liftos_agents.tools.calendar_features.days import Days
from liftos_agents.tools.calendar_features.holiday_features import holiday_features, school_breaks
from liftos_agents.tools.calendar_features.national_days import NationalDays, national_days
from liftos_agents.tools.calendar_features.trade_events import event_features
from liftos_agents.tools.calendar_features.trade_seasons import days_to_shipping_cutoff, marketing_season

ColumnType = Literal["date", "integer", "number", "text", "boolean"]

FIRST_YEAR, LAST_YEAR = 1600, 4000
MOST_YEARS = 400


@dataclass(frozen=True)
class CalendarColumn:
    """One of the sixty-one: its name, type, whether it can be null, and what it means."""

    name: str
    type: ColumnType
    nullable: bool
    meaning: str

    @property
    def dtype(self) -> Any:
        """Its type in a frame, the same for every country and range."""
        if self.type == "integer":
            return "Int32" if self.nullable else "int32"
        if self.type == "boolean":
            return "boolean" if self.nullable else "bool"
        return {"date": "datetime64[s]", "number": "float64", "text": "str"}[self.type]


@dataclass(frozen=True, eq=False)
class CalendarFrame:
    """A calendar with what it is for.

    Attributes:
        frame: One row a day, the columns of `calendar_columns`.
        country: None where none was asked for.
        notes: What is not covered, a sentence each.
    """

    frame: pd.DataFrame
    country: Country | None
    notes: tuple[str, ...]


def frame(start: date | str, end: date | str, country: str | None = None, **conventions: Any) -> pd.DataFrame:
    """The calendar from `start` to `end`, both included: a row a day, sixty-one columns.

    Args:
        start: a date, or its ISO form.
        end: likewise.
        country: ISO code or name; without one the columns that need a country are null.
        conventions: fields of `CalendarConventions`.

    Raises:
        ArgumentError: The range, the country, or a convention makes no sense.
    """
    return calendar_frame(start, end, country, CalendarConventions(**conventions)).frame


def calendar_frame(
    start: date | str,
    end: date | str,
    country: str | None = None,
    conventions: CalendarConventions | None = None,
) -> CalendarFrame:
    """As `frame`, with the country found and notes on what is not covered.

    Raises:
        ArgumentError: The range is unreadable, backwards, longer than 400 years or outside 1600 to 4000, or the country
            or one of its conventions is unknown.
    """
    chosen = conventions or CalendarConventions()
    first, last = checked_range(start, end)
    found = None if country is None else find_country(country)
    run = Days.around(first, last)
    known = None if found is None else national_days(run, found, chosen)
    columns = _columns(run, found, known, chosen)
    wanted = run.position(first, last)
    table = pd.DataFrame(
        {
            column.name: pd.Series(columns[column.name]).iloc[wanted].astype(column.dtype)
            for column in calendar_columns()
        }
    ).reset_index(drop=True)
    return CalendarFrame(table, found, () if known is None else known.notes)


@cache
def calendar_columns() -> tuple[CalendarColumn, ...]:
    """The sixty-one columns, in order."""
    with Path(__file__).with_name("columns.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            CalendarColumn(row["name"], _type(row["type"]), row["nullable"] == "yes", row["meaning"])
            for row in csv.DictReader(file)
        )


def checked_range(start: date | str, end: date | str) -> tuple[np.datetime64, np.datetime64]:
    """Both ends as datetime64[D].

    Raises:
        ArgumentError: As `calendar_frame`.
    """
    first, last = _day(start, "start"), _day(end, "end")
    if first > last:
        raise ArgumentError(
            f"the calendar would start on {first} and end on {last}", where="start", fix="Swap the two dates"
        )
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        raise ArgumentError(
            f"no calendar from {first} to {last}",
            where="start" if first.year < FIRST_YEAR else "end",
            fix=f"Dates lie between {FIRST_YEAR} and {LAST_YEAR}",
        )
    if last.year - first.year > MOST_YEARS:
        raise ArgumentError(
            f"{last.year - first.year} years are too many for one calendar",
            where="end",
            fix=f"Ask for at most {MOST_YEARS} years at a time",
        )
    return np.datetime64(first, "D"), np.datetime64(last, "D")


def _columns(
    run: Days, country: Country | None, known: NationalDays | None, chosen: CalendarConventions
) -> dict[str, Any]:
    code = None if country is None else country.code
    if known is None:
        weekend = run.weekday >= 6
        working = ~weekend
        unknown = pd.Series([pd.NA] * len(run.day), dtype="object")
        of_country = {column.name: unknown for column in calendar_columns() if column.nullable}
    else:
        weekend = known.weekend
        working = (~weekend | known.worked) & ~known.holiday
        of_country = {**holiday_features(known), "is_bridge_day": bridges(working, known.holiday)}
    hemisphere = chosen.hemisphere or ("north" if country is None else country.hemisphere)
    return {
        **of_country,
        **civil(run, chosen.week_start),
        **cycles(run),
        **fiscal(run, chosen.fiscal_start_month, chosen.fiscal_year_named),
        **retail(run, chosen.retail_restated),
        "is_weekend": weekend,
        **business_days(run, working),
        "is_payday_window": payday_window(run, working, chosen),
        "is_school_break": school_breaks(run, known, chosen),
        "marketing_season": marketing_season(run, code),
        **event_features(run, code),
        "days_to_shipping_cutoff": days_to_shipping_cutoff(run, code, working),
        "meteorological_season": meteorological_season(run, hemisphere),
    }


def _day(given: date | str, where: str) -> date:
    if isinstance(given, date):
        return date(given.year, given.month, given.day)
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise ArgumentError(
            f"not a date: {given!r}", where=where, fix="Write it as year-month-day, such as 2024-01-31"
        ) from error


def _type(text: str) -> ColumnType:
    found: dict[str, ColumnType] = {
        "date": "date",
        "integer": "integer",
        "number": "number",
        "text": "text",
        "boolean": "boolean",
    }
    return found[text]
