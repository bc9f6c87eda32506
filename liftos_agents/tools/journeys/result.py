"""What attribution on paths hands back."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.effect import EffectResult, effect_units


class ChannelCredit(BaseModel):
    """One channel's part in the journeys, and what each method credits it with.

    Attributes:
        channel: Name as in the data.
        touches: How often it was met.
        journeys: Journeys in which it was met.
        first, last: Conversions whose journey it began, and ended.
        removal_effect: By how much the chance to convert falls in the chain without it, as a share.
        credits: Method to conversions.
        shares: Method to share of all conversions.
        values: Method to value; empty when none was given.
        last_over_markov: Last-touch credit over that of the chain.
        cost: Of its touches; None when none was given.
        return_on_cost: Method to credited value per unit of cost; empty without value or cost.
        cost_per_conversion: Method to cost per credited conversion; empty without cost.
    """

    model_config = ConfigDict(frozen=True)

    channel: str
    touches: float
    journeys: float
    first: float
    last: float
    removal_effect: float
    credits: dict[str, float]
    shares: dict[str, float]
    values: dict[str, float] = Field(default_factory=dict)
    last_over_markov: float | None
    cost: float | None = None
    return_on_cost: dict[str, float] = Field(default_factory=dict)
    cost_per_conversion: dict[str, float] = Field(default_factory=dict)


class JourneyCounts(BaseModel):
    """How many journeys there are.

    Attributes:
        all: Journeys, those without conversion included.
        conversions: Conversions to share out.
        without_conversion: Journeys that ended without one.
        distinct_paths: Different paths.
        mean_touches: Touches a journey.
        one_touch_share: Conversions whose journey has one touch alone, as a share: every method agrees on these.
    """

    model_config = ConfigDict(frozen=True)

    all: float
    conversions: float
    without_conversion: float
    distinct_paths: int
    mean_touches: float
    one_touch_share: float
    value: float | None


class AttributePathsResult(EffectResult):
    """Credit by channel and method, side by side; `estimate` stays empty, for credit is no effect.

    Attributes:
        channels: Key of a channel to its credits.
        journeys: What was shared out.
        why_they_differ: Where methods part and what in the journeys parts them, a sentence each.
    """

    channels: dict[str, ChannelCredit]
    journeys: JourneyCounts
    why_they_differ: tuple[str, ...] = ()


def path_units() -> dict[str, str]:
    """Units of every figure in the result."""
    channel = {
        f"channels.*.{name}": unit
        for name, unit in {
            "channel": "text",
            "touches": "count",
            "journeys": "count",
            "first": "outcome",
            "last": "outcome",
            "removal_effect": "share",
            "credits": "outcome",
            "shares": "share",
            "values": "money",
            "last_over_markov": "ratio",
            "cost": "money",
            "return_on_cost": "ratio",
            "cost_per_conversion": "money",
        }.items()
    }
    journeys = {
        "journeys.all": "count",
        "journeys.conversions": "count",
        "journeys.without_conversion": "count",
        "journeys.distinct_paths": "count",
        "journeys.mean_touches": "number",
        "journeys.one_touch_share": "share",
        "journeys.value": "money",
    }
    return effect_units() | channel | journeys | {"why_they_differ": "text"}
