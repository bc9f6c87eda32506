"""Loads a file, several files or a frame as one dataset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from liftos_agents.data.column_types import type_columns
from liftos_agents.data.columnar import raw_frame, read_parquet, read_stata
from liftos_agents.data.dataset import Dataset
from liftos_agents.data.date_format import DateOrder
from liftos_agents.data.delimited import read_delimited
from liftos_agents.data.encoding import encoding_of
from liftos_agents.data.headers import settle_headers
from liftos_agents.data.json_table import read_json
from liftos_agents.data.limits import DEFAULT_LIMITS, Limits
from liftos_agents.data.raw_table import RawTable, stack
from liftos_agents.data.source_paths import source_paths
from liftos_agents.data.workbook import read_workbook
from liftos_agents.errors import DataError, printable

Source = str | Path | pd.DataFrame | Dataset

_TABLES: dict[str, Callable[..., RawTable]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".tab": read_delimited,
    ".psv": read_delimited,
    ".parquet": read_parquet,
    ".pq": read_parquet,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".dta": read_stata,
}
_TEXTS = (".txt", ".md", ".html", ".htm")
_FOREIGN = {
    **dict.fromkeys(
        (".xls", ".xlsb", ".ods", ".numbers"), "Save the workbook as .xlsx, or the sheet as .csv"
    ),
    **dict.fromkeys(
        (".pdf", ".doc", ".docx", ".odt", ".rtf", ".pptx"), "Save its text as .txt or its table as .csv"
    ),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".heic"),
        "A picture cannot be read; give the text or the table that it shows",
    ),
    **dict.fromkeys(
        (".gz", ".zip", ".bz2", ".xz", ".zst", ".7z", ".tar", ".rar"), "Unpack it and give the file within"
    ),
    **dict.fromkeys(
        (".sav", ".sas7bdat", ".rds", ".rdata", ".feather", ".arrow", ".avro", ".orc", ".db", ".sqlite"),
        "Export the table as .csv or .parquet",
    ),
}


def load(
    source: Source,
    *,
    limits: Limits = DEFAULT_LIMITS,
    roots: Sequence[Path] = (),
    name: str | None = None,
    date_order: DateOrder | None = None,
) -> Dataset:
    """The dataset in a file, in the files of a glob, or in a frame.

    Args:
        source: CSV, TSV, Parquet, XLSX, JSON, JSON lines or Stata for a table; txt, md or html for a text.
            The files of a glob are stacked and must have the same columns. A Dataset comes back as it is.
        limits: Caps, checked while reading.
        roots: Folders that files must lie in; empty means anywhere.
        name: Label; by default the file's stem.
        date_order: How to read 03/04/2024 where the column does not tell.

    Raises:
        NotFoundError: No file matches.
        DataError: The data cannot be read as it stands; names file, column and row.
        AmbiguousRoleError: Dates that read two ways (`role` is `date_order`).
    """
    if isinstance(source, Dataset):
        return source
    if isinstance(source, pd.DataFrame):
        label = name or ("simulated" if source.attrs.get("simulated") else "frame")
        return _typed(raw_frame(source, label, limits), label, date_order)
    paths = source_paths(source, limits=limits, roots=roots)
    label = printable(name or (paths[0].stem if len(paths) == 1 else _shared_name(paths)))
    endings = {path.suffix.lower() for path in paths}
    unknown = next((path for path in paths if path.suffix.lower() not in (*_TABLES, *_TEXTS)), None)
    if unknown is not None:
        known = f"Give one of {', '.join((*_TABLES, *_TEXTS))}"
        raise DataError(
            f"the ending {unknown.suffix!r} is not known"
            if unknown.suffix
            else "the file's name has no ending",
            where=unknown.name,
            fix=_FOREIGN.get(unknown.suffix.lower(), known),
        )
    if endings & set(_TEXTS):
        if endings & set(_TABLES):
            raise DataError("tables and texts do not go together", where=str(source), fix="Give one kind")
        return Dataset.of_text("\n\n".join(_read(_text, path, limits) for path in paths), label)
    tables: list[RawTable] = []
    rows = 0
    for path in paths:
        tables.append(settle_headers(_read(_TABLES[path.suffix.lower()], path, limits)))
        rows += tables[-1].rows
        if rows > limits.rows:
            raise DataError(f"more than the limit of {limits.rows:,} rows together", where=path.name)
    return _typed(stack(tables), label, date_order)


def _read(reader: Callable[..., Any], path: Path, limits: Limits) -> Any:
    try:
        return reader(path, limits=limits)
    except OSError as error:
        raise DataError(
            f"the file cannot be read ({error.strerror or error})",
            where=path.name,
            fix="Check that it is there and that you may read it",
        ) from error


def _typed(table: RawTable, name: str, order: DateOrder | None) -> Dataset:
    settled = settle_headers(table)
    if settled.rows == 0 or not settled.columns:
        raise DataError("the table has no rows", where=settled.parts[0].file)
    typed = type_columns(settled, order=order)
    return Dataset.of_frame(typed.frame, name, typed.notes, typed.currencies)


def _text(path: Path, *, limits: Limits) -> str:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="replace") as file:
        text = file.read(limits.text + 1)
    if not text.strip("\ufeff \t\r\n"):
        raise DataError("the file is empty", where=path.name)
    if len(text) > limits.text:
        raise DataError(f"the text is longer than {limits.text:,} characters", where=path.name)
    return text


def _shared_name(paths: Sequence[Path]) -> str:
    first, last = paths[0].stem, paths[-1].stem
    shared = 0
    while shared < min(len(first), len(last)) and first[shared] == last[shared]:
        shared += 1
    return first[:shared].rstrip("_- .") or paths[0].parent.name or "files"
