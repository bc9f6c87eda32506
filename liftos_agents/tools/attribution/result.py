"""What `attribute` is asked and answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.effect import Explanations
from liftos_agents.domain.estimate import Estimate
from liftos_agents.domain.figure import Figure
from liftos_agents.tools.attribution.row_contract import RowAttribution, RowChannel, RowMethod
from liftos_agents.tools.budget.media_fit import FailedCheck

Method = Literal["mmm", "linear", "dml", "causal_forest", "last_touch", "platform_claimed"]


class AttributeArguments(BaseModel):
    """How to attribute.

    Attributes:
        margin: Profit per unit of revenue, handed to the fit; what the data says when absent.
        draws: Posterior draws used.
        fit: Further arguments of `fit_mmm`.
        rows: The table's rows are users or campaigns and not periods: what to credit in it, without a fit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    margin: float | None = Field(default=None, gt=0.0, le=1.0)
    draws: int = Field(default=1000, ge=50, le=4000)
    fit: dict[str, Any] = Field(default_factory=dict)
    rows: RowAttribution | None = Field(
        default=None,
        description="For rows of users or campaigns: outcome, exposures, controls, spend, claimed, methods, cluster",
    )


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
        status: `refused` when the marketing-mix fit is, or every estimate on rows; what is still shown credits nothing causally.
        periods, frequency, fit, fit_status, margin, margin_stated: Of a panel; None for rows.
        outcome_total: The outcome over the window, or over the rows used.
        rows: Rows used; None for a panel.
        channels: Channels of a panel, or exposures of rows.
        over_claim_total: All claims over what the claiming channels added.
        base_method: On rows, the method that the others and the claims are compared with.
        ranked_by: On rows, what the ranks go by.
        conflict: Methods disagree too much to move money on; `conflict_reasons` say where.
        why_different: What makes the methods differ, a sentence each.
        explanations: On rows, the result in words at three lengths.
        units: Path pattern to unit.
    """

    model_config = ConfigDict(frozen=True)

    status: Literal["solved", "refused"]
    estimand: str
    periods: int | None = None
    frequency: str | None = None
    outcome_total: float
    rows: int | None = None
    channels: dict[str, RowChannel | ChannelAttribution]
    methods: dict[Method, MethodSummary]
    over_claim_total: Estimate | None = None
    base_method: RowMethod | None = None
    ranked_by: Literal["return", "contribution"] | None = None
    conflict: bool
    conflict_reasons: tuple[str, ...] = ()
    why_different: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    fit: str | None = None
    fit_status: str | None = None
    failed_checks: tuple[FailedCheck, ...] = ()
    margin: float | None = None
    margin_stated: bool | None = None
    currency: str | None = None
    explanations: Explanations | None = None
    figures: tuple[Figure, ...] = ()
    units: dict[str, str]
    settings: dict[str, Any]
