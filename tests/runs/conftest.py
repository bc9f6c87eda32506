"""Meadows, and processes that work on them."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.runs import meadow as meadows
from tests.runs.meadow import QUESTION, Meadow, said

_PROCESSES = multiprocessing.get_context("forkserver")
# What every process needs is imported once; each one is a process of its own all the same.
_PROCESSES.set_forkserver_preload(["tests.runs.warm"])
_NUMBERS = count()


class Shepherd:
    """One step on a meadow in a process of its own."""

    def __init__(self, meadow: Meadow, step: str, limit: float | None = None) -> None:
        self._out = meadow.home / f"said{next(_NUMBERS)}.json"
        self.process = _PROCESSES.Process(target=meadows.step, args=(meadow.home, step, limit, self._out))
        self.process.start()

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.process.kill()
        self.process.join()

    def said(self) -> dict[str, Any]:
        """What it said in the end."""
        self.process.join(60)
        assert self.process.exitcode == 0
        return json.loads(self._out.read_text())


@pytest.fixture
def meadow(tmp_path: Path) -> Meadow:
    """A meadow whose gates are shut."""
    return Meadow(tmp_path / "meadow")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is said when nobody stops anything."""
    meadow = Meadow(tmp_path_factory.mktemp("whole"))
    meadow.open("white", "black")
    with meadow.engine() as lift:
        return said(lift.ask(QUESTION, run_id="run_meadow"))


@pytest.fixture
def processes() -> Iterator[list[Shepherd]]:
    """Processes that are ended with the test, whatever comes of it."""
    begun: list[Shepherd] = []
    yield begun
    for shepherd in begun:
        if shepherd.process.is_alive():
            shepherd.kill()
