"""What a simulated market is made of; every mechanism can be switched off by its zero."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChannelSpec(_Part):
    """One paid channel.

    Attributes:
        mean_spend: Money a week at demand 1.
        effect: Revenue a week at full saturation.
        half_saturation: Carried-over weekly spend at which half of `effect` is reached.
        slope: Hill slope; above 1 the curve is S-shaped. Unused by the logistic curve.
        retention: Share of an effect carried to the next week.
        confounding: φ of the planner, spend ∝ demand^φ; the market's own when absent.
        volatility: Standard deviation of the log of the channel's own weekly spend shocks.
        active: Share of weeks with spend; below 1 the channel runs in flights.
        cost_per_mille: Money per 1,000 impressions.
        credit: κ, how much of its true effect the platform claims.
        poaching: o, share of baseline revenue the platform claims at full saturation.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    mean_spend: float = Field(gt=0)
    effect: float = Field(ge=0)
    half_saturation: float = Field(gt=0)
    slope: float = Field(default=1.0, gt=0, le=8)
    retention: float = Field(default=0.0, ge=0, lt=1)
    confounding: float | None = Field(default=None, ge=0)
    volatility: float = Field(default=0.3, ge=0)
    active: float = Field(default=1.0, gt=0, le=1)
    cost_per_mille: float = Field(default=8.0, gt=0)
    credit: float = Field(default=1.0, ge=0)
    poaching: float = Field(default=0.0, ge=0)


class DemandSpec(_Part):
    """D = exp(d) · season · holiday, d an AR(1).

    Attributes:
        persistence: Autoregression of d from week to week.
        volatility: Stationary standard deviation of d.
        season: Amplitude of the yearly season in log demand.
        season_peak: Day of the year on which the season peaks.
        holiday: Log uplift in the weeks of Black Friday and before Christmas.
        effect: Exponent of demand in baseline revenue; 0 is demand that moves budgets alone.
        proxy_noise: Standard deviation of the log error with which search interest shows demand.
    """

    persistence: float = Field(default=0.8, ge=0, lt=1)
    volatility: float = Field(default=0.15, ge=0)
    season: float = Field(default=0.15, ge=0)
    season_peak: int = Field(default=345, ge=1, le=366)
    holiday: float = Field(default=0.0, ge=0)
    effect: float = Field(default=1.0, ge=0)
    proxy_noise: float = Field(default=0.1, ge=0)


class PlannerSpec(_Part):
    """The incumbent planner: spend ∝ D^confounding, with a shock that all channels share."""

    confounding: float = Field(default=0.0, ge=0)
    common_shock: float = Field(default=0.0, ge=0)


class PromotionSpec(_Part):
    """Price cuts: in a `share` of the weeks the price falls by `discount`, sales rise by its elasticity."""

    share: float = Field(default=0.0, ge=0, lt=1)
    discount: float = Field(default=0.15, ge=0, lt=1)
    elasticity: float = Field(default=1.5, ge=0)


class NoiseSpec(_Part):
    """Chance in sales: relative `level` of Normal noise, or `level`² as dispersion of negative binomial orders."""

    kind: Literal["normal", "negative_binomial"] = "normal"
    level: float = Field(default=0.05, ge=0, lt=1)
    order_value: float = Field(default=50.0, gt=0)


class MarketSpec(_Part):
    """A market from which any number of worlds can be drawn, one a seed.

    Attributes:
        weeks: Weeks that a user would see.
        weeks_before: Weeks of media before them, whose effects carry over into the first.
        start: A Monday.
        base_revenue: Revenue a week without media at demand 1.
        trend: Growth of the baseline a year.
        saturation: Shape of every channel's curve.
        carryover_weeks: Weeks an effect lasts, its own included.
        media_follows_demand: Media's effect scales with demand, as the baseline does.
        tracking_loss: τ, share of conversions that no platform sees.
        margin: Profit per unit of revenue.
    """

    channels: tuple[ChannelSpec, ...] = Field(min_length=1)
    weeks: int = Field(default=156, ge=4, le=1040)
    weeks_before: int = Field(default=0, ge=0, le=104)
    start: dt.date = dt.date(2023, 1, 2)
    base_revenue: float = Field(default=500_000.0, ge=0)
    trend: float = 0.0
    demand: DemandSpec = DemandSpec()
    planner: PlannerSpec = PlannerSpec()
    promotions: PromotionSpec = PromotionSpec()
    noise: NoiseSpec = NoiseSpec()
    saturation: Literal["hill", "logistic"] = "hill"
    carryover_weeks: int = Field(default=8, ge=1, le=52)
    media_follows_demand: bool = False
    tracking_loss: float = Field(default=0.0, ge=0, lt=1)
    margin: float = Field(default=1.0, gt=0, le=1)
    currency: str = "EUR"
    seed: int = Field(default=0, ge=0, lt=2**63)

    @model_validator(mode="after")
    def _consistent(self) -> MarketSpec:
        names = [channel.name for channel in self.channels]
        if len(set(names)) < len(names):
            raise ValueError(f"channel names must differ, got {names!r}")
        if self.start.weekday() != 0:
            raise ValueError(f"start must be a Monday, got {self.start.isoformat()!r}")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The channels' names."""
        return tuple(channel.name for channel in self.channels)
