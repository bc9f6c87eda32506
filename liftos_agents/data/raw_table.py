"""A table as its file holds it, before its columns are typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftos_agents.errors import DataError

LARGEST_EXACT = 2**53
"""Whole numbers beyond it are not kept to the digit by a float; they are identifiers and are read as text."""

Column = NDArray[Any]


@dataclass(frozen=True)
class Part:
    """The rows that came from one file.

    Attributes:
        first_line: The line (or sheet row) of the first of them.
        line_of: The line of a row (from 0), where blank lines or cells of several lines stand between.
    """

    file: str
    rows: int
    first_line: int
    line_of: Callable[[int], int] | None = None


@dataclass(frozen=True)
class RawTable:
    """Columns of text (object arrays, None where empty), float64 or datetime64, all of one length."""

    names: tuple[str, ...]
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(part.rows for part in self.parts)

    def place(self, row: int, column: str | None = None) -> str:
        """Where row number `row` (from 0) lies, as a reader would look for it: file, column, row."""
        left = row
        for part in self.parts:
            if left < part.rows:
                cell = f", column {column!r}" if column is not None else ""
                line = part.line_of(left) if part.line_of else part.first_line + left
                return f"{part.file}{cell}, row {line}"
            left -= part.rows
        raise IndexError(row)


def stack(tables: Sequence[RawTable]) -> RawTable:
    """The rows of several tables with the same columns, in any order of columns.

    Raises:
        DataError: A table's columns differ from the first one's; the message names its file.
    """
    first = tables[0]
    if len(tables) == 1:
        return first
    for table in tables[1:]:
        missing = [n for n in first.names if n not in table.names]
        extra = [n for n in table.names if n not in first.names]
        if missing or extra:
            differences = [f"lacks {', '.join(map(repr, missing))}"] if missing else []
            differences += [f"has {', '.join(map(repr, extra))} besides"] if extra else []
            raise DataError(
                f"its columns differ from those of {first.parts[0].file}: it {' and '.join(differences)}",
                where=table.parts[0].file,
                fix="Give files with the same columns, or one at a time",
            )
    columns = [_joined([table.columns[table.names.index(name)] for table in tables]) for name in first.names]
    notes = tuple(dict.fromkeys(note for table in tables for note in table.notes))
    return RawTable(
        first.names,
        tuple(columns),
        tuple(part for table in tables for part in table.parts),
        (*notes, f"{len(tables)} files with the same columns were stacked."),
    )


def _joined(columns: Sequence[Column]) -> Column:
    if len({column.dtype.kind for column in columns}) == 1:
        return np.concatenate(columns)
    return np.concatenate([_as_text(column) for column in columns])


def _as_text(column: Column) -> Column:
    if column.dtype.kind == "O":
        return column
    empty = np.isnat(column) if column.dtype.kind == "M" else np.isnan(column)
    shown = [None if gone else _shown(value) for value, gone in zip(column, empty, strict=True)]
    result = np.empty(len(shown), dtype=object)
    result[:] = shown
    return result


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, np.datetime64) else repr(float(value))
