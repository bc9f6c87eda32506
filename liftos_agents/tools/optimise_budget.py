"""Where to put a budget: the allocation with the best posterior profit under every limit asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.estimate import Estimate
from liftos_agents.domain.verdict import (
    EXTRAPOLATION_FACTOR,
    NOT_IDENTIFIED,
    RECOMMEND_PROBABILITY,
    certainty,
)
from liftos_agents.tools.budget import BudgetProblem, BudgetSolution, InfeasibleBudgetError, solve
from liftos_agents.tools.budget.arguments import OptimiseBudgetArguments
from liftos_agents.tools.budget.media_fit import MediaFit, media_fit
from liftos_agents.tools.budget.objective import cvar
from liftos_agents.tools.budget.path import gain_along_path, schedule
from liftos_agents.tools.budget.result import ChannelAllocation, OptimiseBudgetResult, units
from liftos_agents.tools.budget.wishes import budget_problem, current_level
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.mmm.diagnostics import SET_BY_SALES
from liftos_agents.tools.registry import tool

Array = NDArray[np.float64]

_MOVED = 1e-6
_FAR = 0.5


@tool(
    "optimise_budget",
    version="4",
    summary="Splits a budget over the channels for the best expected profit, under limits, with the chance that it "
    "beats the current mix.",
    data="panel",
)
def optimise_budget(context: ToolContext, arguments: OptimiseBudgetArguments) -> OptimiseBudgetResult:
    """The best plan for the money asked about, or the limits that leave none, or why the fit cannot say.

    Raises:
        ToolRetry: A limit names no channel, or the arguments contradict the data.
    """
    fit = media_fit(context, margin=arguments.margin, settings=arguments.fit, draws=arguments.draws)
    if fit.posterior is None:
        return _no_plan("refused", fit, arguments, reasons=fit.reasons)
    context.progress("optimising", 0.6)
    problem = budget_problem(fit, arguments)
    try:
        solution = solve(problem)
    except InfeasibleBudgetError as error:
        return _no_plan("infeasible", fit, arguments, problem=problem, conflicts=error.conflicts)
    return _plan(fit, arguments, problem, solution)


def _plan(
    fit: MediaFit, arguments: OptimiseBudgetArguments, problem: BudgetProblem, solution: BudgetSolution
) -> OptimiseBudgetResult:
    plan = solution.allocation
    gain = problem.profit(plan) - problem.profit(problem.current)
    beats = float((gain > 0.0).mean())
    moved = plan - problem.current
    moved = np.where(np.abs(moved) > _MOVED * problem.total, moved, 0.0)
    allocation = _allocation(fit, problem, plan)
    extrapolated = tuple(name for name, row in allocation.items() if row.extrapolated)
    better = not solution.already_optimal and beats >= RECOMMEND_PROBABILITY and float(gain.mean()) > 0.0
    set_by_sales = any(check.name == SET_BY_SALES for check in fit.failed_checks)
    recommended = better and not extrapolated and not set_by_sales
    along = gain_along_path(problem, plan)
    return OptimiseBudgetResult(
        status="solved",
        estimand=_estimand(fit),
        basis=_basis(arguments),
        total=problem.total,
        spent=float(plan.sum()),
        current_spend=float(current_level(fit, arguments).sum()) * problem.horizon,
        horizon_periods=problem.horizon,
        frequency=fit.frequency,
        allocation=allocation,
        expected_gain=Estimate.of(gain),
        gain_along_path=Estimate.of(along),
        expected_outcome=Estimate.of(fit.value * problem.outcome(plan).sum(axis=1)),
        current_outcome=Estimate.of(fit.value * problem.outcome(problem.current).sum(axis=1)),
        probability_beats_current=beats,
        cvar=cvar(gain, problem.tail),
        cvar_profit=cvar(problem.profit(plan), problem.tail),
        kkt_residual=solution.kkt_residual,
        concave=solution.concave,
        recommended=recommended,
        extrapolated=extrapolated,
        already_optimal=solution.already_optimal,
        verdict=_verdict(solution, recommended, beats, extrapolated, set_by_sales),
        largest_increase=problem.channels[int(moved.argmax())] if moved.max() > 0.0 else None,
        largest_decrease=problem.channels[int(moved.argmin())] if moved.min() < 0.0 else None,
        binding_constraints=solution.binding,
        warnings=(
            *_basis_moved(fit, arguments, problem),
            *_support(problem, plan),
            *_warnings(fit, solution, allocation, gain, along),
        ),
        assumptions=(*fit.assumptions(), *_assumptions(problem, arguments)),
        fit=fit.evidence,
        fit_status=fit.status,
        failed_checks=fit.failed_checks,
        margin=fit.margin,
        margin_stated=fit.margin_stated,
        currency=fit.currency,
        units=units(fit.gain_unit, fit.return_unit),
        settings=_settings(arguments, solution.starts),
    )


def _no_plan(
    status: str,
    fit: MediaFit,
    arguments: OptimiseBudgetArguments,
    *,
    problem: BudgetProblem | None = None,
    conflicts: tuple[str, ...] = (),
    reasons: tuple[str, ...] = (),
) -> OptimiseBudgetResult:
    verdict = f"{NOT_IDENTIFIED}: the data does not carry a fit that money can be moved on."
    if status == "infeasible":
        verdict = "No plan keeps all of these limits together: " + "; ".join(conflicts) + "."
    return OptimiseBudgetResult.model_validate(
        {
            "status": status,
            "estimand": _estimand(fit),
            "basis": _basis(arguments),
            "total": problem.total if problem else arguments.total,
            "horizon_periods": problem.horizon if problem else arguments.horizon_periods,
            "frequency": fit.frequency,
            "verdict": verdict,
            "conflicts": conflicts,
            "reasons": reasons,
            "assumptions": fit.assumptions(),
            "fit": fit.evidence,
            "fit_status": fit.status,
            "failed_checks": fit.failed_checks,
            "margin": fit.margin,
            "margin_stated": fit.margin_stated,
            "currency": fit.currency,
            "units": units(fit.gain_unit, fit.return_unit),
            "settings": _settings(arguments, 0),
        }
    )


def _allocation(fit: MediaFit, problem: BudgetProblem, plan: Array) -> dict[str, ChannelAllocation]:
    per_spend = np.where(plan > 0.0, plan, 1.0)
    roas = fit.value * problem.outcome(plan) / per_spend
    marginal = fit.value * problem.posterior.response_slope(plan / problem.horizon, decision=True)
    now = fit.value * problem.posterior.response_slope(problem.current / problem.horizon, decision=True)
    highest = problem.posterior.spend.max(axis=0)
    path = schedule(problem, plan)
    current, spent = problem.current, max(float(plan.sum()), 1e-300)
    return {
        name: ChannelAllocation(
            current=float(current[c]),
            proposed=float(plan[c]),
            change=float(plan[c] - current[c]),
            relative_change=float(plan[c] / current[c] - 1.0) if current[c] > 0.0 else None,
            current_share=float(current[c] / current.sum()),
            proposed_share=float(plan[c] / spent),
            current_period=float(current[c] / problem.horizon),
            proposed_period=float(plan[c] / problem.horizon),
            highest_period=float(highest[c]),
            roas=Estimate.of(roas[:, c]) if plan[c] > 0.0 else None,
            marginal_roas=Estimate.of(marginal[:, c]),
            current_marginal_roas=Estimate.of(now[:, c]),
            extrapolated=bool(path[:, c].max() > EXTRAPOLATION_FACTOR * highest[c] * (1.0 + 1e-9)),
            schedule=None if problem.ramp is None else tuple(float(amount) for amount in path[:, c]),
        )
        for c, name in enumerate(problem.channels)
    }


def _verdict(
    solution: BudgetSolution,
    recommended: bool,
    beats: float,
    extrapolated: tuple[str, ...],
    set_by_sales: bool,
) -> str:
    if solution.already_optimal:
        return "The current mix is already optimal under these limits; nothing is gained by moving money."
    if recommended:
        return f"Recommended: the plan {certainty(beats)} beats the current mix."
    if extrapolated:
        return f"No plan is recommended: for {', '.join(extrapolated)} it lies beyond what the data saw."
    if set_by_sales and beats >= RECOMMEND_PROBABILITY:
        return "No change is recommended: budgets look set from sales, so what the curves promise may be sales' own doing."
    return "No change is recommended: it is too uncertain that the plan beats the current mix."


def _basis_moved(fit: MediaFit, arguments: OptimiseBudgetArguments, problem: BudgetProblem) -> list[str]:
    """Whether limits that speak of current spend mean another amount than what is spent now."""
    spent = float(current_level(fit, arguments).sum()) * problem.horizon
    if not (arguments.hold or arguments.max_change is not None) or abs(problem.total / spent - 1.0) < 0.05:
        return []
    return [
        "Held channels and largest changes are counted from the current mix at the plan's total, not from the money "
        "spent now."
    ]


def _support(problem: BudgetProblem, plan: Array) -> list[str]:
    """Whether the plan's total lies within what the data saw."""
    spend = problem.posterior.spend.sum(axis=1)
    running = np.concatenate([[0.0], np.cumsum(spend)])
    stretch = min(problem.horizon, spend.size)
    most = float((running[stretch:] - running[:-stretch]).max()) * problem.horizon / stretch
    said: list[str] = []
    if float(plan.sum()) > most * (1.0 + 1e-9):
        said.append("The plan spends more than any stretch of this length in the data did.")
    if float(plan.sum()) / problem.horizon < float(spend.min()):
        said.append(
            "The plan spends less per period than any period of the data did: what happens without media is not seen."
        )
    return said


