"""Proof of an optimum: the Karush–Kuhn–Tucker residual, a last Newton polish, and what holds a plan back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from liftos_agents.tools.budget.limits import FEASIBILITY, Limit, Polytope
from liftos_agents.tools.budget.objective import Aim

Array = NDArray[np.float64]

_TIGHT = 1e-7
_POLISHES = 4


@dataclass(frozen=True, eq=False)
class Floor:
    """A smooth function of the allocation that has to stay at or above zero (a target return on the total)."""

    aim: Aim

    def value(self, allocation: Array) -> float:
        """Its value; below zero the target is missed."""
        return self.aim.value(allocation)

    def tight(self, allocation: Array) -> bool:
        """Whether it holds the allocation back."""
        return self.value(allocation) <= 1e-6 * self.aim.problem.total

    def gradient(self, allocation: Array) -> Array:
        """Its gradient, shape (C,)."""
        return self.aim.value_and_gradient(allocation)[1]


def kkt_residual(aim: Aim, space: Polytope, allocation: Array, floor: Floor | None = None) -> float:
    """Norm of the part of the gradient that no tight limit holds back, relative to the gradient's scale."""
    _, gradient, scale = aim.value_and_gradient(allocation)
    normals = _outward(space, allocation, aim.problem.total)
    if floor is not None and floor.tight(allocation):
        slope = -floor.gradient(allocation)
        normals = np.column_stack([normals, slope / max(float(np.abs(slope).max()), 1e-300)])
    if scale <= 0.0:
        return 0.0
    if normals.shape[1] == 0:
        return float(np.linalg.norm(gradient)) / scale
    return float(nnls(normals, gradient / scale)[1])


def polish(aim: Aim, space: Polytope, allocation: Array, floor: Floor | None = None) -> Array:
    """`allocation` after a few Newton steps on the limits that are tight, kept only where they help."""
    best, residual = allocation, kkt_residual(aim, space, allocation, floor)
    for _ in range(_POLISHES):
        if residual < 1e-12 or (floor is not None and floor.tight(best)):
            break
        step = _newton_step(aim, space, best)
        if step is None:
            break
        trial = settle(best + step, space, aim.problem.total)
        after = kkt_residual(aim, space, trial, floor)
        worse = aim.value(trial) < aim.value(best) - 1e-9 * abs(aim.value(best))
        missed = floor is not None and floor.value(trial) < 0.0
        if worse or missed or space.slack(trial) > FEASIBILITY * aim.problem.total or after >= residual:
            break
        best, residual = trial, after
    return best


def settle(allocation: Array, space: Polytope, unit: float) -> Array:
    """`allocation` with its rounding errors removed: bounds kept exactly, joint limits to the last digits."""
    upper = np.maximum(space.upper, space.lower)
    near = _TIGHT * 1e-2 * unit
    plan = np.clip(allocation, space.lower, upper)
    plan = np.where(plan - space.lower < near, space.lower, np.where(upper - plan < near, upper, plan))
    for _ in range(4):
        for row, low, high in zip(space.rows, space.row_lower, space.row_upper, strict=True):
            _pull(plan, row > 0.0, low, high, space.lower, upper)
    return plan


def binding(limits: Sequence[Limit], allocation: Array, unit: float) -> tuple[str, ...]:
    """Names of the limits that are tight at `allocation`."""
    names: list[str] = []
    for limit in limits:
        spent = float(allocation[list(limit.channels)].sum())
        if min(spent - limit.lower, limit.upper - spent) <= _TIGHT * unit and limit.name not in names:
            names.append(limit.name)
    return tuple(names)


def _pull(
    plan: Array, members: NDArray[np.bool_], low: float, high: float, lower: Array, upper: Array
) -> None:
    """Moves `plan` in place so that its `members` add up to within [low, high].

    Channels that stand at no bound give way first, the roomiest of them before the others: rounding never moves a
    channel off a bound while another can take it.
    """
    spent = float(plan[members].sum())
    missing = low - spent if spent < low else min(high - spent, 0.0)
    room = np.where(members, upper - plan if missing > 0.0 else plan - lower, 0.0)
    at_bound = (plan <= lower) | (plan >= upper)
    for c in np.lexsort((-room, at_bound)):
        if missing == 0.0 or room[c] <= 0.0:
            return
        moved = float(np.clip(missing, -room[c], room[c]))
        plan[c] = np.clip(plan[c] + moved, lower[c], upper[c])
        spent = float(plan[members].sum())
        missing = low - spent if spent < low else min(high - spent, 0.0)


def _outward(space: Polytope, allocation: Array, unit: float) -> Array:
    """Outward normals of the limits that are tight, as columns (C, K)."""
    near = _TIGHT * unit
    unit_vectors = np.eye(allocation.size)
    joint = space.rows @ allocation
    parts = [
        unit_vectors[:, space.upper - allocation <= near],
        -unit_vectors[:, allocation - space.lower <= near],
        space.rows[space.row_upper - joint <= near].T,
        -space.rows[joint - space.row_lower <= near].T,
    ]
    return np.concatenate(parts, axis=1)


def _newton_step(aim: Aim, space: Polytope, allocation: Array) -> Array | None:
    """The step to the stationary point of the quadratic model with the tight limits kept, or None."""
    unit = aim.problem.total
    near = _TIGHT * unit
    free = np.flatnonzero((space.upper - allocation > near) & (allocation - space.lower > near))
    if free.size == 0:
        return None
    joint = space.rows @ allocation
    tight = (space.row_upper - joint <= near) | (joint - space.row_lower <= near)
    normals = space.rows[tight][:, free]
    gradient = aim.value_and_gradient(allocation)[1]
    reach = 1e-5 * unit
    hessian = np.empty((free.size, free.size))
    for k, c in enumerate(free):
        move = np.zeros(allocation.size)
        move[c] = min(reach, allocation[c] - space.lower[c])
        up = aim.value_and_gradient(allocation + move)[1]
        down = aim.value_and_gradient(allocation - move)[1]
        hessian[:, k] = (up - down)[free] / (2.0 * move[c])
    rows = len(normals)
    system = np.block([[hessian, normals.T], [normals, np.zeros((rows, rows))]])
    scale = max(float(np.abs(hessian).max()), 1e-300)
    system[: free.size, : free.size] /= scale
    target = np.concatenate([-gradient[free] / scale, np.zeros(rows)])
    found = np.linalg.lstsq(system, target, rcond=1e-12)[0]
    step = np.zeros(allocation.size)
    step[free] = found[: free.size]
    return step
