"""Reads CSV, TSV and their relatives through DuckDB, every cell as text."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from liftos_agents.data.encoding import encoding_of
from liftos_agents.data.limits import Limits
from liftos_agents.data.parquet import connect
from liftos_agents.data.raw_table import Column, Part, RawTable
from liftos_agents.errors import DataError

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_CHARACTERS = 256 * 1024
_SAMPLE_LINES = 100
_TOTALS = frozenset(("total", "totals", "grand total", "sum", "gesamt", "summe", "gesamtsumme"))
_BLOCK = 1024 * 1024
_BYTES_OF_A_CELL = 4
_NOT_TABLES = (
    (
        re.compile(r"\s*<(?:!doctype\s+html|html|head|body|\?xml)\b", re.IGNORECASE),
        "this is a page of markup, not a table",
        "Call it .html to read it as a text, or export the table as .csv",
    ),
    (re.compile(r"\s*(?:\[\s*)?\{\s*\""), "this is JSON, not CSV", "Call it .json or .jsonl"),
)
_FOREIGN_SEPARATOR = re.compile(r"\^|~|::|\\t| {2,}|\x1f|\u2063")


@dataclass(frozen=True)
class _Row:
    """Cells of a row of the sample, its number (blank ones count), and the last line that it takes up."""

    cells: tuple[str, ...]
    number: int
    last_line: int


def read_delimited(path: Path, *, limits: Limits) -> RawTable:
    """The cells of a delimited text file as text.

    Lines above the header and a last line of totals are left out, and noted.

    Raises:
        DataError: No header, a line with another number of cells, or more than the limits allow.
    """
    encoding = encoding_of(path)
    sample = _sample(path, encoding, limits)
    separator, rows = _shape(sample, path)
    position = _header_position(rows)
    header, last_line = rows[position].cells, rows[position].last_line
    _check_header(header, path, limits)
    _check_separator(rows[position:], path)
    notes = []
    if encoding not in ("utf-8", "utf-8-sig"):
        notes.append(f"The file is in encoding {encoding}.")
    if separator != ",":
        notes.append(f"Columns are parted by {_SEPARATORS[separator]}.")
    if position:
        notes.append("Lines above the header were left out.")
    with _as_utf8(path, encoding) as readable:
        _check_marks(readable, path, separator, limits)
        columns = _read(readable, path, separator, len(header), rows[position].number, limits)
    columns, dropped = _without_totals(columns)
    if dropped:
        notes.append("A last line of totals was left out.")

    def line_of(row: int) -> int:
        return _line_of(path, encoding, separator, last_line, row)

    part = Part(path.name, len(columns[0]), last_line + 1, line_of)
    return RawTable(tuple(header), tuple(columns), (part,), tuple(notes))


def _sample(path: Path, encoding: str, limits: Limits) -> str:
    with path.open(encoding=encoding, errors="strict", newline="") as file:
        try:
            sample = file.read(_SAMPLE_CHARACTERS)
        except UnicodeError as error:
            raise DataError(
                f"the file is not {encoding} ({error})", where=path.name, fix="Save the file as UTF-8"
            ) from None
    if not sample.strip():
        raise DataError("the file is empty", where=path.name)
    first, newline, _ = sample.partition("\n")
    if not newline and "\r" not in first and len(sample) == _SAMPLE_CHARACTERS:
        raise DataError(
            f"the first line is longer than {_SAMPLE_CHARACTERS:,} characters",
            where=f"{path.name}, row 1",
            fix="Give a table with one row a line",
        )
    if "\0" in sample:
        raise DataError("this is a binary file", where=path.name, fix="Give CSV, Parquet, XLSX or JSON lines")
    for opening, what, fix in _NOT_TABLES:
        if opening.match(sample):
            raise DataError(what, where=f"{path.name}, row 1", fix=fix)
    return sample


def _shape(sample: str, path: Path) -> tuple[str, list[_Row]]:
    whole_lines = sample if len(sample) < _SAMPLE_CHARACTERS else sample[: sample.rfind("\n") + 1]
    best: tuple[float, str, list[_Row]] | None = None
    for separator in _SEPARATORS:
        rows = _rows(whole_lines, separator)
        widths = Counter(len(row.cells) for row in rows)
        width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        score = (count / len(rows)) * (width > 1) + min(width, 1000) * 1e-6
        if best is None or score > best[0]:
            best = (score, separator, rows)
    assert best is not None
    return best[1] if best[0] > 0.01 else ",", best[2]


def _rows(text: str, separator: str) -> list[_Row]:
    rows: list[_Row] = []
    csv.field_size_limit(_SAMPLE_CHARACTERS + 1)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        for number, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells):
                rows.append(_Row(tuple(cells), number, reader.line_num))
            if len(rows) == _SAMPLE_LINES:
                break
    except csv.Error:
        pass
    return rows or [_Row(("",), 1, 1)]


def _header_position(rows: Sequence[_Row]) -> int:
    usual = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    if len(rows) < 3 or usual < 2 or len(rows[0].cells) == usual:
        return 0
    for position, row in enumerate(rows[:10]):
        if len(row.cells) == usual:
            return position
    return 0


def _check_header(header: Sequence[str], path: Path, limits: Limits) -> None:
    if len(header) > limits.columns:
        raise DataError(
            f"{len(header):,} columns are more than the limit of {limits.columns:,}", where=path.name
        )
    named = [cell.strip() for cell in header if cell.strip()]
    if named and all(re.fullmatch(r"[-+]?[\d.,]+|\d{4}-\d\d-\d\d", cell) for cell in named):
        raise DataError(
            f"the first row holds values ({', '.join(named[:3])}), not column names",
            where=f"{path.name}, row 1",
            fix="Put a row with the columns' names first",
        )


def _check_separator(rows: Sequence[_Row], path: Path) -> None:
    """Stops at rows that an unknown character parts, which would be read as one column of text."""
    if len(rows) < 2 or any(len(row.cells) > 1 for row in rows):
        return
    found = [_FOREIGN_SEPARATOR.findall(row.cells[0].strip()) for row in rows]
    if found[0] and all(len(marks) == len(found[0]) for marks in found):
        raise DataError(
            f"the columns are parted by {found[0][0]!r}",
            where=f"{path.name}, row {rows[0].number}",
            fix="Part them by comma, semicolon, tab or bar",
        )


def _check_marks(readable: Path, path: Path, separator: str, limits: Limits) -> None:
    """Stops at more cells than may be held, and at a quotation mark that is never closed.

    That mark would swallow the rows after it; cells are counted before they are read, as empty ones take no room in
    the file and some in memory.
    """
    quotes = cells = 0
    with readable.open("rb") as file:
        while block := file.read(_BLOCK):
            quotes += block.count(b'"')
            cells += block.count(separator.encode()) + block.count(b"\n")
    if cells * _BYTES_OF_A_CELL > limits.bytes:
        raise DataError(
            f"{cells:,} cells are more than may be held",
            where=path.name,
            fix="Aggregate the data to weeks, or load it in parts",
        )
    if quotes % 2 == 0:
        return
    before = 0
    with readable.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        csv.field_size_limit(_BLOCK)
        try:
            for _ in reader:
                before = reader.line_num
        except csv.Error:
            raise DataError(
                "a quotation mark that is not closed",
                where=f"{path.name}, row {before + 1}",
                fix="Close it, double it, or remove it",
            ) from None


@contextmanager
def _as_utf8(path: Path, encoding: str) -> Iterator[Path]:
    if encoding in ("utf-8", "utf-8-sig"):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="liftos-") as folder:
        copy = Path(folder) / "copy.csv"
        with (
            path.open(encoding=encoding, newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            try:
                while block := source.read(_BLOCK):
                    target.write(block)
            except UnicodeError:
                raise DataError(
                    f"the file begins in {encoding} and goes on in another encoding",
                    where=path.name,
                    fix="Save the file as UTF-8",
                ) from None
        yield copy


def _read(readable: Path, path: Path, separator: str, width: int, skip: int, limits: Limits) -> list[Column]:
    names = [f"c{position}" for position in range(width)]
    options = {
        "auto_detect": "false",
        "header": "false",
        "skip": str(skip),
        "delim": f"'{separator}'",
        "quote": "'\"'",
        "escape": "'\"'",
        "parallel": "false",
        "null_padding": "false",
        "max_line_size": str(max(2_000_000, 2 * limits.cell)),
        "columns": "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}",
    }
    source = f"read_csv(?, {', '.join(f'{key} = {value}' for key, value in options.items())})"
    with connect(readable) as connection:
        try:
            connection.execute(
                f"CREATE TABLE cells AS SELECT * FROM {source} LIMIT {limits.rows + 1}", [str(readable)]
            )
        except duckdb.Error as error:
            raise _line_error(error, path, width) from None
        lengths = ", ".join(f"max(length({name}))" for name in names)
        counts = connection.execute(f"SELECT count(*), {lengths} FROM cells").fetchone()
        assert counts is not None
        if counts[0] > limits.rows:
            raise DataError(f"more than the limit of {limits.rows:,} rows", where=path.name)
        longest = max((length or 0 for length in counts[1:]), default=0)
        if longest > limits.cell:
            column = next(i for i, length in enumerate(counts[1:], 1) if length == longest)
            raise DataError(
                f"a cell of {longest:,} characters, more than the limit of {limits.cell:,}",
                where=f"{path.name}, column {column}",
            )
        found = connection.execute("SELECT * FROM cells").fetchnumpy()
    return [_plain_objects(found[name]) for name in names]


def _line_of(path: Path, encoding: str, separator: str, header_line: int, row: int) -> int:
    """The line on which row `row` (from 0) below the header begins."""
    before = header_line
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        reader = csv.reader(file, delimiter=separator)
        for cells in reader:
            if reader.line_num > header_line:
                if cells and row == 0:
                    break
                row -= bool(cells)
            before = max(header_line, reader.line_num)
    return before + 1


def _plain_objects(column: Any) -> Column:
    if isinstance(column, np.ma.MaskedArray):
        texts = column.data.copy()
        texts[np.ma.getmaskarray(column)] = None
        return texts
    return np.asarray(column, dtype=object)


def _line_error(error: duckdb.Error, path: Path, width: int) -> DataError:
    message = str(error)
    line = re.search(r"Line: (\d+)", message)
    found = re.search(r"Expected Number of Columns: \d+ Found: (\d+)", message)
    where = f"{path.name}, row {line[1]}" if line else path.name
    if found:
        return DataError(
            f"{found[1]} cells where the header has {width}", where=where, fix="Correct or delete the row"
        )
    if "Maximum line size" in message:
        return DataError("a line that is too long", where=where, fix="Give a table with one row a line")
    if "unterminated quote" in message.lower():
        return DataError("a quotation mark that is not closed", where=where, fix="Close or remove it")
    if "unicode" in message.lower():
        return DataError("characters that are not UTF-8", where=where, fix="Save the file as UTF-8")
    return DataError("the row cannot be read", where=where, fix="Give a table with one row a line")


def _without_totals(columns: Sequence[Column]) -> tuple[list[Column], bool]:
    last = columns[0][-1] if len(columns[0]) > 1 else None
    if last is not None and str(last).strip().rstrip(":").lower() in _TOTALS:
        return [column[:-1] for column in columns], True
    return list(columns), False
