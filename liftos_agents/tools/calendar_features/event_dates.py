"""A small language of yearly dates: `02-14`, `2nd sun may`, `last mon may`, `easter - 21`, `diwali`, `4th thu nov + 1`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from dateutil.easter import EASTER_ORTHODOX, easter
from holidays.calendars.chinese import _ChineseLunisolar
from holidays.calendars.hebrew import _HebrewLunisolar
from holidays.calendars.hindu import _HinduLunisolar
from holidays.calendars.islamic import _IslamicLunar

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_OFFSET = re.compile(r"^(?P<base>.+?)(?:\s+(?P<sign>[+-])\s+(?P<days>\d+))?$")
_FIXED = re.compile(r"^(\d\d)-(\d\d)$")
_NTH = re.compile(r"^(1st|2nd|3rd|4th|last) (\w{3}) (\w{3})$")


@dataclass(frozen=True)
class Rule:
    """One date a year, or none or several where a lunar year says so.

    Attributes:
        base: A fixed day, an nth weekday, or the name of a movable feast.
        offset: Days added to it.
    """

    base: str
    offset: int = 0

    @classmethod
    def parse(cls, text: str) -> Rule:
        """The rule that `text` says.

        Raises:
            ValueError: It is none.
        """
        match = _OFFSET.match(text.strip())
        if match is None:
            raise ValueError(f"not a rule of dates: {text!r}")
        days = int(match["days"] or 0)
        return cls(match["base"].strip(), -days if match["sign"] == "-" else days)

    def dates(self, year: int) -> tuple[date, ...]:
        """The rule's dates whose base falls into the calendar year.

        Raises:
            ValueError: The base is no date and no feast.
        """
        return tuple(day + timedelta(self.offset) for day in _bases(self.base, year))


@cache
def _bases(base: str, year: int) -> tuple[date, ...]:
    fixed = _FIXED.match(base)
    if fixed is not None:
        return (date(year, int(fixed[1]), int(fixed[2])),)
    nth = _NTH.match(base)
    if nth is not None:
        return (_nth_weekday(year, nth[1], DAYS.index(nth[2]), MONTHS.index(nth[3]) + 1),)
    if base not in _FEASTS:
        raise ValueError(f"not a date or a feast: {base!r}")
    return _FEASTS[base](year)


def _nth_weekday(year: int, nth: str, weekday: int, month: int) -> date:
    if nth == "last":
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
        return last - timedelta((last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (int(nth[0]) - 1))


def _one(found: tuple[date | None, bool]) -> tuple[date, ...]:
    return () if found[0] is None else (found[0],)


def _maybe(found: date | None) -> tuple[date, ...]:
    return () if found is None else (found,)


_CHINESE, _HINDU, _HEBREW, _ISLAMIC = (
    _ChineseLunisolar(),
    _HinduLunisolar(),
    _HebrewLunisolar(),
    _IslamicLunar(),
)

_FEASTS: dict[str, Callable[[int], tuple[date, ...]]] = {
    "easter": lambda year: (easter(year),),
    "orthodox_easter": lambda year: (easter(year, EASTER_ORTHODOX),),
    "lunar_new_year": lambda year: _one(_CHINESE.lunar_new_year_date(year)),
    "mid_autumn": lambda year: _one(_CHINESE.mid_autumn_date(year)),
    "holi": lambda year: _one(_HINDU.holi_date(year)),
    "raksha_bandhan": lambda year: _one(_HINDU.raksha_bandhan_date(year)),
    "dussehra": lambda year: _one(_HINDU.dussehra_date(year)),
    "diwali": lambda year: _one(_HINDU.diwali_date(year)),
    "passover": lambda year: _maybe(_HEBREW.passover_date(year)),
    "rosh_hashanah": lambda year: _maybe(_HEBREW.rosh_hashanah_date(year)),
    "hanukkah": lambda year: tuple(day for day in sorted(_HEBREW.hanukkah_date(year)) if day.year == year),
    "ramadan": lambda year: _of_year(_ISLAMIC.ramadan_beginning_dates(year), year),
    "eid_al_fitr": lambda year: _of_year(_ISLAMIC.eid_al_fitr_dates(year), year),
    "eid_al_adha": lambda year: _of_year(_ISLAMIC.eid_al_adha_dates(year), year),
}


def _of_year(found: Iterable[tuple[date, bool]], year: int) -> tuple[date, ...]:
    return tuple(sorted(day for day, _ in found if day.year == year))
