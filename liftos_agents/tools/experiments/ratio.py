"""Fieller's confidence set of a ratio, which may have no end."""

from __future__ import annotations

import math

from liftos_agents.tools.experiments.finding import Bounds, Moments


def fieller(moments: Moments) -> Bounds:
    """The set of ratios r for which outcome − r · cost lies within its critical half-width (Fieller 1954).

    Without an end on both sides when the cost cannot be told from zero; `holed` when only a stretch in the middle is
    excluded.
    """
    assert moments.cost is not None
    y, x = moments.outcome, moments.cost
    square = moments.critical**2
    a = x * x - square * moments.cost_variance
    b = x * y - square * moments.covariance
    c = y * y - square * moments.outcome_variance
    return quadratic_set(a, b, c)


def quadratic_set(a: float, b: float, c: float) -> Bounds:
    """Where a r² − 2 b r + c ≤ 0."""
    discriminant = b * b - a * c
    if a > 0.0:
        if discriminant < 0.0:
            discriminant = 0.0
        root = math.sqrt(discriminant)
        return Bounds((b - root) / a, (b + root) / a)
    return Bounds(None, None, holed=discriminant > 0.0)


def inverse(bounds: Bounds) -> Bounds:
    """The set of 1 / r, for a set of positive ratios; without upper end where zero is not excluded."""
    if bounds.low is None or bounds.high is None:
        return Bounds(None, None)
    if bounds.low > 0.0 or bounds.high < 0.0:
        return Bounds(1.0 / bounds.high, 1.0 / bounds.low)
    return Bounds(None, None, holed=bounds.low < 0.0 < bounds.high)