def _warnings(
    fit: MediaFit,
    solution: BudgetSolution,
    allocation: dict[str, ChannelAllocation],
    gain: Array,
    along: Array,
) -> tuple[str, ...]:
    said: list[str] = []
    if solution.relaxed:
        names = "; ".join(limit.name for limit in solution.relaxed)
        said.append(
            f"Limits of our own that leave no plan together with those asked for were given up: {names}."
        )
    said += [
        f"The proposal for {name} lies beyond {EXTRAPOLATION_FACTOR:g} × its highest period so far: its response "
        "there is extrapolated."
        for name, part in allocation.items()
        if part.extrapolated
    ]
    far = [
        n for n, part in allocation.items() if abs(part.change) > _FAR * part.current + _MOVED * part.proposed
    ]
    if far:
        said.append(
            f"The plan moves {', '.join(far)} by more than half: that far from the current mix the gain and its odds rest "
            "on the fitted curve's shape, and simulated markets show them too high; largest_step keeps a plan nearer."
        )
    if fit.status == "downgraded":
        said.append("The fit behind this plan is downgraded: read its failed checks before moving money.")
    if (
        abs(float(along.mean() - gain.mean())) > 0.2 * abs(float(gain.mean()))
        and not solution.already_optimal
    ):
        said.append(
            "Along the way out of earlier spend and back, the gain differs from the steady state's by more than a "
            "fifth: see gain_along_path."
        )
    return tuple(said)


