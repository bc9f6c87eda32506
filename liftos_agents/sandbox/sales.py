"""From expected revenue to what the till shows: the luck of each week, at the quantile that the tape holds."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from liftos_agents.sandbox.noise import Array, few_counts, negative_binomial
from liftos_agents.sandbox.spec import MarketSpec, NoiseSpec

_FEW = 4


def draw(spec: MarketSpec, expected: Array, luck: Array) -> Array:
    """Revenue with its noise, shape of `expected` (…, G), for uniforms `luck` of that shape.

    Sales never fall below zero, and their mean is `expected` all the same.
    """
    return draw_at(spec.noise, relative_level(spec), expected, luck)


def relative_level(spec: MarketSpec) -> float:
    """A region's noise level. That of the specification is the whole market's: regions are noisier, all alike, and independent."""
    return spec.noise.level / float(np.sqrt((spec.geo_weights**2).sum()))


def draw_at(
    noise: NoiseSpec, level: float, expected: Array, luck: Array, quantile: Array | None = None
) -> Array:
    """Revenue at a region's noise `level`; `quantile` is the Normal one of `luck`, if it is known already."""
    if level == 0.0:
        return expected
    if noise.kind == "normal":
        normal = ndtri(luck) if quantile is None else quantile
        return expected * (np.maximum(1.0 + level * normal, 0.0) / _mean_above_zero(level))
    if expected.size <= _FEW and quantile is not None:
        found = few_counts(quantile, expected, level**2, noise.order_value)
        if found is not None:
            return found
    orders = expected / noise.order_value
    return negative_binomial(luck, orders, level**2, quantile) * noise.order_value


def _mean_above_zero(level: float) -> float:
    """E max(1 + level · Z, 0) for a standard Normal Z: 1 as long as `level` is small."""
    density = np.exp(-0.5 / level**2) / np.sqrt(2.0 * np.pi)
    return float(ndtr(1.0 / level) + level * density)
