"""Reads JSON as a table: a list of objects, an object that wraps one, one object, or an object a line."""
# ruff: noqa: SIM905 (word lists read better as words)

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO, cast

from liftos_agents.data.encoding import encoding_of
from liftos_agents.data.json_rows import Rows
from liftos_agents.data.limits import Limits
from liftos_agents.data.raw_table import RawTable
from liftos_agents.errors import DataError

LONGEST_OBJECT = 16 * 1024 * 1024
LARGEST_DOCUMENT = 64 * 1024 * 1024
_BLOCK = 256 * 1024
_BLANK, _PARTED = re.compile(r"[ \t\r\n]*"), re.compile(r"[ \t\r\n,]*")
_HOLDERS = frozenset(
    "articles catalog catalogue data docs documents edges entries hits items listings nodes products records "
    "results rows".split()
)
_TITLES = frozenset(("title", "name"))
_FORM = "Give a list of objects, or one object a line"

Located = tuple[str, dict[str, Any]]
"""An object and where it stands."""


def read_json(path: Path, *, limits: Limits) -> RawTable:
    """The objects of a JSON file as rows; an object within one becomes columns called `outer.inner`.

    A list of plain values becomes one cell; a list of objects is left out; both are noted.

    Raises:
        DataError: No JSON, no objects, objects nested too deep, a name that is an object in one row and a
            value in another, or more than the limits allow.
    """
    rows = Rows(path, limits)
    encoding = encoding_of(path)
    try:
        for place, found in _objects(path, encoding, rows):
            rows.add(place, found)
    except RecursionError:
        raise DataError("the JSON is nested too deep", where=path.name, fix="Flatten it first") from None
    except UnicodeError as error:
        raise DataError(
            f"the file is not {encoding} ({error})", where=path.name, fix="Save the file as UTF-8"
        ) from None
    return rows.table()


def _objects(path: Path, encoding: str, rows: Rows) -> Iterator[Located]:
    with path.open(encoding=encoding) as file:
        start = file.read(_BLOCK).lstrip("\ufeff \t\r\n")
    if not start:
        raise DataError("the file is empty", where=path.name)
    if start[0] == "[":
        return _listed(path, encoding)
    if start[0] != "{":
        raise DataError("this is no JSON of objects", where=f"{path.name}, row 1", fix=_FORM)
    first_line = start.partition("\n")[0].strip()
    if path.suffix.lower() == ".json" and not _is_whole(first_line):
        return _of_document(path, encoding, rows)
    lines = start.count("\n", 0, len(start.rstrip())) > 0 or path.suffix.lower() != ".json"
    return _lines(path, encoding) if lines else _of_document(path, encoding, rows)


