"""A budget plan played in the twin of the user's own market, before anyone spends."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.estimate import Estimate
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.verdict import NOT_IDENTIFIED, certainty
from liftos_agents.sandbox.realism import Realism
from liftos_agents.sandbox.rehearsal import CONDITIONAL, Sweep
from liftos_agents.sandbox.twin import rehearse
from liftos_agents.tools.budget.media_fit import PERIODS_A_QUARTER, FailedCheck, MediaFit, media_fit
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import tool

Array = NDArray[np.float64]

_OPTIMISER = "optimise_budget"


class SimulatePlanArguments(BaseModel):
    """What to rehearse: the plan of an `optimise_budget` call, or an allocation of one's own.

    With `optimisation`, horizon, margin and fit settings are those of that call.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    optimisation: str | None = Field(
        default=None, description="Evidence id of the optimise_budget call whose plan is to be rehearsed."
    )
    allocation: dict[str, float] | None = Field(
        default=None, description="A plan of one's own instead: channel to money over the horizon."
    )
    horizon_periods: int | None = Field(
        default=None, ge=1, le=520, description="Length of `allocation` in periods; one quarter when absent."
    )
    margin: float | None = Field(
        default=None, gt=0, le=1, description="Profit per unit of revenue, for `allocation`."
    )
    fit: dict[str, Any] = Field(
        default_factory=dict, description="Further arguments of fit_mmm, for `allocation`."
    )
    draws: int = Field(default=1000, ge=50, le=5000, description="Worlds to play at most.")


class ChannelRehearsed(BaseModel):
    """Money over the horizon: `hold` what the current mix would give the channel, `plan` what was rehearsed."""

    model_config = ConfigDict(frozen=True)

    hold: float
    plan: float


class SimulatePlanResult(BaseModel):
    """The distribution of a plan's outcomes over the worlds that the data allows.

    Attributes:
        status: `rehearsed`, or `refused` when there is no plan or no fit to rehearse in, for `reasons`.
        basis: What the plan is compared with.
        worlds: How many were played.
        difference: Media profit of the plan less that of holding, with the same luck on both sides.
        probability_beats_hold: Share of worlds in which the plan earned more.
        cvar10: Mean difference in the worst tenth of the worlds.
        quantiles: The difference at 0 %, 5 %, …, 100 %.
        seen_difference: What comparing the plan's weeks with weeks of holding would show, luck on both sides.
        probability_seen: Share of worlds in which that comparison favours the plan.
        sweeps: The plan under harsher assumptions.
        hangs_on: Assumptions under which it no longer does so, the one that costs most first.
        holds_up: At least .8 sure to beat holding, under every assumption.
        realism: Whether the twin looks like the market it was fitted to.
        label: What the distribution is conditional on.
        units: Path pattern to unit.
    """

    model_config = ConfigDict(frozen=True)

    status: Literal["rehearsed", "refused"]
    estimand: str
    basis: str
    worlds: int = 0
    horizon_periods: int | None = None
    frequency: str
    total: float | None = None
    allocation: dict[str, ChannelRehearsed] = Field(default_factory=dict)
    difference: Estimate | None = None
    probability_beats_hold: float | None = None
    cvar10: float | None = None
    quantiles: tuple[float, ...] = ()
    seen_difference: Estimate | None = None
    probability_seen: float | None = None
    plan_profit: Estimate | None = None
    hold_profit: Estimate | None = None
    sweeps: dict[str, Sweep] = Field(default_factory=dict)
    hangs_on: tuple[str, ...] = ()
    holds_up: bool = False
    realism: Realism | None = None
    verdict: str
    label: str = CONDITIONAL
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    optimisation: str | None = None
    fit: str
    fit_status: str
    failed_checks: tuple[FailedCheck, ...] = ()
    margin: float
    margin_stated: bool
    currency: str | None = None
    units: dict[str, str]
    settings: dict[str, Any]


@tool(
    "simulate_plan",
    version="6",
    summary="Plays a budget plan in a simulated twin of this market, one posterior draw a world: the distribution of "
    "its profit over holding the current mix.",
    data="panel",
)
def simulate_plan(context: ToolContext, arguments: SimulatePlanArguments) -> SimulatePlanResult:
    """How the plan fares in every world that the data allows, or why it cannot be played.

    Raises:
        ToolRetry: No plan or two plans are given, the evidence is no optimisation of this data, or a channel is unknown.
    """
    plan = _optimisation(context, arguments)
    if plan is None:
        fit = media_fit(context, margin=arguments.margin, settings=arguments.fit, draws=arguments.draws)
    else:
        asked = plan.arguments
        fit = media_fit(context, margin=asked["margin"], settings=asked["fit"], draws=arguments.draws)
    if fit.posterior is None:
        return _refused(fit, arguments, fit.reasons)
    if plan is not None and not plan.result["allocation"]:
        return _refused(fit, arguments, (str(plan.result["verdict"]),))
    new, old = _stored_paths(plan, fit) if plan else _given_paths(arguments, fit)
    context.progress("playing the plan", 0.7)
    found = rehearse(
        fit.posterior,
        new,
        old,
        worth=fit.worth,
        cost=fit.cost,
        draws=arguments.draws,
        seed=context.seed,
    )
    played = found.model_dump(exclude={"periods"})
    return SimulatePlanResult.model_validate(
        {
            **_frame(fit, arguments),
            **played,
            "status": "rehearsed",
            "horizon_periods": len(new),
            "total": float(new.sum()),
            "allocation": {
                name: {"hold": float(old[:, c].sum()), "plan": float(new[:, c].sum())}
                for c, name in enumerate(fit.posterior.channels)
            },
            "verdict": _verdict(found.probability_beats_hold, found.holds_up),
            "warnings": (*(plan.result["warnings"] if plan else ()), *_doubts(found.realism)),
        }
    )


