"""Treated less control over geos, the geo being the cluster: means, or differences within pairs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Contrast:
    """How geos are compared.

    Attributes:
        treated: (G,) flags.
        pairs: (m, 2) positions of treated and control of each pair, or None for the means of the groups.
    """

    treated: Flags
    pairs: NDArray[np.int64] | None = None

    def value(self, values: Array) -> float:
        """Mean of the treated less mean of the controls."""
        if self.pairs is not None:
            return float((values[self.pairs[:, 0]] - values[self.pairs[:, 1]]).mean())
        return float(values[self.treated].mean() - values[~self.treated].mean())

    def covariance(self, first: Array, second: Array) -> float:
        """Sampling covariance of two contrasts (Welch: groups may differ in spread)."""
        if self.pairs is not None:
            a = first[self.pairs[:, 0]] - first[self.pairs[:, 1]]
            b = second[self.pairs[:, 0]] - second[self.pairs[:, 1]]
            return _covariance(a, b) / len(a)
        groups = (self.treated, ~self.treated)
        return sum(_covariance(first[g], second[g]) / int(g.sum()) for g in groups)

    def freedom(self, values: Array) -> float:
        """Degrees of freedom of the contrast's standard error (Satterthwaite)."""
        if self.pairs is not None:
            return float(len(self.pairs) - 1)
        parts = [
            (_covariance(values[g], values[g]) / int(g.sum()), int(g.sum()))
            for g in (self.treated, ~self.treated)
        ]
        whole = sum(v for v, _ in parts)
        below = sum(v * v / (n - 1) for v, n in parts)
        return whole * whole / below if below > 0.0 else float(sum(n for _, n in parts) - 2)

    def p_value(self, values: Array) -> float:
        """Two-sided, of no difference."""
        variance = self.covariance(values, values)
        if variance <= 0.0:
            return 1.0 if self.value(values) == 0.0 else 0.0
        return float(2.0 * stats.t.sf(abs(self.value(values)) / math.sqrt(variance), self.freedom(values)))


def pair_positions(treated: Flags, names: tuple[str, ...]) -> tuple[NDArray[np.int64], int]:
    """Treated and control position of each whole pair, sorted by name, and how many units are in none."""
    places: dict[str, tuple[list[int], list[int]]] = {}
    for position, name in enumerate(names):
        places.setdefault(name, ([], []))[0 if treated[position] else 1].append(position)
    whole = [(t[0], c[0]) for _, (t, c) in sorted(places.items()) if len(t) == 1 and len(c) == 1]
    return np.array(whole, dtype=np.int64).reshape(-1, 2), len(names) - 2 * len(whole)


def _covariance(a: Array, b: Array) -> float:
    return float(((a - a.mean()) * (b - b.mean())).sum() / (len(a) - 1))