def _assumptions(problem: BudgetProblem, arguments: OptimiseBudgetArguments) -> list[str]:
    said = [
        "The plan's spend is level over the horizon and credited with all it causes, then and after (steady state).",
        "The future answers to spend as the fitted past did.",
    ]
    if problem.ramp is not None:
        said[0] = (
            "Each channel moves to its new level as fast as allowed and stays; each period's spend is credited with "
            "all it causes, then and after (steady state)."
        )
    if arguments.largest_step is not None:
        said.append(
            f"No channel moves by more than {100 * arguments.largest_step:.4g} % in one step unless a limit asks for it: "
            "in simulated markets farther plans promised more than they kept. Move, fit again, and move on; "
            "largest_step changes this."
        )
    if problem.objective == "probability_beats_current":
        said.append(
            "The chance to beat the current mix is smoothed, so that a vanishing change does not count."
        )
    return said


def _estimand(fit: MediaFit) -> str:
    what = "Media profit" if fit.is_money else "Media-driven outcome"
    return f"{what} of the plan over the horizon, less that of the current mix."


def _basis(arguments: OptimiseBudgetArguments) -> str:
    mix = "Current is the mix of the last year of data"
    if arguments.current:
        mix = (
            "Current is the mix as stated, and that of the last year of data for channels without a statement"
        )
    if arguments.total is None:
        return f"{mix}, at what it spends over the horizon."
    return f"{mix}, scaled to the same total as the plan."


def _settings(arguments: OptimiseBudgetArguments, starts: int) -> dict[str, object]:
    return {**arguments.model_dump(mode="json"), "starts": starts}
