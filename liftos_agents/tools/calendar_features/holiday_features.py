"""Features of holidays: what a day is, how far the nearest holiday lies, and how long the days off are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from liftos_agents.tools.calendar_features.conventions import CalendarConventions
from liftos_agents.tools.calendar_features.days import Days, Flags, Integers
from liftos_agents.tools.calendar_features.national_days import NationalDays

FARTHEST = 60
LONG_WEEKEND = 3


def holiday_features(known: NationalDays) -> dict[str, Any]:
    """Features 40 and 46 to 53, (N,) each."""
    weekend = known.weekend & ~known.worked
    return {
        "is_half_day": known.half_day,
        "is_holiday": known.holiday,
        "holiday_name": pd.Series(known.name, dtype="str"),
        "is_observed_shift": known.moved,
        "is_observance": known.observance,
        "holiday_is_estimated": known.estimated,
        "days_to_next_holiday": _days_since(known.holiday[::-1])[::-1],
        "days_since_holiday": _days_since(known.holiday),
        "is_long_weekend": _long_weekends(known.holiday, weekend),
    }


def school_breaks(days: Days, known: NationalDays | None, conventions: CalendarConventions) -> Any:
    """Feature 54, (N,): known everywhere once breaks are given, else where the country's school calendar is."""
    if conventions.school_breaks:
        closed = np.zeros(len(days.day), dtype=np.bool_)
        for given in conventions.school_breaks:
            start, end = np.datetime64(given.start, "D"), np.datetime64(given.end, "D")
            closed |= (days.day >= start) & (days.day <= end)
        return pd.array(closed, dtype="boolean")
    school = np.full(len(days.day), -1) if known is None else known.school
    return pd.arrays.BooleanArray(school == 1, school < 0)


def _days_since(holiday: Flags) -> Integers:
    """(N,) days since the last holiday, at most 60."""
    place = np.arange(len(holiday))
    last = np.maximum.accumulate(np.where(holiday, place, -FARTHEST))
    return np.minimum(place - last, FARTHEST)


def _long_weekends(holiday: Flags, weekend: Flags) -> Flags:
    """Runs of at least three days off that hold a weekend day and a holiday."""
    off = holiday | weekend
    run = np.cumsum(np.concatenate([[True], off[1:] != off[:-1]])) - 1
    length = np.bincount(run)
    holds = (np.bincount(run, weights=holiday) > 0) & (np.bincount(run, weights=weekend) > 0)
    return off & (holds & (length >= LONG_WEEKEND))[run]
