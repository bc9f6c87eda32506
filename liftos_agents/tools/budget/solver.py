"""The best allocation that keeps every limit, found from several starts and proven by its KKT residual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

from liftos_agents.tools.budget.limits import (
    Limit,
    Polytope,
    amount_words,
    conflict,
    feasible,
    keep_what_fits,
    polytope,
)
from liftos_agents.tools.budget.objective import Aim
from liftos_agents.tools.budget.optimality import Floor, binding, kkt_residual, polish, settle
from liftos_agents.tools.budget.problem import BudgetProblem
from liftos_agents.tools.budget.returns import ReturnRange, return_ranges
from liftos_agents.tools.budget.solution import BudgetSolution, InfeasibleBudgetError
from liftos_agents.tools.budget.starts import corner_starts, curve_table, grid_start, plain_starts

Array = NDArray[np.float64]

_SAME = 1e-6
"""A gain below this share of what media brings counts as none: the current plan is optimal already."""
_BREACH = 1e-7


def solve(problem: BudgetProblem, *, starts: Sequence[Array] | None = None) -> BudgetSolution:
    """The best allocation for `problem`.

    Args:
        problem: Curves, money and limits.
        starts: Where to search from, instead of our own choice; the result does not depend on it for concave curves.

    Raises:
        InfeasibleBudgetError: No allocation keeps all limits; it names those in conflict.
    """
    ranges = return_ranges(problem)
    limits = _limits(problem, ranges)
    size = len(problem.channels)
    kept = keep_what_fits(limits, size, problem.total)
    if not feasible(kept, size, problem.total):
        raise InfeasibleBudgetError(tuple(limit.name for limit in conflict(kept, size, problem.total)))
    relaxed = tuple(limit for limit in limits if limit not in kept)
    if problem.objective != "expected_profit":
        return _solve_uncertain(problem, starts, kept, relaxed, ranges)
    return _solve_expected(problem, starts, kept, relaxed, ranges)


def _solve_expected(
    problem: BudgetProblem,
    starts: Sequence[Array] | None,
    kept: tuple[Limit, ...],
    relaxed: tuple[Limit, ...],
    ranges: tuple[ReturnRange, ...],
) -> BudgetSolution:
    space = polytope(kept, len(problem.channels))
    table = curve_table(problem, space)
    own = starts is None
    found = [] if starts is None else [np.asarray(start, dtype=np.float64) for start in starts]
    grid = grid_start(problem, space, table)
    if own:
        found = [*([] if grid is None else [grid]), *plain_starts(problem, space)]
        if not table.concave and (grid is None or len(space.rows) > 1):
            found += corner_starts(problem, space)
    if ranges:
        around = found[0] if grid is None else grid
        kept = (*kept, *(one.around(float(around[one.channel])) for one in ranges))
        space = polytope(kept, len(problem.channels))
    floor = _floor(problem, space, found, kept)
    return _finish(problem, Aim(problem), space, found, kept, relaxed, floor, table.concave)


def _solve_uncertain(
    problem: BudgetProblem,
    starts: Sequence[Array] | None,
    kept: tuple[Limit, ...],
    relaxed: tuple[Limit, ...],
    ranges: tuple[ReturnRange, ...],
) -> BudgetSolution:
    """The objectives that look at more than the mean start from the plan that is best in the mean."""
    base = _solve_expected(replace(problem, objective="expected_profit"), None, kept, relaxed, ranges)
    if ranges:
        kept = (*kept, *(one.around(float(base.allocation[one.channel])) for one in ranges))
    space = polytope(kept, len(problem.channels))
    spread = float((problem.profit(base.allocation) - problem.profit(problem.current)).std())
    aim = Aim(problem, gain_scale=max(0.25 * spread, 1e-12 * problem.total))
    found = [base.allocation, *(plain_starts(problem, space) if starts is None else starts)]
    floor = _floor(problem, space, [base.allocation], kept)
    concave = base.concave and problem.objective == "cvar"
    return _finish(problem, aim, space, found, kept, relaxed, floor, concave)


def _finish(
    problem: BudgetProblem,
    aim: Aim,
    space: Polytope,
    starts: Sequence[Array],
    kept: tuple[Limit, ...],
    relaxed: tuple[Limit, ...],
    floor: Floor | None,
    concave: bool,
) -> BudgetSolution:
    plans = [plan for start in starts if (plan := _search(aim, space, start, floor)) is not None]
    plans += [
        plan for start in starts if _keeps(plan := settle(start, space, problem.total), space, floor, aim)
    ]
    if not plans:
        raise InfeasibleBudgetError(tuple(limit.name for limit in kept if len(limit.channels) > 1))
    values = [aim.value(plan) for plan in plans]
    best = polish(aim, space, plans[int(np.argmax(values))], floor)
    current = settle(problem.current, space, problem.total)
    stays = bool(np.abs(current - problem.current).max() <= _BREACH * problem.total)
    stays = stays and _keeps(current, space, floor, aim)
    worthwhile = _SAME * max(abs(problem.worth) * float(problem.outcome(best).mean(axis=0).sum()), 1e-300)
    if problem.objective == "probability_beats_current":
        worthwhile = 1e-4
    already = stays and aim.value(best) - aim.value(current) <= worthwhile
    plan = current if already else best
    return BudgetSolution(
        allocation=plan,
        objective=aim.value(plan),
        kkt_residual=kkt_residual(aim, space, plan, floor),
        already_optimal=already,
        concave=concave,
        binding=binding(
            [limit for limit in kept if not _is_exact_total(limit, plan.size)], plan, problem.total
        ),
        relaxed=relaxed,
        starts=len(starts),
    )


def _search(aim: Aim, space: Polytope, start: Array, floor: Floor | None) -> Array | None:
    """A local optimum near `start` by sequential quadratic programming, or None where the search ends outside."""
    unit = aim.problem.total
    _, _, scale = aim.value_and_gradient(np.clip(start, space.lower, np.maximum(space.upper, space.lower)))
    weight = max(scale, 1e-300)

    def loss(shares: Array) -> tuple[float, Array]:
        value, gradient, _ = aim.value_and_gradient(shares * unit)
        return -value / (unit * weight), -gradient / weight

    found: OptimizeResult = minimize(
        loss,
        np.clip(start, space.lower, np.maximum(space.upper, space.lower)) / unit,
        jac=True,
        method="SLSQP",
        bounds=list(zip(space.lower / unit, np.maximum(space.upper, space.lower) / unit, strict=True)),
        constraints=_constraints(space, unit, floor),
        options={"ftol": 1e-13, "maxiter": 200},
    )
    plan = settle(np.asarray(found.x, dtype=np.float64) * unit, space, unit)
    return plan if _keeps(plan, space, floor, aim) else None


def _constraints(space: Polytope, unit: float, floor: Floor | None) -> list[dict[str, object]]:
    given: list[dict[str, object]] = []
    for row, low, high in zip(space.rows, space.row_lower, space.row_upper, strict=True):
        if low == high:
            given.append(_linear("eq", row, -low / unit))
            continue
        if np.isfinite(high):
            given.append(_linear("ineq", -row, high / unit))
        if np.isfinite(low):
            given.append(_linear("ineq", row, -low / unit))
    if floor is not None:
        given.append(
            {
                "type": "ineq",
                "fun": lambda shares: floor.value(shares * unit) / unit,
                "jac": lambda shares: floor.gradient(shares * unit),
            }
        )
    return given


def _linear(kind: str, row: Array, offset: float) -> dict[str, object]:
    return {"type": kind, "fun": lambda shares: float(row @ shares) + offset, "jac": lambda _: row}


def _keeps(plan: Array, space: Polytope, floor: Floor | None, aim: Aim) -> bool:
    unit = aim.problem.total
    return space.slack(plan) <= _BREACH * unit and (floor is None or floor.value(plan) >= -_BREACH * unit)


def _limits(problem: BudgetProblem, ranges: tuple[ReturnRange, ...]) -> tuple[Limit, ...]:
    """All limits of the problem, the total's and those of ramp and target returns included."""
    everyone = tuple(range(len(problem.channels)))
    spend = amount_words(problem.total)
    total = (
        Limit(f"a total of exactly {spend}", everyone, problem.total, problem.total)
        if problem.fix_total
        else Limit(f"a total of at most {spend}", everyone, upper=problem.total)
    )
    limits = [*problem.limits, total, *(one.hull() for one in ranges)]
    if problem.ramp is not None:
        low, high = problem.ramp.range(problem.horizon)
        limits += [
            Limit(
                f"{name} moving at most {100 * problem.ramp.change[c]:.4g} % from one period to the next",
                (c,),
                float(low[c]),
                float(high[c]),
            )
            for c, name in enumerate(problem.channels)
            if np.isfinite(problem.ramp.change[c])
        ]
    return tuple(limits)


