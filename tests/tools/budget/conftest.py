"""The benchmark's random problems, and a market whose curves are known, run through the real registry."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel, ConfigDict

from liftos_agents.data.store import TransientStore
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.registry import Registry, tool


@pytest.fixture(scope="session")
def benchmark_of_budgets() -> ModuleType:
    path = Path(__file__).parents[3] / "benchmarks" / "budget.py"
    spec = importlib.util.spec_from_file_location("benchmark_of_budgets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


WEEKS = 104
CHANNELS = ("tv", "search", "social")
TRUE_EFFECT = np.array([60_000.0, 45_000.0, 12_000.0])
TRUE_STEEPNESS = np.array([3.0, 4.0, 2.0])
TRUE_RETENTION = np.array([0.6, 0.2, 0.4])


class KnownFitArguments(BaseModel):
    """What the tools hand to a fit, and what a test wants it to say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    margin: float | None = None
    status: Literal["accepted", "downgraded", "refused"] = "accepted"
    spread: float = 0.15


class KnownFitResult(BaseModel):
    """The part of a fit's result that the tools read."""

    status: str
    refusals: tuple[str, ...]
    checks: tuple[dict[str, Any], ...]
    posterior: str | None
    margin: float
    margin_stated: bool
    frequency: str
    units: dict[str, str]


def known_posterior(spend: np.ndarray, outcome: np.ndarray, spread: float) -> MediaPosterior:
    """Draws around the curves that made the market's sales; decision draws a tenth lower."""
    generator = np.random.default_rng(11)
    shape = (400, len(CHANNELS))
    effect = TRUE_EFFECT * np.exp(spread * generator.normal(size=shape))
    return MediaPosterior(
        channels=CHANNELS,
        saturation="logistic",
        retention=np.tile(TRUE_RETENTION, (400, 1)),
        steepness=np.tile(TRUE_STEEPNESS, (400, 1)),
        slope=None,
        effect=effect,
        decision_effect=0.9 * effect,
        noise=np.full(400, 2_000.0),
        baseline=np.full((400, len(outcome)), 100_000.0),
        scale=spend.max(axis=0),
        adstock_length=8,
        spend=spend,
        outcome=outcome,
    )


@tool("fit_mmm", version="known", summary="A fit whose truth the tests know.", data="panel")
def known_fit(context: ToolContext, arguments: KnownFitArguments) -> KnownFitResult:
    """The posterior around the truth, or what a test wants said instead."""
    panel = context.panel
    margin = panel.margin if arguments.margin is None else arguments.margin
    posterior = known_posterior(panel.spend, panel.revenue, arguments.spread)
    refused = arguments.status == "refused"
    failed = {
        "name": "ess_bulk_min",
        "value": 90.0,
        "threshold": 400.0,
        "passed": False,
        "meaning": "Too few draws.",
    }
    return KnownFitResult(
        status=arguments.status,
        refusals=("Two channels move together.",) if refused else (),
        checks=({**failed, "name": "rhat_max", "passed": True}, failed)
        if arguments.status == "downgraded"
        else (),
        posterior=None if refused else context.put_artifact(posterior.to_npz()),
        margin=1.0 if margin is None else margin,
        margin_stated=margin is not None,
        frequency=panel.frequency,
        units={},
    )


@pytest.fixture(scope="session")
def market() -> pd.DataFrame:
    """Two years of a shop whose sales the known curves made; the last week is the tv's highest."""
    generator = np.random.default_rng(4)
    spend = np.array([30_000.0, 15_000.0, 9_000.0]) * generator.gamma(4.0, 0.25, (WEEKS, 3))
    spend[-1, 0] = 1.05 * spend[:, 0].max()
    posterior = known_posterior(spend, np.zeros(WEEKS), 0.0)
    media = posterior.contribution()[0]
    revenue = 100_000.0 + media.sum(axis=1) + 2_000.0 * generator.normal(size=WEEKS)
    return pd.DataFrame(
        {
            "date": pd.date_range("2022-01-03", periods=WEEKS, freq="7D"),
            "revenue": revenue,
            **{f"{name}_spend": spend[:, c] for c, name in enumerate(CHANNELS)},
            "search_clicks": spend[:, 1] / 2.0,
            "social_clicks": spend[:, 2] / 3.0,
            "search_claimed_revenue": 2.0 * media[:, 1],
            "social_claimed_revenue": 1.5 * media[:, 2],
        }
    )


def on(market: pd.DataFrame) -> Callable[..., dict[str, Any]]:
    """Runs tools on `market` over the known fit, with a store of its own."""
    registry, store = Registry().with_tools(known_fit), TransientStore()

    def result_of(name: str, data: pd.DataFrame | None = None, **arguments: Any) -> dict[str, Any]:
        return registry.run(name, market if data is None else data, store=store, **arguments).result

    return result_of


@pytest.fixture(scope="session")
def run(market: pd.DataFrame) -> Callable[..., dict[str, Any]]:
    return on(market)


@pytest.fixture
def run_elsewhere(market: pd.DataFrame) -> Callable[..., dict[str, Any]]:
    return on(market)
