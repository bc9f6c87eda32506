"""Tables as users have them, and a home to keep them in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from liftos_agents.data import Home, open_home


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of public reference data."""
    root = Path(__file__).parents[2]
    folder = Path(os.environ.get("LIFTOS_REFERENCE_DATA", root / "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}: set LIFTOS_REFERENCE_DATA")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A fresh home."""
    with open_home(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file and returns its path."""

    def write(content: str | bytes, name: str = "data.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def weeks() -> pd.DataFrame:
    """Two years of weeks with two channels that vary on their own."""
    rng = np.random.default_rng(7)
    tv, search = rng.gamma(2.0, 500.0, 104), rng.gamma(3.0, 200.0, 104)
    return pd.DataFrame(
        {
            "date": pd.date_range("2022-01-03", periods=104, freq="7D"),
            "revenue": 20_000.0 + 2.0 * tv + 3.0 * search + rng.normal(0.0, 500.0, 104),
            "tv_spend": tv,
            "search_spend": search,
        }
    )
