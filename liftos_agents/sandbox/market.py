"""Worlds drawn from a specification, and the file that a user of one would have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from liftos_agents.sandbox import sales, tape
from liftos_agents.sandbox.demand import week_dates
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.response import Response
from liftos_agents.sandbox.spec import MarketSpec
from liftos_agents.sandbox.truth import PlanOutcome, Truth, World
from liftos_agents.sandbox.weekly_frame import weekly_frame


@dataclass(frozen=True, eq=False)
class MarketBatch:
    """S worlds of one specification; arrays are (S, W) or (S, W, C), W = weeks before and weeks shown.

    `budgets` is what the incumbent meant to spend, `spend` what was spent: a search budget may find too few searches.
    """

    spec: MarketSpec
    seeds: NDArray[np.int64]
    demand: Array
    price: Array
    proxy: Array
    baseline: Array
    budgets: Array
    spend: Array
    exposure: Array
    incremental: Array
    claimed: Array
    revenue: Array

    def __len__(self) -> int:
        return len(self.seeds)

    def market(self, index: int) -> SimulatedMarket:
        """One of the worlds."""
        return SimulatedMarket(self, index)


@dataclass(frozen=True, eq=False)
class SimulatedMarket:
    """One world: what its user sees (`frame`), what is true in it (`truth`), what a plan would do.

    Series have one value a shown week, shape (T,) or (T, C).
    """

    batch: MarketBatch
    index: int

    @property
    def spec(self) -> MarketSpec:
        """What the world was drawn from."""
        return self.batch.spec

    @property
    def seed(self) -> int:
        """The world's seed."""
        return int(self.batch.seeds[self.index])

    @property
    def spend(self) -> Array:
        """(T, C) money."""
        return self._shown(self.batch.spend)

    @property
    def incremental(self) -> Array:
        """(T, C) revenue that media caused in each week."""
        return self._shown(self.batch.incremental)

    @property
    def claimed(self) -> Array:
        """(T, C) revenue that platforms claim."""
        return self._shown(self.batch.claimed)

    @property
    def revenue(self) -> Array:
        """(T,) revenue with its noise."""
        return self._shown(self.batch.revenue)

    @property
    def demand(self) -> Array:
        """(T,) the demand that nobody sees."""
        return self._shown(self.batch.demand)

    def frame(self) -> pd.DataFrame:
        """The table that a user would load: one row a week, no truth in it, labelled as simulated in `attrs`."""
        spec = self.spec
        exposure = np.round(self._shown(self.batch.exposure), 2)
        frame = weekly_frame(
            spec.names,
            week_dates(spec, np.arange(spec.weeks)),
            spend=self.spend,
            impressions=1000.0 * exposure / np.array([c.cost_per_mille for c in spec.channels]),
            claimed=self.claimed,
            revenue=self.revenue,
            search_interest=self._shown(self.batch.proxy),
            price_index=self._shown(self.batch.price) if spec.promotions.share > 0 else None,
            events=spec.demand.holiday > 0,
        )
        frame.attrs.update(seed=self.seed)
        return frame

    @cached_property
    def truth(self) -> Truth:
        """Contributions, returns and demand as they are, by noise-free rollouts."""
        return self._world.effects(self.claimed.sum(axis=0))

    def outcome(self, plan: Mapping[str, float] | ArrayLike, horizon: int) -> PlanOutcome:
        """What a plan for the weeks after the window would really do.

        Args:
            plan: Totals by channel, spent evenly, or weekly spend of shape (horizon, C).
            horizon: Weeks of the plan.

        Raises:
            ArgumentError: Unknown channels, a wrong shape, or negative spend.
        """
        return self._world.outcome(plan, horizon)

    def media_revenue(self, spend: ArrayLike) -> float:
        """Expected revenue of media in the shown weeks, had their budgets been `spend`, (T, C)."""
        before = self.batch.budgets[self.index, : self.spec.weeks_before]
        path = np.concatenate([before, np.asarray(spend, dtype=np.float64)])
        return float(self._world.rollout(path[None]).incremental[:, self.spec.weeks_before :].sum())

    def optimal_allocation(
        self,
        total: float,
        horizon: int,
        *,
        minimum: Mapping[str, float] | None = None,
        maximum: Mapping[str, float] | None = None,
    ) -> dict[str, float]:
        """The totals by channel, spent evenly, that cause the greatest revenue in truth.

        Dynamic programming on a grid, then ever smaller exchanges between channels; S-shaped curves included.

        Raises:
            ArgumentError: No allocation keeps the bounds.
        """
        return self._world.best(total, horizon, minimum or {}, maximum or {})

    def hold(self, total: float) -> dict[str, float]:
        """The incumbent's mix of the last 52 weeks, scaled to `total`."""
        mix = self.spend[-52:].sum(axis=0)
        return {name: float(total * m / mix.sum()) for name, m in zip(self.spec.names, mix, strict=True)}

    def regret(self, plan: Mapping[str, float], horizon: int) -> float:
        """(oracle − plan) / (oracle − hold) in profit at the plan's total: 0 is best, 1 as good as holding."""
        total = float(sum(plan.values()))
        oracle, chosen, held = (
            self.outcome(p, horizon).profit
            for p in (self.optimal_allocation(total, horizon), plan, self.hold(total))
        )
        return float((oracle - chosen) / (oracle - held)) if oracle > held else 0.0

    @cached_property
    def _world(self) -> World:
        return World(self.spec, self.seed, self.batch.budgets[self.index])

    def _shown(self, series: Array) -> Array:
        return series[self.index, self.spec.weeks_before :]


def simulate(spec: MarketSpec, seed: int | None = None) -> SimulatedMarket:
    """One world of `spec`: a pure function of the specification and the seed (its own when None)."""
    return simulate_many(spec, [spec.seed if seed is None else seed]).market(0)


def simulate_many(spec: MarketSpec, seeds: Sequence[int]) -> MarketBatch:
    """Worlds of `spec`, one a seed, computed together; each is the same as `simulate` makes alone."""
    keys = np.asarray(seeds, dtype=np.int64)
    world = tape.record(spec, keys, spec.weeks_before + spec.weeks)
    planned = world.planned[:, :, None, :] * spec.geo_weights[:, None]
    flows, _ = Response(spec).respond(world, planned)
    revenue = sales.draw(spec, flows.expected, world.luck)
    return MarketBatch(
        spec=spec,
        seeds=keys,
        demand=world.national_demand,
        price=world.price,
        proxy=world.proxy,
        baseline=flows.baseline.sum(axis=-1),
        budgets=world.planned,
        spend=flows.spend.sum(axis=2),
        exposure=flows.exposure.sum(axis=2),
        incremental=flows.incremental.sum(axis=2),
        claimed=flows.claimed.sum(axis=2),
        revenue=revenue.sum(axis=-1),
    )
