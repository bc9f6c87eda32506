"""Trimmed means of pairs' residuals as functions of the ratio: exact roots and exact confidence sets.

Between two ratios at which residuals change places their order stands still; a trimmed mean is linear there and a winsorised
spread quadratic, so no search over a grid is needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.experiments.finding import Bounds

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pieces:
    """Stretches of the ratio on which the order of the residuals stands still.

    Attributes:
        edges: (K + 1,) from minus to plus infinity.
        order: (K, n) positions of the pairs by ascending residual.
    """

    response: Array
    cost: Array
    edges: Array
    order: NDArray[np.int64]

    @classmethod
    def of(cls, response: Array, cost: Array) -> Pieces:
        """The pieces of these pairs."""
        one, other = np.triu_indices(len(response), 1)
        apart = cost[one] != cost[other]
        one, other = one[apart], other[apart]
        crossings = np.unique((response[one] - response[other]) / (cost[one] - cost[other]))
        if len(crossings):
            first, last = crossings[0] - 1.0 - abs(crossings[0]), crossings[-1] + 1.0 + abs(crossings[-1])
            middles = np.concatenate(([first], (crossings[1:] + crossings[:-1]) / 2.0, [last]))
        else:
            middles = np.zeros(1)
        order = np.argsort(response - middles[:, None] * cost, axis=1, kind="stable")
        return cls(response, cost, np.concatenate(([-np.inf], crossings, [np.inf])), order)


def spread(values: Array, cut: int) -> Array:
    """Standard error of the trimmed mean of each row of sorted values, from its winsorised spread (Tukey and McLaughlin)."""
    n, left = values.shape[1], values.shape[1] - 2 * cut
    winsorised = values[:, np.clip(np.arange(n), cut, n - cut - 1)]
    centred = winsorised - winsorised.mean(axis=1, keepdims=True)
    return np.sqrt((centred * centred).sum(axis=1) / (left * (left - 1)))


def balanced_ratio(pieces: Pieces, cut: int) -> tuple[float, int] | None:
    """The ratio with trimmed mean zero and its piece; of several the one whose kept residuals are the most symmetric."""
    n = len(pieces.cost)
    kept = pieces.order[:, cut : n - cut]
    mean_response, mean_cost = pieces.response[kept].mean(axis=1), pieces.cost[kept].mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        roots = mean_response / mean_cost
        slack = 1e-9 * np.maximum(1.0, np.abs(roots))
        inside = (
            (mean_cost != 0.0) & (roots >= pieces.edges[:-1] - slack) & (roots <= pieces.edges[1:] + slack)
        )
    places = np.flatnonzero(inside)
    if not len(places):
        return None
    residual = np.sort(pieces.response - roots[places, None] * pieces.cost, axis=1)
    asymmetry = np.abs(residual + residual[:, ::-1])[:, cut : n - cut].mean(axis=1)
    best = places[int(np.lexsort((roots[places], np.round(asymmetry, 12)))[0])]
    return float(roots[best]), int(best)


def not_rejected(pieces: Pieces, cut: int, critical: float) -> Bounds:
    """The least and the largest ratio whose studentised trimmed mean stays within `critical`."""
    n, left = len(pieces.cost), len(pieces.cost) - 2 * cut
    kept = pieces.order[:, cut : n - cut]
    response, cost = pieces.response[kept].mean(axis=1), pieces.cost[kept].mean(axis=1)
    edge = pieces.order[:, np.clip(np.arange(n), cut, n - cut - 1)]
    y, x = pieces.response[edge], pieces.cost[edge]
    y, x = y - y.mean(axis=1, keepdims=True), x - x.mean(axis=1, keepdims=True)
    factor = critical**2 / (left * (left - 1))
    a = cost**2 - factor * (x * x).sum(axis=1)
    b = response * cost - factor * (x * y).sum(axis=1)
    c = response**2 - factor * (y * y).sum(axis=1)
    stretches = _stretches(a, b, c)
    low, high = math.inf, -math.inf
    for one, other in stretches:
        start, stop = np.maximum(one, pieces.edges[:-1]), np.minimum(other, pieces.edges[1:])
        there = start <= stop
        if there.any():
            low, high = min(low, float(start[there].min())), max(high, float(stop[there].max()))
    holed = math.isinf(low) and math.isinf(high)
    return Bounds(None if math.isinf(low) else low, None if math.isinf(high) else high, holed)


def _stretches(a: Array, b: Array, c: Array) -> list[tuple[Array, Array]]:
    """Where a r² − 2 b r + c ≤ 0 in each piece: one stretch, or two that go on for ever; none is (inf, −inf)."""
    infinite = np.full(len(a), np.inf)
    discriminant = b * b - a * c
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(np.maximum(discriminant, 0.0))
        ends = np.sort(np.stack([(b - root) / a, (b + root) / a]), axis=0)
    closed, real = a > 0.0, discriminant >= 0.0
    whole = ~closed & ((a == 0.0) | ~real)
    first_low = np.where(closed & real, ends[0], np.where(closed, infinite, -infinite))
    first_high = np.where(
        closed & real, ends[1], np.where(closed, -infinite, np.where(whole, infinite, ends[0]))
    )
    second_low = np.where(~closed & ~whole, ends[1], infinite)
    second_high = np.where(~closed & ~whole, infinite, -infinite)
    return [(first_low, first_high), (second_low, second_high)]
