"""Types each column of a raw table: number, date or text; a cell that spoils its column is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.data.column_names import is_date_name, media_column
from liftos_agents.data.date_format import DateOrder, read_dates
from liftos_agents.data.number_format import DecimalMark, Numbers, read_numbers
from liftos_agents.data.raw_table import LARGEST_EXACT, Column, RawTable
from liftos_agents.data.role_words import outcome_kind
from liftos_agents.errors import AmbiguousRoleError, DataError

MISSING = frozenset(
    (
        "",
        "na",
        "n/a",
        "#n/a",
        "nan",
        "nat",
        "null",
        "none",
        "-",
        "--",
        "–",
        "—",
        "#value!",
        "#div/0!",
        "#ref!",
    )
)
_TRUTH = {"true": 1.0, "false": 0.0}
_NEARLY = 0.9
_SEVERAL = 5
_SAMPLE = 100
LARGEST = 1e100
_LONGEST_SHOWN = 60
_MOST_DIGITS = 40


@dataclass(frozen=True)
class _Cells:
    """A text column as distinct cells (missing ones left out) and each row's position among them."""

    codes: NDArray[np.intp]
    distinct: list[str]

    def first_row(self, cell: int) -> int:
        return int(np.argmax(self.codes == cell))

    def spread(self, values: NDArray[Any], missing: Any) -> NDArray[Any]:
        return np.append(values, np.array([missing], dtype=values.dtype))[self.codes]


@dataclass(frozen=True)
class TypedTable:
    """A frame of float64, datetime64[us] and text columns, what was done, and the columns' currencies."""

    frame: pd.DataFrame
    notes: tuple[str, ...]
    currencies: dict[str, str]


def type_columns(table: RawTable, *, order: DateOrder | None = None) -> TypedTable:
    """The table with its columns typed; every column's notation is worked out over the whole column.

    A column of amounts in several currencies stays text, so that nobody adds them up, and so does one of identifiers
    (`00123`, digits beyond what a float holds), which as numbers would be others.

    Raises:
        DataError: A cell does not fit a column that is otherwise numbers or dates; names file, column, row.
        AmbiguousRoleError: Dates that could be day/month or month/day, with `role="date_order"`.
    """
    cells = {n: _cells(c) for n, c in zip(table.names, table.columns, strict=True) if c.dtype.kind == "O"}
    decimal = _file_decimal(cells.values())
    notes: list[str] = list(table.notes)
    if decimal == ",":
        notes.append("Numbers are written with a decimal comma.")
    currencies: dict[str, str] = {}
    data: dict[str, Any] = {}
    identifiers: list[str] = []
    for name, column in zip(table.names, table.columns, strict=True):
        if name not in cells:
            data[name] = _typed_already(name, column, notes)
            continue
        dates = _as_dates(name, cells[name], table, order, notes)
        if dates is not None:
            data[name] = dates
            continue
        if _are_identifiers(name, cells[name].distinct):
            identifiers.append(repr(name))
            data[name] = _as_text(cells[name])
            continue
        numbers = _as_numbers(name, cells[name], table, decimal, currencies, notes)
        data[name] = numbers if numbers is not None else _as_text(cells[name])
    if identifiers:
        notes.append(f"Read as identifiers, not as numbers: {', '.join(identifiers)}.")
    return TypedTable(pd.DataFrame(data), tuple(notes), currencies)


def _cells(column: Column) -> _Cells:
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    texts = [str(value).strip() for value in distinct]
    gone = np.array([text.lower() in MISSING for text in texts], dtype=bool)
    # Cells that differ only by the spaces around them are one cell; renumbering also closes the gaps.
    numbers: dict[str, int] = {}
    renumber = np.full(len(texts) + 1, -1, dtype=np.intp)
    for position, text in enumerate(texts):
        if not gone[position]:
            renumber[position] = numbers.setdefault(text, len(numbers))
    return _Cells(renumber[codes], list(numbers))


def _file_decimal(columns: Any) -> DecimalMark | None:
    marks: set[DecimalMark] = set()
    for cells in columns:
        found = read_numbers(cells.distinct[:_SAMPLE])
        known = sum(value is not None for value in found.values)
        if found.decimal and known >= _NEARLY * len(found.values):
            marks.add(found.decimal)
    return marks.pop() if len(marks) == 1 else None


def _typed_already(name: str, column: Column, notes: list[str]) -> NDArray[Any]:
    if column.dtype.kind == "M":
        return column.astype("datetime64[us]")
    values = column.astype(np.float64)
    far = np.abs(values) > LARGEST
    if bool(far.any()):
        notes.append(f"Values in {name!r} that are infinite or beyond all measure are read as missing.")
    return np.where(far, np.nan, values)


