"""What would happen if spend were different: a counterfactual along the whole carry-over path, with its interval."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.estimate import Estimate
from liftos_agents.domain.verdict import EXTRAPOLATION_FACTOR, NOT_IDENTIFIED, certainty
from liftos_agents.tools.budget.channel_names import by_channel
from liftos_agents.tools.budget.media_fit import (
    PERIODS_A_QUARTER,
    PERIODS_A_YEAR,
    FailedCheck,
    MediaFit,
    media_fit,
)
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import tool

Array = NDArray[np.float64]


class WhatIfArguments(BaseModel):
    """A change of spend. Channels are named as in the data; `*` stands for all not named.

    Attributes:
        changes: Channel to relative change: −0.2 is a fifth less, −1 is without it, 1 is double.
        new_spend: Channel to its new money over the horizon, instead of a change.
        horizon_periods: Length in periods of the data; a quarter when absent.
        margin: Profit per unit of revenue; what the data says when absent.
        allow_extrapolation: Answer even where a period goes beyond 1.5 × the highest seen.
        draws: Posterior draws used.
        fit: Further arguments of `fit_mmm`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    changes: dict[str, Annotated[float, Field(ge=-1.0)]] = Field(default_factory=dict)
    new_spend: dict[str, Annotated[float, Field(ge=0.0)]] = Field(default_factory=dict)
    horizon_periods: int | None = Field(default=None, ge=1, le=520)
    margin: float | None = Field(default=None, gt=0.0, le=1.0)
    allow_extrapolation: bool = False
    draws: int = Field(default=500, ge=50, le=4000)
    fit: dict[str, Any] = Field(default_factory=dict)


class ChangedChannel(BaseModel):
    """One channel whose spend changes; money over the horizon.

    Attributes:
        relative_change: None where nothing is spent now.
        outcome_change: What the change of this channel alone does to the outcome.
        extrapolated: A period goes beyond 1.5 × the highest seen.
    """

    model_config = ConfigDict(frozen=True)

    current: float
    changed: float
    change: float
    relative_change: float | None
    outcome_change: Estimate
    extrapolated: bool


class SpendChange(BaseModel):
    """Spend on all channels over the horizon."""

    model_config = ConfigDict(frozen=True)

    current: float
    changed: float
    change: float


class OutcomeChange(BaseModel):
    """The outcome over the horizon: as observed, and as it would be; `relative_change` is a share of the observed."""

    model_config = ConfigDict(frozen=True)

    current: float
    changed: Estimate
    change: Estimate
    relative_change: Estimate


class WhatIfResult(BaseModel):
    """A counterfactual, or why there is none.

    Attributes:
        status: `refused` when the fit cannot carry it, or when it lies outside what was ever seen; see `reasons`.
        basis: What the change is measured against.
        revenue_change: In money; None where the outcome has no money value.
        profit_change: Margin × revenue change, less the change of spend; None likewise.
        probability_of_loss: That profit (or, without money, the outcome) falls.
        extrapolated: Some channel goes beyond 1.5 × its highest period.
        units: Path pattern to unit.
    """

    model_config = ConfigDict(frozen=True)

    status: Literal["solved", "refused"]
    estimand: str
    basis: str
    horizon_periods: int | None = None
    frequency: str
    channels: dict[str, ChangedChannel] = Field(default_factory=dict)
    spend: SpendChange | None = None
    outcome: OutcomeChange | None = None
    revenue_change: Estimate | None = None
    profit_change: Estimate | None = None
    probability_of_loss: float | None = None
    extrapolated: bool = False
    verdict: str
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


@tool(
    "what_if",
    version="4",
    summary="What a change of spend would do to outcome and profit, with intervals and the chance of a loss.",
    data="panel",
)
def what_if(context: ToolContext, arguments: WhatIfArguments) -> WhatIfResult:
    """The counterfactual of the changes asked about, or why it cannot be told.

    Raises:
        ToolRetry: No change is given, or one names no channel.
    """
    if not arguments.changes and not arguments.new_spend:
        raise ToolRetry("no change of spend is given", where="changes", fix='Give one, such as {"tv": -0.2}')
    fit = media_fit(context, margin=arguments.margin, settings=arguments.fit, draws=arguments.draws)
    if fit.posterior is None:
        return _answer(fit, arguments, status="refused", reasons=fit.reasons)
    horizon = arguments.horizon_periods or PERIODS_A_QUARTER[fit.frequency]
    window = fit.posterior.spend[-PERIODS_A_YEAR[fit.frequency] :]
    path = _changed_path(window, horizon, fit.posterior.channels, arguments)
    beyond = path.max(axis=0) > EXTRAPOLATION_FACTOR * fit.posterior.spend.max(axis=0) * (1.0 + 1e-9)
    outside = tuple(name for name, far in zip(fit.posterior.channels, beyond, strict=True) if far)
    if outside and not arguments.allow_extrapolation:
        reasons = tuple(
            f"{name} would go beyond {EXTRAPOLATION_FACTOR:g} × its highest period so far; the data does not show what "
            "happens there."
            for name in outside
        )
        return _answer(fit, arguments, status="refused", reasons=reasons, horizon_periods=horizon)
    return _counterfactual(fit, arguments, window, path, horizon, outside)


