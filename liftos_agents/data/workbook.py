"""Reads an Excel workbook row by row."""

from __future__ import annotations

import datetime as dt
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np

from liftos_agents.data.limits import Limits
from liftos_agents.data.raw_table import Part, RawTable
from liftos_agents.errors import DataError

_OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    # What `zipfile` says of archives that are encrypted or packed in another way.
    RuntimeError,
)
_BYTES_OF_A_CELL = 8
_MOST_ABOVE = 10
_SAMPLE = 100

Row = tuple[int, list[str | None]]


def read_workbook(path: Path, *, limits: Limits) -> RawTable:
    """The first visible sheet that holds a table, its cells as text; formulas give the value last computed.

    Raises:
        DataError: No workbook, a locked or empty one, one that unpacks to more than the limits allow, or
            formulas whose values were never computed.
    """
    # Few questions come with a workbook, and importing its reader takes as long as reading a table.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    _check_container(path)
    # Handed an open file, the reader leaves none open when it stops at a fault.
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > limits.bytes:
                raise DataError(
                    f"the workbook unpacks to {unpacked:,} bytes, more than the limit of {limits.bytes:,}",
                    where=path.name,
                    fix="Save the sheet that matters as .csv",
                )
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except (*_BROKEN, InvalidFileException) as error:
            raise DataError("this is no workbook", where=path.name, fix="Save it as .xlsx") from error
        try:
            sheet, rows = _chosen(book, path, limits)
            table = _table(rows, sheet.title, path, _notes(book, sheet))
            if any(cell is None for _, cells in rows for cell in cells):
                _check_formulas(path, sheet.title, rows)
            return table
        except _BROKEN as error:
            raise DataError("a sheet cannot be read", where=path.name, fix="Save it as .xlsx anew") from error
        finally:
            book.close()


def _check_container(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(64 * 1024)
    if not start:
        raise DataError("the file is empty", where=path.name)
    if start.startswith(_OLD_CONTAINER):
        locked = _LOCKED in start or _LOCKED in path.read_bytes()[-64 * 1024 :]
        what = (
            "the workbook is locked with a password" if locked else "this is a workbook of the old kind, .xls"
        )
        fix = "Save a copy without the password" if locked else "Save it as .xlsx, or the sheet as .csv"
        raise DataError(what, where=path.name, fix=fix)


def _chosen(book: Any, path: Path, limits: Limits) -> tuple[Any, list[Row]]:
    """The first visible sheet with a row of two cells, else the first that holds anything."""
    filled: list[tuple[Any, list[Row]]] = []
    for sheet in sorted(book.worksheets, key=lambda s: s.sheet_state != "visible"):
        rows = _rows(sheet, path, limits)
        if any(_filled(cells) > 1 for _, cells in rows):
            return sheet, rows
        if rows:
            filled.append((sheet, rows))
    if not filled:
        raise DataError("the workbook is empty", where=path.name)
    return filled[0]


def _notes(book: Any, chosen: Any) -> list[str]:
    if len(book.worksheets) < 2:
        return []
    others = [sheet.title for sheet in book.worksheets if sheet is not chosen]
    hidden = " (a hidden one)" if chosen.sheet_state != "visible" else ""
    return [f"Sheet {chosen.title!r}{hidden} was read, and {', '.join(map(repr, others[:5]))} not."]


def _rows(sheet: Any, path: Path, limits: Limits) -> list[Row]:
    rows: list[Row] = []
    size = 0
    # A sheet may claim any size; what it holds counts.
    sheet.reset_dimensions()
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        place = f"{path.name}, sheet {sheet.title!r}, row {number}"
        if len(values) > limits.columns:
            raise DataError(
                f"{len(values):,} columns are more than the limit of {limits.columns:,}", where=place
            )
        cells = [_cell(value) for value in values]
        if any(cell is not None for cell in cells):
            rows.append((number, cells))
        if len(rows) > limits.rows + 1:
            raise DataError(f"more than the limit of {limits.rows:,} rows", where=path.name)
        longest = max((len(cell) for cell in cells if cell is not None), default=0)
        if longest > limits.cell:
            raise DataError(f"a cell of more than {limits.cell:,} characters", where=place)
        size += _BYTES_OF_A_CELL * len(cells) + sum(len(cell) for cell in cells if cell is not None)
        if size > limits.bytes:
            raise DataError("the sheet holds more cells than may be read", where=place)
    return rows


def _cell(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat(" ") if isinstance(value, dt.datetime) else value.isoformat()
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _table(rows: list[Row], title: str, path: Path, notes: list[str]) -> RawTable:
    position = _header_position([cells for _, cells in rows[:_SAMPLE]])
    if position:
        notes.append("Lines above the header were left out.")
    (_, header), body = rows[position], rows[position + 1 :]
    if not body:
        raise DataError("the sheet has a header and no rows", where=f"{path.name}, sheet {title!r}")
    width = max(len(cells) for _, cells in rows[position:])
    padded = [cells + [None] * (width - len(cells)) for _, cells in body]
    columns = [np.array([cells[i] for cells in padded], dtype=object) for i in range(width)]
    names = tuple(cell or "" for cell in header + [None] * (width - len(header)))
    return RawTable(
        names,
        tuple(columns),
        (Part(path.name, len(body), body[0][0], lambda row: body[row][0]),),
        tuple(notes),
    )


def _header_position(rows: Sequence[Sequence[str | None]]) -> int:
    """Where the header stands: titles and merged cells above it fill less than half of a usual row."""
    usual = Counter(_filled(cells) for cells in rows).most_common(1)[0][0]
    if len(rows) < 3 or usual < 2:
        return 0
    first = (
        i for i, cells in enumerate(rows[:_MOST_ABOVE]) if 2 * _filled(cells) > usual and _filled(cells) > 1
    )
    return next(first, 0)


def _filled(cells: Sequence[str | None]) -> int:
    return sum(cell is not None for cell in cells)


def _check_formulas(path: Path, title: str, rows: list[Row]) -> None:
    """Stops at a formula without a value: a program wrote it and no spreadsheet has computed it yet."""
    import openpyxl

    empty = {(number, i) for number, cells in rows for i, cell in enumerate(cells) if cell is None}
    book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    try:
        sheet = book[title]
        sheet.reset_dimensions()
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            for i, value in enumerate(values):
                if isinstance(value, str) and value.startswith("=") and (number, i) in empty:
                    raise DataError(
                        f"the formula {value[:40]!r} has no computed value",
                        where=f"{path.name}, sheet {title!r}, column {i + 1}, row {number}",
                        fix="Open and save the file in a spreadsheet, or put values in the place of formulas",
                    )
    finally:
        book.close()
