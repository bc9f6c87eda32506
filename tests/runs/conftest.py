"""Meadows, and processes that work on them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runs.meadow import QUESTION, Meadow, said

ROOT = Path(__file__).parents[2]


class Shepherd:
    """One step on a meadow in a process of its own."""

    def __init__(self, meadow: Meadow, step: str, *options: str) -> None:
        command = [sys.executable, "-m", "tests.runs.meadow", str(meadow.home), step, *options]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def said(self) -> dict[str, Any]:
        """What it printed in the end."""
        out, err = self.process.communicate(timeout=60)
        assert out, err
        return json.loads(out.splitlines()[-1])


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
        if shepherd.process.poll() is None:
            shepherd.kill()
