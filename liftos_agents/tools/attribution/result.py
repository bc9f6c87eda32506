"""What `attribute` is asked and answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.estimate import Estimate
from liftos_agents.tools.budget.media_fit import FailedCheck

Method = Literal["mmm", "linear", "last_touch", "platform_claimed"]


class AttributeArguments(BaseModel):
    """How to attribute.

    Attributes:
        margin: Profit per unit of revenue, handed to the fit; what the data says when absent.
        draws: Posterior draws used.
        fit: Further arguments of `fit_mmm`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    margin: float | None = Field(default=None, gt=0.0, le=1.0)
    draws: int = Field(default=1000, ge=50, le=4000)
    fit: dict[str, Any] = Field(default_factory=dict)


class ChannelCredit(BaseModel):
    """What one method credits to one channel; intervals for the methods that have them.

    Attributes:
        roas: Credit per unit of spend; None without spend.
        share: Of the whole outcome; platforms' shares may add up to more than all of it.
        rank: 1 for the best return by this method; None without spend.
    """

    model_config = ConfigDict(frozen=True)

    contribution: Estimate | float
    roas: Estimate | float | None
    share: float
    rank: int | None


class ChannelAttribution(BaseModel):
    """One channel under every method; a method that cannot credit it is None.

    Attributes:
        over_claim: Platform-claimed over incremental (marketing-mix model); `mean` is the ratio to the mean increment.
    """

    model_config = ConfigDict(frozen=True)

    spend: float
    mmm: ChannelCredit | None = None
    linear: ChannelCredit | None = None
    last_touch: ChannelCredit | None = None
    platform_claimed: ChannelCredit | None = None
    over_claim: Estimate | None = None


class MethodSummary(BaseModel):
    """One method over all channels.

    Attributes:
        stands_on: What its credit rests on; for an unavailable method, why there is none.
        total: Credit over all channels that it can credit.
        total_share: Of the whole outcome.
        ranking: Channels by return, the best first.
    """

    model_config = ConfigDict(frozen=True)

    available: bool
    stands_on: str
    total: Estimate | float | None = None
    total_share: float | None = None
    ranking: tuple[str, ...] = ()


class AttributeResult(BaseModel):
    """The methods side by side, and whether they may be acted on.

    Attributes:
        status: `refused` when the marketing-mix fit is; the other methods are still shown, and credit nothing causally.
        outcome_total: The outcome over the window.
        over_claim_total: All claims over what the claiming channels added.
        conflict: Methods disagree too much to move money on; `conflict_reasons` say where.
        why_different: What makes the methods differ, a sentence each.
        units: Path pattern to unit.
    """

    model_config = ConfigDict(frozen=True)

    status: Literal["solved", "refused"]
    estimand: str
    periods: int
    frequency: str
    outcome_total: float
    channels: dict[str, ChannelAttribution]
    methods: dict[Method, MethodSummary]
    over_claim_total: Estimate | None = None
    conflict: bool
    conflict_reasons: tuple[str, ...] = ()
    why_different: tuple[str, ...] = ()
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
