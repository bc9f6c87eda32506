"""Reads written numbers: decimal commas, thousands separators, currencies, percent, negatives in parentheses."""
# ruff: noqa: SIM905 (word lists read better as words)

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

DecimalMark = Literal[".", ","]

CURRENCY_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "kr": "SEK"}
CURRENCY_CODES = frozenset(
    "EUR USD GBP JPY CNY INR CHF PLN SEK NOK DKK AUD CAD NZD BRL MXN ZAR CZK HUF TRY SGD HKD KRW".split()
)
_SIGNS = "|".join([*map(re.escape, CURRENCY_SIGNS), *sorted(CURRENCY_CODES)])
_CELL = re.compile(
    rf"^(?P<open>\()?\s*(?P<sign>[+-])?\s*(?P<before>{_SIGNS})?\s*(?P<sign2>[+-])?\s*"
    rf"(?P<body>[\d.,' ]*\d[.,]?(?:[eE][+-]?\d+)?)\s*(?P<after>{_SIGNS})?\s*(?P<percent>%)?\s*(?P<minus>-)?\s*(?P<close>\))?$",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[\u00a0\u2007\u2009\u202f]")
_PLAIN = re.compile(r"\d+(?:[eE][+-]?\d+)?|\d*\.\d+[eE][+-]?\d+|\d+\.[eE][+-]?\d+")
_GROUPED = {
    ".": re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}|\d{1,3}(?:[' ]\d{3})+)(?:\.\d*)?"),
    ",": re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d{1,3}(?:[' ]\d{3})+)(?:,\d*)?"),
}
_SIMPLE = {".": re.compile(r"\d*\.\d*"), ",": re.compile(r"\d*,\d*")}


@dataclass(frozen=True)
class Numbers:
    """The cells of one column as numbers.

    Attributes:
        values: One a cell; None where the cell is no number.
        currencies: ISO codes found, sorted.
        percent: Cells were percentages and are now fractions.
        mixed: Positions of a percentage and of a plain number other than 0, the rarer kind first, where both occur.
        decimal: The decimal mark that the cells prove, or None when they prove none.
        assumed: A cell whose separator could mean either, and the reading that was taken.
    """

    values: tuple[float | None, ...]
    currencies: tuple[str, ...] = ()
    percent: bool = False
    decimal: DecimalMark | None = None
    assumed: tuple[str, str] | None = None
    mixed: tuple[int, int] | None = None


@dataclass(frozen=True)
class _Cell:
    body: str
    negative: bool
    currency: str | None
    percent: bool


def read_numbers(cells: Sequence[str], *, decimal: DecimalMark | None = None) -> Numbers:
    """The numbers written in `cells`, their notation worked out over all of them together.

    Args:
        cells: Distinct cells without missing ones.
        decimal: Decimal mark that other columns of the file prove, for cells that prove none.
    """
    parsed = [_cell(cell) for cell in cells]
    proven = proven_decimal(cell.body for cell in parsed if cell)
    mark: DecimalMark = proven or decimal or "."
    values = tuple(None if cell is None else _value(cell, mark) for cell in parsed)
    assumed = None
    if proven is None:
        doubtful = next((c.body for c in parsed if c and re.fullmatch(r"\d{1,3}[.,]\d{3}", c.body)), None)
        value = _number(doubtful, mark) if doubtful else None
        # A lone point before three digits is a decimal point unless the file says otherwise.
        if doubtful and value is not None and ("," in doubtful or mark == ","):
            assumed = (doubtful, f"{value:g}")
    return Numbers(
        values=values,
        currencies=tuple(sorted({c.currency for c in parsed if c and c.currency})),
        percent=any(c.percent for c in parsed if c),
        decimal=proven,
        assumed=assumed,
        mixed=_mixed(parsed, values),
    )


def proven_decimal(bodies: Iterable[str]) -> DecimalMark | None:
    """The decimal mark that the cells leave no doubt about; None when none does or they disagree."""
    marks: set[DecimalMark] = set()
    for body in bodies:
        commas, points = body.count(","), body.count(".")
        if commas and points:
            marks.add("," if body.rfind(",") > body.rfind(".") else ".")
        elif commas + points == 1:
            mark: DecimalMark = "," if commas else "."
            whole, _, fraction = body.partition(mark)
            whole_is_group = re.fullmatch(r"[1-9]\d{0,2}", whole) is not None
            if not (whole_is_group and len(fraction) == 3):
                marks.add(mark)
        elif commas > 1:
            marks.add(".")
        elif points > 1:
            marks.add(",")
    return marks.pop() if len(marks) == 1 else None


def _mixed(parsed: Sequence[_Cell | None], values: Sequence[float | None]) -> tuple[int, int] | None:
    shares = [i for i, cell in enumerate(parsed) if cell and cell.percent]
    plain = [i for i, cell in enumerate(parsed) if cell and not cell.percent and values[i]] if shares else []
    if not plain:
        return None
    return (shares[0], plain[0]) if len(shares) <= len(plain) else (plain[0], shares[0])


def _cell(text: str) -> _Cell | None:
    plain = _SPACES.sub(" ", text.strip()).replace("−", "-").replace("’", "'")
    match = _CELL.match(plain)
    if not match or bool(match["open"]) != bool(match["close"]):
        return None
    signs = [s for s in (match["sign"], match["sign2"], match["minus"]) if s]
    if len(signs) > 1 or (signs and match["open"]) or (match["before"] and match["after"]):
        return None
    unit = match["before"] or match["after"]
    currency = CURRENCY_SIGNS.get(unit.lower(), unit.upper()) if unit else None
    negative = bool(match["open"]) or signs == ["-"]
    return _Cell(match["body"].strip(), negative, currency, bool(match["percent"]))


def _value(cell: _Cell, mark: DecimalMark) -> float | None:
    number = _number(cell.body, mark)
    if number is None:
        return None
    signed = -number if cell.negative else number
    return signed / 100.0 if cell.percent else signed


def _number(body: str, mark: DecimalMark) -> float | None:
    if _PLAIN.fullmatch(body):
        return float(body)
    if _GROUPED[mark].fullmatch(body):
        thousands = "," if mark == "." else "."
        digits = body.replace(thousands, "").replace(" ", "").replace("'", "")
    elif _SIMPLE[mark].fullmatch(body):
        digits = body
    else:
        return None
    try:
        return float(digits.replace(mark, "."))
    except ValueError:
        return None
