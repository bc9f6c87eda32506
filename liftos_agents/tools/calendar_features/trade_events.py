"""Events of trade in a country: their days, and how strongly they pull demand around them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.calendar_features.days import Days, Integers
from liftos_agents.tools.calendar_features.event_dates import Rule

PEAK = 0.75
EVERY_COUNTRY = "*"
BLACK_FRIDAY = Rule.parse("4th thu nov + 1")


@dataclass(frozen=True)
class EventDates:
    """A rule for some countries; where it gives the day of `unless`, `instead` counts."""

    rule: Rule
    countries: frozenset[str]
    excepted: frozenset[str]
    unless: Rule | None = None
    instead: Rule | None = None

    def hold_in(self, country: str | None) -> bool:
        """Whether the country has the event by this rule; None for no country."""
        return within(country, self.countries, self.excepted)

    def dates(self, year: int) -> tuple[date, ...]:
        """First days of the event in the year."""
        found = self.rule.dates(year)
        if self.unless is not None and self.instead is not None and set(found) & set(self.unless.dates(year)):
            return self.instead.dates(year)
        return found


@dataclass(frozen=True)
class Event:
    """One event of trade.

    Attributes:
        length: Days that it lasts.
        intensity: Its strength on those days, 0 to 1.
        lead, tail: Days over which it rises before and fades after.
    """

    key: str
    name: str
    length: int
    intensity: float
    lead: int
    tail: int
    dates: tuple[EventDates, ...]

    def held_in(self, country: str | None) -> bool:
        """Whether the country has the event; None for no country."""
        return any(dates.hold_in(country) for dates in self.dates)

    def first_days(self, country: str | None, years: range) -> tuple[date, ...]:
        """First day of each occurrence in the country."""
        held = next((dates for dates in self.dates if dates.hold_in(country)), None)
        return () if held is None else tuple(day for year in years for day in held.dates(year))

    @property
    def profile(self) -> NDArray[np.float64]:
        """Strength from the first day of the rise to the last of the fall."""
        rise = np.arange(1, self.lead + 1) / (self.lead + 1)
        fall = np.arange(self.tail, 0, -1) / (self.tail + 1)
        return self.intensity * np.concatenate([rise, np.ones(self.length), fall])


@dataclass(frozen=True)
class TradeYear:
    """What `events.toml` holds besides events: groups of countries and when presents are sent."""

    events: tuple[Event, ...]
    groups: dict[str, frozenset[str]]
    gift_days: dict[str, Rule]
    clear_business_days: int


def within(country: str | None, countries: frozenset[str], excepted: frozenset[str]) -> bool:
    """Whether a country, or none, is among `countries` and not among those excepted."""
    return (EVERY_COUNTRY in countries or country in countries) and country not in excepted


@cache
def trade_year() -> TradeYear:
    """The events of `events.toml`."""
    given = tomllib.loads(Path(__file__).with_name("events.toml").read_text(encoding="utf-8"))
    groups = {name: frozenset(codes) for name, codes in given["groups"].items()}
    shipping = given["shipping"]
    return TradeYear(
        events=tuple(_event(entry, groups) for entry in given["event"]),
        groups=groups,
        gift_days={
            "christmas": Rule.parse(shipping["gift_day"]),
            "new_year_gifts": Rule.parse(shipping["new_year_gift_day"]),
        },
        clear_business_days=int(shipping["clear_business_days"]),
    )


def expand(names: list[str], groups: dict[str, frozenset[str]]) -> frozenset[str]:
    """Country codes, `@group` replaced by its members."""
    return frozenset(
        code for name in names for code in (groups[name[1:]] if name.startswith("@") else (name,))
    )


def event_features(days: Days, country: str | None) -> dict[str, Any]:
    """Features 56 to 59, (N,) each."""
    strength = np.zeros(len(days.day))
    names = np.full(len(days.day), None, dtype=object)
    named = np.zeros(len(days.day))
    for event in trade_year().events:
        profile = event.profile
        for place in _first_places(days, event.first_days(country, _years_around(days))):
            own, found = _overlap(place - event.lead, len(profile), len(strength))
            strength[found] = np.maximum(strength[found], profile[own])
            _, found = _overlap(place, event.length, len(strength))
            stronger = named[found] < event.intensity
            names[found] = np.where(stronger, event.name, names[found])
            named[found] = np.maximum(named[found], event.intensity)
    return {
        "marketing_event": pd.Series(names, dtype="str"),
        "is_peak_shopping": strength >= PEAK,
        "event_intensity": strength,
        "days_to_black_friday": _to_nearest(days, BLACK_FRIDAY),
    }


def event_strengths(days: Days, country: str | None) -> dict[str, NDArray[np.float64]]:
    """Name of each event that the run touches to its own strength per day, (N,)."""
    found: dict[str, NDArray[np.float64]] = {}
    for event in trade_year().events:
        profile = event.profile
        for place in _first_places(days, event.first_days(country, _years_around(days))):
            own, there = _overlap(place - event.lead, len(profile), len(days.day))
            if there.stop > there.start:
                series = found.setdefault(event.name, np.zeros(len(days.day)))
                series[there] = np.maximum(series[there], profile[own])
    return found


def _event(entry: dict[str, Any], groups: dict[str, frozenset[str]]) -> Event:
    return Event(
        key=entry["key"],
        name=entry["name"],
        length=int(entry.get("days", 1)),
        intensity=float(entry["intensity"]),
        lead=int(entry.get("lead", 0)),
        tail=int(entry.get("tail", 0)),
        dates=tuple(
            EventDates(
                rule=Rule.parse(dates["rule"]),
                countries=expand(dates["countries"], groups),
                excepted=expand(dates.get("except", []), groups),
                unless=Rule.parse(dates["unless"]) if "unless" in dates else None,
                instead=Rule.parse(dates["instead"]) if "instead" in dates else None,
            )
            for dates in entry["dates"]
        ),
    )


def _years_around(days: Days) -> range:
    return range(days.years.start - 1, days.years.stop + 1)


def _first_places(days: Days, dated: tuple[date, ...]) -> list[int]:
    first = days.day[0].astype(object)
    return [(day - first) // timedelta(1) for day in dated]


def _overlap(start: int, length: int, count: int) -> tuple[slice, slice]:
    """The part of a piece of `length` at `start` that lies within `count` days: in the piece, and in the days."""
    low, high = max(start, 0), min(start + length, count)
    if high <= low:
        return slice(0, 0), slice(0, 0)
    return slice(low - start, high - start), slice(low, high)


def _to_nearest(days: Days, rule: Rule) -> Integers:
    """(N,) days to the rule's nearest date; that ahead where two are as near."""
    dated = [day for year in _years_around(days) for day in rule.dates(year)]
    dates = np.array(dated, dtype="datetime64[D]")
    ahead = np.searchsorted(dates, days.day, side="left")
    to_next = (dates[np.minimum(ahead, len(dates) - 1)] - days.day).astype(np.int64)
    since = (days.day - dates[np.maximum(ahead - 1, 0)]).astype(np.int64)
    return np.where(to_next <= since, to_next, -since)
