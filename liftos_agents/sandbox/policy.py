"""Whoever decides: what it is told before the first week, and the protocol it keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np

from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.mechanisms import BudgetSpec, ExperimentSpec
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.spec import MarketSpec


@dataclass(frozen=True, eq=False)
class Briefing:
    """What a marketer knows of S worlds before deciding: contracts and prices, never effects.

    Attributes:
        channels: Names, in the order of every array.
        bids: Channel to (floor, incumbent's bid, ceiling), of those bought by bids.
        refresh_costs: (C,) money for a new creative.
        region_shares: (G,) of sales; one region is a national market.
        incumbent: (S, C) mean weekly spend of the last year.
        seeds: (S,) numbers that a policy with chance of its own derives it from.
        start: Monday of the first week shown.
        promotes: Whether prices are ever cut, so that the price index is worth a column.
        conversion_lags: Channel to shares of what it causes that are bought 0, 1, 2, … weeks later: what a firm's own records
            show (in a CRM, the time from lead to order).
        events: Whether the trade has weeks of its own at the end of the year.
    """

    channels: tuple[str, ...]
    horizon: int
    margin: float
    currency: str
    budget: BudgetSpec
    experiments: ExperimentSpec
    bids: dict[str, tuple[float, float, float]]
    refresh_costs: Array
    region_shares: Array
    incumbent: Array
    seeds: np.ndarray
    start: dt.date
    promotes: bool
    events: bool
    conversion_lags: dict[str, tuple[float, ...]]

    @classmethod
    def of(cls, play: MarketPlay) -> Briefing:
        """The briefing of a market in play."""
        spec = play.spec
        return cls(
            channels=spec.names,
            horizon=play.horizon,
            margin=spec.margin,
            currency=spec.currency,
            budget=spec.budget,
            experiments=spec.experiments,
            bids={
                c.name: (c.search.floor, c.search.bid, c.search.ceiling)
                for c in spec.channels
                if c.search is not None
            },
            refresh_costs=np.array([c.fatigue.refresh_cost for c in spec.channels]),
            region_shares=spec.geo_weights,
            incumbent=play.incumbent.copy(),
            seeds=play.seeds.copy(),
            start=spec.start,
            promotes=spec.promotions.share > 0,
            events=spec.demand.holiday > 0,
            conversion_lags={c.name: c.delay for c in spec.channels},
        )

    def world(self, index: int) -> Briefing:
        """One of the worlds, S = 1."""
        cut = slice(index, index + 1)
        return replace(self, incumbent=self.incumbent[cut], seeds=self.seeds[cut])


@runtime_checkable
class Policy(Protocol):
    """Decides week by week for S worlds at once, from reports alone."""

    @property
    def name(self) -> str:
        """What a leaderboard calls it."""
        ...

    def begin(self, briefing: Briefing, history: Report) -> None:
        """Before the first week: what is known, and what the incumbent's weeks showed."""
        ...

    def decide(self, week: int, seen: Report | None) -> Decision:
        """Decisions for week 0 … horizon − 1, after the report of the week before (None at week 0)."""
        ...


class Omniscient(Protocol):
    """A policy that is shown the specification: the oracle, as a bound for all others. It knows no luck."""

    @property
    def name(self) -> str:
        """What a leaderboard calls it."""
        ...

    def begin_knowing(self, spec: MarketSpec, play: MarketPlay) -> None:
        """Before the first week."""
        ...

    def decide(self, week: int, seen: Report | None) -> Decision:
        """As a policy."""
        ...


def begun(policy: Policy | Omniscient, play: MarketPlay) -> Callable[[int, Report | None], Decision]:
    """How `policy` decides, once it has been told what it may know of the market in play."""
    if isinstance(policy, Policy):
        policy.begin(Briefing.of(play), play.history)
    else:
        policy.begin_knowing(play.spec, play)
    return policy.decide


class OneWorldAtATime:
    """A batch policy from one that decides a single world: an instance each."""

    def __init__(self, name: str, make: Callable[[], Policy]) -> None:
        self.name = name
        self._make = make
        self._policies: Sequence[Policy] = ()

    def begin(self, briefing: Briefing, history: Report) -> None:
        """One policy a world, each told of its own world alone."""
        worlds = len(briefing.seeds)
        self._policies = [self._make() for _ in range(worlds)]
        for index, policy in enumerate(self._policies):
            policy.begin(briefing.world(index), history.world(index))

    def decide(self, week: int, seen: Report | None) -> Decision:
        """Their decisions, stacked."""
        each = [p.decide(week, None if seen is None else seen.world(i)) for i, p in enumerate(self._policies)]
        return Decision.stack(each)
