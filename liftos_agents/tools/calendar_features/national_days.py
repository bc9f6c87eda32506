"""What a country's law and custom say of each day, from the `holidays` library."""

from __future__ import annotations

import difflib
import inspect
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import holidays
import numpy as np
from numpy.typing import NDArray

from liftos_agents.data.countries import Country
from liftos_agents.errors import ArgumentError
from liftos_agents.tools.calendar_features.conventions import CalendarConventions
from liftos_agents.tools.calendar_features.days import Days, Flags

FEWEST_SCHOOL_DAYS = 40
"""A year with fewer days listed has single days off, not its school holidays."""
HALF_DAY, SCHOOL = "half_day", "school"


@dataclass(frozen=True, eq=False)
class NationalDays:
    """Facts of N days, (N,) each.

    Attributes:
        name: Name of the holiday, None on other days.
        moved: Off only because a holiday was moved here or is made up for here.
        estimated: The holiday's date is estimated.
        worked: A weekend day worked by decree.
        school: 1 closed, 0 open, −1 unknown.
        notes: What the source does not cover, a sentence each.
    """

    weekend: Flags
    holiday: Flags
    name: NDArray[np.object_]
    moved: Flags
    estimated: Flags
    worked: Flags
    half_day: Flags
    observance: Flags
    school: NDArray[np.int8]
    notes: tuple[str, ...]


def national_days(days: Days, country: Country, conventions: CalendarConventions) -> NationalDays:
    """What is known of each day in the country and its subdivision.

    Raises:
        ArgumentError: The country has no such subdivision, category or language.
    """
    source = Source(country, conventions)
    years = days.years
    listed = source.dates(years, conventions.categories)
    unmoved = source.dates(years, conventions.categories, observed=False)
    others = [c for c in source.categories if c not in (*conventions.categories, HALF_DAY, SCHOOL)]
    marked = source.dates(years, others) if others else {}
    half = source.dates(years, (HALF_DAY,)) if HALF_DAY in source.categories else {}
    holiday = _flags(days, listed)
    names = np.full(len(days.day), None, dtype=object)
    for place, day in _places(days, listed):
        names[place] = listed[day]
    return NationalDays(
        weekend=source.weekends(days),
        holiday=holiday,
        name=names,
        moved=holiday & ~_flags(days, unmoved),
        estimated=_flags(days, source.estimated(years)) & holiday,
        worked=_flags(days, source.workdays(years)),
        half_day=_flags(days, half),
        observance=_flags(days, marked) & ~holiday,
        school=_school(days, source),
        notes=source.notes(years),
    )


class Source:
    """One country of the `holidays` library under some conventions.

    Names come in the language asked for, else in the country's own: never in that of the machine's locale.
    """

    def __init__(self, country: Country, conventions: CalendarConventions) -> None:
        self.country = country
        self.entity: Any = getattr(holidays, country.code).get_entity()
        self.categories: tuple[str, ...] = tuple(self.entity.supported_categories)
        self.subdivision = _subdivision(self.entity, country, conventions.subdivision)
        self.language = _language(self.entity, country, conventions.language)
        self.counted = conventions.categories
        self.sighted = "islamic_show_estimated" in inspect.signature(self.entity.__init__).parameters
        self._said: set[str] = set()
        for category in conventions.categories:
            if category not in self.categories:
                raise ArgumentError(
                    f"no category {category!r} of holidays for {country.name}",
                    where="categories",
                    fix=f"There are: {', '.join(sorted(self.categories))}",
                )

    def dates(
        self, years: range, categories: Iterable[str], *, observed: bool = True, plain: bool = False
    ) -> dict[date, str]:
        """Day to the names of its holidays in these categories; `plain` ones do not say which dates are estimated."""
        options = {"islamic_show_estimated": False} if plain and self.sighted else {}
        return dict(self._listed(years, categories, observed=observed, **options))

    def estimated(self, years: range) -> dict[date, str]:
        """Public holidays whose date is estimated; only calendars that follow the moon's sighting say so."""
        if not self.sighted:
            return {}
        listed = self._listed(years, self.categories, islamic_show_estimated=True)
        label = listed.tr(self.entity.estimated_label).strip("%s ()（）")
        return {day: name for day, name in listed.items() if label in name}

    def workdays(self, years: range) -> set[date]:
        """Weekend days worked by decree."""
        return set(self._listed(years, self.counted).weekend_workdays)

    def weekends(self, days: Days) -> Flags:
        """Whether each day is of the weekend then in force, (N,)."""
        listed = self._listed(range(0), self.counted)
        return np.fromiter(
            (listed.is_weekend(day) for day in days.day.astype(object)), dtype=np.bool_, count=len(days.day)
        )

    def notes(self, years: range) -> tuple[str, ...]:
        """What the library does not cover of these years."""
        found = sorted(self._said)
        first, last = self.entity.start_year, self.entity.end_year
        if years.start < first or years.stop - 1 > last:
            found.append(
                f"Holidays of {self.country.name} are known for {first} to {last}; other years have none here."
            )
        return tuple(found)

    def _listed(self, years: range, categories: Iterable[str], **options: Any) -> Any:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = self.entity(
                years=years,
                subdiv=self.subdivision,
                language=self.language,
                categories=tuple(categories),
                expand=False,
                **options,
            )
        self._said.update(f"{self.country.name}: {warning.message}" for warning in caught)
        return found


def _subdivision(entity: Any, country: Country, wanted: str | None) -> str | None:
    if wanted is None:
        return None
    names = [*entity.subdivisions, *entity.subdivisions_aliases]
    folded = {name.casefold(): name for name in names}
    found = folded.get(wanted.strip().casefold())
    if found is not None:
        return found
    close = difflib.get_close_matches(wanted.casefold(), list(folded), 3, 0.5)
    raise ArgumentError(
        f"{country.name} has no subdivision {wanted!r}",
        where="subdivision",
        fix=f"Did you mean {' or '.join(folded[name] for name in close)}?"
        if close
        else f"There are: {', '.join(names[:40]) or 'none'}",
    )


def _language(entity: Any, country: Country, wanted: str | None) -> str | None:
    known = tuple(entity.supported_languages)
    if wanted is None:
        return entity.default_language
    folded = wanted.replace("-", "_").casefold()
    for name in known:
        if folded in (name.casefold(), name.partition("_")[0].casefold()):
            return name
    if not known and folded.partition("_")[0] == "en":
        return None
    raise ArgumentError(
        f"holiday names of {country.name} are not known in {wanted!r}",
        where="language",
        fix=f"There are: {', '.join(known)}" if known else "Leave language away",
    )


def _school(days: Days, source: Source) -> NDArray[np.int8]:
    found = np.full(len(days.day), -1, dtype=np.int8)
    if SCHOOL not in source.categories:
        return found
    closed = _flags(days, source.dates(days.years, (SCHOOL,)))
    whole = source.dates(range(days.years.start, days.years.stop), (SCHOOL,))
    per_year = np.bincount([day.year - days.years.start for day in whole], minlength=len(days.years))
    covered = per_year[days.year - days.years.start] >= FEWEST_SCHOOL_DAYS
    found[covered] = 0
    found[closed] = 1
    return found


def _places(days: Days, dated: Iterable[date]) -> list[tuple[int, date]]:
    first = days.day[0].astype(object).toordinal()
    count = len(days.day)
    return [(place, day) for day in dated if 0 <= (place := day.toordinal() - first) < count]


def _flags(days: Days, dated: Iterable[date]) -> Flags:
    found = np.zeros(len(days.day), dtype=np.bool_)
    found[[place for place, _ in _places(days, dated)]] = True
    return found
