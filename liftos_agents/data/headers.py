"""Column headers as files have them: blank, repeated, with spaces around."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from liftos_agents.data.column_names import is_date_name, media_column
from liftos_agents.data.raw_table import Column, RawTable
from liftos_agents.errors import DataError

ROW_NUMBER = "row_number"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def settle_headers(table: RawTable) -> RawTable:
    """The table with every column named once; what was renamed or left out is noted.

    Raises:
        DataError: A name that matters (date, spend, clicks, …) stands over two different columns.
    """
    names: list[str] = []
    columns: list[Column] = []
    notes: list[str] = []
    spaced = ["" if name is None else " ".join(str(name).split()) for name in table.names]
    trimmed = [_CONTROL.sub("", name).strip() for name in spaced]
    if trimmed != spaced:
        notes.append("Control characters in headers were left out.")
    for position, (name, column) in enumerate(zip(trimmed, table.columns, strict=True), 1):
        if not name:
            if _is_empty(column):
                notes.append("Columns with neither a header nor values were left out.")
                continue
            name = ROW_NUMBER if position == 1 and _counts_rows(column) else f"column_{position}"
            notes.append(f"A column without a header is called {name!r}.")
        if name in names:
            if _same(columns[names.index(name)], column):
                notes.append(f"Column {name!r} stands twice with the same values; the second was left out.")
                continue
            _refuse_if_it_matters(name, position, table)
            name = _next_free(name, [*names, *trimmed])
            notes.append(f"A column that repeats a header is called {name!r}.")
        names.append(name)
        columns.append(column)
    kept = tuple(dict.fromkeys((*table.notes, *notes)))
    return replace(table, names=tuple(names), columns=tuple(columns), notes=kept)


def _is_empty(column: Column) -> bool:
    if column.dtype.kind == "O":
        return all(value is None or not str(value).strip() for value in column)
    return bool(pd.isna(column).all())


def _counts_rows(column: Column) -> bool:
    numbers = pd.to_numeric(pd.Series(column), errors="coerce").to_numpy(dtype=np.float64)
    return len(numbers) > 0 and bool(np.array_equal(numbers - numbers[0], np.arange(len(numbers))))


def _same(one: Column, other: Column) -> bool:
    return one.dtype == other.dtype and pd.Series(one).equals(pd.Series(other))


def _refuse_if_it_matters(name: str, position: int, table: RawTable) -> None:
    if media_column(name) is not None or is_date_name(name):
        raise DataError(
            f"header {name!r} stands over two columns with different values",
            where=f"{table.parts[0].file}, column {position}",
            fix="Rename one of them, or delete it",
        )


def _next_free(name: str, taken: Sequence[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
