"""What a simulated market is made of; every mechanism can be switched off by its zero."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from liftos_agents.sandbox.mechanisms import (
    AuctionSpec,
    BreakSpec,
    BudgetSpec,
    ExperimentSpec,
    FatigueSpec,
    GeoSpec,
    InteractionSpec,
    Part,
    RivalSpec,
    SearchSpec,
)


class ChannelSpec(Part):
    """One paid channel.

    Attributes:
        name: Lower-case letters, digits and `_`; begins with a letter.
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
        carryover: `geometric` weights retention^lag, or `delayed` ones retention^((lag − peak)²) (Jin et al. 2017).
        peak: Lag with the greatest delayed weight.
        delay: Share of what media cause that is bought 0, 1, 2 … weeks later; adds up to 1.
        window: Weeks after an exposure, its own included, in which its platform takes credit; no end when absent.
        auction: What exposure costs; the base price when absent.
        search: The channel is bought by bids; it then has no auction.
        fatigue: How its creatives tire.
        first_week: The incumbent spends nothing before it, counted from the first week shown; from the beginning when absent.
        platform: Whose export the channel stands in; its own name when absent.
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
    carryover: Literal["geometric", "delayed"] = "geometric"
    peak: int = Field(default=0, ge=0, le=26)
    delay: tuple[float, ...] = Field(default=(1.0,), min_length=1, max_length=26)
    window: int | None = Field(default=None, ge=1)
    auction: AuctionSpec | None = None
    search: SearchSpec | None = None
    fatigue: FatigueSpec = FatigueSpec()
    first_week: int | None = Field(default=None, ge=0)
    platform: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$")

    @model_validator(mode="after")
    def _possible(self) -> ChannelSpec:
        if min(self.delay) < 0 or abs(sum(self.delay) - 1.0) > 1e-9:
            raise ValueError(f"delay must be shares that add up to 1, got {self.delay!r}")
        if self.auction is not None and self.search is not None:
            raise ValueError("a channel is bought in an auction or by bids (search), not both")
        return self


class PeakSpec(Part):
    """A time of the year at which demand rises: its log by `lift` · e^(−½ (days from `day` / `width`)²).

    Attributes:
        day: Of the year, at its height; the year is a circle.
        lift: Log uplift at the height.
        width: Days; two thirds of the peak lie within this distance of its height.
    """

    day: int = Field(ge=1, le=366)
    lift: float = Field(ge=-3, le=3)
    width: float = Field(default=14.0, gt=0, le=120)


class DemandSpec(Part):
    """D = exp(d) · season · holiday, d an AR(1).

    Attributes:
        persistence: Autoregression of d from week to week.
        volatility: Stationary standard deviation of d.
        season: Amplitude of the yearly season in log demand.
        season_peak: Day of the year on which the season peaks.
        peaks: Further times of the year at which demand rises or falls, such as intakes.
        holiday: Log uplift in the weeks of Black Friday and before Christmas.
        effect: Exponent of demand in baseline revenue; 0 is demand that moves budgets alone.
        proxy_noise: Standard deviation of the log error with which search interest shows demand.
    """

    persistence: float = Field(default=0.8, ge=0, lt=1)
    volatility: float = Field(default=0.15, ge=0)
    season: float = Field(default=0.15, ge=0)
    season_peak: int = Field(default=345, ge=1, le=366)
    peaks: tuple[PeakSpec, ...] = ()
    holiday: float = Field(default=0.0, ge=0)
    effect: float = Field(default=1.0, ge=0)
    proxy_noise: float = Field(default=0.1, ge=0)


class PlannerSpec(Part):
    """The incumbent planner: spend ∝ D^confounding, with a shock that all channels share.

    Attributes:
        confounding: φ, the exponent of demand in every channel that has none of its own.
        common_shock: Standard deviation of the log of a weekly shock to all budgets at once.
    """

    confounding: float = Field(default=0.0, ge=0)
    common_shock: float = Field(default=0.0, ge=0)


