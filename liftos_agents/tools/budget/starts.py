"""Where the local searches start: the best plan on a grid, found exactly, and a few plain plans."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import lil_array

from liftos_agents.tools.budget.limits import Polytope
from liftos_agents.tools.budget.problem import BudgetProblem
from liftos_agents.tools.budget.recursion import Ways, chained, one_channel

Array = NDArray[np.float64]

_STEPS = 200
_PROGRAMME_STEPS = 40
_TABLE_DRAWS = 125
_BEND = 1e-7


@dataclass(frozen=True, eq=False)
class CurveTable:
    """Mean outcome of each channel on a grid of spend.

    Attributes:
        spend: Grid, shape (G, C).
        outcome: Mean over draws, shape (G, C).
        allowed: Points within the bounds and the channel's target return, shape (G, C).
    """

    spend: Array
    outcome: Array
    allowed: NDArray[np.bool_]

    @property
    def concave(self) -> bool:
        """Whether every curve bends down only, to the grid's resolution."""
        bends = np.diff(self.outcome, n=2, axis=0)
        return bool((bends <= _BEND * np.abs(self.outcome).max(axis=0)).all())


def curve_table(problem: BudgetProblem, space: Polytope, steps: int = _STEPS) -> CurveTable:
    """The curves on a grid whose steps are equal in money for every channel, from each one's lower bound up."""
    thin = replace(problem, posterior=problem.posterior.thin(_TABLE_DRAWS)) if problem.ramp else problem
    room = max(problem.total - float(space.lower.sum()), 1e-9 * problem.total)
    spend = space.lower + np.arange(steps + 1)[:, None] * (room / steps)
    reach = np.minimum(spend, np.maximum(space.upper, space.lower))
    outcome = thin.outcome(reach).mean(axis=0)
    allowed = spend <= space.upper + 1e-9 * problem.total
    allowed[0] = True
    targets = problem.channel_target_roas
    if targets is not None:
        short = problem.value * outcome < np.nan_to_num(targets) * spend
        allowed &= ~(short & (spend > 0.0))
    return CurveTable(spend, outcome, allowed)


def grid_start(problem: BudgetProblem, space: Polytope, table: CurveTable) -> Array | None:
    """The best plan on the grid, or None where the grid holds none."""
    groups = [row > 0.0 for row in space.rows]
    inner = [r for r, members in enumerate(groups) if not members.all()]
    if all(not (groups[r] & groups[q]).any() for r, q in itertools.combinations(inner, 2)):
        return _by_recursion(problem, space, table, inner)
    return None if table.concave and table.allowed.all() else _by_programme(problem, space)


def plain_starts(problem: BudgetProblem, space: Polytope) -> list[Array]:
    """The current plan, and the total shared out equally, each drawn into the bounds."""
    equal = np.full(problem.current.size, problem.total / problem.current.size)
    upper = np.maximum(space.upper, space.lower)
    return [np.clip(problem.current, space.lower, upper), np.clip(equal, space.lower, upper)]


def corner_starts(problem: BudgetProblem, space: Polytope) -> list[Array]:
    """One plan per channel, with all that can go to it, for curves with more than one hill."""
    corners: list[Array] = []
    for c in range(problem.current.size):
        plan = space.lower.copy()
        spare = max(problem.total - float(plan.sum()), 0.0)
        plan[c] = min(plan[c] + spare, max(space.upper[c], space.lower[c]))
        corners.append(plan)
    return corners


def _by_recursion(
    problem: BudgetProblem, space: Polytope, table: CurveTable, groups: list[int]
) -> Array | None:
    """Dynamic programming over channels, group by group where groups do not overlap."""
    gains = np.where(table.allowed, problem.worth * table.outcome - problem.cost * table.spend, -np.inf)
    step = float(table.spend[1, 0] - table.spend[0, 0])
    blocks: list[Ways] = []
    alone = set(range(gains.shape[1]))
    for r in groups:
        members = [int(c) for c in np.flatnonzero(space.rows[r] > 0.0)]
        alone -= set(members)
        ways = chained([one_channel(c, gains[:, c]) for c in members])
        least = float(space.lower[members].sum())
        blocks.append(ways.within((space.row_lower[r] - least) / step, (space.row_upper[r] - least) / step))
    blocks += [one_channel(c, gains[:, c]) for c in sorted(alone)]
    whole = chained(blocks)
    reached = np.flatnonzero(np.isfinite(whole.value))
    if reached.size == 0:
        return None
    at = int(reached[-1]) if problem.fix_total else int(whole.value.argmax())
    plan = space.lower.copy()
    for c, steps in whole.split(at).items():
        plan[c] = min(table.spend[steps, c], max(space.upper[c], space.lower[c]))
    return plan


def _by_programme(problem: BudgetProblem, space: Polytope) -> Array | None:
    """A mixed-integer programme over piecewise linear curves, for limits that join channels."""
    table = curve_table(problem, space, _PROGRAMME_STEPS)
    points, channels = table.spend.shape
    segments = points - 1
    weights, switches = points * channels, segments * channels
    total = weights + switches
    gains = problem.worth * table.outcome - problem.cost * table.spend
    unit = max(float(np.abs(gains).max()), 1e-300)
    aim = np.concatenate([-(gains.T / unit).ravel(), np.zeros(switches)])
    upper = np.concatenate([table.allowed.T.ravel().astype(np.float64), np.ones(switches)])

    height = channels * (2 + points) + len(space.rows)
    rows, low, high = lil_array((height, total)), np.zeros(height), np.zeros(height)
    row = 0
    for c in range(channels):
        first, switch = c * points, weights + c * segments
        rows[row, first : first + points] = 1.0
        rows[row + 1, switch : switch + segments] = 1.0
        low[row : row + 2] = high[row : row + 2] = 1.0
        row += 2
        for point in range(points):
            rows[row, first + point] = 1.0
            rows[row, switch + max(point - 1, 0) : switch + min(point + 1, segments)] = -1.0
            low[row] = -np.inf
            row += 1
    for r in range(len(space.rows)):
        rows[row, :weights] = ((table.spend / problem.total) * space.rows[r]).T.ravel()
        low[row], high[row] = space.row_lower[r] / problem.total, space.row_upper[r] / problem.total
        row += 1
    found = milp(
        aim,
        constraints=LinearConstraint(rows.tocsr(), low, high),  # pyright: ignore[reportArgumentType]
        bounds=(np.zeros(total), upper),
        integrality=np.concatenate([np.zeros(weights), np.ones(switches)]),
        options={"node_limit": 400, "mip_rel_gap": 2e-3},
    )
    if found.x is None:
        return None
    shares = np.asarray(found.x[:weights]).reshape(channels, points)
    return np.clip((shares * table.spend.T).sum(axis=1), space.lower, np.maximum(space.upper, space.lower))