def _is_exact_total(limit: Limit, channels: int) -> bool:
    """A total to be spent exactly always binds, so it is no news that it does."""
    return len(limit.channels) == channels and limit.lower == limit.upper


def _floor(
    problem: BudgetProblem, space: Polytope, starts: Sequence[Array], kept: tuple[Limit, ...]
) -> Floor | None:
    """The target return on the total as a floor, after making sure that it can be met.

    Raises:
        InfeasibleBudgetError: The best return that the limits allow is below it.
    """
    target = problem.target_roas
    if target is None:
        return None
    surplus = replace(
        problem, worth=problem.value, cost=target, objective="expected_profit", target_roas=None
    )
    floor = Floor(Aim(surplus))
    plans = [plan for start in starts if (plan := _search(floor.aim, space, start, None)) is not None]
    best = max(plans, key=floor.value) if plans else None
    if best is None or floor.value(best) < -_BREACH * problem.total:
        wish = f"a return of at least {target:g} per unit of spend"
        if best is not None and best.sum() > 0.0:
            reached = problem.value * float(problem.outcome(best).mean(axis=0).sum()) / float(best.sum())
            wish += f" (the best within the other limits is {reached:.3g})"
        holding = binding(kept, problem.current * 0.0 - 1.0 if best is None else best, problem.total)
        raise InfeasibleBudgetError((wish, *holding))
    return floor
