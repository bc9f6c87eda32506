"""The evaluation log: JSON lines on disk, readable without the runner, safe against a kill."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from liftos_agents.errors import ArgumentError, DataError, NotFoundError
from liftos_agents.evals.sample import Sample, Suite
from liftos_agents.evals.score import Score
from liftos_agents.evals.scorers import scorers
from liftos_agents.version import __version__

LOG_SCHEMA = "1.0"


class Header(BaseModel):
    """What was run: everything that must be equal for a run to be resumed.

    Attributes:
        suite_hash: Hash of suite, samples and scorer names.
        graders: Scorer to version.
        solver: Name of what was tested, with its model.
    """

    model_config = ConfigDict(frozen=True)

    schema_version: str = LOG_SCHEMA
    software: str = __version__
    suite: str
    suite_version: str
    suite_hash: str
    purpose: str
    primary: str
    graders: dict[str, str]
    solver: str
    epochs: int
    reducer: str
    samples: int

    @classmethod
    def of(cls, suite: Suite, solver: str) -> Header:
        """The header of a run of `suite` by `solver`."""
        return cls(
            suite=suite.name,
            suite_version=suite.version,
            suite_hash=suite.hash,
            purpose=suite.purpose,
            primary=suite.primary,
            graders={s.name: s.version for s in scorers(suite.scorers)},
            solver=solver,
            epochs=suite.epochs,
            reducer=suite.reducer,
            samples=len(suite.samples),
        )


class Result(BaseModel):
    """One sample in one epoch.

    Attributes:
        output: What the solver answered, JSON-plain; None when it failed.
        scores: Scorer to score, for the scorers that the sample is for.
        error: What went wrong; every score is then 0.
        seconds: Wall time of the solver.
        usd: What its models charged.
    """

    model_config = ConfigDict(frozen=True)

    sample: Sample
    epoch: int
    output: dict[str, Any] | None
    scores: dict[str, Score]
    error: str | None = None
    seconds: float = 0.0
    usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from the others of its run."""
        return self.sample.id, self.epoch


class EvalLog(BaseModel):
    """A run, whole or as far as it came.

    Attributes:
        stopped: Why it stopped before its end, when it did.
    """

    model_config = ConfigDict(frozen=True)

    header: Header
    results: tuple[Result, ...] = Field(default=())
    stopped: str | None = None

    @property
    def complete(self) -> bool:
        """Whether every sample was put in every epoch."""
        return len(self.results) == self.header.samples * self.header.epochs


class LogFile:
    """The file behind a run: a header line, then a line for each result, each written to disk at once.

    A line that a kill cut short is dropped when the file is opened again.

    Args:
        path: The file; its folder is made.
        header: What is being run.

    Raises:
        ArgumentError: The file holds another run.
    """

    def __init__(self, path: Path, header: Header) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.results: list[Result] = []
        if path.is_file() and path.stat().st_size:
            _cut_to_whole_lines(path)
        if path.is_file() and path.stat().st_size:
            found = read_log(path)
            if found.header != header:
                raise ArgumentError(
                    f"the log holds another run ({_difference(found.header, header)})",
                    where=str(path),
                    fix="Give another path, or delete the file",
                )
            self.results = list(found.results)
            self._file = path.open("ab")
        else:
            self._file = path.open("wb")
            self._write(header)

    def add(self, result: Result) -> None:
        """Appends a result."""
        self.results.append(result)
        self._write(result)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _write(self, line: BaseModel) -> None:
        self._file.write(line.model_dump_json().encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def read_log(path: Path) -> EvalLog:
    """The log in a file; a last line that was cut short is left out.

    Raises:
        NotFoundError: There is no such file.
        DataError: The file is no log, or of another schema.
    """
    if not path.is_file():
        raise NotFoundError(f"no log at {str(path)!r}")
    lines = _whole_lines(path.read_bytes())
    try:
        header = Header.model_validate_json(next(lines, b"{}"))
        if header.schema_version != LOG_SCHEMA:
            raise DataError(
                f"log of schema {header.schema_version!r}, this version reads {LOG_SCHEMA!r}", where=str(path)
            )
        return EvalLog(header=header, results=tuple(Result.model_validate_json(line) for line in lines))
    except ValidationError as error:
        raise DataError(f"no evaluation log: {error.errors()[0]['msg']}", where=str(path)) from error


def _whole_lines(data: bytes) -> Iterator[bytes]:
    return iter(data[: data.rfind(b"\n") + 1].splitlines())


def _cut_to_whole_lines(path: Path) -> None:
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        with path.open("r+b") as file:
            file.truncate(whole)


def _difference(found: Header, wanted: Header) -> str:
    names = [n for n in Header.model_fields if getattr(found, n) != getattr(wanted, n)]
    name = names[0]
    return f"{name} {getattr(found, name)!r}, not {getattr(wanted, name)!r}"
