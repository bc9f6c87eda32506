"""Conformal inference over periods, inverted for an interval.

Chernozhukov, Wüthrich and Zhu (2021): under a hypothesised effect the treated path without treatment is known in every
period; the weights are fitted on all of them, and the mean residual after the treatment is ranked among those of every
moving block of the same length.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.donor_pool.arguments import Method
from liftos_agents.tools.donor_pool.inference import Inferred
from liftos_agents.tools.donor_pool.simplex import convex_weights

Array = NDArray[np.float64]

_STEPS_AWAY = 160
_QUIET_STEPS = 6
_HALVINGS = 9


def can_be_conformal(before: int, after: int, level: float) -> bool:
    """Whether permutations over periods can reject at this level and the time before is at least as long as that after."""
    return before + after >= 1.0 / (1.0 - level) + 1.0 and before >= after


def by_conformal(
    treated: Array, donors: Array, before: int, method: Method, effect: float, scale: float, level: float
) -> Inferred:
    """Interval and p-value by inversion over a grid of effects that widens until all are rejected, then halved in.

    Args:
        treated: (T,) mean outcome of the treated units.
        donors: (J, T).
        effect: Point estimate, the middle of the grid.
        scale: Step unit, such as the pre-RMSPE.
    """
    ask = _asker(treated, donors, before, method)
    alpha = 1.0 - level
    step = max(scale, 1e-9 * float(np.abs(treated).max()) + 1e-300) / 4.0
    known = {0.0: ask(0.0)}
    ends: list[float | None] = []
    for side in (-1.0, 1.0):
        known |= _walk(ask, effect, side * step, alpha)
        far = effect + side * _STEPS_AWAY * step
        kept = [x for x, p in known.items() if p >= alpha and side * (x - effect) >= 0.0]
        outer = max(kept, key=lambda x: side * x) if kept else effect
        beyond = [x for x in known if side * x > side * outer]
        if not beyond and side * outer < side * far:
            known |= _walk(ask, outer, side * step, alpha)
            kept = [x for x, p in known.items() if p >= alpha and side * (x - effect) >= 0.0]
            outer = max(kept, key=lambda x: side * x)
            beyond = [x for x in known if side * x > side * outer]
        if not beyond:
            ends.append(None)
            continue
        ends.append(_end(ask, outer, min(beyond, key=lambda x: side * x), alpha))
    toward = -1.0 if effect >= 0.0 else 1.0
    p_value = max(p for x, p in known.items() if toward * x >= 0.0)
    return Inferred("conformal", ends[0], ends[1], p_value, None, None not in ends)


def _walk(ask: Callable[[float], float], effect: float, step: float, alpha: float) -> dict[float, float]:
    """p-values outwards from the estimate until several in a row are rejected."""
    known: dict[float, float] = {}
    quiet = 0
    for i in range(_STEPS_AWAY + 1):
        x = effect + i * step
        known[x] = ask(x)
        quiet = quiet + 1 if known[x] < alpha else 0
        if quiet >= _QUIET_STEPS:
            break
    return known


def _end(ask: Callable[[float], float], inside: float, outside: float, alpha: float) -> float:
    for _ in range(_HALVINGS):
        middle = 0.5 * (inside + outside)
        if ask(middle) >= alpha:
            inside = middle
        else:
            outside = middle
    return inside


def _asker(treated: Array, donors: Array, before: int, method: Method) -> Callable[[float], float]:
    """A function from a hypothesised effect to its p-value; inner products are shared between effects."""
    periods = len(treated)
    after = periods - before
    apart = donors - treated
    lift = (np.arange(periods) >= before).astype(np.float64)
    if method != "classic":
        apart = apart - apart.mean(axis=1, keepdims=True)
        lift = lift - lift.mean()
    base, cross, square = apart @ apart.T, apart @ lift, float(lift @ lift)
    last: list[Array | None] = [None]
    windows = (np.arange(periods)[:, None] + np.arange(after)[None, :] + before) % periods

    def ask(effect: float) -> float:
        gram = base + effect * (cross[:, None] + cross[None, :]) + effect**2 * square
        weights = convex_weights(gram, start=last[0])
        last[0] = weights
        residual = weights @ apart + effect * lift
        blocks = np.abs(residual[windows].mean(axis=1))
        return float((blocks >= blocks[0] * (1.0 - 1e-9)).mean())

    return ask
