"""Panels of adopters, the reference data, and the tool as anyone calls it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.tools.staggered_adoption import DifferenceInDifferencesResult

ROLES: dict[str, Any] = {"outcome": "sales", "unit": "store", "time": "period", "cohort": "adopted"}


def differ(data: Any, **arguments: Any) -> DifferenceInDifferencesResult:
    """The tool's typed result, through the public way."""
    found = tools.result(tools.run("difference_in_differences", data, store=TransientStore(), **arguments))
    assert isinstance(found, DifferenceInDifferencesResult)
    return found


def panel(
    seed: int = 0,
    *,
    units: int = 80,
    periods: int = 8,
    starts: tuple[int, ...] = (0, 5, 6),
    effect: float = 1.0,
    drift: float = 0.0,
    noise: float = 0.5,
) -> pd.DataFrame:
    """Stores in equal cohorts; `drift` moves adopters away from the others in every period."""
    rng = np.random.default_rng(seed)
    adopted = np.resize(starts, units)
    time = np.arange(1, periods + 1)
    sales = (
        10.0
        + rng.normal(size=(units, 1))
        + rng.normal(size=periods)
        + noise * rng.normal(size=(units, periods))
    )
    on = (adopted > 0)[:, None] & (time >= adopted[:, None])
    sales += effect * on + drift * (adopted > 0)[:, None] * time
    return pd.DataFrame(
        {
            "store": np.repeat([f"s{k:03d}" for k in range(units)], periods),
            "period": np.tile(time, units),
            "adopted": np.repeat(adopted, periods),
            "on": on.ravel().astype(int),
            "size": np.repeat(rng.normal(size=units), periods),
            "sales": sales.ravel(),
        }
    )


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of public reference data."""
    root = Path(__file__).parents[3]
    folder = Path(os.environ.get("LIFTOS_REFERENCE_DATA", root / "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}: set LIFTOS_REFERENCE_DATA")
    return folder / "causal"
