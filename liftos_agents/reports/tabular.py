"""Lists and maps of a result as tables: records, columns of one length, or leaves by their paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Cell = str | bool | int | float | None
Tabular = tuple[tuple[str, ...], list[tuple[Any, ...]], str]
"""Columns, rows, and the key of the first row, which with a column's name leads to a value."""


def is_plain(value: Any) -> bool:
    """Whether a value fits into one cell."""
    return value is None or isinstance(value, str | bool | int | float)


def as_records(value: Any) -> Tabular | None:
    """A row a record, of a list or a map of maps; the key of a map is its first column. None for anything else."""
    if isinstance(value, Mapping):
        records = [(str(key), record) for key, record in value.items()]
    elif isinstance(value, list | tuple):
        records = [(str(position), record) for position, record in enumerate(value)]
    else:
        return None
    if not records or not all(isinstance(record, Mapping) for _, record in records):
        return None
    flat = [(key, dict(flattened(record))) for key, record in records]
    columns = tuple(dict.fromkeys(column for _, record in flat for column in record))
    keyed = isinstance(value, Mapping)
    body = [(*((key,) if keyed else ()), *(record.get(c) for c in columns)) for key, record in flat]
    return (("key", *columns) if keyed else columns), body, records[0][0]


def as_columns(value: Any) -> Tabular | None:
    """A column a list, of a map of lists of one length or of one list of plain values. None for anything else."""
    if isinstance(value, list | tuple) and value and all(is_plain(v) for v in value):
        return ("value",), [(v,) for v in value], ""
    if not isinstance(value, Mapping) or not value:
        return None
    lists = list(value.values())
    if not all(isinstance(v, list | tuple) and all(is_plain(x) for x in v) for v in lists):
        return None
    if len({len(v) for v in lists}) != 1 or not lists[0]:
        return None
    return tuple(map(str, value)), list(zip(*lists, strict=True)), ""


def flattened(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf with its path; a list of plain values is one leaf."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flattened(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple) and not all(is_plain(v) for v in value):
        for position, inner in enumerate(value):
            yield from flattened(inner, f"{path}.{position}" if path else str(position))
    elif path and value not in ([], ()):
        yield path, value
