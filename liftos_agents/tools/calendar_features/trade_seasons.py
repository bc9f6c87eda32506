"""Seasons of trade in a country, and the last day to ship presents."""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from liftos_agents.tools.calendar_features.days import Days, Flags
from liftos_agents.tools.calendar_features.event_dates import Rule
from liftos_agents.tools.calendar_features.trade_events import expand, trade_year, within

NO_SEASON = "regular"
EVENT = "event:"
DAYS_BEFORE_GIFTS = 20
"""Business days that the run must hold before a gift day for its cutoff to be told."""


@dataclass(frozen=True)
class Season:
    """A named part of the trading year in some countries, from one rule's date to another's."""

    name: str
    first: Rule
    last: Rule
    countries: frozenset[str]
    excepted: frozenset[str]

    def spans(self, country: str | None, years: range) -> list[tuple[date, date]]:
        """First and last day of each time it is held; the last is the next one from the first on."""
        firsts = sorted(day for year in years for day in _dates(self.first, country, year))
        lasts = sorted(
            day for year in range(years.start, years.stop + 1) for day in _dates(self.last, country, year)
        )
        ends = [bisect_left(lasts, first) for first in firsts]
        return [(first, lasts[end]) for first, end in zip(firsts, ends, strict=True) if end < len(lasts)]


def marketing_season(days: Days, country: str | None) -> Any:
    """Feature 55, (N,): the first season of `seasons.toml` that holds the day, 'regular' where none does."""
    found = np.full(len(days.day), NO_SEASON, dtype=object)
    years = range(days.years.start - 1, days.years.stop)
    for season in reversed(_seasons()):
        if within(country, season.countries, season.excepted):
            for first, last in season.spans(country, years):
                start = np.searchsorted(days.day, np.datetime64(first, "D"))
                stop = np.searchsorted(days.day, np.datetime64(last, "D"), side="right")
                found[start:stop] = season.name
    return pd.Series(found, dtype="str")


def days_to_shipping_cutoff(days: Days, country: str | None, working: Flags) -> Any:
    """Feature 60, (N,): days to the next last business day that leaves three clear business days before gifts are given.

    Null in countries that give no presents at Christmas or New Year, and where the run ends before the next cutoff.
    """
    year = trade_year()
    events = {event.key: event for event in year.events}
    gifts = next(
        (rule for key, rule in year.gift_days.items() if events[key].held_in(country)),
        None,
    )
    if gifts is None:
        return _nullable(np.zeros(len(days.day)), known=np.zeros(len(days.day), dtype=np.bool_))
    business = np.flatnonzero(working)
    last_before = [
        np.searchsorted(days.day[business], np.datetime64(gifts.dates(y)[0], "D")) for y in days.years
    ]
    places = [
        business[count - 1 - year.clear_business_days] for count in last_before if count > DAYS_BEFORE_GIFTS
    ]
    cutoffs = np.array(places, dtype=np.int64)
    place = np.arange(len(days.day))
    ahead = np.searchsorted(cutoffs, place)
    inside = ahead < len(cutoffs)
    return _nullable(cutoffs[np.minimum(ahead, len(cutoffs) - 1)] - place, known=inside)


def _nullable(values: Any, known: Flags) -> Any:
    return pd.arrays.IntegerArray(np.where(known, values, 0).astype(np.int16), ~known)


def _dates(rule: Rule, country: str | None, year: int) -> tuple[date, ...]:
    if not rule.base.startswith(EVENT):
        return rule.dates(year)
    event = next(event for event in trade_year().events if event.key == rule.base.removeprefix(EVENT))
    shift = np.timedelta64(rule.offset, "D")
    return tuple(
        (np.datetime64(day, "D") + shift).astype(object)
        for day in event.first_days(country, range(year, year + 1))
    )


@cache
def _seasons() -> tuple[Season, ...]:
    given = tomllib.loads(Path(__file__).with_name("seasons.toml").read_text(encoding="utf-8"))
    groups = trade_year().groups
    return tuple(
        Season(
            name=entry["name"],
            first=Rule.parse(entry["from"]),
            last=Rule.parse(entry["to"]),
            countries=expand(entry["countries"], groups),
            excepted=expand(entry.get("except", []), groups),
        )
        for entry in given["season"]
    )
