"""Panels for synthetic control: one from the reference folder, one made here."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents import tools
from liftos_agents.data import TransientStore


@pytest.fixture
def basque() -> Path:
    """Path of the Basque Country panel."""
    root = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("LIFTOS_REFERENCE_DATA", root / "../shared/data")).resolve()
    file = folder / "causal" / "basque.csv"
    if not file.exists():
        pytest.skip(f"no reference data at {folder}: set LIFTOS_REFERENCE_DATA")
    return file


@pytest.fixture
def make_panel() -> Callable[..., pd.DataFrame]:
    """A factor-model panel whose treated units mix donors; `effect` from period `before` on."""

    def make(
        effect: float = 1.0,
        *,
        seed: int = 0,
        donors: int = 14,
        before: int = 30,
        after: int = 6,
        treated: int = 1,
        level: float = 0.0,
        drift: float = 0.0,
    ) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        units, periods = donors + treated, before + after
        factors = rng.normal(size=(2, periods)).cumsum(axis=1) * 0.5
        loadings = rng.uniform(size=(units, 2))
        own = rng.normal(0.0, 1.0, units)
        mixes = rng.dirichlet(np.ones(donors) * 0.4, size=treated)
        loadings[:treated], own[:treated] = mixes @ loadings[treated:], mixes @ own[treated:] + level
        outcome = 50.0 + own[:, None] + loadings @ factors + rng.normal(0.0, 0.3, (units, periods))
        outcome[:treated] += drift * np.arange(periods)
        outcome[:treated, before:] += effect
        return pd.DataFrame(
            {
                "shop": np.repeat([f"shop {i:02d}" for i in range(units)], periods),
                "week": np.tile(np.arange(periods), units),
                "sales": outcome.ravel(),
                "size": np.repeat(own * 3.0, periods),
            }
        )

    return make


@pytest.fixture
def ask() -> Callable[..., Any]:
    """The tool's result on a frame or a path, with the made panel's roles as defaults."""

    def run(data: Any, **arguments: Any) -> Any:
        roles = {
            "outcome": "sales",
            "unit": "shop",
            "time": "week",
            "treated_units": ["shop 00"],
            "treatment_time": 30,
        }
        return tools.result(
            tools.run("synthetic_control", data, store=TransientStore(), **(roles | arguments))
        )

    return run
