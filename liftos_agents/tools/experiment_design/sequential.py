"""What looking at a result before its end does to false positives, and the stricter bounds that make up for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

PATHS = 40_000


@dataclass(frozen=True)
class Looks:
    """Several looks at equal steps (O'Brien and Fleming 1979), by simulation of Brownian paths.

    Attributes:
        naive_rate: False positives when each look tests at alpha.
        bounds: |z| to pass at each look so that all of them together keep alpha.
        inflation: Sample size over that of one look, for the same power.
    """

    naive_rate: float
    bounds: tuple[float, ...]
    inflation: float


def looks(times: int, alpha: float, sides: int, power: float) -> Looks:
    """The bounds for `times` looks; one look needs none."""
    critical = float(stats.norm.isf(alpha / sides))
    if times == 1:
        return Looks(alpha, (critical,), 1.0)
    at = np.arange(1, times + 1) / times
    steps = np.random.default_rng(0).standard_normal((PATHS, times)) / math.sqrt(times)
    path = np.cumsum(steps, axis=1)
    signed = np.abs if sides == 2 else np.asarray
    naive = float((signed(path) / np.sqrt(at) > critical).any(axis=1).mean())
    end = float(np.quantile(signed(path).max(axis=1), 1.0 - alpha))

    def short(drift: float) -> float:
        return float((signed(path + drift * at) > end).any(axis=1).mean()) - power

    drift = float(optimize.bisect(short, 0.0, 20.0, xtol=1e-4))  # pyright: ignore[reportArgumentType]
    once = critical + float(stats.norm.ppf(power))
    return Looks(naive, tuple(float(end / math.sqrt(t)) for t in at), max(1.0, (drift / once) ** 2))
