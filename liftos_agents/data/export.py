"""Writes a dataset to a file that is safe to open in a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from liftos_agents.data import parquet
from liftos_agents.data.dataset import Dataset
from liftos_agents.data.store import temporary_beside
from liftos_agents.domain.spreadsheet import guard
from liftos_agents.errors import DataError

ENDINGS = (".csv", ".parquet", ".xlsx")


def write(dataset: Dataset, path: Path) -> Path:
    """Writes a table as CSV, Parquet or XLSX, by the path's ending, and returns the path.

    In CSV and XLSX a text that a spreadsheet would run as a formula gets an apostrophe in front.

    Raises:
        DataError: A text dataset, another ending, or a folder that cannot be written.
    """
    if dataset.frame is None:
        raise DataError("a text cannot be written as a table", where=dataset.name)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise DataError(
            f"the ending {path.suffix!r} is not known", where=str(path), fix=f"Use {', '.join(ENDINGS)}"
        )
    try:
        with temporary_beside(path) as temporary:
            if ending == ".parquet":
                _write_parquet(dataset.frame, temporary, path)
            elif ending == ".csv":
                _guarded(dataset.frame).to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8")
            else:
                _write_workbook(_guarded(dataset.frame), temporary)
    except OSError as error:
        raise DataError(f"the file cannot be written ({error.strerror})", where=str(path)) from error
    return path


def _guarded(frame: pd.DataFrame) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    for column in map(str, frame.columns):
        values = frame[column]
        if pd.api.types.is_datetime64_any_dtype(values):
            whole_days = bool((values.dropna() == values.dropna().dt.normalize()).all())
            columns[guard(column)] = values.dt.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%d %H:%M:%S")
        elif pd.api.types.is_numeric_dtype(values):
            columns[guard(column)] = values
        else:
            columns[guard(column)] = values.map(guard, na_action="ignore")
    return pd.DataFrame(columns)


def _write_parquet(frame: pd.DataFrame, temporary: Path, path: Path) -> None:
    names = [str(column).lower() for column in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(
            f"columns differ in upper and lower case alone ({', '.join(twice)})",
            where=str(path),
            fix="Write CSV, or rename one",
        )
    parquet.write(frame, temporary, keep_names=True)


def _write_workbook(frame: pd.DataFrame, temporary: Path) -> None:
    import openpyxl  # As in `workbook`: few need it.

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        sheet.append([None if pd.isna(value) else value for value in row])
    book.save(temporary)
