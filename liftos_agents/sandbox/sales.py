"""From expected revenue to what the till shows: the luck of each week, at the quantile that the tape holds."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from liftos_agents.sandbox.noise import Array, negative_binomial
from liftos_agents.sandbox.spec import MarketSpec


def draw(spec: MarketSpec, expected: Array, luck: Array) -> Array:
    """Revenue with its noise, shape of `expected` (…, G), for uniforms `luck` of that shape.

    The noise level is that of the whole market: regions are noisier, each by the same factor, and independent.
    """
    level = spec.noise.level / float(np.sqrt((spec.geo_weights**2).sum()))
    if level == 0.0:
        return expected
    if spec.noise.kind == "normal":
        return np.maximum(expected * (1.0 + level * ndtri(luck)), 0.0)
    orders = expected / spec.noise.order_value
    return negative_binomial(luck, orders, level**2) * spec.noise.order_value
