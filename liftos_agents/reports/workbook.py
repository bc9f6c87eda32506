"""Evidence as an Excel workbook: numbers as numbers, texts that cannot run, the same bytes for the same evidence."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.spreadsheet import guard
from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.reports.markup import printable
from liftos_agents.reports.sheets import Sheet, sheets, summary_of_run
from liftos_agents.reports.simulated import evidence_is_simulated
from liftos_agents.reports.tabular import Cell

MOST_ROWS = 200_000
MOST_COLUMNS = 400
LONGEST_TEXT = 32_000
_LARGEST_EXACT = 2**53
_MADE = datetime(2000, 1, 1)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_FORMATS = {"share": "0.0%", "probability": "0.0000", "count": "#,##0", "money": "#,##0.00", "ratio": "0.000"}


def xlsx(evidence: Iterable[Evidence], *, question: str = "") -> bytes:
    """The workbook of one piece of evidence, or of all of a run with a summary before and a mark (E1, E2) on each sheet.

    Args:
        question: What was asked, for the summary of a run.
    """
    import openpyxl  # Few need it, and it is slow to load.
    from openpyxl.writer.excel import ExcelWriter

    items = list(evidence)
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    taken: set[str] = set()
    several = len(items) != 1 or bool(question)
    if several:
        _add(
            book, summary_of_run(items, question), "", taken, simulated=any(map(evidence_is_simulated, items))
        )
    for position, item in enumerate(items, 1):
        mark = f"E{position} " if several else ""
        for sheet in sheets(item):
            _add(book, sheet, mark, taken, simulated=evidence_is_simulated(item))
    book.properties.creator = "LiftOS Agents"
    book.properties.created = book.properties.modified = _MADE
    if any(map(evidence_is_simulated, items)):
        book.properties.title = SIMULATED
    packed = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED)).save()
    return _timeless(packed.getvalue())


def _add(book: Any, sheet: Sheet, mark: str, taken: set[str], *, simulated: bool) -> None:
    from openpyxl.styles import Alignment, Font

    added = book.create_sheet(_sheet_name(f"{mark}{sheet.name}", taken))
    units = (*sheet.units, *(None for _ in sheet.columns[len(sheet.units) :]))[:MOST_COLUMNS]
    header = [
        f"{column} [{unit}]" if unit else column
        for column, unit in zip(sheet.columns[:MOST_COLUMNS], units, strict=True)
    ]
    for column, title in enumerate(header, 1):
        cell = added.cell(1, column)
        _fill(cell, title)
        cell.font = Font(bold=True)
    for row, values in enumerate(sheet.rows[:MOST_ROWS], 2):
        for column, value in enumerate(values[:MOST_COLUMNS], 1):
            if value is not None:
                cell = added.cell(row, column)
                _fill(cell, value)
                _show(cell, value, units[column - 1] or _unit_of_row(sheet, values, column))
    for column, width in enumerate(_widths(header, sheet.rows), 1):
        added.column_dimensions[added.cell(1, column).column_letter].width = width
    for cells in added.iter_rows(min_row=2, max_row=min(len(sheet.rows) + 1, 200)):
        for cell in cells:
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(cell.value, str))
    added.freeze_panes = "A2"
    if simulated:
        added.oddHeader.center.text = SIMULATED
        added.sheet_properties.tabColor = "B04A12"


def _fill(cell: Any, value: Cell) -> None:
    """Puts a value into a cell; a text stays a text whatever it begins with."""
    if (
        isinstance(value, bool)
        or (isinstance(value, int | float) and abs(value) <= _LARGEST_EXACT)
        or isinstance(value, float)
    ):
        cell.value = value
    else:
        text = guard(printable(str(value)))
        cell.value = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
        cell.data_type = "s"


def _show(cell: Any, value: Cell, unit: str | None) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool) and unit:
        cell.number_format = _FORMATS.get(unit.split(",")[0], "General")


def _unit_of_row(sheet: Sheet, values: Sequence[Cell], column: int) -> str | None:
    """The unit that a row states for itself, in sheets with a column of units."""
    if sheet.columns[-1] != "Unit" or column == len(sheet.columns):
        return None
    return values[-1] if isinstance(values[-1], str) else None


def _widths(header: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> list[float]:
    def longest(column: int) -> int:
        cells = [row[column] for row in rows[:200] if column < len(row)]
        return max((len(c) if isinstance(c, str) else 12 for c in cells if c is not None), default=0)

    return [float(min(max(len(title), longest(i)) + 2, 70)) for i, title in enumerate(header)]


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that Excel takes: 31 characters, none of its signs, no other sheet's in upper or lower case."""
    name = _NOT_IN_A_NAME.sub("_", printable(wanted)).strip().strip("'")[:31] or "sheet"
    base, n = name, 1
    while name.casefold() in taken:
        n += 1
        name = f"{base[: 31 - len(str(n)) - 1]} {n}"
    taken.add(name.casefold())
    return name


def _timeless(packed: bytes) -> bytes:
    """The same archive with one fixed time on every part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, _ZIP_TIME)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            new.writestr(part, old.read(name))
    return out.getvalue()
