"""A market in play: S worlds of one specification, decided week by week.

The incumbent plays the weeks shown; then whoever is asked decides for `horizon` weeks. Two policies on one seed meet the same
demand, the same rivals and the same luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox import sales
from liftos_agents.sandbox.budget_rules import BudgetRules
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.delivered import Delivered
from liftos_agents.sandbox.experiments import ExperimentDesign, ExperimentReading
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.response import Carry, Flows, Response
from liftos_agents.sandbox.spec import MarketSpec
from liftos_agents.sandbox.tape import Tape, record

WEEKS_BEFORE_EXPERIMENT = 8


@dataclass(eq=False)
class Score:
    """What S worlds came to so far; money, (S,).

    Attributes:
        profit: Margin · revenue − spend − fees − creatives, with its luck; what is still to come is added at the end.
        expected_profit: The same without the luck of the weeks.
        spend, fees: Money that went out; fees hold experiments and creatives.
        violations: Requests beyond a hard bound, an experiment's included, and experiments that cannot be run.
    """

    profit: Array
    expected_profit: Array
    spend: Array
    fees: Array
    violations: NDArray[np.int64]


@dataclass(frozen=True)
class _Running:
    design: ExperimentDesign
    channel: int
    first: int


class MarketPlay:
    """S worlds in play.

    Args:
        spec: The market; its `weeks` are played by the incumbent at once.
        seeds: One a world.
        horizon: Weeks to decide.
        keep: Keep what is delivered by region, for `played_truth.true_returns`.

    Attributes:
        history: What the weeks before show.
        score: What the decisions came to.
        week: Weeks decided so far.
        abstained: (S,) worlds in which the decider abstained at least once.
        kept: What was delivered, where `keep`.
        incumbent_bids: (C,), 1 where nothing is bought by bids.
    """

    def __init__(
        self,
        spec: MarketSpec,
        seeds: Sequence[int] | NDArray[np.int64],
        horizon: int = 52,
        *,
        keep: bool = False,
    ) -> None:
        if horizon < 1:
            raise ArgumentError(f"horizon must be at least 1 week, got {horizon!r}")
        self.spec, self.horizon = spec, horizon
        self.seeds = np.asarray(seeds, dtype=np.int64)
        self.response = Response(spec)
        self.fading = self.response.fading
        self._first = spec.weeks_before + spec.weeks
        self._tape = record(spec, self.seeds, self._first + horizon + self.fading)
        self._weights = spec.geo_weights[:, None]
        channels = spec.channels
        self._refresh_cost = np.array([c.fatigue.refresh_cost for c in channels])
        self._mille = 1000.0 / np.array([c.cost_per_mille for c in channels])
        self._bounds = BudgetRules(spec)
        planned = self._tape.planned[:, : self._first]
        flows, self._carry = self._respond(0, planned[:, :, None, :] * self._weights)
        revenue = sales.draw(spec, flows.expected, self._tape.luck[:, : self._first])
        self.history = self._report(0, flows, revenue, {}, shown=slice(spec.weeks_before, self._first))
        self._memory_revenue, self._memory_spend = revenue, flows.spend
        self._incumbent = flows.spend.sum(axis=2)[:, -min(52, spec.weeks) :].mean(axis=1)
        self._booked = self._incumbent.copy()
        self._waiting = np.repeat(self._incumbent[:, None], self._bounds.longest_lead, axis=1)
        self._running: dict[int, list[_Running]] = {}
        worlds = len(self.seeds)
        nothing = np.zeros(worlds)
        self.score = Score(
            nothing.copy(), nothing.copy(), nothing.copy(), nothing.copy(), np.zeros(worlds, np.int64)
        )
        self.week = 0
        self.kept = Delivered(self._carry) if keep else None
        self.incumbent_bids = np.array([1.0 if c.search is None else c.search.bid for c in channels])
        self.abstained = np.zeros(worlds, dtype=bool)

    @property
    def done(self) -> bool:
        """Whether every week of the horizon is decided."""
        return self.week >= self.horizon

    @property
    def incumbent(self) -> Array:
        """(S, C) the incumbent's mean weekly spend of the last year: what holding goes on with."""
        return self._incumbent

    def step(self, decision: Decision) -> tuple[Report, Array]:
        """Play a week; what it shows, and its profit (S,).

        Raises:
            ArgumentError: The horizon is over, or the decision has the wrong shape.
        """
        if self.done:
            raise ArgumentError(f"the {self.horizon} weeks are over")
        worlds, channels = len(self.seeds), len(self.spec.channels)
        if decision.spend.shape != (worlds, channels):
            raise ArgumentError(f"budgets must have shape ({worlds}, {channels}), got {decision.spend.shape}")
        asked = decision.spend
        if decision.abstains is not None:
            asked = np.where(decision.abstains[:, None], self._incumbent, asked)
            self.abstained |= decision.abstains
        budgets, broken = self._bounds.cut(asked, self._booked)
        if decision.abstains is not None:
            broken &= ~decision.abstains
        violations = broken.astype(np.int64)
        self._booked = budgets
        delivered = self._after_lead(budgets)
        fees = np.zeros(worlds)
        for world, design in (decision.experiments or {}).items():
            if self._begin(world, design):
                fees[world] += self.spec.experiments.fee
            else:
                violations[world] += 1
        if decision.refresh is not None:
            fees = fees + decision.refresh @ self._refresh_cost
        regional = delivered[:, None, None, :] * self._weights
        violations += self._apply_experiments(regional)
        position = self._first + self.week
        bids = None
        if decision.bids is not None:
            bids = np.where(np.isfinite(decision.bids), decision.bids, self.incumbent_bids)[:, None, :]
        refresh = None if decision.refresh is None else decision.refresh[:, None, :]
        if self.kept is not None:
            self.kept.add(regional, bids, refresh)
        flows, self._carry = self._respond(position, regional, bids, refresh)
        expected = flows.expected
        revenue = sales.draw(self.spec, expected, self._tape.luck[:, position : position + 1])
        self._remember(revenue, flows.spend)
        self.week += 1
        readings = self._ended()
        spent = flows.spend.sum(axis=(1, 2, 3))
        profit = self.spec.margin * revenue.sum(axis=(1, 2)) - spent - fees
        expected_profit = self.spec.margin * expected.sum(axis=(1, 2)) - spent - fees
        if self.done:
            to_come = self.spec.margin * self._still_to_come()
            profit = profit + to_come
            expected_profit = expected_profit + to_come
        score = self.score
        score.profit += profit
        score.expected_profit += expected_profit
        score.spend += spent
        score.fees += fees
        score.violations += violations
        return self._report(position, flows, revenue, readings), profit

    def tape(self, start: int, stop: int) -> Tape:
        """What is exogenous in the weeks from `start` to before `stop`, counted from the first one decided."""
        return self._tape.span(self._first + start, self._first + stop)

    def _respond(
        self,
        position: int,
        regional: Array,
        bids: Array | None = None,
        refresh: NDArray[np.bool_] | None = None,
    ) -> tuple[Flows, Carry]:
        weeks = self._tape.span(position, position + regional.shape[1])
        carry = self._carry if position else None
        return self.response.respond(weeks, regional, bids=bids, refresh=refresh, carry=carry)

    def _still_to_come(self) -> Array:
        """Expected revenue that earlier spend brings after the horizon, less what a rival still takes away for it."""
        if not self.fading:
            return np.zeros(len(self.seeds))
        nothing = np.zeros((len(self.seeds), self.fading, *self.response.effect.shape))
        flows, _ = self._respond(self._first + self.horizon, nothing)
        coming = flows.incremental.sum(axis=(1, 2, 3))
        if self.spec.rival is not None and self.spec.rival.kind == "reactive":
            undisturbed = self.tape(self.horizon, self.horizon + self.fading).baseline
            coming += (flows.baseline - undisturbed).sum(axis=(1, 2))
        return coming

    def _after_lead(self, budgets: Array) -> Array:
        if not self._bounds.longest_lead:
            return budgets
        self._waiting = np.concatenate([self._waiting, budgets[:, None]], axis=1)
        rows = self._waiting.shape[1] - 1 - self._bounds.lead
        delivered = self._waiting[:, rows, np.arange(budgets.shape[1])]
        self._waiting = self._waiting[:, 1:]
        return delivered

    def _begin(self, world: int, design: ExperimentDesign) -> bool:
        running = self._running.get(world, [])
        busy = any(r.design.channel == design.channel for r in running)
        if busy or design.fault(self.spec) or self.week + design.weeks > self.horizon:
            return False
        channel = self.spec.names.index(design.channel)
        self._running[world] = [*running, _Running(design, channel, self.week)]
        return True

    def _apply_experiments(self, regional: Array) -> NDArray[np.bool_]:
        """Multiply the budgets of regions taken; worlds (S,) in which that broke a bound."""
        broken = np.zeros(len(regional), dtype=bool)
        for world, running in self._running.items():
            before = float(regional[world].sum())
            for r in running:
                regional[world, 0, list(r.design.regions), r.channel] *= r.design.factor
            if any(r.design.factor > 1.0 for r in running):
                broken[world] = self._bounds.cut_experiment(regional[world, 0], before)
        return broken

    def _remember(self, revenue: Array, spend: Array) -> None:
        """Keep regions' weeks as long as an experiment that begins now or runs may look back."""
        if self.spec.geos.count < 2:
            return
        kept = WEEKS_BEFORE_EXPERIMENT + self.spec.experiments.most_weeks
        self._memory_revenue = np.concatenate([self._memory_revenue, revenue], axis=1)[:, -kept:]
        self._memory_spend = np.concatenate([self._memory_spend, spend], axis=1)[:, -kept:]

    def _ended(self) -> dict[int, list[ExperimentReading]]:
        found: dict[int, list[ExperimentReading]] = {}
        for world, running in list(self._running.items()):
            over = [r for r in running if self.week - r.first >= r.design.weeks]
            if not over:
                continue
            self._running[world] = [r for r in running if r not in over]
            if not self._running[world]:
                del self._running[world]
            found[world] = [self._reading(world, r) for r in over]
        return found

    def _reading(self, world: int, run: _Running) -> ExperimentReading:
        weeks = WEEKS_BEFORE_EXPERIMENT + run.design.weeks
        revenue = self._memory_revenue[world, -weeks:]
        return ExperimentReading(
            design=run.design,
            first_week=self.spec.weeks + run.first,
            revenue=revenue,
            spend=self._memory_spend[world, -weeks:, :, run.channel],
            before=len(revenue) - run.design.weeks,
        )

    def _report(
        self,
        position: int,
        flows: Flows,
        revenue: Array,
        readings: dict[int, list[ExperimentReading]],
        shown: slice = slice(None),
    ) -> Report:
        first = self._tape.first + position
        weeks = np.arange(first, first + revenue.shape[1])
        span = slice(position, position + revenue.shape[1])
        return Report(
            weeks=weeks[shown],
            spend=flows.spend.sum(axis=2)[:, shown],
            impressions=(flows.exposure.sum(axis=2) * self._mille)[:, shown],
            claimed=flows.claimed.sum(axis=2)[:, shown],
            revenue=revenue.sum(axis=2)[:, shown],
            region_revenue=revenue[:, shown],
            region_spend=flows.spend[:, shown],
            search_interest=self._tape.proxy[:, span][:, shown],
            price_index=self._tape.price[:, span][:, shown],
            readings=readings,
        )
