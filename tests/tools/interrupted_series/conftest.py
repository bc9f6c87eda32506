"""Series for causal impact: one from the reference folder, one made here."""

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
def arma() -> pd.DataFrame:
    """The reference series with five added from row 70."""
    root = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("LIFTOS_REFERENCE_DATA", root / "../shared/data")).resolve()
    file = folder / "causal" / "causalimpact_arma_data.csv"
    if not file.exists():
        pytest.skip(f"no reference data at {folder}: set LIFTOS_REFERENCE_DATA")
    frame = pd.read_csv(file)
    frame.loc[70:, "y"] += 5.0
    return frame


@pytest.fixture
def make_series() -> Callable[..., pd.DataFrame]:
    """A wandering level, a control, noise, and an effect from row `before` on."""

    def make(
        effect: float = 2.0,
        *,
        seed: int = 1,
        before: int = 60,
        after: int = 12,
        leak: float = 0.0,
        slope: float = 0.0,
        weekly: float = 0.0,
    ) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        clock = np.arange(before + after)
        market = rng.normal(size=len(clock))
        level = 40.0 + np.cumsum(rng.normal(size=len(clock))) * 0.05 + slope * clock
        visits = level + market + rng.normal(size=len(clock)) * 0.5
        visits += weekly * np.sin(2.0 * np.pi * clock / 7.0)
        treated = clock >= before
        return pd.DataFrame(
            {
                "day": clock,
                "visits": visits + effect * treated,
                "market": market + leak * effect * treated,
                "other": rng.normal(size=len(clock)),
            }
        )

    return make


@pytest.fixture
def ask() -> Callable[..., Any]:
    """The tool's result, with the made series' roles as defaults."""

    def run(frame: pd.DataFrame, **arguments: Any) -> Any:
        roles = {"outcome": "visits", "controls": ["market"], "intervention": 60}
        return tools.result(tools.run("causal_impact", frame, store=TransientStore(), **(roles | arguments)))

    return run
