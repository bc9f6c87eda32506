"""What media does: the incumbent's spend, its carry-over and saturation, and what platforms claim."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.response_curve import geometric_adstock
from liftos_agents.sandbox.demand import Weeks
from liftos_agents.sandbox.noise import Array, normal, uniform
from liftos_agents.sandbox.spec import ChannelSpec, MarketSpec

FLIGHT_WEEKS = 4
_LOGISTIC_HALF = float(np.arctanh(0.5))


def planned_spend(spec: MarketSpec, seeds: NDArray[np.int64], weeks: Weeks, demand: Array) -> Array:
    """The incumbent planner's spend ∝ D^φ, shape (S, T, C)."""
    shared = spec.planner.common_shock
    common = _shock(normal(seeds, weeks, "common budget"), shared)
    columns = [_channel_spend(spec, c, seeds, weeks, demand) * common for c in spec.channels]
    return np.stack(columns, axis=-1)


def saturation(spec: MarketSpec, spend: Array) -> Array:
    """Saturation 0…1 of carried-over spend, shape (..., T, C) as `spend`; nothing is carried into the first week.

    The Hill curve 1 / (1 + (A / half)^−slope), or the logistic one through the same half-saturation point.
    """
    retention = np.array([c.retention for c in spec.channels])
    half = np.array([c.half_saturation for c in spec.channels])
    slope = np.array([c.slope for c in spec.channels])
    carried = geometric_adstock(np.moveaxis(spend, -2, -1), retention, length=spec.carryover_weeks)
    ratio = np.moveaxis(carried, -1, -2) / half
    if spec.saturation == "logistic":
        return np.tanh(_LOGISTIC_HALF * ratio)
    with np.errstate(divide="ignore"):
        return 1.0 / (1.0 + ratio**-slope)


def contribution(spec: MarketSpec, spend: Array, demand: Array) -> Array:
    """Expected revenue caused by each channel, shape (..., T, C), for spend (..., T, C) and demand (..., T)."""
    effect = np.array([c.effect for c in spec.channels])
    factor = demand[..., None] if spec.media_follows_demand else 1.0
    return effect * saturation(spec, spend) * factor


def claims(spec: MarketSpec, incremental: Array, baseline: Array, exposure: Array) -> Array:
    """Revenue that platforms report as their own doing, shape (..., T, C).

    (1 − τ) · (κ · incremental + o · baseline · exposure), without de-duplication between platforms.
    """
    credit = np.array([c.credit for c in spec.channels])
    poaching = np.array([c.poaching for c in spec.channels])
    return (1.0 - spec.tracking_loss) * (credit * incremental + poaching * baseline[..., None] * exposure)


def _channel_spend(
    spec: MarketSpec, channel: ChannelSpec, seeds: NDArray[np.int64], weeks: Weeks, demand: Array
) -> Array:
    elasticity = spec.planner.confounding if channel.confounding is None else channel.confounding
    own = _shock(normal(seeds, weeks, f"spend of {channel.name}"), channel.volatility)
    flights = uniform(seeds, weeks // FLIGHT_WEEKS, f"flights of {channel.name}") < channel.active
    return channel.mean_spend / channel.active * demand**elasticity * own * flights


def _shock(draws: Array, volatility: float) -> Array:
    return np.exp(volatility * draws - 0.5 * volatility**2)
