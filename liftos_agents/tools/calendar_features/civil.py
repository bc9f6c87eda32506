"""The civil calendar of a day, its cycles, and the meteorological season."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from liftos_agents.data.countries import Hemisphere
from liftos_agents.tools.calendar_features.conventions import WEEKDAYS, Weekday
from liftos_agents.tools.calendar_features.days import Days, Integers

YEAR_DAYS = 365.2425
TREND_START = np.datetime64("2000-01-01", "D")
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
SEASONS: dict[Hemisphere, tuple[str, ...]] = {
    "north": ("winter", "spring", "summer", "autumn"),
    "south": ("summer", "autumn", "winter", "spring"),
}


def civil(days: Days, week_start: Weekday) -> dict[str, Any]:
    """Features 1 to 25, (N,) each."""
    quarter = (days.month + 2) // 3
    quarter_start = (days.month_start.astype("datetime64[M]") - (days.month - 1) % 3).astype("datetime64[D]")
    quarter_end = (quarter_start.astype("datetime64[M]") + 3).astype("datetime64[D]") - np.timedelta64(1, "D")
    year_start = days.day.astype("datetime64[Y]").astype("datetime64[D]")
    day_of_year = (days.day - year_start).astype(np.int64) + 1
    iso_year, iso_week = iso_weeks(days)
    begins = WEEKDAYS.index(week_start)
    into_week = (days.weekday - 1 - begins) % 7
    month_into_week = (into_week - (days.day_of_month - 1)) % 7
    leap = ((days.year % 4 == 0) & (days.year % 100 != 0)) | (days.year % 400 == 0)
    return {
        "date_key": days.day,
        "year": days.year,
        "half": (quarter + 1) // 2,
        "quarter": quarter,
        "month": days.month,
        "month_name": _labels(MONTH_NAMES, days.month - 1),
        "week_of_month": (days.day_of_month - 1 + month_into_week) // 7 + 1,
        "iso_year": iso_year,
        "iso_week": iso_week,
        "day_of_year": day_of_year,
        "day_of_quarter": (days.day - quarter_start).astype(np.int64) + 1,
        "day_of_month": days.day_of_month,
        "day_of_week": days.weekday,
        "day_name": _labels(tuple(day.capitalize() for day in WEEKDAYS), days.weekday - 1),
        "days_in_month": (days.month_end - days.month_start).astype(np.int64) + 1,
        "is_month_start": days.day_of_month == 1,
        "is_month_end": days.day == days.month_end,
        "is_quarter_start": days.day == quarter_start,
        "is_quarter_end": days.day == quarter_end,
        "is_year_start": day_of_year == 1,
        "is_year_end": (days.month == 12) & (days.day_of_month == 31),
        "is_leap_year": leap,
        "days_to_month_end": (days.month_end - days.day).astype(np.int64),
        "week_start_date": days.day - into_week.astype("timedelta64[D]"),
        "trend_day": (days.day - TREND_START).astype(np.int64),
    }


def cycles(days: Days) -> dict[str, Any]:
    """Features 26 to 31, (N,) each: sine and cosine of weekday, day of the year and month."""
    year_start = days.day.astype("datetime64[Y]").astype("datetime64[D]")
    into_year = (days.day - year_start).astype(np.int64)
    angles = {
        "dow": (days.weekday - 1) / 7.0,
        "doy": into_year / YEAR_DAYS,
        "month": (days.month - 1) / 12.0,
    }
    found: dict[str, Any] = {}
    for name, turns in angles.items():
        found[f"{name}_sin"] = np.sin(2.0 * np.pi * turns)
        found[f"{name}_cos"] = np.cos(2.0 * np.pi * turns)
    return found


def iso_weeks(days: Days) -> tuple[Integers, Integers]:
    """ISO 8601 year and week, (N,) each: those of the week's Thursday."""
    thursday = days.day + (4 - days.weekday).astype("timedelta64[D]")
    year = thursday.astype("datetime64[Y]")
    week = (thursday - year.astype("datetime64[D]")).astype(np.int64) // 7 + 1
    return year.astype(np.int64) + 1970, week


def meteorological_season(days: Days, hemisphere: Hemisphere) -> Any:
    """Feature 61, (N,): the season by whole months, winter being December to February in the north."""
    return _labels(SEASONS[hemisphere], days.month % 12 // 3)


def _labels(names: tuple[str, ...], index: Integers) -> Any:
    return pd.Series(np.asarray(names, dtype=object)[index], dtype="str")
