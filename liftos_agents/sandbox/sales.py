"""From expected revenue to what the till shows: the luck of each week, at the quantile that the tape holds."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from liftos_agents.sandbox.noise import Array, negative_binomial
from liftos_agents.sandbox.spec import MarketSpec


def draw(spec: MarketSpec, expected: Array, luck: Array) -> Array:
    """Revenue with its noise, shape of `expected` (…, G), for uniforms `luck` of that shape.

    The noise level is that of the whole market: regions are noisier, each by the same factor, and independent. Sales never
    fall below zero, and their mean is `expected` all the same.
    """
    level = spec.noise.level / float(np.sqrt((spec.geo_weights**2).sum()))
    if level == 0.0:
        return expected
    if spec.noise.kind == "normal":
        return expected * (np.maximum(1.0 + level * ndtri(luck), 0.0) / _mean_above_zero(level))
    orders = expected / spec.noise.order_value
    return negative_binomial(luck, orders, level**2) * spec.noise.order_value


def _mean_above_zero(level: float) -> float:
    """E max(1 + level · Z, 0) for a standard Normal Z: 1 as long as `level` is small."""
    density = np.exp(-0.5 / level**2) / np.sqrt(2.0 * np.pi)
    return float(ndtr(1.0 / level) + level * density)
