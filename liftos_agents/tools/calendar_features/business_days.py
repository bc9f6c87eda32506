"""Business days, paydays and bridges between days off."""

from __future__ import annotations

from typing import Any

import numpy as np

from liftos_agents.tools.calendar_features.conventions import CalendarConventions
from liftos_agents.tools.calendar_features.days import Days, Flags, Integers

FRIDAY = 5
FORTNIGHT_ANCHOR = 10_959
"""Monday 2000-01-03 in days since 1970: fortnights count from that week."""


def business_days(days: Days, working: Flags) -> dict[str, Any]:
    """Features 39 and 41 to 43, (N,) each, for a run of whole months."""
    so_far = np.cumsum(working)
    months = days.month_index
    per_month = np.bincount(months, weights=working).astype(np.int64)
    before = np.concatenate([[0], np.cumsum(per_month)])[:-1]
    in_month = so_far - before[months]
    return {
        "is_business_day": working,
        "business_day_of_month": in_month,
        "business_days_in_month": per_month[months],
        "business_days_to_month_end": per_month[months] - in_month,
    }


def payday_window(days: Days, working: Flags, conventions: CalendarConventions) -> Flags:
    """Feature 44, (N,): payday and the days after it, as many as the window says."""
    paid = np.zeros(len(days.day) + conventions.payday_window, dtype=np.bool_)
    earlier = _last_business_day(working)
    due = np.flatnonzero(_due(days, conventions))
    paydays = earlier[due]
    for later in range(conventions.payday_window):
        paid[paydays[paydays >= 0] + later] = True
    return paid[: len(days.day)]


def bridges(working: Flags, holiday: Flags) -> Flags:
    """Feature 45, (N,): a business day between two days off, at least one of them a holiday."""
    off, before, after = ~working, _shifted(~working, 1), _shifted(~working, -1)
    beside_holiday = _shifted(holiday, 1) | _shifted(holiday, -1)
    return ~off & before & after & beside_holiday


def _due(days: Days, conventions: CalendarConventions) -> Flags:
    """Nominal paydays, (N,)."""
    at_end = days.day == days.month_end
    wanted = conventions.payday_day
    if conventions.payday == "month_end":
        return at_end
    if conventions.payday == "mid_and_end":
        return at_end | (days.day_of_month == 15)
    if conventions.payday == "fixed_day":
        length = (days.month_end - days.month_start).astype(np.int64) + 1
        return days.day_of_month == np.minimum(wanted or 31, length)
    on_day = days.weekday == (wanted or FRIDAY)
    if conventions.payday == "weekly":
        return on_day
    return on_day & ((days.number - FORTNIGHT_ANCHOR) // 7 % 2 == 0)


def _last_business_day(working: Flags) -> Integers:
    """(N,) position of the last business day up to each day, −1 where there is none."""
    place = np.where(working, np.arange(len(working)), -1)
    return np.maximum.accumulate(place)


def _shifted(flags: Flags, by: int) -> Flags:
    """Each day's neighbour `by` days before; false beyond the ends."""
    moved = np.zeros_like(flags)
    if by > 0:
        moved[by:] = flags[:-by]
    else:
        moved[:by] = flags[-by:]
    return moved