def _as_dates(
    name: str, cells: _Cells, table: RawTable, order: DateOrder | None, notes: list[str]
) -> NDArray[np.datetime64] | None:
    serials = is_date_name(name)
    if not cells.distinct or not _look_like_dates(cells.distinct, serials):
        return None
    found = read_dates(cells.distinct, order=order, serials=serials)
    bad = [i for i, value in enumerate(found.values) if value is None]
    if not _mostly(cells, bad):
        return None
    if bad:
        raise DataError(
            f"{cells.distinct[bad[0]]!r} is not a date",
            where=table.place(cells.first_row(bad[0]), name),
            fix="Correct or delete the row",
        )
    if found.doubtful:
        examples = ", ".join(map(repr, found.doubtful))
        raise AmbiguousRoleError(
            f"the dates could be day/month or month/day ({examples})",
            role="date_order",
            choices=("day_first", "month_first"),
            where=table.place(cells.first_row(0), name),
            fix="Say --role date_order=day_first or date_order=month_first, or write dates as 2024-12-31",
        )
    if found.order:
        notes.append(f"Dates in {name!r} are read {found.order.replace('_', ' ')}.")
    if found.zones:
        notes.append(f"Time zones in {name!r} were dropped.")
    return cells.spread(np.array(found.values, dtype="datetime64[us]"), np.datetime64("NaT"))


def _mostly(cells: _Cells, bad: Sequence[int]) -> bool:
    # A number that most rows repeat makes no column of numbers: "0" may stand beside names of events.
    if len(bad) <= (1 - _NEARLY) * len(cells.distinct):
        return True
    spoilt = int(np.isin(cells.codes, bad).sum())
    known = int((cells.codes >= 0).sum())
    return len(cells.distinct) - len(bad) >= _SEVERAL and spoilt <= (1 - _NEARLY) * known


def _look_like_dates(cells: Sequence[str], serials: bool) -> bool:
    # Most columns hold no date at all, and their first cells say so.
    return any(_share_dates(cells[:few], serials) >= 0.5 for few in (1, 5)) and (
        _share_dates(cells[:_SAMPLE], serials) >= 0.5
    )


def _share_dates(cells: Sequence[str], serials: bool) -> float:
    found = read_dates(cells, order="day_first", serials=serials).values
    share = sum(v is not None for v in found) / len(cells)
    if share >= _NEARLY:
        return share
    other = read_dates(cells, order="month_first", serials=serials).values
    return max(share, sum(v is not None for v in other) / len(cells))


def _as_numbers(
    name: str,
    cells: _Cells,
    table: RawTable,
    decimal: DecimalMark | None,
    currencies: dict[str, str],
    notes: list[str],
) -> NDArray[np.float64] | None:
    plain = _plain_floats(cells.distinct) if decimal != "," else None
    if plain is not None:
        return cells.spread(plain, np.nan)
    found = read_numbers(cells.distinct, decimal=decimal)
    values = [
        _TRUTH.get(text.lower()) if value is None else value
        for value, text in zip(found.values, cells.distinct, strict=True)
    ]
    bad = [i for i, value in enumerate(values) if value is None or abs(value) > LARGEST]
    if not cells.distinct or not _mostly(cells, bad):
        return np.full(len(cells.codes), np.nan) if not cells.distinct else None
    if bad:
        shown = cells.distinct[bad[0]][:_LONGEST_SHOWN]
        fault = (
            "is not a number, and the column's other cells are" if values[bad[0]] is None else "is too large"
        )
        raise DataError(
            f"{shown!r} {fault}",
            where=table.place(cells.first_row(bad[0]), name),
            fix="Correct the cell, or empty it if the value is unknown",
        )
    if found.mixed:
        odd, other = found.mixed
        raise DataError(
            f"{cells.distinct[odd]!r} stands among cells such as {cells.distinct[other]!r}: percentages and numbers",
            where=table.place(cells.first_row(odd), name),
            fix="Write all of them as percentages, or none",
        )
    if len(found.currencies) > 1:
        notes.append(f"Column {name!r} mixes {' and '.join(found.currencies)} and was left as text.")
        return None
    _note_notation(name, found, currencies, notes)
    return cells.spread(np.array(values, dtype=np.float64), np.nan)


def _are_identifiers(name: str, cells: Sequence[str]) -> bool:
    """Whether cells of digits that are no amount would not survive being numbers: `00123`, a long id."""
    if media_column(name) is not None or outcome_kind(name) is not None:
        return False
    if not all(cell.isascii() and cell.isdigit() for cell in cells):
        return False
    return any((c[0] == "0" and len(c) > 1) or int(c[:_MOST_DIGITS]) > LARGEST_EXACT for c in cells)


def _plain_floats(cells: Sequence[str]) -> NDArray[np.float64] | None:
    if not cells or any("_" in cell for cell in cells):
        return None
    try:
        values = np.array(cells, dtype=object).astype(np.float64)
    except ValueError:
        return None
    return values if bool((np.abs(values) <= LARGEST).all()) else None


def _note_notation(name: str, found: Numbers, currencies: dict[str, str], notes: list[str]) -> None:
    if found.currencies:
        currencies[name] = found.currencies[0]
    if found.percent:
        notes.append(f"Percentages in {name!r} are read as fractions.")
    if found.assumed:
        notes.append(f"In {name!r}, {found.assumed[0]!r} is read as {found.assumed[1]}.")


def _as_text(cells: _Cells) -> NDArray[Any]:
    return cells.spread(np.array(cells.distinct, dtype=object), None)
