"""Reads an Excel workbook row by row."""

from __future__ import annotations

import datetime as dt
import zipfile
import zlib
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np

from liftos_agents.data.limits import Limits
from liftos_agents.data.raw_table import Part, RawTable
from liftos_agents.errors import DataError


def read_workbook(path: Path, *, limits: Limits) -> RawTable:
    """The first sheet that holds anything, its cells as text; formulas give the value last computed.

    Raises:
        DataError: No workbook, an empty one, or one that unpacks to more than the limits allow.
    """
    # Few questions come with a workbook, and importing its reader takes as long as reading a table.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > limits.bytes:
            raise DataError(
                f"the workbook unpacks to {unpacked:,} bytes, more than the limit of {limits.bytes:,}",
                where=path.name,
            )
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError) as error:
        raise DataError("this is no workbook", where=path.name, fix="Save it as .xlsx") from error
    try:
        for sheet in book.worksheets:
            rows = _rows(sheet, path, limits)
            if rows:
                return _table(rows, sheet.title, len(book.worksheets), path)
    except (zipfile.BadZipFile, zlib.error, ParseError) as error:
        raise DataError("a sheet cannot be read", where=path.name, fix="Save it as .xlsx anew") from error
    finally:
        book.close()
    raise DataError("the workbook is empty", where=path.name)


def _rows(sheet: Any, path: Path, limits: Limits) -> list[tuple[int, list[str | None]]]:
    rows: list[tuple[int, list[str | None]]] = []
    # A sheet may claim any size; what it holds counts.
    sheet.reset_dimensions()
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        if len(values) > limits.columns:
            raise DataError(
                f"{len(values):,} columns are more than the limit of {limits.columns:,}",
                where=f"{path.name}, sheet {sheet.title!r}, row {number}",
            )
        cells = [_cell(value) for value in values]
        if any(cell is not None for cell in cells):
            rows.append((number, cells))
        if len(rows) > limits.rows + 1:
            raise DataError(f"more than the limit of {limits.rows:,} rows", where=path.name)
        if any(cell is not None and len(cell) > limits.cell for cell in cells):
            raise DataError(
                f"a cell of more than {limits.cell:,} characters", where=f"{path.name}, row {number}"
            )
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


def _table(rows: list[tuple[int, list[str | None]]], title: str, sheets: int, path: Path) -> RawTable:
    (_, header), body = rows[0], rows[1:]
    if not body:
        raise DataError("the sheet has a header and no rows", where=f"{path.name}, sheet {title!r}")
    width = max(len(cells) for _, cells in rows)
    padded = [cells + [None] * (width - len(cells)) for _, cells in body]
    columns = [np.array([cells[i] for cells in padded], dtype=object) for i in range(width)]
    names = tuple(cell or "" for cell in header + [None] * (width - len(header)))
    notes = (f"Sheet {title!r} was read.",) if sheets > 1 else ()
    return RawTable(names, tuple(columns), (Part(path.name, len(body), body[0][0]),), notes)
