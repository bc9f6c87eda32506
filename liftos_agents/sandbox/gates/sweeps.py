"""What nobody can read off the data, changed one at a time: would the policy still win if this were so?

Each sweep makes a market harsher in one mechanism, and switches it on where it was off. Strengths are assumed, not estimated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from liftos_agents.sandbox.mechanisms import AuctionSpec, RivalSpec
from liftos_agents.sandbox.scenarios import Scenario
from liftos_agents.sandbox.spec import ChannelSpec, MarketSpec

PRESSURE = 0.3
TIRING = 0.15
REACTION = 1.0
DEARER, STOLEN = 0.2, 0.05
OVERCLAIM, POACHED = 1.5, 0.05
LATER = (0.5, 0.3, 0.2)
_LONGEST_DELAY = 26


@dataclass(frozen=True)
class MarketSweep:
    """One assumption.

    Attributes:
        words: What is assumed, as an end of "should this be so: …".
        change: The market under it.
    """

    name: str
    words: str
    change: Callable[[MarketSpec], MarketSpec]

    def of(self, scenario: Scenario) -> Scenario:
        """The scenario with its market changed, and checked like any other."""
        changed = self.change(scenario.market)
        return scenario.model_copy(update={"market": MarketSpec.model_validate(changed.model_dump())})


def auction_pressure(market: MarketSpec) -> MarketSpec:
    """η of every channel bought in an auction rises; one bought at a fixed price gets an auction without a demand term."""

    def harsher(channel: ChannelSpec) -> ChannelSpec:
        if channel.search is not None:
            return channel
        auction = channel.auction or AuctionSpec(demand=0.0)
        raised = auction.model_copy(update={"pressure": auction.pressure + PRESSURE})
        return channel.model_copy(update={"auction": raised})

    return _channels(market, harsher)


def creative_fatigue(market: MarketSpec) -> MarketSpec:
    """k of every channel's creatives rises."""

    def harsher(channel: ChannelSpec) -> ChannelSpec:
        tired = channel.fatigue.model_copy(update={"strength": channel.fatigue.strength + TIRING})
        return channel.model_copy(update={"fatigue": tired})

    return _channels(market, harsher)


def rival_reaction(market: MarketSpec) -> MarketSpec:
    """A rival answers more strongly; a scheduled one presses twice as hard, and where there is none one appears."""
    rival = market.rival
    if rival is None:
        rival = RivalSpec(kind="reactive", reaction=REACTION, price=DEARER, steal=STOLEN)
    elif rival.kind == "reactive":
        rival = rival.model_copy(update={"reaction": rival.reaction + REACTION})
    else:
        rival = rival.model_copy(update={"pressure": 2.0 * rival.pressure})
    return market.model_copy(update={"rival": rival})


def over_claim(market: MarketSpec) -> MarketSpec:
    """Every platform claims more of what it caused, and more of what it did not."""

    def harsher(channel: ChannelSpec) -> ChannelSpec:
        more = {"credit": OVERCLAIM * channel.credit, "poaching": channel.poaching + POACHED}
        return channel.model_copy(update=more)

    return _channels(market, harsher)


def conversion_delay(market: MarketSpec) -> MarketSpec:
    """What media cause is bought later: each channel's delay has another one added to it."""

    def harsher(channel: ChannelSpec) -> ChannelSpec:
        later = np.convolve(channel.delay, LATER)
        kept = later[:_LONGEST_DELAY].copy()
        kept[-1] += later[_LONGEST_DELAY:].sum()
        return channel.model_copy(update={"delay": tuple(float(share) for share in kept / kept.sum())})

    return _channels(market, harsher)


SWEEPS: tuple[MarketSweep, ...] = (
    MarketSweep(
        "auction_pressure",
        f"media get dearer with one's own spend by a power of {PRESSURE:g} more",
        auction_pressure,
    ),
    MarketSweep(
        "creative_fatigue", f"creatives wear out faster, at a strength of {TIRING:g} more", creative_fatigue
    ),
    MarketSweep(
        "rival_reaction",
        f"a rival answers larger budgets, by {REACTION:g} more for each doubling",
        rival_reaction,
    ),
    MarketSweep(
        "over_claim",
        f"platforms claim {OVERCLAIM:g} times as much of their effect, and {100 * POACHED:g} % more of the baseline",
        over_claim,
    ),
    MarketSweep(
        "conversion_delay",
        f"what media cause is bought {sum(lag * share for lag, share in enumerate(LATER)):.1f} weeks later",
        conversion_delay,
    ),
)


def _channels(market: MarketSpec, change: Callable[[ChannelSpec], ChannelSpec]) -> MarketSpec:
    return market.model_copy(update={"channels": tuple(change(channel) for channel in market.channels)})
