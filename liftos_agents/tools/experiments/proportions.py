"""Difference of two proportions by the score method (Miettinen and Nurminen 1985): interval and p-value agree."""

from __future__ import annotations

import math

from scipy import optimize, stats


def score_p(converted: float, many: float, held: float, few: float) -> float:
    """Two-sided p of equal proportions."""
    return float(2.0 * stats.norm.sf(abs(_score(0.0, converted, many, held, few))))


def score_interval(
    converted: float, many: float, held: float, few: float, level: float
) -> tuple[float, float]:
    """The differences (first less second) whose score stays within the Normal quantile."""
    critical = float(stats.norm.ppf(0.5 + level / 2.0))
    middle = converted / many - held / few

    def end(limit: float, sign: float) -> float:
        def beyond(difference: float) -> float:
            return sign * _score(difference, converted, many, held, few) - critical

        edge = limit * (1.0 - 1e-12)
        if beyond(edge) <= 0.0:
            return limit
        return optimize.root_scalar(beyond, bracket=(middle, edge), xtol=1e-13).root

    return end(-1.0, 1.0), end(1.0, -1.0)


def _score(difference: float, converted: float, many: float, held: float, few: float) -> float:
    """How many standard errors, under `difference`, the observed difference lies above it."""
    gap = converted / many - held / few - difference
    one, other = _constrained(difference, converted, many, held, few)
    total = many + few
    variance = (one * (1.0 - one) / many + other * (1.0 - other) / few) * total / (total - 1.0)
    if variance <= 1e-300:
        return 0.0 if abs(gap) < 1e-12 else math.copysign(math.inf, gap)
    return gap / math.sqrt(variance)


def _constrained(
    difference: float, converted: float, many: float, held: float, few: float
) -> tuple[float, float]:
    """Most likely proportions that lie `difference` apart: root of the likelihood's cubic in closed form."""
    total, d = many + few, difference
    cubic = total
    square = (total + few) * d - total - converted - held
    linear = (few * d - total - 2.0 * held) * d + converted + held
    constant = held * d * (1.0 - d)
    third = square / (3.0 * cubic)
    v = third**3 - square * linear / (6.0 * cubic**2) + constant / (2.0 * cubic)
    u = math.copysign(math.sqrt(max(third**2 - linear / (3.0 * cubic), 0.0)), v if v != 0.0 else 1.0)
    ratio = v / u**3 if u != 0.0 else 0.0
    angle = (math.pi + math.acos(min(1.0, max(-1.0, ratio)))) / 3.0
    other = min(1.0, max(0.0, 2.0 * u * math.cos(angle) - third))
    return min(1.0, max(0.0, other + d)), other
