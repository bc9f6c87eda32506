"""Simulated markets with known truth, and inputs made of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents.domain.response_curve import geometric_adstock, logistic_saturation
from liftos_agents.tools.mmm import MmmFit, MmmInput, fit


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of public reference data."""
    root = Path(__file__).parents[3]
    folder = Path(os.environ.get("LIFTOS_REFERENCE_DATA", root / "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}: set LIFTOS_REFERENCE_DATA")
    return folder


def simulated(seed: int = 0, weeks: int = 104, channels: int = 3, noise: float = 0.03) -> MmmInput:
    """A market as the model assumes it; true contributions are in `controls` of no fit, but recomputed by tests."""
    rng = np.random.default_rng(seed)
    names = tuple(f"channel_{index}" for index in range(channels))
    spend = 1000.0 * np.exp(0.6 * rng.standard_normal((weeks, channels)))
    spend[:, -1] *= rng.random(weeks) < 0.7
    media = truth(spend).sum(axis=1)
    week = np.arange(weeks)
    base = 1000.0 * (1.0 + 0.1 * np.sin(2 * np.pi * week / 52.18) + 0.1 * week / weeks)
    return MmmInput(
        dates=np.datetime64("2022-01-03", "D") + 7 * week,
        outcome=base + media + 1000.0 * noise * rng.standard_normal(weeks),
        spend=spend,
        channels=names,
        confounding="none",
        holdout_weeks=0,
        seed=seed,
    )


def truth(spend: np.ndarray) -> np.ndarray:
    """(T, C) what each channel of `simulated` contributes."""
    count = spend.shape[1]
    retention = np.linspace(0.1, 0.6, count)
    carried = geometric_adstock((spend / spend.max(axis=0)).T, retention, length=8)
    return (np.linspace(200.0, 350.0, count)[:, None] * logistic_saturation(carried, 3.0)).T


@pytest.fixture(scope="session")
def market() -> MmmInput:
    """104 weeks × 3 channels."""
    return simulated()


@pytest.fixture(scope="session")
def fitted(market: MmmInput) -> MmmFit:
    """Its fit."""
    return fit(market)


@pytest.fixture(scope="session")
def vary(market: MmmInput) -> Callable[..., MmmFit]:
    """Fits of the market with other settings, shorter chains."""

    def of(**changes: Any) -> MmmFit:
        return fit(replace(market, **{"draws": 150, **changes}))

    return of


@pytest.fixture(scope="session")
def example(reference: Path) -> pd.DataFrame:
    """pymc-marketing's example data, whose truth is known."""
    return pd.read_csv(reference / "mmm" / "mmm_example.csv")
