"""What the budget optimiser answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.estimate import Estimate
from liftos_agents.tools.budget.media_fit import FailedCheck


class ChannelAllocation(BaseModel):
    """One channel's part of the plan; money over the horizon unless it says period.

    Attributes:
        current: The current mix at the plan's total.
        relative_change: None where nothing is spent now.
        highest_period: The most that one period of the data saw.
        roas: Value per unit of spend at the proposal; None where nothing is proposed.
        marginal_roas: Value of the next unit of spend at the proposal.
        current_marginal_roas: The same at the current mix.
        extrapolated: The proposal goes beyond 1.5 × the highest period.
        schedule: Spend per period where it changes over the horizon, else None.
    """

    model_config = ConfigDict(frozen=True)

    current: float
    proposed: float
    change: float
    relative_change: float | None
    current_share: float
    proposed_share: float
    current_period: float
    proposed_period: float
    highest_period: float
    roas: Estimate | None
    marginal_roas: Estimate
    current_marginal_roas: Estimate
    extrapolated: bool
    schedule: tuple[float, ...] | None = None


class OptimiseBudgetResult(BaseModel):
    """A plan with its proof, or why there is none.

    Attributes:
        status: `solved`; `infeasible` when no plan keeps every limit, which `conflicts` then name; `refused` when
            the fit behind it is not fit to decide on, for `reasons`.
        estimand: What the gain is the gain of.
        basis: What `current` means.
        current_spend: What is spent over the horizon now, whatever the plan's total.
        expected_gain: Profit of the plan over the current mix.
        gain_along_path: The same with the way out of earlier spend and back counted period by period.
        expected_outcome: What media bring in under the plan, before margin and cost.
        current_outcome: The same under the current mix.
        probability_beats_current: From the joint posterior.
        cvar: Mean gain over the current mix in the worst `settings.tail` of draws.
        cvar_profit: Mean media profit in the worst `settings.tail` of draws.
        kkt_residual: Gradient that no limit holds back, relative to the gradient; 0 at an optimum.
        recommended: Solved, not optimal already, at least .8 sure to beat the current mix, and within what the data saw.
        extrapolated: Channels whose proposal lies beyond what the data saw of them.
        verdict: The recommendation in words.
        binding_constraints: Limits that hold the plan back.
        failed_checks: Diagnostics that the fit did not pass.
        units: Path pattern to unit.
    """

    model_config = ConfigDict(frozen=True)

    status: Literal["solved", "infeasible", "refused"]
    estimand: str
    basis: str
    total: float | None = None
    spent: float | None = None
    current_spend: float | None = None
    horizon_periods: int | None = None
    frequency: str
    allocation: dict[str, ChannelAllocation] = Field(default_factory=dict)
    expected_gain: Estimate | None = None
    gain_along_path: Estimate | None = None
    expected_outcome: Estimate | None = None
    current_outcome: Estimate | None = None
    probability_beats_current: float | None = None
    cvar: float | None = None
    cvar_profit: float | None = None
    kkt_residual: float | None = None
    concave: bool | None = None
    recommended: bool = False
    extrapolated: tuple[str, ...] = ()
    already_optimal: bool = False
    verdict: str
    largest_increase: str | None = None
    largest_decrease: str | None = None
    binding_constraints: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    fit: str
    fit_status: str
    failed_checks: tuple[FailedCheck, ...] = ()
    margin: float
    margin_stated: bool
    currency: str | None = None
    units: dict[str, str]
    settings: dict[str, Any]


def units(gain: str, returns: str) -> dict[str, str]:
    """Path pattern to unit, for gains in `gain` and returns in `returns`."""
    money = (
        "current",
        "proposed",
        "change",
        "current_period",
        "proposed_period",
        "highest_period",
        "schedule",
    )
    return {
        **{f"allocation.*.{name}": "money" for name in money},
        **{
            f"allocation.*.{name}": "share" for name in ("relative_change", "current_share", "proposed_share")
        },
        **{f"allocation.*.{name}": returns for name in ("roas", "marginal_roas", "current_marginal_roas")},
        "total": "money",
        "spent": "money",
        "current_spend": "money",
        "horizon_periods": "periods",
        **dict.fromkeys(("expected_gain", "gain_along_path", "cvar", "cvar_profit"), gain),
        "expected_outcome": gain,
        "current_outcome": gain,
        "probability_beats_current": "probability",
        "kkt_residual": "number",
        "margin": "share",
        "failed_checks.*.value": "number",
        "failed_checks.*.threshold": "number",
        **dict.fromkeys(("verdict", "basis", "estimand", "largest_increase", "largest_decrease"), "text"),
        **dict.fromkeys(("warnings", "assumptions", "binding_constraints", "conflicts", "reasons"), "text"),
    }
