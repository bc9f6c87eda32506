"""A country's calendar in the periods of a model: holidays and events of trade as columns of a baseline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from liftos_agents.data.countries import Country, find_country
from liftos_agents.tools.calendar_features.conventions import CalendarConventions
from liftos_agents.tools.calendar_features.days import Days
from liftos_agents.tools.calendar_features.national_days import Source
from liftos_agents.tools.calendar_features.trade_events import event_strengths

Array = NDArray[np.float64]
Dates = NDArray[np.datetime64]

FIXED, MOVABLE = "holidays on fixed dates", "movable holidays"
TRADE = " (trade)"
"""What a holiday and the trade around it share a name for is told apart by this."""
OTHER_EVENTS = "other events of trade"
FEWEST_OF_ITS_OWN = 3
STRONG_EVENT = 0.75
FEWEST_PERIODS = 2
FEWEST_YEARS = 2
YEARS_BEYOND = 5


@dataclass(frozen=True, eq=False)
class PeriodColumns:
    """Calendar columns of T periods.

    Attributes:
        country: Whose calendar it is.
        columns: Name to a series (T,): holidays in the period, and the mean strength of events of trade.
        notes: What is not covered, a sentence each.
    """

    country: Country
    columns: dict[str, Array]
    notes: tuple[str, ...]


def period_columns(dates: Dates, country: str) -> PeriodColumns:
    """Holidays on fixed dates, movable ones, each strong event of trade, and the weaker ones together, per period.

    A group per kind rather than a column per holiday, since a few years of weeks cannot tell a dozen holidays apart. Holidays
    count where they fall into at least two periods, events where the data hold two years' of them.

    Args:
        dates: (T,) first day of each period, T at least two.
        country: ISO code or name.

    Raises:
        ArgumentError: The country is unknown.
    """
    found = find_country(country)
    run = Days.between(dates[0].astype("datetime64[D]"), _last_day(dates))
    source = Source(found, CalendarConventions())
    columns = {**_holidays(run, dates, source), **_events(run, dates, found)}
    return PeriodColumns(found, columns, source.notes(run.years))


def _holidays(run: Days, dates: Dates, source: Source) -> dict[str, Array]:
    """Holidays per period: each by its name where the data hold enough of them, the others counted by kind."""
    movable = _movable_names(run.years, source)
    unmoved = source.dates(run.years, ("public",), observed=False, plain=True)
    own: dict[str, Array] = {}
    for day, label in sorted(source.dates(run.years, ("public",), plain=True).items()):
        place = np.datetime64(day, "D")
        if run.day[0] <= place <= run.day[-1]:
            for name in label.split("; ") if day in unmoved else (MOVABLE,):
                own.setdefault(name, np.zeros(len(dates)))[_period(dates, place)] += 1.0
    columns: dict[str, Array] = {}
    for name, column in own.items():
        rare = (column > 0.0).sum() < FEWEST_OF_ITS_OWN
        kind = (MOVABLE if name in (MOVABLE, *movable) else FIXED) if rare else name
        columns[kind] = columns[kind] + column if kind in columns else column
    return {name: column for name, column in columns.items() if (column > 0.0).sum() >= FEWEST_PERIODS}


def _movable_names(years: range, source: Source) -> set[str]:
    """Names of holidays that fall on more than one day of the year within the data's years and five to either side."""
    around = range(years.start - YEARS_BEYOND, years.stop + YEARS_BEYOND)
    seen: dict[str, set[tuple[int, int]]] = {}
    for day, label in source.dates(around, ("public",), observed=False, plain=True).items():
        for name in label.split("; "):
            seen.setdefault(name, set()).add((day.month, day.day))
    return {name for name, places in seen.items() if len(places) > 1}


def _events(run: Days, dates: Dates, country: Country) -> dict[str, Array]:
    period = _period(dates, run.day)
    length = np.bincount(period, minlength=len(dates))
    columns: dict[str, Array] = {}
    weaker = np.zeros(len(run.day))
    for name, strength in event_strengths(run, country.code).items():
        top = float(strength.max())
        if len(np.unique(run.year[strength >= top])) < FEWEST_YEARS:
            continue
        if top >= STRONG_EVENT:
            columns[name + TRADE] = np.bincount(period, weights=strength, minlength=len(dates)) / length
        else:
            weaker = np.maximum(weaker, strength)
    if weaker.any():
        columns[OTHER_EVENTS] = np.bincount(period, weights=weaker, minlength=len(dates)) / length
    return columns


def _last_day(dates: Dates) -> np.datetime64:
    """Last day of the last period, as long as the one before it, or a whole month where periods are months."""
    firsts: list[date] = dates[-2:].astype("datetime64[D]").astype(object).tolist()
    if all(day.day == 1 for day in firsts):
        return (dates[-1].astype("datetime64[M]") + 1).astype("datetime64[D]") + np.timedelta64(-1, "D")
    return dates[-1] + (dates[-1] - dates[-2]) + np.timedelta64(-1, "D")


def _period(dates: Dates, day: Dates | np.datetime64) -> NDArray[np.intp]:
    return np.asarray(np.searchsorted(dates.astype("datetime64[D]"), day, side="right")) - 1
