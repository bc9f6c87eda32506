"""Reads written dates; day and month are told apart over a whole column and never guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

DateOrder = Literal["day_first", "month_first"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janv janvier ene enero",
            "feb february februar fev fevr fevrier febrero",
            "mar march marz maerz mrz mars marzo",
            "apr april avr avril abr abril",
            "may mai mayo",
            "jun june juni juin junio",
            "jul july juli juil juillet julio",
            "aug august aout ago agosto",
            "sep sept september septembre septiembre",
            "oct october okt oktober octobre octubre",
            "nov november novembre noviembre",
            "dec december dez dezember decembre dic diciembre",
        ),
        1,
    )
    for name in names.split()
}
_ACCENTS = str.maketrans("äéèûôáíóú", "aeeuoaiou")
_CLOCK = r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2}|UTC)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_CLOCK}$")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_CLOCK}$")
_WEEK = re.compile(
    r"(\d{4})-?\s*(?:W|KW)\s*(\d{1,2})(?:-?([1-7]))?$|(?:W|KW)\s*(\d{1,2})[-/ ]+(\d{4})$", re.I
)
_MONTH_NUMBER = re.compile(r"(\d{4})[-/](\d{1,2})$|(\d{1,2})[-/.](\d{4})$")
_QUARTER = re.compile(r"(\d{4})[- ]?Q([1-4])$|Q([1-4])[- ]?(\d{4})$", re.I)
_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?[. -]+)?([A-Za-zäéèûôáíóú]+)\.?[ ,/-]*(?:(\d{1,2})(?:st|nd|rd|th)?,?[ -]+)?(\d{4}|\d{2})$"
)
_COMPACT = re.compile(r"(19|20)\d{6}$")
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)


@dataclass(frozen=True)
class Dates:
    """The cells of one column as dates.

    Attributes:
        values: One a cell; None where the cell is no date.
        order: How day and month were told apart, where that was needed.
        doubtful: Cells that read two ways when nothing in the column settles it.
        zones: Cells carried a time zone, which was dropped.
    """

    values: tuple[dt.datetime | None, ...]
    order: DateOrder | None = None
    doubtful: tuple[str, ...] = ()
    zones: bool = False


def read_dates(cells: Sequence[str], *, order: DateOrder | None = None, serials: bool = False) -> Dates:
    """The dates written in `cells`: ISO, 31.12.2024, 12/31/2024, 2024-W05, Jan 2024, 2024-Q1.

    Args:
        cells: Distinct cells without missing ones.
        order: What the user says of 03/04/2024, for columns that do not tell.
        serials: Whole numbers may be Excel's day numbers, or 20241231 (the column's name says date).
    """
    slashed = [(cell, _YEAR_LAST.match(cell.strip())) for cell in cells]
    pairs = [(c, int(m[1]), int(m[3])) for c, m in slashed if m and m[2] != "."]
    day_first = any(first > 12 for _, first, _ in pairs)
    month_first = any(second > 12 for _, _, second in pairs)
    doubtful: tuple[str, ...] = ()
    settled: DateOrder | None = None
    if pairs:
        if day_first != month_first:
            settled = "day_first" if day_first else "month_first"
        elif not day_first and order is None and any(first != second for _, first, second in pairs):
            doubtful = tuple(c for c, first, second in pairs if first != second)[:3]
        else:
            settled = order or "day_first"
    values = tuple(_date(cell.strip(), settled or "day_first", serials) for cell in cells)
    zones = any(re.search(r"\d(?:Z|UTC|[+-]\d{2}:?\d{2})$", cell.strip()) and ":" in cell for cell in cells)
    return Dates(values, settled, doubtful, zones)


def _date(cell: str, order: DateOrder, serials: bool) -> dt.datetime | None:
    try:
        return _numeric_date(cell, order) or _named_date(cell) or (_serial(cell) if serials else None)
    except ValueError:
        return None


def _numeric_date(cell: str, order: DateOrder) -> dt.datetime | None:
    if match := _YEAR_FIRST.match(cell):
        clock = _clock(match[4], match[5], match[6])
        return dt.datetime(int(match[1]), int(match[2]), int(match[3])) + clock
    if match := _YEAR_LAST.match(cell):
        first, second, year = int(match[1]), int(match[3]), _year(match[4])
        swap = match[2] != "." and order == "month_first"
        day, month = (second, first) if swap else (first, second)
        return dt.datetime(year, month, day) + _clock(match[5], match[6], match[7])
    if match := _WEEK.match(cell):
        year, week = (int(match[1]), int(match[2])) if match[1] else (int(match[5]), int(match[4]))
        return dt.datetime.fromisocalendar(year, week, int(match[3] or 1))
    if match := _MONTH_NUMBER.match(cell):
        year, month = (match[1], match[2]) if match[1] else (match[4], match[3])
        return dt.datetime(int(year), int(month), 1)
    if match := _QUARTER.match(cell):
        year, quarter = (match[1], match[2]) if match[1] else (match[4], match[3])
        return dt.datetime(int(year), 3 * int(quarter) - 2, 1)
    return None


def _named_date(cell: str) -> dt.datetime | None:
    match = _NAMED.match(cell)
    if not match:
        return None
    month = _MONTHS.get(match[2].lower().translate(_ACCENTS))
    if month is None or (match[1] and match[3]):
        return None
    return dt.datetime(_year(match[4]), month, int(match[1] or match[3] or 1))


def _serial(cell: str) -> dt.datetime | None:
    if _COMPACT.match(cell):
        return dt.datetime(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
    if re.fullmatch(r"\d{5}(?:\.\d+)?", cell) and 20_000 <= float(cell) <= 60_000:
        return _EXCEL_EPOCH + dt.timedelta(days=float(cell))
    return None


def _clock(hours: str | None, minutes: str | None, seconds: str | None) -> dt.timedelta:
    clock = dt.time(int(hours or 0), int(minutes or 0), int(seconds or 0))
    return dt.timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


def _year(text: str) -> int:
    return int(text) + (2000 if int(text) < 70 else 1900) if len(text) == 2 else int(text)
