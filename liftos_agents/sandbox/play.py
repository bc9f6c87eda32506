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
from liftos_agents.sandbox.experiments import ExperimentReading
from liftos_agents.sandbox.history import History
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.response import Carry, Response
from liftos_agents.sandbox.running_experiments import RunningExperiments, weeks_kept
from liftos_agents.sandbox.spec import MarketSpec
from liftos_agents.sandbox.tape import Tape, record
from liftos_agents.sandbox.weekly import Weekly
from liftos_agents.sandbox.weekly_layout import Numbers, Track, Week

_BLOCK = 32_768
"""Worlds · regions · channels that are played together: arrays of 256 KiB."""


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


class MarketPlay:
    """S worlds in play.

    Args:
        spec: The market; its `weeks` are played by the incumbent at once.
        seeds: One a world.
        horizon: Weeks to decide.
        keep: Keep what is delivered by region, for `played_truth.true_returns`.
        past: Seed whose weeks every world shows before the decisions: many futures of one market. Each seed's own luck, its
            demand and hidden dates included, begins with the weeks decided; demand does not go on from where it was.

    Attributes:
        history: What the weeks before show.
        score: What the decisions came to.
        week: Weeks decided so far.
        abstained: (S,) worlds in which the decider abstained at least once.
        kept: What was delivered, where `keep`.
        incumbent_bids: (C,), 1 where nothing is bought by bids.
        search_interest, price_index: (S, H), of the weeks to decide.
        violations: (S,) in the last week played; likewise `readings` of experiments that ended with it, by world.
    """

    def __init__(
        self,
        spec: MarketSpec,
        seeds: Sequence[int] | NDArray[np.int64],
        horizon: int = 52,
        *,
        keep: bool = False,
        past: int | None = None,
    ) -> None:
        if horizon < 1:
            raise ArgumentError(f"horizon must be at least 1 week, got {horizon!r}")
        self.spec, self.horizon = spec, horizon
        self.response = Response(spec)
        self.fading = self.response.fading
        self._numbers = Numbers(self.response)
        self._rules = BudgetRules(spec)
        channels = spec.channels
        self.incumbent_bids = np.array([1.0 if c.search is None else c.search.bid for c in channels])
        self._refresh_cost = np.array([[c.fatigue.refresh_cost] for c in channels])
        self._weeks, self._margin = spec.weeks + np.arange(horizon), np.array(spec.margin)
        self._kept_weeks = weeks_kept(spec)
        self._keep, self._shown = keep, past
        self._open(seeds)

    def again(self, seeds: Sequence[int] | NDArray[np.int64]) -> MarketPlay:
        """Other worlds of the same market from their first week on, its numbers not gathered anew."""
        other = copy(self)
        other.__dict__.pop("_tape", None)
        other._open(seeds)
        return other

    def alone(self, world: int) -> MarketPlay:
        """One of these worlds by itself from its first week on; only where no week is decided yet, and nothing kept.

        Raises:
            ArgumentError: A week is decided, or what is delivered is kept.
        """
        if self.week or self._keep:
            raise ArgumentError(
                "only a market whose weeks are all to come, and that keeps none, can be split"
            )
        other = copy(self)
        other.__dict__.pop("_tape", None)
        other.seeds = self.seeds[world : world + 1]
        rows, block = next(each for each in self._blocks if each[0].start <= world < each[0].stop)
        other._blocks = [(slice(0, 2), block.some([world - rows.start] * 2))]
        other._outside = self._outside.take([world, world], axis=1)
        other._begin(self._past.some([world, world]))
        return other

    def _open(self, seeds: Sequence[int] | NDArray[np.int64]) -> None:
        """Play the incumbent's weeks, in blocks of worlds."""
        self.seeds = np.asarray(seeds, dtype=np.int64)
        worlds = len(self.seeds)
        # numpy adds up one world alone in another order than several: a single one is played twice.
        rows = np.repeat(self.seeds, 2) if worlds == 1 else self.seeds
        past = History(self.spec, len(rows), self._kept_weeks)
        self._outside = np.empty((2, len(rows), self.horizon))
        self._blocks: list[tuple[slice, Weekly]] = []
        carries = [self._open_block(rows, block, past) for block in self._cut_up(len(rows))]
        self.kept = Delivered(Carry.join(carries).worlds(slice(worlds))) if self._keep else None
        self._begin(past)

    def _begin(self, past: History) -> None:
        """Nothing is decided yet."""
        worlds = slice(len(self.seeds))
        self._past = past
        self.history = past.report(len(self.seeds))
        self.search_interest, self.price_index = self._outside[:, worlds]
        self._incumbent = past.incumbent[worlds]
        self._held = np.ascontiguousarray(past.incumbent.T)
        self._booked = self._held
        self._bounds = self._rules.written_out(len(past.incumbent))
        longest = self._bounds.longest_lead
        self._waiting = deque([self._held] * (longest + 1), longest + 1)
        self._experiments = RunningExperiments(self.spec, self.horizon, self._rules, past)
        self.readings: dict[int, list[ExperimentReading]] = {}
        self._totals = np.zeros((4, len(past.incumbent)))
        self.violations = np.zeros(len(self.seeds), dtype=np.int64)
        self.score = Score(*self._totals[:, worlds], violations=self.violations.copy())
        self.abstained = np.zeros(len(self.seeds), dtype=bool)
        self.week = 0

    def _cut_up(self, rows: int) -> list[slice]:
        size = max(2, _BLOCK // self.response.effect.size)
        return [slice(*pair) for pair in pairwise([*range(0, rows - 1, size), rows])]

    def _open_block(self, rows: NDArray[np.int64], block: slice, past: History) -> Carry:
        spec = self.spec
        first = spec.weeks_before + spec.weeks
        stop = first + self.horizon
        seeds = rows[block]
        drawn = seeds[:1] if len(self.seeds) == 1 else seeds
        tape = record(spec, drawn, stop + self.fading)
        before = tape.span(0, first)
        if self._shown is not None:
            before = record(spec, np.full_like(drawn, self._shown), first)
        if len(self.seeds) == 1:
            tape, before = tape.repeat(2), before.repeat(2)
        planned = before.planned[:, :, None, :] * self._numbers.weights
        flows, carry = self.response.respond(before, planned)
        past.add(block, before, flows, sales.draw(spec, flows.expected, before.luck))
        self._outside[0, block], self._outside[1, block] = (
            tape.proxy[:, first:stop],
            tape.price[:, first:stop],
        )
        track = Track(self._numbers, tape.span(first, tape.weeks))
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
        profit = self.advance(decision)[0]
        return self._report(), profit

    def advance(self, decision: Decision) -> Array:
        """Play a week; its profit, expected profit, spend and fees, (4, S). `shown` and `readings` hold what it shows.

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
        money = np.empty((4, len(broken)))
        spent, fees = money[2], money[3]
        bids, refresh = self._bids(decision.bids), decision.refresh
        if refresh is None:
            fees[...] = 0.0
        else:
            refresh = self._turned(refresh)
            np.add.reduce(refresh * self._refresh_cost, axis=0, out=fees)
        for world, design in (decision.experiments or {}).items():
            if self._experiments.begin(world, design, self.week):
                fees[world] += self.spec.experiments.fee
            else:
                violations[world] += 1
        changed = self._experiments.change(delivered, violations)
        if self.kept is not None:
            self._keep_week(delivered, changed, decision)
        self._week = week = self._play(delivered, bids, refresh, changed)
        self.week += 1
        if self._kept_weeks:
            self.readings = self._experiments.after(self.week, week)
        np.add.reduce(week.whole[:channels], axis=0, out=spent)
        profits = np.multiply(week.whole[-2:], self._margin, out=money[:2])
        profits -= spent + fees
        if self.done:
            profits += self.spec.margin * self._still_to_come()
        self._totals += money
        self.score.violations += violations
        self.violations = violations
        return money[:, :worlds]

    @property
    def shown(self) -> Array:
        """(S, 3C + 1) spend, impressions and claims of each channel in the last week played, and revenue."""
        return self._week.whole[:-1, : len(self.seeds)].T

    def tape(self, start: int, stop: int) -> Tape:
        """What is exogenous in the weeks from `start` to before `stop`, counted from the first one decided."""
        return self._tape.span(start, stop)

    @cached_property
    def _tape(self) -> Tape:
        return record(self.spec, self.seeds, self.horizon + self.fading, first=self.spec.weeks)

    def _bids(self, bids: Array | None) -> Array | None:
        """(C, S), the incumbent's where none are given; None where nothing is bought by bids."""
        if bids is None or not self._numbers.searches:
            return None
        finite = np.isfinite(bids)
        if np.count_nonzero(finite) < finite.size:
            bids = np.where(finite, bids, self.incumbent_bids)
        return self._turned(bids)

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

    def _report(self) -> Report:
        """The week just played; views, worlds first."""
        worlds, channels = slice(len(self.seeds)), len(self.spec.channels)
        last = slice(self.week - 1, self.week)
        shown = self.shown
        spend, impressions, claimed = (
            shown[:, None, first : first + channels] for first in range(0, 3 * channels, channels)
        )
        return Report(
            weeks=self._weeks[last],
            spend=spend,
            impressions=impressions,
            claimed=claimed,
            revenue=shown[:, -1:],
            region_revenue=self._week.revenue.T[worlds, None, :],
            region_spend=self._week.spend.T[worlds, None, :, :],
            search_interest=self.search_interest[:, last],
            price_index=self.price_index[:, last],
            readings=self.readings,
        )
