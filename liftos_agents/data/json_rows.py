"""JSON objects as the rows of a table: objects within objects become columns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from liftos_agents.data.limits import Limits
from liftos_agents.data.raw_table import LARGEST_EXACT, Column, Part, RawTable
from liftos_agents.errors import DataError

DEEPEST = 8
BETWEEN = " | "
_BYTES_OF_A_CELL = 8
WRAPPERS = frozenset(
    "_source attributes data doc document fields item node product properties record source".split()  # noqa: SIM905
)


class Rows:
    """Rows while they are being read, column by column.

    Attributes:
        notes: What to tell of the file.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.notes: list[str] = []
        self._path = path
        self._limits = limits
        self._columns: dict[str, list[Any]] = {}
        self._inner: dict[str, str] = {}
        self._plain: set[str] = set()
        self._joined: dict[str, None] = {}
        self._left_out: dict[str, None] = {}
        self._characters = 0
        self._count = 0

    def add(self, place: str, row: dict[str, Any]) -> None:
        """Takes up one object; `place` says where it stands.

        Raises:
            DataError: It is nested too deep, a name is an object here and a value elsewhere, or a limit is passed.
        """
        if self._count >= self._limits.rows:
            raise DataError(f"more than the limit of {self._limits.rows:,} rows", where=place)
        for name, value in self._flat(row, "", place, 1):
            column = self._columns.get(name)
            if column is None:
                if len(self._columns) >= self._limits.columns:
                    raise DataError(
                        f"more than the limit of {self._limits.columns:,} columns",
                        where=place,
                        fix="Give objects that have the same names",
                    )
                column = self._columns[name] = []
            if len(column) > self._count:
                raise DataError(f"the name {name!r} stands twice", where=place, fix="Rename one of them")
            column.extend([None] * (self._count - len(column)))
            column.append(value)
            self._weigh(name, value, place)
        self._count += 1
        # Rows of few names each make a table of mostly nothing, which takes memory all the same.
        if self._count * len(self._columns) * _BYTES_OF_A_CELL > self._limits.bytes:
            raise DataError(
                f"{self._count:,} rows of {len(self._columns):,} columns are more than may be held",
                where=place,
                fix="Give objects that have the same names, or fewer of them",
            )

    def table(self) -> RawTable:
        """The rows as a raw table.

        Raises:
            DataError: There are none.
        """
        if not self._columns:
            raise DataError("the table has no rows", where=self._path.name)
        for column in self._columns.values():
            column.extend([None] * (self._count - len(column)))
        names = list(self._columns)
        self._note(names)
        shortened = self._without_wrapper(names)
        columns = tuple(_column(values) for values in self._columns.values())
        part = Part(self._path.name, self._count, 1)
        return RawTable(tuple(shortened), columns, (part,), tuple(self.notes))

    def _flat(self, row: dict[str, Any], before: str, place: str, depth: int) -> Iterator[tuple[str, Any]]:
        if depth > DEEPEST:
            raise DataError(
                f"objects nested more than {DEEPEST} deep (in {before.rstrip('.')!r})",
                where=place,
                fix="Flatten it first",
            )
        for key, value in row.items():
            name = before + key
            if name in self._plain and isinstance(value, str | int | float):
                yield name, value
                continue
            if isinstance(value, list) and len(value) == 1:
                value = value[0]
            if isinstance(value, dict):
                self._is(name, "an object", place)
                yield from self._flat(value, f"{name}.", place, depth + 1)
            elif isinstance(value, list):
                if any(isinstance(item, dict | list) for item in value):
                    self._left_out[name] = None
                    continue
                self._is(name, "a value", place)
                self._joined[name] = None
                yield name, BETWEEN.join(_text(item) for item in value if item is not None) or None
            elif value is not None:
                self._is(name, "a value", place)
                yield name, value

    def _is(self, name: str, kind: str, place: str) -> None:
        known = self._inner.setdefault(name, kind)
        if known != kind:
            raise DataError(
                f"{name!r} is {kind} here and {known} before", where=place, fix="Give it one form in all rows"
            )
        if kind == "a value":
            self._plain.add(name)

    def _weigh(self, name: str, value: Any, place: str) -> None:
        if not isinstance(value, str):
            return
        if len(value) > self._limits.cell:
            raise DataError(
                f"a cell of {len(value):,} characters, more than the limit of {self._limits.cell:,}",
                where=f"{place}, column {name!r}",
            )
        self._characters += len(value)
        if self._characters > self._limits.bytes:
            raise DataError("the file holds more text than may be read", where=place)

    def _note(self, names: list[str]) -> None:
        nested = [name for name in names if "." in name and name.rpartition(".")[0] in self._inner]
        if nested:
            self.notes.append("Objects within objects were read as columns of their own.")
        joined = [name for name in self._joined if name in self._columns]
        if joined:
            self.notes.append(f"Lists in {_listed(joined)} were joined to one cell each.")
        if self._left_out:
            self.notes.append(f"Lists of objects in {_listed(list(self._left_out))} were left out.")

    def _without_wrapper(self, names: list[str]) -> list[str]:
        nested = [name for name in names if name.partition(".")[0] in self._inner and "." in name]
        outer = {name.partition(".")[0] for name in nested}
        if len(outer) != 1 or not outer <= WRAPPERS:
            return names
        (wrapper,) = outer
        short = [name.removeprefix(f"{wrapper}.") if name in nested else name for name in names]
        if len(set(short)) < len(short):
            return names
        self.notes.append(f"Columns within {wrapper!r} are called without it.")
        return short


def _column(values: list[Any]) -> Column:
    numbers = all(value is None or isinstance(value, bool | int | float) for value in values)
    # Longer whole numbers are identifiers; as floats they would be others.
    if numbers and not any(isinstance(value, int) and abs(value) > LARGEST_EXACT for value in values):
        return np.array([_number(value) for value in values], dtype=np.float64)
    result = np.empty(len(values), dtype=object)
    result[:] = [None if value is None else _text(value) for value in values]
    return result


def _number(value: Any) -> float:
    if value is None:
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _listed(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:5]))
    return f"{shown} and others" if len(names) > 5 else shown
