"""The mechanisms beyond demand, carry-over and saturation that a market may have; each is off by its default."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Part(BaseModel):
    """Something that a specification is made of: frozen, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class AuctionSpec(Part):
    """What media cost: price = D^demand · rival · (1 + S/S₀)^pressure, relative to the base price.

    Attributes:
        demand: Exponent of demand in the price.
        pressure: η, how much one's own spend drives the price up.
        reference: S₀, weekly spend; the channel's mean spend when absent.
    """

    demand: float = Field(default=1.0, ge=0)
    pressure: float = Field(default=0.0, ge=0)
    reference: float | None = Field(default=None, gt=0)


class SearchSpec(Part):
    """A channel bought by bids: the bid decides the share of the searches, demand how many there are.

    The share of voice rises from 0 at `floor` to 1 at `ceiling`; a unit of exposure costs the bid.

    Attributes:
        volume: Exposure on offer a week at demand 1, as money at a bid of 1.
        floor, ceiling: Bids, relative to the base price.
        bid: The incumbent's bid.
    """

    volume: float = Field(gt=0)
    floor: float = Field(default=0.2, gt=0)
    ceiling: float = Field(default=2.0, gt=0)
    bid: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> SearchSpec:
        if not self.floor < self.bid <= self.ceiling:
            raise ValueError(
                f"bid must lie above floor {self.floor!r} and up to ceiling {self.ceiling!r}, got {self.bid!r}"
            )
        return self


class FatigueSpec(Part):
    """A creative that wears out: F ← memory · F + (1 − memory) · exposure / mean spend, effect · e^(−strength · F).

    Attributes:
        strength: k; 0 is a creative that never tires.
        memory: δ, share of the weariness that is left after a week.
        refresh_cost: Money for a new creative, which sets F to 0.
    """

    strength: float = Field(default=0.0, ge=0)
    memory: float = Field(default=0.9, ge=0, lt=1)
    refresh_cost: float = Field(default=0.0, ge=0)


class InteractionSpec(Part):
    """An upper-funnel channel helps a lower one: the lower one's effect · (1 + strength · saturation of the upper).

    Attributes:
        upper: Channel that helps.
        lower: Channel that is helped.
        strength: κ.
    """

    upper: str
    lower: str
    strength: float = Field(ge=0)


class RivalSpec(Part):
    """A competitor whose pressure P makes media dearer and takes sales away.

    `scheduled`: P is `pressure` in the weeks named. `reactive`: P ← memory · P + (1 − memory) · reaction · (own spend of
    the week before / reference − 1)⁺.

    Attributes:
        kind: Whether it keeps to a calendar or answers budgets.
        pressure: P while a scheduled rival is on.
        reaction: How strongly a reactive rival answers.
        memory: Share of its pressure that is left after a week.
        weeks: First and last week of each campaign of a scheduled rival, from the first week shown.
        reference: Own weekly spend that it takes for granted; the sum of mean spends when absent.
        price: Media cost · (1 + price · P).
        steal: Baseline · e^(−steal · P).
    """

    kind: Literal["scheduled", "reactive"] = "scheduled"
    weeks: tuple[tuple[int, int], ...] = ()
    pressure: float = Field(default=1.0, ge=0)
    reaction: float = Field(default=1.0, ge=0)
    memory: float = Field(default=0.7, ge=0, lt=1)
    reference: float | None = Field(default=None, gt=0)
    price: float = Field(default=0.0, ge=0)
    steal: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _scheduled(self) -> RivalSpec:
        if self.kind == "scheduled" and not self.weeks:
            raise ValueError("a scheduled rival needs weeks: [[first, last], ...]")
        if any(first > last for first, last in self.weeks):
            raise ValueError(f"each of the rival's campaigns needs first ≤ last, got {self.weeks!r}")
        return self


class BreakSpec(Part):
    """Something changes for good at a date that nobody is told.

    Attributes:
        what: `effect` and `price` of a channel (or all), or `base` revenue, are multiplied by `value`; `tracking` loss
            becomes `value`.
        value: Factor, or the new loss.
        week: The earliest week, from the first one shown; may lie after the shown weeks.
        spread: The date is drawn evenly from so many weeks.
        channel: Whose effect or price; every channel's when absent.
    """

    what: Literal["effect", "price", "base", "tracking"]
    value: float = Field(ge=0)
    week: int = Field(ge=0)
    spread: int = Field(default=1, ge=1)
    channel: str | None = None

    @model_validator(mode="after")
    def _possible(self) -> BreakSpec:
        if self.what == "tracking" and self.value >= 1:
            raise ValueError(f"a tracking loss must be below 1, got {self.value!r}")
        if self.what == "price" and self.value == 0:
            raise ValueError("a price cannot fall to 0")
        if self.channel is not None and self.what in ("base", "tracking"):
            raise ValueError(f"a break of {self.what!r} has no channel, got {self.channel!r}")
        return self


class GeoSpec(Part):
    """The regions of a market; a national one has one.

    Attributes:
        count: How many.
        concentration: Sizes fall as (rank)^−concentration; 0 makes all equal.
        volatility: Standard deviation of the log of a region's own demand.
    """

    count: int = Field(default=1, ge=1, le=1000)
    concentration: float = Field(default=0.5, ge=0, le=3)
    volatility: float = Field(default=0.0, ge=0)


class BudgetSpec(Part):
    """What may be spent a week; a request beyond a bound is a hard violation and is cut.

    A geo experiment may take a channel below its minimum, but no budget above its maximum or the cap.

    Attributes:
        cap: All channels together.
        minimum, maximum: By channel; one that is not named has none.
        pacing: Largest growth of a channel from week to week (0.5 is half as much again), beyond which a platform does not
            deliver; that is no violation.
        lead_weeks: Weeks by channel until a new budget takes effect.
    """

    cap: float | None = Field(default=None, gt=0)
    minimum: dict[str, float] = {}
    maximum: dict[str, float] = {}
    pacing: float | None = Field(default=None, gt=0)
    lead_weeks: dict[str, int] = {}

    @model_validator(mode="after")
    def _possible(self) -> BudgetSpec:
        for name, bounds in (
            ("minimum", self.minimum),
            ("maximum", self.maximum),
            ("lead_weeks", self.lead_weeks),
        ):
            wrong = {key: value for key, value in bounds.items() if value < 0}
            if wrong:
                raise ValueError(f"{name} must not be negative, got {wrong!r}")
        crossed = [c for c in self.minimum if self.minimum[c] > self.maximum.get(c, float("inf"))]
        if crossed:
            raise ValueError(f"the minimum of {crossed[0]!r} lies above its maximum")
        if self.cap is not None and sum(self.minimum.values()) > self.cap:
            raise ValueError(f"the minima add up to more than the cap of {self.cap!r}")
        if any(weeks > 26 for weeks in self.lead_weeks.values()):
            raise ValueError(f"lead_weeks must be at most 26, got {self.lead_weeks!r}")
        return self


class ExperimentSpec(Part):
    """What a geo experiment costs and how large it may be.

    Attributes:
        fee: Money for each, due at its start.
        largest_share: Of the market's sales, in the regions taken.
        least_weeks, most_weeks: Length.
    """

    fee: float = Field(default=0.0, ge=0)
    largest_share: float = Field(default=0.5, gt=0, le=1)
    least_weeks: int = Field(default=2, ge=1)
    most_weeks: int = Field(default=13, ge=1)
