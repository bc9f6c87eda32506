"""The file behind an arena's run: lines of JSON, safe against a kill, the same bytes once the run is through."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError

from liftos_agents.errors import ArgumentError, DataError
from liftos_agents.sandbox.arena_rows import ArenaResult, Header, Key, Row


class StateFile:
    """A header line, then a line for each row, a batch at a time, each batch written to disk at once.

    What a kill cut short is dropped when the file is opened again. Wall times differ from run to run and lie in a file of
    their own beside it, named with `.seconds`.

    Args:
        path: The file; its folder is made.
        header: What is being played.

    Raises:
        ArgumentError: The file holds another run.
        DataError: The file is none of an arena.
    """

    def __init__(self, path: Path, header: Header) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.rows: dict[Key, Row] = {}
        _cut_to_whole_lines(path)
        if path.is_file() and path.stat().st_size:
            self.rows = _read(path, header)
            self._file = path.open("ab")
        else:
            self._file = path.open("wb")
            self._write([header.model_dump_json()])

    def add(self, rows: Sequence[Row]) -> None:
        """Append a batch's rows."""
        self.rows |= {row.key: row for row in rows}
        self._write(row.model_dump_json() for row in rows)
        if rows and rows[0].seconds is not None:
            first = rows[0]
            note = f"{first.policy}\t{first.scenario}\t{first.seed}\t{len(rows)}\t{first.seconds:.6f}\n"
            with _beside(self.path, ".seconds").open("a", encoding="utf-8") as file:
                file.write(note)

    @property
    def kept(self) -> int:
        """Rows that are on disk, whole."""
        return max(self.path.read_bytes().count(b"\n") - 1, 0)

    def finish(self, result: ArenaResult) -> None:
        """Put the whole result, in its order, in the file's place."""
        self._file.close()
        whole = _beside(self.path, ".whole")
        with whole.open("wb") as file:
            file.writelines(line.encode() + b"\n" for line in result.lines())
            file.flush()
            os.fsync(file.fileno())
        whole.replace(self.path)

    def close(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _write(self, lines: Iterable[str]) -> None:
        self._file.write(b"".join(line.encode() + b"\n" for line in lines))
        self._file.flush()
        os.fsync(self._file.fileno())


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _read(path: Path, header: Header) -> dict[Key, Row]:
    lines = path.read_bytes().splitlines()
    try:
        found = Header.model_validate_json(lines[0])
    except ValidationError as error:
        raise DataError(
            "the file holds no run of an arena", where=str(path), fix="Give another path"
        ) from error
    if found != header:
        raise ArgumentError(
            f"the file holds another run: {_difference(found, header)}",
            where=str(path),
            fix="Give another path, or the arguments that it was begun with",
        )
    try:
        rows = [Row.model_validate_json(line) for line in lines[1:]]
    except ValidationError as error:
        raise DataError(
            f"a row cannot be read: {error.errors()[0]['msg']}", where=str(path), fix="Begin it anew"
        ) from error
    return {row.key: row for row in rows}


def _difference(found: Header, wanted: Header) -> str:
    told: list[str] = []
    for name in Header.model_fields:
        old, new = getattr(found, name), getattr(wanted, name)
        if old == new:
            continue
        if not isinstance(old, dict):
            told.append(f"{name} {old!r}, not {new!r}")
            continue
        told += [f"{name[:-1]} {key!r} is in the file alone" for key in sorted(set(old) - set(new))]
        told += [f"{name[:-1]} {key!r} is not in the file" for key in sorted(set(new) - set(old))]
        told += [
            f"{name[:-1]} {key!r} was {old[key]}, is {new[key]}"
            for key in sorted(set(old) & set(new))
            if old[key] != new[key]
        ]
    return "; ".join(told).replace("policie ", "policy ")


def _cut_to_whole_lines(path: Path) -> None:
    if not path.is_file():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        with path.open("r+b") as file:
            file.truncate(whole)
