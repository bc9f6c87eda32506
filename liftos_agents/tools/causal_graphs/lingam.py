"""A full causal order from noise that is not normal: DirectLiNGAM (Shimizu et al. 2011)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from liftos_agents.tools.causal_graphs.dependence import Array
from liftos_agents.tools.causal_graphs.knowledge import Flags, Knowledge

NORMAL_P = 0.01


@dataclass(frozen=True)
class Ordered:
    """A causal order and the arrows that are left along it.

    Attributes:
        order: Columns, causes first.
        arrows: (p, p), [cause, effect].
        p_values: (p, p) of each arrow's coefficient.
        normal: Columns whose residuals look normal (Jarque–Bera p above .01); with two or more of them the order among these is
            not identified.
    """

    order: tuple[int, ...]
    arrows: Flags
    p_values: Array
    normal: tuple[int, ...]


def direct_lingam(values: Array, alpha: float, knowledge: Knowledge) -> Ordered:
    """The variable least dependent on the rest's residuals comes first, is taken out by regression, and so on.

    Independence is measured by the difference of entropies of Hyvärinen & Smith (2013). Arrows are coefficients of least squares
    on what comes before, kept when p ≤ alpha or required.
    """
    scaled = _standardised(values)
    order = _order(scaled, knowledge)
    size = values.shape[1]
    arrows, p_values = np.zeros((size, size), dtype=np.bool_), np.ones((size, size))
    normal: list[int] = []
    for position, effect in enumerate(order):
        causes = [c for c in order[:position] if not knowledge.forbidden[c, effect]]
        residuals = scaled[:, effect]
        if causes:
            p, residuals = _regression(scaled[:, causes], residuals)
            p_values[causes, effect] = p
            arrows[causes, effect] = (p <= alpha) | knowledge.required[causes, effect]
        if float(np.asarray(stats.jarque_bera(residuals)[1])) > NORMAL_P:
            normal.append(effect)
    return Ordered(tuple(order), arrows, p_values, tuple(sorted(normal)))


def _order(values: Array, knowledge: Knowledge) -> list[int]:
    values = values.copy()
    left, order = list(range(values.shape[1])), list[int]()
    while len(left) > 1:
        first = _most_exogenous(values[:, left], [c in _possible(left, knowledge) for c in left])
        chosen = left.pop(first)
        order.append(chosen)
        column = values[:, chosen]
        values[:, left] = _standardised(
            values[:, left] - np.outer(column, column @ values[:, left] / len(values))
        )
    return [*order, *left]


def _possible(left: list[int], knowledge: Knowledge) -> set[int]:
    """The variables that nothing left must come before."""
    free = {c for c in left if not any(knowledge.before[o, c] for o in left)}
    return free or set(left)


def _most_exogenous(values: Array, possible: list[bool]) -> int:
    """The column that the others' residuals depend on least (columns are standardised)."""
    rows, size = values.shape
    correlation = values.T @ values / rows
    own = np.array([_entropy(values[:, k]) for k in range(size)])
    score = np.zeros(size)
    for i in range(size):
        for j in range(i + 1, size):
            r = float(np.clip(correlation[i, j], -1.0 + 1e-12, 1.0 - 1e-12))
            scale = np.sqrt(1.0 - r * r)
            ahead = own[j] + _entropy((values[:, i] - r * values[:, j]) / scale)
            behind = own[i] + _entropy((values[:, j] - r * values[:, i]) / scale)
            gain = ahead - behind
            score[i] += min(0.0, gain) ** 2
            score[j] += min(0.0, -gain) ** 2
    score[~np.array(possible)] = np.inf
    return int(np.argmin(score))


def _entropy(values: Array) -> float:
    """Hyvärinen's (1998) approximation of the differential entropy of a standardised variable."""
    magnitude = np.abs(values)
    log_cosh = float((magnitude + np.log1p(np.exp(-2.0 * magnitude)) - np.log(2.0)).mean())
    skewed = float((values * np.exp(-0.5 * values * values)).mean())
    return (1.0 + np.log(2.0 * np.pi)) / 2.0 - 79.047 * (log_cosh - 0.37457) ** 2 - 7.4129 * skewed**2


def _standardised(values: Array) -> Array:
    centred = values - values.mean(axis=0)
    spread = centred.std(axis=0)
    return centred / np.where(spread > 0.0, spread, 1.0)


def _regression(causes: Array, effect: Array) -> tuple[Array, Array]:
    gram = np.linalg.pinv(causes.T @ causes)
    coefficients = gram @ (causes.T @ effect)
    residuals = effect - causes @ coefficients
    freedom = len(effect) - causes.shape[1] - 1
    error = np.sqrt(np.maximum(np.diag(gram) * float(residuals @ residuals) / freedom, 1e-300))
    return 2.0 * stats.t.sf(np.abs(coefficients) / error, freedom), residuals
