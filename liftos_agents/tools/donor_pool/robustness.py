"""How far the estimate hangs on the method, on one donor, and what it finds where nothing happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from liftos_agents.tools.donor_pool.arguments import Method
from liftos_agents.tools.donor_pool.estimators import Array, Estimator, Fit, Indices

METHODS: tuple[Method, ...] = ("unit_demeaned", "classic", "sdid")
WEIGHT_THAT_COUNTS = 1e-3
UNSTABLE_SHARE = 0.2
MOST_GROUPS = 60
"""Placebos that the treatment dated back is compared with."""


@dataclass(frozen=True)
class LeftOut:
    """The estimate without one donor."""

    donor: int
    fit: Fit


@dataclass(frozen=True)
class InTime:
    """A treatment dated back: effect of the target and of each placebo, and the target's pre-RMSPE there."""

    held: int
    fit: Fit
    placebos: tuple[Fit, ...]


def by_method(outcome: Array, before: int, target: Array, pool: Indices) -> dict[Method, Fit]:
    """The target's fit under each method, on outcomes alone."""
    return {method: Estimator(outcome, before, method).fit(target, pool) for method in METHODS}


def leave_one_out(
    estimator: Estimator, target: Array, pool: Indices, fit: Fit, progress: Callable[[float], None]
) -> tuple[LeftOut, ...]:
    """The fit without each donor that has weight; empty when two donors or fewer are left."""
    if len(pool) < 3:
        return ()
    heavy = [int(d) for d in pool if fit.weights[d] > WEIGHT_THAT_COUNTS]
    found: list[LeftOut] = []
    for i, donor in enumerate(heavy):
        found.append(LeftOut(donor, estimator.fit(target, pool[pool != donor])))
        progress((i + 1) / len(heavy))
    return tuple(found)


def in_time(
    outcome: Array,
    before: int,
    method: Method,
    target: Array,
    pool: Indices,
    members: tuple[tuple[int, ...], ...],
    match: Array | None,
) -> InTime | None:
    """The effect found in the last third (at most as long as the time after) of the time before; None when that is too short."""
    held = min(outcome.shape[1] - before, before // 3)
    if held < 1 or before - held < 3:
        return None
    early = Estimator(outcome[:, :before], before - held, method, match)
    fit = early.fit(target, pool)
    placebos: list[Fit] = []
    for chosen in members[:MOST_GROUPS]:
        mix = np.zeros(len(outcome))
        mix[list(chosen)] = 1.0 / len(chosen)
        placebos.append(early.fit(mix, np.setdiff1d(pool, chosen)))
    return InTime(held, fit, tuple(placebos))
