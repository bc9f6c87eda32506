"""The wild cluster bootstrap: a p-value and an interval when clusters are too few for a normal approximation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.staggered_adoption.group_time import Cell
from liftos_agents.tools.staggered_adoption.panel import Panel

Array = NDArray[np.float64]

DRAWS = 1999

_WEBB = np.sqrt([0.5, 1.0, 1.5])
_FARTHEST = 64.0
"""In standard errors; an interval that goes further is given as without end."""


@dataclass(frozen=True)
class Bootstrapped:
    """A p-value against no effect, and the ends of the interval (None: without end)."""

    p_value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Pairs:
    """Scores summed within stratum and cluster; strata are what a fit gives a mean of its own.

    Attributes:
        stratum, cluster: (pairs,) codes.
        scores: (pairs,) sums.
        part: (pairs,) units of the pair as a share of its stratum's.
        share: (strata,) share of the estimate's variance that a stratum brings when all units vary alike.
    """

    stratum: NDArray[np.int64]
    cluster: NDArray[np.int64]
    scores: Array
    part: Array
    share: Array


def wild_cluster_bootstrap(
    estimate: float, pairs: Pairs, level: float, rng: np.random.Generator
) -> Bootstrapped:
    """The restricted wild cluster bootstrap, studentised, with Webb's six-point weights, inverted for the interval.

    Cameron, Gelbach and Miller (2008); Webb (2023); on scores as in Kline and Santos (2012): a redrawn score is put
    back to mean zero in its stratum, as estimating again would do.
    """
    clusters = int(pairs.cluster.max()) + 1
    weights = rng.choice(np.concatenate([-_WEBB, _WEBB]), size=(DRAWS, clusters))
    shift = pairs.share[pairs.stratum] * pairs.part
    plain, moved = weights[:, pairs.cluster] * pairs.scores, weights[:, pairs.cluster] * shift
    first, second = (_by_cluster(_recentred(values, pairs), pairs, clusters) for values in (plain, moved))
    base = np.array([pairs.scores])
    spread = float(np.sqrt((_by_cluster(_recentred(base, pairs), pairs, clusters) ** 2).sum()))
    numerators = plain.sum(axis=1), moved.sum(axis=1)
    squares = (first**2).sum(axis=1), 2.0 * (first * second).sum(axis=1), (second**2).sum(axis=1)

    def p_value(distance: float) -> float:
        """Of the null that lies `distance` below the estimate."""
        variance = squares[0] + distance * squares[1] + distance**2 * squares[2]
        drawn = np.abs(numerators[0] + distance * numerators[1])
        return float(
            np.mean(drawn * spread >= abs(distance) * np.sqrt(np.maximum(variance, 0.0)) * (1.0 - 1e-12))
        )

    if spread <= 0.0:
        return Bootstrapped(1.0, None, None)
    below = _reach(lambda d: p_value(d * spread), 1.0 - level)
    above = _reach(lambda d: p_value(-d * spread), 1.0 - level)
    return Bootstrapped(
        p_value(estimate),
        None if below is None else estimate - below * spread,
        None if above is None else estimate + above * spread,
    )


def pairs_of_panel(panel: Panel, scores: Array, over: Array, cells: tuple[Cell, ...]) -> Pairs:
    """Scores of an average of cells, by cohort and cluster."""
    cohorts, stratum = np.unique(panel.cohort, return_inverse=True)
    counts = np.bincount(stratum).astype(np.float64)
    periods = np.zeros((len(cohorts), len(panel.periods)))
    for cell, weight in zip(cells, over, strict=True):
        compared = np.array([cell.compares_with(int(g)) for g in cohorts]) * counts
        pull = (cohorts == cell.cohort) - compared / compared.sum()
        periods[:, cell.period] += weight * pull
        periods[:, cell.base] -= weight * pull
    variance = (periods**2).sum(axis=1) / counts
    return pairs_of(stratum, panel.cluster, scores, variance / variance.sum())


def pairs_of(stratum: NDArray[np.int64], cluster: NDArray[np.int64], scores: Array, share: Array) -> Pairs:
    """Scores summed by stratum and cluster."""
    codes, inverse, counts = np.unique(
        stratum * (int(cluster.max()) + 1) + cluster, return_inverse=True, return_counts=True
    )
    of_pair = codes // (int(cluster.max()) + 1)
    whole = np.bincount(of_pair, weights=counts)
    return Pairs(
        of_pair,
        codes % (int(cluster.max()) + 1),
        np.bincount(inverse, weights=scores).astype(np.float64),
        counts / whole[of_pair],
        share,
    )


def _recentred(values: Array, pairs: Pairs) -> Array:
    """(draws, pairs) values less their stratum's total, spread over its pairs by size."""
    inside = (pairs.stratum[:, None] == np.arange(len(pairs.share))[None, :]).astype(np.float64)
    return values - ((values @ inside) @ inside.T) * pairs.part


def _by_cluster(values: Array, pairs: Pairs, clusters: int) -> Array:
    inside = (pairs.cluster[:, None] == np.arange(clusters)[None, :]).astype(np.float64)
    return values @ inside


def _reach(p_value: Callable[[float], float], allowed: float) -> float | None:
    """How far from the estimate a null is not rejected, in standard errors."""
    near, far = 0.0, 1.0
    while p_value(far) >= allowed:
        near, far = far, far * 1.5
        if far > _FARTHEST:
            return None
    for _ in range(40):
        middle = (near + far) / 2.0
        near, far = (middle, far) if p_value(middle) >= allowed else (near, middle)
    return far
