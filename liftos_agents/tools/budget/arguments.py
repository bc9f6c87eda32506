"""What a caller may ask of the budget optimiser."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.tools.budget.problem import Objective

Amount = Annotated[float, Field(ge=0.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Change = Annotated[float, Field(ge=0.0)]


class GroupLimit(BaseModel):
    """A limit on several channels together, in money over the horizon or as a share of the total."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: tuple[str, ...] = Field(min_length=1)
    minimum: Amount | None = None
    maximum: Amount | None = None
    minimum_share: Share | None = None
    maximum_share: Share | None = None


class OptimiseBudgetArguments(BaseModel):
    """Money to place and limits to keep. Channels are named as in the data; `*` stands for all not named.

    Attributes:
        total: Money over the horizon; what is spent now when absent.
        horizon_periods: Length of the plan in periods of the data; a quarter when absent.
        current: Channel to money over the horizon that is spent at present, where that is another amount than the last year's mean.
        fix_total: Spend exactly `total`; false for at most.
        minimum, maximum: Channel to money over the horizon.
        minimum_share, maximum_share: Channel to a fraction of `total`.
        groups: Limits on channels together.
        max_change: Largest relative change against the current mix, as a fraction.
        largest_step: The same as our own caution where `max_change` says nothing, given up where other limits need it; none
            for a plan as far from the current mix as the fitted curves carry it.
        max_period_change: Largest relative change from one period to the next, as a fraction.
        target_roas: Least value per unit of spend: a number for the total, or by channel.
        margin: Profit per unit of revenue; what the data says when absent.
        objective: What is maximised; `cvar` is the mean profit of the worst `tail` of draws.
        exclude: Channels that get nothing.
        hold: Channels that keep their share of the current mix, in money.
        allow_extrapolation: Let a channel go beyond 1.5 × its highest period.
        draws: Posterior draws used.
        fit: Further arguments of `fit_mmm`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    total: float | None = Field(default=None, gt=0.0)
    horizon_periods: int | None = Field(default=None, ge=1, le=520)
    current: dict[str, Amount] = Field(default_factory=dict)
    fix_total: bool = True
    minimum: dict[str, Amount] = Field(default_factory=dict)
    maximum: dict[str, Amount] = Field(default_factory=dict)
    minimum_share: dict[str, Share] = Field(default_factory=dict)
    maximum_share: dict[str, Share] = Field(default_factory=dict)
    groups: tuple[GroupLimit, ...] = ()
    max_change: Change | dict[str, Change] | None = None
    largest_step: Change | None = 0.5
    max_period_change: Change | dict[str, Change] | None = None
    target_roas: Amount | dict[str, Amount] | None = None
    margin: float | None = Field(default=None, gt=0.0, le=1.0)
    objective: Objective = "expected_profit"
    tail: float = Field(default=0.1, gt=0.0, lt=1.0)
    exclude: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    allow_extrapolation: bool = False
    draws: int = Field(default=500, ge=50, le=4000)
    fit: dict[str, Any] = Field(default_factory=dict)
