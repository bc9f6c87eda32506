"""Causes with a delay in time series: PCMCI with partial correlations (Runge et al. 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liftos_agents.tools.causal_graphs.dependence import Array, FisherZ

_MOST_PARENTS = 8


@dataclass(frozen=True)
class LaggedArrow:
    """A cause `lag` periods before its effect; `p_value` is that of the momentary test."""

    cause: int
    effect: int
    lag: int
    p_value: float


def embedded(values: Array, lags: int) -> Array:
    """(T − 2·lags, p·(2·lags + 1)): each row holds the present and what lies behind it, lag by lag."""
    depth = 2 * lags
    return np.hstack([values[depth - lag : len(values) - lag] for lag in range(depth + 1)])


def momentary(
    rows: Array, size: int, lags: int, alpha: float, allowed: np.ndarray, required: np.ndarray
) -> list[LaggedArrow]:
    """Arrows from each variable's past to each variable's present, of rows made by `embedded`.

    First each variable's lagged causes are narrowed down as PC does, the strongest ones conditioned on first; then each pair is
    tested given the causes of both ends, which takes autocorrelation out. Causes within one period are not looked for.

    Args:
        allowed: (p, p), [cause, effect].
        required: (p, p); kept whatever the test says.
    """
    dependence = FisherZ.of(rows)
    causes = [_narrowed(dependence, effect, size, lags, alpha, allowed[:, effect]) for effect in range(size)]
    found: list[LaggedArrow] = []
    for effect in range(size):
        for cause in range(size):
            if not allowed[cause, effect]:
                continue
            for lag in range(1, lags + 1):
                start = lag * size + cause
                given = [c for c in causes[effect] if c != start]
                given += [c + lag * size for c in causes[cause] if c + lag * size not in given]
                p = _p_value(dependence, start, effect, [c for c in given if c != start])
                if p <= alpha or required[cause, effect]:
                    found.append(LaggedArrow(cause, effect, lag, p))
    return _required_once(found, alpha)


def _narrowed(
    dependence: FisherZ, effect: int, size: int, lags: int, alpha: float, allowed: np.ndarray
) -> list[int]:
    """Columns of the lagged causes that no stronger ones explain away, strongest first."""
    left = [lag * size + cause for lag in range(1, lags + 1) for cause in range(size) if allowed[cause]]
    strength = {c: abs(float(dependence.correlation[c, effect])) for c in left}
    for level in range(_MOST_PARENTS + 1):
        left.sort(key=lambda c: (-strength[c], c))
        if len(left) <= level:
            break
        kept: list[int] = []
        for cause in left:
            given = [c for c in left if c != cause][:level]
            a, b, z = np.array([cause]), np.array([effect]), np.array([given], dtype=np.int64)
            strength[cause] = min(strength[cause], abs(float(dependence.partial(a, b, z)[0])))
            if _p_value(dependence, cause, effect, given) <= max(alpha, 0.1):
                kept.append(cause)
        left = kept
    return left[:_MOST_PARENTS]


def _p_value(dependence: FisherZ, cause: int, effect: int, given: list[int]) -> float:
    sets = np.array([given], dtype=np.int64).reshape(1, len(given))
    return float(dependence.p_values(np.array([cause]), np.array([effect]), sets)[0])


def _required_once(found: list[LaggedArrow], alpha: float) -> list[LaggedArrow]:
    """Of a required pair without any clear lag only the clearest one is kept."""
    clear = {(a.cause, a.effect) for a in found if a.p_value <= alpha}
    best: dict[tuple[int, int], LaggedArrow] = {}
    for arrow in found:
        pair = arrow.cause, arrow.effect
        if pair not in clear and (pair not in best or arrow.p_value < best[pair].p_value):
            best[pair] = arrow
    kept = [a for a in found if a.p_value <= alpha] + list(best.values())
    return sorted(kept, key=lambda a: (a.cause, a.effect, a.lag))