def _optimisation(context: ToolContext, arguments: SimulatePlanArguments) -> Evidence | None:
    if (arguments.optimisation is None) == (arguments.allocation is None):
        raise ToolRetry(
            "a rehearsal needs one plan", fix="Give either `optimisation`, an evidence id, or `allocation`"
        )
    if arguments.optimisation is None:
        return None
    found = context.store.get(arguments.optimisation)
    if found is None or found.tool != _OPTIMISER:
        raise ToolRetry(
            f"{arguments.optimisation!r} is not the evidence of an {_OPTIMISER} call",
            fix="Run it first and give its id",
        )
    if [ref.id for ref in found.datasets] != [context.dataset.id]:
        raise ToolRetry(f"{found.id!r} is an optimisation of other data", fix="Optimise on this data first")
    return found


def _stored_paths(plan: Evidence, fit: MediaFit) -> tuple[Array, Array]:
    """Spend per period of the optimiser's plan and of its current mix, each (H, C)."""
    assert fit.posterior is not None
    horizon = int(plan.result["horizon_periods"])
    parts = [plan.result["allocation"][name] for name in fit.posterior.channels]
    level = np.ones((horizon, 1))
    new = [p["schedule"] or [p["proposed"] / horizon] * horizon for p in parts]
    return np.array(new, dtype=np.float64).T, level * [p["current"] / horizon for p in parts]


def _given_paths(arguments: SimulatePlanArguments, fit: MediaFit) -> tuple[Array, Array]:
    assert fit.posterior is not None
    channels = fit.posterior.channels
    asked = arguments.allocation or {}
    unknown = sorted(set(asked) - set(channels))
    if unknown:
        raise ToolRetry(f"no channel {unknown[0]!r}", fix=f"Channels are {', '.join(channels)}")
    if any(amount < 0 for amount in asked.values()) or sum(asked.values()) <= 0:
        raise ToolRetry("an allocation needs amounts of at least 0 and some money", where="allocation")
    horizon = arguments.horizon_periods or PERIODS_A_QUARTER[fit.frequency]
    wanted = np.array([asked.get(name, 0.0) for name in channels])
    current = fit.current_period()
    level = np.ones((horizon, 1)) / horizon
    return level * wanted, level * (current * wanted.sum() / current.sum())


def _refused(fit: MediaFit, arguments: SimulatePlanArguments, reasons: tuple[str, ...]) -> SimulatePlanResult:
    return SimulatePlanResult.model_validate(
        {
            **_frame(fit, arguments),
            "status": "refused",
            "verdict": f"{NOT_IDENTIFIED}: there is no plan that could be rehearsed on these data.",
            "reasons": reasons,
        }
    )


def _frame(fit: MediaFit, arguments: SimulatePlanArguments) -> dict[str, Any]:
    return {
        "estimand": "Media profit of the plan less that of holding, in one world a posterior draw.",
        "basis": "Holding is the mix of the last year of data at the plan's total, spent evenly.",
        "frequency": fit.frequency,
        "assumptions": (
            *fit.assumptions(),
            "Both sides start from the spends observed last and go on at the holding level afterwards.",
        ),
        "optimisation": arguments.optimisation,
        "fit": fit.evidence,
        "fit_status": fit.status,
        "failed_checks": fit.failed_checks,
        "margin": fit.margin,
        "margin_stated": fit.margin_stated,
        "currency": fit.currency,
        "units": _units(fit.gain_unit),
        "settings": arguments.model_dump(mode="json"),
    }


def _units(gain: str) -> dict[str, str]:
    money = ("difference", "cvar10", "quantiles.*", "seen_difference", "plan_profit", "hold_profit")
    return {
        **dict.fromkeys(money, gain),
        "sweeps.*.difference": gain,
        "sweeps.*.probability_beats_hold": "probability",
        "sweeps.*.cvar10": gain,
        "sweeps.*.lost": "share",
        "realism.p_value": "probability",
        "probability_beats_hold": "probability",
        "probability_seen": "probability",
        "allocation.*.hold": "money",
        "allocation.*.plan": "money",
        "total": "money",
        "worlds": "count",
        "horizon_periods": "periods",
        "margin": "share",
    }


def _doubts(found: Realism) -> tuple[str, ...]:
    if found.trusted:
        return ()
    return (f"The simulated twin is not to be trusted: {' '.join(found.reasons)}",)


def _verdict(beats: float, holds_up: bool) -> str:
    if holds_up:
        return f"The plan {certainty(beats)} beats holding, also under the harsher assumptions."
    if certainty(beats).startswith("un"):
        return f"It is {certainty(beats)} the plan beats holding."
    return f"The plan {certainty(beats)} beats holding, but not under every harsher assumption."