def _changed_path(
    window: Array, horizon: int, channels: tuple[str, ...], arguments: WhatIfArguments
) -> Array:
    """The window's spend with the changes made, shape (Y, C); flighting stays as it was."""
    path = window.copy()
    changes = by_channel(arguments.changes, channels, "changes")
    amounts = by_channel(arguments.new_spend, channels, "new_spend")
    for c in sorted(set(changes) & set(amounts)):
        raise ToolRetry(
            f"channel {channels[c]!r} has both a change and a new spend",
            where="spend",
            fix="Give one of them",
        )
    for c, change in changes.items():
        path[:, c] = window[:, c] * (1.0 + change)
    for c, amount in amounts.items():
        wanted, spent = amount / horizon * len(window), float(window[:, c].sum())
        path[:, c] = window[:, c] * (wanted / spent) if spent > 0.0 else amount / horizon
    return path


def _counterfactual(
    fit: MediaFit,
    arguments: WhatIfArguments,
    window: Array,
    path: Array,
    horizon: int,
    outside: tuple[str, ...],
) -> WhatIfResult:
    assert fit.posterior is not None
    share = horizon / len(window)
    by_draw = share * (_contributed(fit, path) - _contributed(fit, window))
    change = by_draw.sum(axis=1)
    spent, planned = share * window.sum(axis=0), share * path.sum(axis=0)
    observed = share * float(fit.posterior.outcome[-len(window) :].sum())
    gain = fit.worth * change - fit.cost * float(planned.sum() - spent.sum())
    loss = float((gain < 0.0).mean())
    touched = np.flatnonzero(np.abs(planned - spent) > 1e-12 * max(float(spent.sum()), 1e-300))
    return _answer(
        fit,
        arguments,
        status="solved",
        horizon_periods=horizon,
        channels={
            fit.posterior.channels[c]: ChangedChannel(
                current=float(spent[c]),
                changed=float(planned[c]),
                change=float(planned[c] - spent[c]),
                relative_change=float(planned[c] / spent[c] - 1.0) if spent[c] > 0.0 else None,
                outcome_change=Estimate.of(by_draw[:, c]),
                extrapolated=fit.posterior.channels[c] in outside,
            )
            for c in touched
        },
        spend=SpendChange(
            current=float(spent.sum()),
            changed=float(planned.sum()),
            change=float(planned.sum() - spent.sum()),
        ),
        outcome=OutcomeChange(
            current=observed,
            changed=Estimate.of(observed + change),
            change=Estimate.of(change),
            relative_change=Estimate.of(change / observed if observed else np.zeros_like(change)),
        ),
        revenue_change=Estimate.of(fit.value * change) if fit.is_money else None,
        profit_change=Estimate.of(gain) if fit.is_money else None,
        probability_of_loss=loss,
        extrapolated=bool(outside),
        warnings=tuple(
            f"{name} goes beyond {EXTRAPOLATION_FACTOR:g} × its highest period so far: its response there is extrapolated."
            for name in outside
        ),
        verdict=_verdict(loss, fit.is_money),
    )


def _contributed(fit: MediaFit, path: Array) -> Array:
    """What each channel brings along `path`, what comes after its end included, shape (D, C).

    The path comes out of the spend before it and is followed by the observed mean, alike for every path.
    """
    assert fit.posterior is not None
    posterior, tail = fit.posterior, fit.posterior.reach
    before = posterior.spend[: -len(path)]
    history = before[-tail:] if tail else before[:0]
    after = np.repeat(posterior.spend[-len(path) :].mean(axis=0)[None, :], tail, axis=0)
    whole = np.concatenate([path, after])
    return posterior.contribution(whole, decision=True, history=history).sum(axis=1)


def _answer(
    fit: MediaFit,
    arguments: WhatIfArguments,
    *,
    status: Literal["solved", "refused"],
    verdict: str = f"{NOT_IDENTIFIED}: this change cannot be judged from this data.",
    **found: Any,
) -> WhatIfResult:
    return WhatIfResult(
        status=status,
        estimand="Outcome over the horizon under the changed spend, less that under the observed spend.",
        basis="Observed is the last year of data, its flighting kept, brought to the horizon's length.",
        frequency=fit.frequency,
        verdict=verdict,
        assumptions=(
            *fit.assumptions(),
            "Carry-over is counted in full: spend before the window, and effects after its end.",
            "Nothing else changes: prices, demand, competitors and the other channels stay as they were.",
        ),
        fit=fit.evidence,
        fit_status=fit.status,
        failed_checks=fit.failed_checks,
        margin=fit.margin,
        margin_stated=fit.margin_stated,
        currency=fit.currency,
        units=_units(fit.gain_unit),
        settings=arguments.model_dump(mode="json"),
        **found,
    )


def _verdict(loss: float, is_money: bool) -> str:
    what = "Profit" if is_money else "The outcome"
    chance = max(loss, 1.0 - loss)
    if chance < 0.6:
        return f"It is open whether {what.lower()} falls."
    return f"{what} {certainty(chance)} {'falls' if loss >= 0.5 else 'does not fall'}."


def _units(outcome: str) -> dict[str, str]:
    return {
        **{f"channels.*.{name}": "money" for name in ("current", "changed", "change")},
        "channels.*.relative_change": "share",
        "channels.*.outcome_change": outcome,
        "spend.*": "money",
        "outcome.current": outcome,
        "outcome.changed": outcome,
        "outcome.change": outcome,
        "outcome.relative_change": "share",
        "revenue_change": "money",
        "profit_change": "money",
        "probability_of_loss": "probability",
        "horizon_periods": "periods",
        "margin": "share",
        "failed_checks.*.value": "number",
        "failed_checks.*.threshold": "number",
        **dict.fromkeys(("verdict", "basis", "estimand", "reasons", "warnings", "assumptions"), "text"),
    }
