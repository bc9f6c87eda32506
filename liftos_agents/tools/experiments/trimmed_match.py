"""Trimmed match: the iROAS at which the pairs' residuals, oddest ones cut off, balance around zero (Chen and Au 2022)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.experiments.finding import Bounds
from liftos_agents.tools.experiments.trimmed_set import Pieces, balanced_ratio, not_rejected, spread

Array = NDArray[np.float64]

LARGEST_TRIM = 0.25
"""Share cut off on each side beyond which no trim rate is tried."""

FLIPS = 1000


@dataclass(frozen=True)
class TrimmedMatch:
    """The ratio at one trim rate.

    Attributes:
        trimmed: Pairs cut off on each side.
        kept: Positions of the pairs that are left at the estimate.
        bounds: The ratios whose studentised trimmed mean stays within `critical`.
        critical: Of Student's t with `freedom` degrees of freedom, or larger where the trim rate was chosen.
        p_value: Of a ratio of zero.
    """

    trimmed: int
    ratio: float
    standard_error: float
    bounds: Bounds
    kept: tuple[int, ...]
    critical: float
    freedom: int
    p_value: float


@dataclass(frozen=True)
class _Candidate:
    """One trim rate's ratio; `half_width` is Student's quantile times its standard error."""

    cut: int
    ratio: float
    piece: int
    half_width: float


def trimmed_match(
    response: Array, cost: Array, trim_rate: float | None, level: float, seed: int = 0
) -> TrimmedMatch | None:
    """The ratio of response to cost over pairs' differences; None where no ratio balances them.

    A trim rate chosen from the same pairs makes the studentised statistic wider than Student's t. Its critical value is then
    taken from the residuals themselves, their signs flipped at random as the assignment within pairs could have, the rate
    chosen anew each time.

    Args:
        response, cost: (n,) treated less control of each pair.
        trim_rate: Share cut off on each side, rounded up to whole pairs; the one of the smallest half-width when None.
    """
    n = len(response)
    pieces = Pieces.of(response, cost)
    if trim_rate is not None:
        cuts = [math.ceil(n * trim_rate - 1e-9)]
    else:
        cuts = [cut for cut in range(int(LARGEST_TRIM * n + 1e-9) + 1) if cut == 0 or n - 2 * cut >= 3]
    cuts = [cut for cut in cuts if n - 2 * cut >= 2]
    found = [c for c in (_candidate(pieces, cut, level) for cut in cuts) if c is not None]
    if not found:
        return None
    best = min(found, key=lambda c: (c.half_width, c.cut))
    freedom = n - 2 * best.cut - 1
    critical = _student(freedom, level)
    residual = response - best.ratio * cost
    null = None if len(cuts) == 1 else _flipped(residual, cost, cuts, level, seed)
    if null is not None:
        critical = max(critical, float(np.quantile(null, level)))
    at_zero = _statistic(np.sort(response)[None, :], best.cut)[0]
    error = best.half_width / _student(freedom, level)
    p_value = float(2.0 * stats.t.sf(abs(at_zero), freedom))
    if null is not None:
        p_value = max(p_value, float((np.sum(null >= abs(at_zero)) + 1) / (len(null) + 1)))
    order = pieces.order[best.piece]
    return TrimmedMatch(
        trimmed=best.cut,
        ratio=best.ratio,
        standard_error=error,
        bounds=not_rejected(pieces, best.cut, critical),
        kept=tuple(sorted(int(i) for i in order[best.cut : n - best.cut])),
        critical=critical,
        freedom=freedom,
        p_value=p_value,
    )


def _candidate(pieces: Pieces, cut: int, level: float) -> _Candidate | None:
    """The ratio at one rate, with its half-width by Student's t."""
    found = balanced_ratio(pieces, cut)
    if found is None:
        return None
    ratio, piece = found
    n = len(pieces.cost)
    slope = abs(float(pieces.cost[pieces.order[piece, cut : n - cut]].mean()))
    residual = np.sort(pieces.response - ratio * pieces.cost)[None, :]
    return _Candidate(
        cut, ratio, piece, _student(n - 2 * cut - 1, level) * float(spread(residual, cut)[0]) / slope
    )


def _flipped(residual: Array, cost: Array, cuts: list[int], level: float, seed: int) -> Array:
    """|t| of the chosen rate under flipped signs, sorted."""
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), size=(FLIPS, len(residual)))
    # Keyed to sorted residuals, so that neither names nor the order of pairs play a part.
    place = np.lexsort((cost, residual))
    residual, cost = residual[place], cost[place]
    flipped = signs * residual
    order = np.argsort(flipped, axis=1, kind="stable")
    values = np.take_along_axis(flipped, order, axis=1)
    costs = cost[order]
    n = len(residual)
    widths, found = [], []
    for cut in cuts:
        error = spread(values, cut)
        slope = np.abs(costs[:, cut : n - cut].mean(axis=1))
        widths.append(_student(n - 2 * cut - 1, level) * error / np.maximum(slope, 1e-300))
        found.append(np.abs(_statistic(values, cut)))
    chosen = np.argmin(np.array(widths), axis=0)
    return np.sort(np.array(found)[chosen, np.arange(FLIPS)])


def _statistic(values: Array, cut: int) -> Array:
    """Studentised trimmed mean of each row of sorted values."""
    error = spread(values, cut)
    floor = 1e-12 * max(float(np.abs(values).max()), 1e-300)
    return values[:, cut : values.shape[1] - cut].mean(axis=1) / np.maximum(error, floor)


def _student(freedom: int, level: float) -> float:
    return float(stats.t.ppf(0.5 + level / 2.0, freedom))
