"""What the incumbent planner spends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox.demand import Weeks
from liftos_agents.sandbox.noise import Array, normals, uniforms
from liftos_agents.sandbox.spec import MarketSpec

FLIGHT_WEEKS = 4


def planned_spend(spec: MarketSpec, seeds: NDArray[np.int64], weeks: Weeks, demand: Array) -> Array:
    """The incumbent planner's spend ∝ D^φ, shape (S, T, C)."""
    channels, planner = spec.channels, spec.planner
    volatility = [planner.common_shock, *(c.volatility for c in channels)]
    draws = normals(seeds, weeks, ("common budget", *(f"spend of {c.name}" for c in channels)))
    draws *= _column(volatility)
    draws -= _column([0.5 * v**2 for v in volatility])
    shocks = np.exp(draws, out=draws)
    elasticities = [planner.confounding if c.confounding is None else c.confounding for c in channels]
    followed = {elasticity: demand**elasticity for elasticity in elasticities}
    spend = np.stack([followed[elasticity] for elasticity in elasticities])
    spend *= _column([c.mean_spend / c.active for c in channels])
    spend *= shocks[1:]
    streams = tuple(f"flights of {c.name}" for c in channels)
    spend *= uniforms(seeds, weeks // FLIGHT_WEEKS, streams) < _column([c.active for c in channels])
    late = [(n, c.first_week) for n, c in enumerate(channels) if c.first_week is not None]
    for channel, first in late:
        spend[channel] *= weeks >= first
    spend *= shocks[0]
    return np.ascontiguousarray(spend.transpose(1, 2, 0))


def _column(values: Sequence[float]) -> Array:
    return np.array(values)[:, None, None]
