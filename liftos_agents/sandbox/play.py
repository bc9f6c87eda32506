"""A market in play: S worlds of one specification, decided week by week.

The incumbent plays the weeks shown; then whoever is asked decides for `horizon` weeks. Two policies on one seed meet the same
demand, the same rivals and the same luck.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox import sales
from liftos_agents.sandbox.budget_rules import BudgetRules
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.delivered import Delivered
from liftos_agents.sandbox.experiments import ExperimentDesign, ExperimentReading
from liftos_agents.sandbox.history import History
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.response import Carry, Response
from liftos_agents.sandbox.spec import MarketSpec
from liftos_agents.sandbox.tape import Tape, record
from liftos_agents.sandbox.weekly import Weekly
from liftos_agents.sandbox.weekly_layout import Numbers, Track, Week

WEEKS_BEFORE_EXPERIMENT = 8
_BLOCK = 16_384
"""Worlds · regions · channels that are played together: arrays of 128 KiB."""


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
        self.response = Response(spec)
        self.fading = self.response.fading
        self._numbers = Numbers(self.response)
        self._bounds = BudgetRules(spec)
        channels = spec.channels
        self.incumbent_bids = np.array([1.0 if c.search is None else c.search.bid for c in channels])
        self._refresh_cost = np.array([[c.fatigue.refresh_cost] for c in channels])
        self._mille = 1000.0 / np.array([c.cost_per_mille for c in channels])
        self._kept_weeks = WEEKS_BEFORE_EXPERIMENT + spec.experiments.most_weeks if spec.geos.count > 1 else 0
        self._keep = keep
        self._open(seeds)

    def again(self, seeds: Sequence[int] | NDArray[np.int64]) -> MarketPlay:
        """Other worlds of the same market from their first week on, its numbers not gathered anew."""
        other = copy(self)
        other.__dict__.pop("_tape", None)
        other._open(seeds)
        return other

    def _open(self, seeds: Sequence[int] | NDArray[np.int64]) -> None:
        """Play the incumbent's weeks, in blocks of worlds."""
        self.seeds = np.asarray(seeds, dtype=np.int64)
        worlds = len(self.seeds)
        # numpy adds up one world alone in another order than several: a single one is played twice.
        rows = np.repeat(self.seeds, 2) if worlds == 1 else self.seeds
        past = History(self.spec, len(rows), self._kept_weeks)
        self._proxy, self._price = (np.empty((len(rows), self.horizon)) for _ in range(2))
        self._blocks: list[tuple[slice, Weekly]] = []
        carries = [self._open_block(rows, block, past) for block in self._cut_up(len(rows))]
        self.kept = Delivered(Carry.join(carries).worlds(slice(worlds))) if self._keep else None
        self.history = past.report(worlds)
        self._incumbent = past.incumbent[:worlds]
        self._held = np.ascontiguousarray(past.incumbent.T)
        self._booked = self._held
        longest = self._bounds.longest_lead
        self._waiting = deque([self._held] * (longest + 1), longest + 1)
        self._remembered = deque(past.last_weeks(), self._kept_weeks)
        self._running: dict[int, list[_Running]] = {}
        self.score = Score(*(np.zeros(worlds) for _ in range(4)), violations=np.zeros(worlds, np.int64))
        self.week = 0
        self.abstained = np.zeros(worlds, dtype=bool)

    def _cut_up(self, rows: int) -> list[slice]:
        size = max(2, _BLOCK // self.response.effect.size)
        return [slice(*pair) for pair in pairwise([*range(0, rows - 1, size), rows])]

    def _open_block(self, rows: NDArray[np.int64], block: slice, past: History) -> Carry:
        spec = self.spec
        first = spec.weeks_before + spec.weeks
        stop = first + self.horizon
        tape = record(spec, rows[block], stop + self.fading)
        before = tape.span(0, first)
        planned = before.planned[:, :, None, :] * self._numbers.weights
        flows, carry = self.response.respond(before, planned)
        past.add(block, before, flows, sales.draw(spec, flows.expected, before.luck))
        self._proxy[block], self._price[block] = tape.proxy[:, first:stop], tape.price[:, first:stop]
        track = Track.of(self._numbers, tape.span(first, tape.weeks))
        self._blocks.append((block, Weekly(self._numbers, track, carry)))
        return carry

    @property
    def done(self) -> bool:
        """Whether every week of the horizon is decided."""
        return self.week >= self.horizon

    @property
    def incumbent(self) -> Array:
        """(S, C) the incumbent's mean weekly spend of the last year: what holding goes on with."""
        return self._incumbent

    @property
    def booked(self) -> Array:
        """(S, C) the last week's budgets after every bound, before lead weeks; the incumbent's before the first one."""
        return self._booked.T[: len(self.seeds)].copy()

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
        asked = self._turned(decision.spend)
        abstains = decision.abstains
        if abstains is not None:
            asked = np.where(abstains, self._held, asked)
            self.abstained |= abstains
        budgets, broken = self._bounds.cut(asked, self._booked)
        violations = broken[:worlds].astype(np.int64)
        if abstains is not None:
            violations[abstains] = 0
        self._booked = budgets
        delivered = self._after_lead(budgets)
        fees = np.zeros(worlds)
        for world, design in (decision.experiments or {}).items():
            if self._begin(world, design):
                fees[world] += self.spec.experiments.fee
            else:
                violations[world] += 1
        bids, refresh = decision.bids, decision.refresh
        if bids is not None:
            bids = self._turned(np.where(np.isfinite(bids), bids, self.incumbent_bids))
        if refresh is not None:
            refresh = self._turned(refresh)
            fees += np.add.reduce(refresh * self._refresh_cost, axis=0)[:worlds]
        changed = self._changed(delivered, violations)
        if self.kept is not None:
            self._keep_week(delivered, changed, decision)
        shown = self._play(delivered, bids, refresh, changed)
        self._remembered.append((shown.revenue.T, shown.spend.T))
        self.week += 1
        readings = self._ended()
        spend = _over_regions(shown.spend)
        spent = spend.sum(axis=0)[:worlds]
        costs = spent + fees
        revenue = _over_regions(shown.revenue)
        profit = self.spec.margin * revenue[:worlds] - costs
        expected_profit = self.spec.margin * _over_regions(shown.expected)[:worlds] - costs
        if self.done:
            to_come = self.spec.margin * self._still_to_come()[:worlds]
            profit += to_come
            expected_profit += to_come
        score = self.score
        score.profit += profit
        score.expected_profit += expected_profit
        score.spend += spent
        score.fees += fees
        score.violations += violations
        return self._report(shown, spend, revenue, readings), profit

    def tape(self, start: int, stop: int) -> Tape:
        """What is exogenous in the weeks from `start` to before `stop`, counted from the first one decided."""
        return self._tape.span(start, stop)

    @cached_property
    def _tape(self) -> Tape:
        return record(self.spec, self.seeds, self.horizon + self.fading, first=self.spec.weeks)

    def _turned(self, series: NDArray[np.generic]) -> np.ndarray:
        """(S, C) as (C, S), a single world twice."""
        if len(series) > 1:
            return np.ascontiguousarray(series.T)
        both = np.empty((series.shape[1], 2), dtype=series.dtype)
        both[...] = series.T
        return both

    def _play(
        self,
        delivered: Array,
        bids: Array | None,
        refresh: NDArray[np.bool_] | None,
        changed: dict[int, Array],
    ) -> Week:
        whole = Week.empty(len(delivered), self.spec.geos.count, delivered.shape[1])
        if len(self._blocks) == 1:
            self._blocks[0][1].play(self.week, delivered, whole, bids=bids, refresh=refresh, regional=changed)
            return whole
        for rows, block in self._blocks:
            block.play(
                self.week,
                delivered[:, rows],
                whole.worlds(rows),
                bids=None if bids is None else bids[:, rows],
                refresh=None if refresh is None else refresh[:, rows],
                regional={
                    w - rows.start: found for w, found in changed.items() if rows.start <= w < rows.stop
                },
            )
        return whole

    def _still_to_come(self) -> Array:
        """Expected revenue that earlier spend brings after the horizon, less what a rival still takes away for it."""
        return np.concatenate([block.fade(self.horizon, self.fading) for _, block in self._blocks])

    def _after_lead(self, budgets: Array) -> Array:
        if not self._bounds.longest_lead:
            return budgets
        self._waiting.append(budgets)
        delivered = budgets.copy()
        for channel, weeks in self._bounds.late:
            delivered[channel] = self._waiting[-1 - weeks][channel]
        return delivered

    def _changed(self, delivered: Array, violations: NDArray[np.int64]) -> dict[int, Array]:
        """Regional budgets (G, C) of the worlds with experiments; one that breaks a bound is cut, and counted."""
        found: dict[int, Array] = {}
        for world, running in self._running.items():
            regional = found[world] = delivered[:, world] * self._numbers.weights
            before = float(regional.sum())
            for r in running:
                regional[list(r.design.regions), r.channel] *= r.design.factor
            if any(r.design.factor > 1.0 for r in running):
                violations[world] += self._bounds.cut_experiment(regional, before)
        if len(self.seeds) == 1 and found:
            found[1] = found[0]
        return found

    def _keep_week(self, delivered: Array, changed: dict[int, Array], decision: Decision) -> None:
        assert self.kept is not None
        regional = delivered.T[: len(self.seeds), None, None, :] * self._numbers.weights
        for world, found in changed.items():
            if world < len(regional):
                regional[world, 0] = found
        bids, refresh = decision.bids, decision.refresh
        if bids is not None:
            bids = np.where(np.isfinite(bids), bids, self.incumbent_bids)[:, None, :]
        self.kept.add(regional, bids, None if refresh is None else refresh[:, None, :])

    def _begin(self, world: int, design: ExperimentDesign) -> bool:
        running = self._running.get(world, [])
        busy = any(r.design.channel == design.channel for r in running)
        if busy or design.fault(self.spec) or self.week + design.weeks > self.horizon:
            return False
        channel = self.spec.names.index(design.channel)
        self._running[world] = [*running, _Running(design, channel, self.week)]
        return True

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
        weeks = list(self._remembered)[-(WEEKS_BEFORE_EXPERIMENT + run.design.weeks) :]
        return ExperimentReading(
            design=run.design,
            first_week=self.spec.weeks + run.first,
            revenue=np.array([revenue[world] for revenue, _ in weeks]),
            spend=np.array([spend[world, :, run.channel] for _, spend in weeks]),
            before=len(weeks) - run.design.weeks,
        )

    def _report(
        self, shown: Week, spend: Array, revenue: Array, readings: dict[int, list[ExperimentReading]]
    ) -> Report:
        """The week just played; views, worlds first."""
        worlds = slice(len(self.seeds))
        week = slice(self.week - 1, self.week)
        return Report(
            weeks=np.array([self.spec.weeks + self.week - 1]),
            spend=spend.T[worlds, None, :],
            impressions=shown.exposure.T[worlds, None, :] * self._mille,
            claimed=shown.claimed.T[worlds, None, :],
            revenue=revenue[worlds, None],
            region_revenue=shown.revenue.T[worlds, None, :],
            region_spend=shown.spend.T[worlds, None, :, :],
            search_interest=self._proxy[worlds, week],
            price_index=self._price[worlds, week],
            readings=readings,
        )


def _over_regions(series: Array) -> Array:
    """The sum over the axis before the last."""
    return series[..., 0, :] if series.shape[-2] == 1 else np.add.reduce(series, axis=-2)
