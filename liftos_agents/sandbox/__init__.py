"""The simulated market: worlds whose truth is known, and the twin in which a plan is rehearsed.

It knows no agent, no tool and no model; reset is a pure function of the seed. Everything it makes is labelled simulated.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.sandbox import scenarios
    from liftos_agents.sandbox.environment import MarketEnv
    from liftos_agents.sandbox.market import MarketBatch, SimulatedMarket, simulate, simulate_many
    from liftos_agents.sandbox.rehearsal import Rehearsal
    from liftos_agents.sandbox.scenarios import Scenario
    from liftos_agents.sandbox.spec import ChannelSpec, MarketSpec
    from liftos_agents.sandbox.truth import ChannelTruth, PlanOutcome, Truth
    from liftos_agents.sandbox.twin import rehearse
    from liftos_agents.sandbox.vector_environment import MarketVectorEnv

__all__ = [
    "ChannelSpec",
    "ChannelTruth",
    "MarketBatch",
    "MarketEnv",
    "MarketSpec",
    "MarketVectorEnv",
    "PlanOutcome",
    "Rehearsal",
    "Scenario",
    "SimulatedMarket",
    "Truth",
    "rehearse",
    "scenarios",
    "simulate",
    "simulate_many",
]

_HOMES = {
    "ChannelSpec": "liftos_agents.sandbox.spec",
    "ChannelTruth": "liftos_agents.sandbox.truth",
    "MarketBatch": "liftos_agents.sandbox.market",
    "MarketEnv": "liftos_agents.sandbox.environment",
    "MarketVectorEnv": "liftos_agents.sandbox.vector_environment",
    "MarketSpec": "liftos_agents.sandbox.spec",
    "PlanOutcome": "liftos_agents.sandbox.truth",
    "Rehearsal": "liftos_agents.sandbox.rehearsal",
    "Scenario": "liftos_agents.sandbox.scenarios",
    "SimulatedMarket": "liftos_agents.sandbox.market",
    "Truth": "liftos_agents.sandbox.truth",
    "rehearse": "liftos_agents.sandbox.twin",
    "simulate": "liftos_agents.sandbox.market",
    "simulate_many": "liftos_agents.sandbox.market",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name == "scenarios":
        return importlib.import_module("liftos_agents.sandbox.scenarios")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
