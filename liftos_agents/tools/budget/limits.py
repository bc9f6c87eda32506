"""What an allocation has to keep: named linear limits on channels and on groups of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

Array = NDArray[np.float64]

FEASIBILITY = 1e-9
"""By how much of the total a limit may be missed through rounding."""


@dataclass(frozen=True)
class Limit:
    """The spend of `channels` together lies within [`lower`, `upper`], over the whole horizon.

    Attributes:
        name: As a user would say it; conflicts and binding limits are reported by it.
        channels: Positions of the channels.
        soft: The limit is ours, not the user's: given up, and said so, where it leaves no plan.
    """

    name: str
    channels: tuple[int, ...]
    lower: float = -math.inf
    upper: float = math.inf
    soft: bool = False


@dataclass(frozen=True, eq=False)
class Polytope:
    """The allocations that keep every limit: bounds by channel, then rows over several channels.

    Attributes:
        lower, upper: Bounds, shape (C,).
        rows: 0/1 coefficients of the limits that join channels, shape (R, C).
        row_lower, row_upper: Their bounds, shape (R,).
    """

    lower: Array
    upper: Array
    rows: Array
    row_lower: Array
    row_upper: Array

    def slack(self, allocation: Array) -> float:
        """The largest breach of a row, or of a bound, by `allocation`; 0 when it keeps all."""
        joint = self.rows @ allocation
        breaches = np.concatenate(
            [
                self.lower - allocation,
                allocation - self.upper,
                self.row_lower - joint,
                joint - self.row_upper,
                [0.0],
            ]
        )
        return float(breaches.max())


def amount_words(amount: float) -> str:
    """An amount as limits are named by it: whole money, or six digits where that would say too little."""
    return f"{amount:,.0f}" if amount >= 1000.0 or amount == round(amount) else f"{amount:.6g}"


def polytope(limits: Sequence[Limit], channels: int) -> Polytope:
    """The set that `limits` leave; spend below zero is never in it."""
    lower, upper = np.zeros(channels), np.full(channels, np.inf)
    joint = [limit for limit in limits if len(limit.channels) > 1]
    for limit in limits:
        if len(limit.channels) == 1:
            (c,) = limit.channels
            lower[c], upper[c] = max(lower[c], limit.lower), min(upper[c], limit.upper)
    rows = np.zeros((len(joint), channels))
    for r, limit in enumerate(joint):
        rows[r, list(limit.channels)] = 1.0
    return Polytope(
        lower,
        upper,
        rows,
        np.array([limit.lower for limit in joint]),
        np.array([limit.upper for limit in joint]),
    )


def feasible(limits: Sequence[Limit], channels: int, unit: float) -> bool:
    """Whether some allocation keeps all of `limits`; `unit` is the size of money that matters (the total)."""
    space = polytope(limits, channels)
    room = FEASIBILITY * unit
    if bool((space.lower > space.upper + room).any()):
        return False
    crossed = space.lower > space.upper
    upper = np.where(crossed, space.lower, space.upper)
    if len(space.rows) == 0:
        return True
    if len(space.rows) == 1:
        members = space.rows[0] > 0.0
        least, most = float(space.lower[members].sum()), float(upper[members].sum())
        return least <= space.row_upper[0] + room and most >= space.row_lower[0] - room
    return _feasible_by_programme(space, upper, unit)


def conflict(limits: Sequence[Limit], channels: int, unit: float) -> tuple[Limit, ...]:
    """The limits that cannot be kept together, none of which could be left out of the conflict.

    An irreducible infeasible set by deletion filtering (Chinneck and Dravnieks, 1991).
    """
    kept = list(limits)
    for candidate in limits:
        without = [limit for limit in kept if limit is not candidate]
        if not feasible(without, channels, unit):
            kept = without
    return tuple(kept)


def keep_what_fits(limits: Sequence[Limit], channels: int, unit: float) -> tuple[Limit, ...]:
    """`limits` without the soft ones that leave no plan.

    Of those that only cap a channel, each that clashes alone goes, and all of them where they clash together. Those that also
    hold a channel up are then taken one after another as long as a plan is left.
    """
    hard = [limit for limit in limits if not limit.soft]
    caps = [limit for limit in limits if limit.soft and not math.isfinite(limit.lower)]
    fitting = [limit for limit in caps if feasible([*hard, limit], channels, unit)]
    kept = [*hard, *fitting] if feasible([*hard, *fitting], channels, unit) else hard
    for limit in limits:
        if limit.soft and math.isfinite(limit.lower) and feasible([*kept, limit], channels, unit):
            kept = [*kept, limit]
    return tuple(limit for limit in limits if limit in kept)


def _feasible_by_programme(space: Polytope, upper: Array, unit: float) -> bool:
    room = FEASIBILITY * unit
    above, below = np.isfinite(space.row_upper), np.isfinite(space.row_lower)
    matrix = np.concatenate([space.rows[above], -space.rows[below]])
    bound = np.concatenate([space.row_upper[above], -space.row_lower[below]]) + room
    found = linprog(
        np.zeros(space.lower.size),
        A_ub=matrix,
        b_ub=bound / unit,
        bounds=list(zip(space.lower / unit, upper / unit, strict=True)),
        method="highs",
    )
    return bool(found.status == 0)
