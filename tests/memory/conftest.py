"""A home and a memory in it, both real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liftos_agents.data import Home, open_home
from liftos_agents.memory import Memory


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with open_home(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def memory(home: Home) -> Iterator[Memory]:
    with Memory(home, index_after=None) as opened:
        yield opened
