"""What the incumbent's weeks showed, gathered block of worlds by block, so that no array of all details is ever held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy

import numpy as np

from liftos_agents.sandbox.decision import Report
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.response import Flows
from liftos_agents.sandbox.spec import MarketSpec
from liftos_agents.sandbox.tape import Tape

_YEAR = 52


class History:
    """The shown weeks of S worlds, and the last `kept` weeks by region, which may reach further back.

    Attributes:
        incumbent: (S, C) mean weekly spend of the last year.
    """

    def __init__(self, spec: MarketSpec, worlds: int, kept: int) -> None:
        self.spec = spec
        weeks, regions, channels = spec.weeks, spec.geos.count, len(spec.channels)
        self.incumbent = np.empty((worlds, channels))
        self.spend, self.impressions, self.claimed = (np.empty((worlds, weeks, channels)) for _ in range(3))
        self.revenue, self.search_interest, self.price_index = (np.empty((worlds, weeks)) for _ in range(3))
        self.region_revenue, self.region_spend = self.revenue[..., None], self.spend[:, :, None, :]
        if regions > 1:
            self.region_revenue = np.empty((worlds, weeks, regions))
            self.region_spend = np.empty((worlds, weeks, regions, channels))
        kept = min(kept, spec.weeks_before + weeks) if regions > 1 else 0
        self._last_revenue = np.empty((worlds, kept, regions))
        self._last_spend = np.empty((worlds, kept, regions, channels))
        self._mille = 1000.0 / np.array([c.cost_per_mille for c in spec.channels])

    def add(self, rows: slice, tape: Tape, flows: Flows, revenue: Array) -> None:
        """Worlds `rows`: all weeks until the first one decided."""
        stop = self.spec.weeks_before + self.spec.weeks
        shown = slice(self.spec.weeks_before, stop)
        self.spend[rows] = flows.spend[:, shown].sum(axis=2)
        self.impressions[rows] = flows.exposure[:, shown].sum(axis=2) * self._mille
        self.claimed[rows] = flows.claimed[:, shown].sum(axis=2)
        self.revenue[rows] = revenue[:, shown].sum(axis=2)
        self.search_interest[rows], self.price_index[rows] = tape.proxy[:, shown], tape.price[:, shown]
        self.incumbent[rows] = self.spend[rows, -min(_YEAR, self.spec.weeks) :].mean(axis=1)
        if self.spec.geos.count > 1:
            self.region_revenue[rows], self.region_spend[rows] = revenue[:, shown], flows.spend[:, shown]
        kept = slice(stop - self._last_revenue.shape[1], stop)
        self._last_revenue[rows], self._last_spend[rows] = revenue[:, kept], flows.spend[:, kept]

    def some(self, worlds: Sequence[int]) -> History:
        """Some of the worlds."""
        other = copy(self)
        for name in (
            "incumbent",
            "spend",
            "impressions",
            "claimed",
            "revenue",
            "search_interest",
            "price_index",
        ):
            setattr(other, name, getattr(self, name).take(worlds, axis=0))
        other.region_revenue, other.region_spend = other.revenue[..., None], other.spend[:, :, None, :]
        if self.spec.geos.count > 1:
            other.region_revenue = self.region_revenue.take(worlds, axis=0)
            other.region_spend = self.region_spend.take(worlds, axis=0)
        other._last_revenue = self._last_revenue.take(worlds, axis=0)
        other._last_spend = self._last_spend.take(worlds, axis=0)
        return other

    def report(self, worlds: int) -> Report:
        """The shown weeks of the first `worlds` worlds."""
        return Report(
            weeks=np.arange(self.spec.weeks),
            spend=self.spend[:worlds],
            impressions=self.impressions[:worlds],
            claimed=self.claimed[:worlds],
            revenue=self.revenue[:worlds],
            region_revenue=self.region_revenue[:worlds],
            region_spend=self.region_spend[:worlds],
            search_interest=self.search_interest[:worlds],
            price_index=self.price_index[:worlds],
            readings={},
        )

    def last_weeks(self) -> Iterator[tuple[Array, Array]]:
        """Revenue (S, G) and spend (S, G, C) of each week kept, oldest first."""
        for week in range(self._last_revenue.shape[1]):
            yield self._last_revenue[:, week], self._last_spend[:, week]
