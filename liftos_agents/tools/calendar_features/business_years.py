"""Fiscal years, and the retail 4-5-4 calendar of the National Retail Federation."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from liftos_agents.tools.calendar_features.days import Dates, Days, Integers

RETAIL_MONTH_OF_WEEK = np.repeat(np.arange(1, 13), (4, 5, 4) * 4)
"""Month of retail weeks 1 to 52; a 53rd belongs to the last."""


def fiscal(days: Days, start_month: int, named: Literal["end", "start"]) -> dict[str, Any]:
    """Features 32 to 34, (N,) each; a fiscal year that starts in January is the calendar's under either name."""
    month = (days.month - start_month) % 12 + 1
    began = days.year - (days.month < start_month)
    return {
        "fiscal_year": began + (1 if named == "end" and start_month > 1 else 0),
        "fiscal_quarter": (month + 2) // 3,
        "fiscal_month": month,
    }


def retail(days: Days, restated: bool) -> dict[str, Any]:
    """Features 35 to 37, (N,) each.

    A retail year begins on the Sunday within 29 January to 4 February (https://nrf.com/resources/4-5-4-calendar). Restated, a
    53-week year begins a week later, so that its weeks line up with those of the year after.
    """
    years = np.arange(days.years.start - 1, days.years.stop + 2)
    starts = retail_year_starts(years)
    if restated:
        long = np.diff(retail_year_starts(np.append(years, years[-1] + 1))).astype(np.int64) == 371
        starts = starts + np.where(long, 7, 0).astype("timedelta64[D]")
    place = np.searchsorted(starts, days.day, side="right") - 1
    week = (days.day - starts[place]).astype(np.int64) // 7 + 1
    weeks = (starts[place + 1] - starts[place]).astype(np.int64) // 7
    return {
        "retail_week_454": week,
        "retail_month_454": RETAIL_MONTH_OF_WEEK[np.minimum(week, 52) - 1],
        "is_53_week_year": weeks == 53,
    }


def retail_year_starts(years: Integers) -> Dates:
    """First day of each retail year, (Y,)."""
    new_year = (years - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    earliest = new_year + 28
    into_week = (earliest + 4) % 7
    return (earliest + (7 - into_week) % 7).astype("datetime64[D]")
