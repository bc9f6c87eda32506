"""What the incumbent planner spends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox.demand import Weeks
from liftos_agents.sandbox.noise import Array, normal, uniform
from liftos_agents.sandbox.spec import ChannelSpec, MarketSpec

FLIGHT_WEEKS = 4


def planned_spend(spec: MarketSpec, seeds: NDArray[np.int64], weeks: Weeks, demand: Array) -> Array:
    """The incumbent planner's spend ∝ D^φ, shape (S, T, C)."""
    shared = spec.planner.common_shock
    common = _shock(normal(seeds, weeks, "common budget"), shared)
    columns = [_channel_spend(spec, c, seeds, weeks, demand) * common for c in spec.channels]
    return np.stack(columns, axis=-1)


def _channel_spend(
    spec: MarketSpec, channel: ChannelSpec, seeds: NDArray[np.int64], weeks: Weeks, demand: Array
) -> Array:
    elasticity = spec.planner.confounding if channel.confounding is None else channel.confounding
    own = _shock(normal(seeds, weeks, f"spend of {channel.name}"), channel.volatility)
    flights = uniform(seeds, weeks // FLIGHT_WEEKS, f"flights of {channel.name}") < channel.active
    spend = channel.mean_spend / channel.active * demand**elasticity * own * flights
    return spend if channel.first_week is None else spend * (weeks >= channel.first_week)


def _shock(draws: Array, volatility: float) -> Array:
    return np.exp(volatility * draws - 0.5 * volatility**2)