class PromotionSpec(Part):
    """Price cuts: in a `share` of the weeks the price falls by `discount`, sales rise by its elasticity.

    Attributes:
        share: Of the weeks, drawn at random.
        discount: Share of the list price.
        elasticity: Baseline revenue · price^−elasticity.
    """

    share: float = Field(default=0.0, ge=0, lt=1)
    discount: float = Field(default=0.15, ge=0, lt=1)
    elasticity: float = Field(default=1.5, ge=0)


class NoiseSpec(Part):
    """Chance in sales: relative `level` of Normal noise, or `level`² as dispersion of negative binomial orders.

    Attributes:
        kind: Law of the week's sales around what is expected.
        level: Standard deviation relative to the expected sales of the whole market.
        order_value: Money an order.
    """

    kind: Literal["normal", "negative_binomial"] = "normal"
    level: float = Field(default=0.05, ge=0, lt=1)
    order_value: float = Field(default=50.0, gt=0)


class MarketSpec(Part):
    """A market from which any number of worlds can be drawn, one a seed.

    Attributes:
        channels: What money is spent on.
        weeks: Weeks that a user would see.
        weeks_before: Weeks of media before them, whose effects carry over into the first.
        start: A Monday.
        base_revenue: Revenue a week without media at demand 1.
        trend: Growth of the baseline a year.
        saturation: Shape of every channel's curve.
        demand: How much the market wants, week by week.
        planner: How the incumbent sets budgets.
        promotions: Price cuts.
        noise: Chance in sales.
        carryover_weeks: Weeks an effect lasts, its own included.
        media_follows_demand: Media's effect scales with demand, as the baseline does.
        tracking_loss: τ, share of conversions that no platform sees.
        margin: Profit per unit of revenue.
        interactions: Upper-funnel channels that help lower ones; no channel may help itself through others.
        rival: A competitor; none when absent.
        breaks: Changes at hidden dates.
        geos: Regions.
        budget: What may be spent.
        experiments: What geo experiments cost.
        currency: Of all money.
        seed: Of the world that is drawn when none is named.
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
    interactions: tuple[InteractionSpec, ...] = ()
    rival: RivalSpec | None = None
    breaks: tuple[BreakSpec, ...] = ()
    geos: GeoSpec = GeoSpec()
    budget: BudgetSpec = BudgetSpec()
    experiments: ExperimentSpec = ExperimentSpec()
    currency: str = "EUR"
    seed: int = Field(default=0, ge=0, lt=2**63)

    @model_validator(mode="after")
    def _consistent(self) -> MarketSpec:
        names = [channel.name for channel in self.channels]
        if len(set(names)) < len(names):
            raise ValueError(f"channel names must differ, got {names!r}")
        if self.start.weekday() != 0:
            raise ValueError(f"start must be a Monday, got {self.start.isoformat()!r}")
        self._known_channels()
        pairs = [(i.upper, i.lower) for i in self.interactions]
        if len(set(pairs)) < len(pairs):
            raise ValueError(f"each pair of channels may interact once, got {pairs!r}")
        try:
            cycle = [upper for upper, _ in nx.find_cycle(nx.DiGraph(pairs))]
        except nx.NetworkXNoCycle:
            return self
        raise ValueError(
            f"interactions must not come back to where they began, got {' → '.join([*cycle, cycle[0]])}"
        )

    def _known_channels(self) -> None:
        named = {
            "interactions": [name for i in self.interactions for name in (i.upper, i.lower)],
            "breaks": [b.channel for b in self.breaks if b.channel is not None],
            "budget": [*self.budget.minimum, *self.budget.maximum, *self.budget.lead_weeks],
        }
        for part, mentioned in named.items():
            unknown = sorted(set(mentioned) - set(self.names))
            if unknown:
                raise ValueError(f"{part} name {unknown[0]!r}; channels are {', '.join(self.names)}")

    @property
    def names(self) -> tuple[str, ...]:
        """The channels' names."""
        return tuple(channel.name for channel in self.channels)

    @property
    def geo_weights(self) -> NDArray[np.float64]:
        """(G,) shares of the market by region, largest first."""
        sizes = (1.0 + np.arange(self.geos.count)) ** -self.geos.concentration
        return sizes / sizes.sum()

    @property
    def mean_spend(self) -> float:
        """Money a week at demand 1, all channels together."""
        return float(sum(channel.mean_spend for channel in self.channels))