def _is_whole(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _lines(path: Path, encoding: str) -> Iterator[Located]:
    with path.open(encoding=encoding) as file:
        number = 0
        while line := file.readline(LONGEST_OBJECT + 1):
            number += 1
            place = f"{path.name}, row {number}"
            if len(line) > LONGEST_OBJECT:
                raise DataError("a line that is too long", where=place, fix="Give one object a line")
            if line.strip(" \t\r\n\ufeff"):
                yield place, _object(_loaded(line.lstrip("\ufeff"), place), place)


def _listed(path: Path, encoding: str) -> Iterator[Located]:
    """The objects of a list, read piece by piece, so that a large file is never held whole."""
    decoder = json.JSONDecoder()
    with path.open(encoding=encoding) as file:
        text = file.read(_BLOCK)
        at, number, gap = text.index("[") + 1, 0, _BLANK
        while True:
            number += 1
            place = f"{path.name}, item {number}"
            while True:
                at = _end(gap, text, at)
                if text.startswith("]", at):
                    _check_ended(text[at + 1 :], file, place)
                    return
                try:
                    found, end = decoder.raw_decode(text, at)
                    break
                except json.JSONDecodeError as error:
                    left = len(text) - at
                    more = file.read(max(_BLOCK, left))
                    if not more or left > LONGEST_OBJECT:
                        what = "an object that is too long" if more else f"broken JSON ({error.msg})"
                        raise DataError(what, where=place, fix=_FORM) from None
                    text, at = text[at:] + more, 0
                except ValueError as error:
                    raise DataError(f"a value that cannot be read ({error})", where=place) from None
            yield place, _object(found, place)
            at, gap = end, _PARTED


def _end(gap: re.Pattern[str], text: str, at: int) -> int:
    found = gap.match(text, at)
    return found.end() if found else at


def _check_ended(rest: str, file: TextIO, place: str) -> None:
    """Stops at what stands after the list, which would be left out in silence."""
    while not rest.strip():
        rest = file.read(_BLOCK)
        if not rest:
            return
    raise DataError("the list ends here, and more stands after it", where=place, fix=_FORM)


def _of_document(path: Path, encoding: str, rows: Rows) -> Iterator[Located]:
    if path.stat().st_size > LARGEST_DOCUMENT:
        raise DataError(
            f"one JSON object of more than {LARGEST_DOCUMENT:,} bytes", where=path.name, fix=_FORM
        )
    with path.open(encoding=encoding) as file:
        document = _object(_loaded(file.read().lstrip("\ufeff"), path.name), path.name)
    found, within = _rows_within(document) or ([document], "")
    if within:
        rows.notes.append(f"The rows are those of {within!r}.")
    for number, item in enumerate(found, 1):
        place = f"{path.name}, item {number}"
        yield place, _object(item, place)


def _rows_within(document: dict[str, Any]) -> tuple[list[Any], str] | None:
    """The rows of a document, and the name under which they stand; None when the document is a row itself."""
    columns = _as_columns(document)
    if columns is not None:
        return columns, ""
    says_what_it_is = any(name.casefold() in _TITLES for name in document)
    holders = [] if says_what_it_is else [name for name in document if name.casefold() in _HOLDERS]
    lists = [
        name
        for name, value in document.items()
        if _is_list_of_objects(value) or (value == [] and name in holders)
    ]
    wrapped = [name for name, value in document.items() if isinstance(value, dict)]
    if len(lists) == 1 and not wrapped:
        return document[lists[0]], lists[0]
    known = wrapped if len(document) == 1 else [name for name in wrapped if name in holders]
    return _beside_others(document, [name for name in lists if name in holders], known)


def _beside_others(
    document: dict[str, Any], lists: list[str], wrapped: list[str]
) -> tuple[list[Any], str] | None:
    """The rows of `{"data": […], "meta": {…}}`: what holds them is known by its name."""
    if len(lists) == 1:
        return document[lists[0]], lists[0]
    if not lists and len(wrapped) == 1:
        inner = _rows_within(document[wrapped[0]])
        return None if inner is None else (inner[0], f"{wrapped[0]}.{inner[1]}".rstrip("."))
    return None


def _as_columns(document: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of `{"a": [1, 2], "b": [3, 4]}`, or of the same with the rows' numbers as names."""
    values = list(document.values())
    if all(isinstance(v, list) and len(v) == len(values[0]) > 1 for v in values):
        if any(isinstance(cell, dict | list) for column in values for cell in column):
            return None
        return [dict(zip(document, cells, strict=True)) for cells in zip(*values, strict=True)]
    if all(isinstance(v, dict) for v in values) and values:
        keys = [str(number) for number in range(len(values[0]))]
        if len(keys) > 1 and all(list(v) == keys for v in values):
            return [{name: document[name][key] for name in document} for key in keys]
    return None


def _is_list_of_objects(value: Any) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in cast("list[Any]", value))
    )


def _loaded(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line = f", line {error.lineno}" if error.lineno > 1 else ""
        raise DataError(
            f"broken JSON ({error.msg}{line}, character {error.colno})",
            where=place,
            fix="Correct or delete it",
        ) from None
    except ValueError as error:
        raise DataError(f"a value that cannot be read ({error})", where=place) from None


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"{_kind(value)} where an object is expected", where=place, fix=_FORM)
    return cast("dict[str, Any]", value)


def _kind(value: Any) -> str:
    return (
        "a list"
        if isinstance(value, list)
        else "nothing"
        if value is None
        else f"the value {str(value)[:40]!r}"
    )
