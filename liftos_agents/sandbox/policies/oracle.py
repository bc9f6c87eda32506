"""The oracle: knows how the market works, hidden dates included, but not the luck. A bound for all others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policies.expected_market import ExpectedMarket
from liftos_agents.sandbox.spec import MarketSpec
from liftos_agents.sandbox.tape import break_dates

_QUARTER = 13
_MONTH = 4
_LEVELS = (0.0, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.15, 1.3, 1.6, 2.0, 2.5, 3.2, 4.0, 6.0, 8.0)
"""Budgets tried for a channel, in its mean spend."""
_INTERVALS = (0, 2, 3, 4, 6, 9, 13, 26)
"""Weeks between new creatives; 0 is never."""
_BIDS = 9
_SWEEPS = 4
_FIRST_STEP, _LAST_STEP = 0.25, 0.004
_MOST_ROUNDS = 120


class Oracle:
    """Plays the quarterly budgets of any total up to the cap, with bids and new creatives, that earn most in expectation.

    The plan is made in a market whose demand and incumbent are at their expectation (`ExpectedMarket`), once for all
    worlds whose breaks fall in the same month. What differs between worlds beyond that, the incumbent's last weeks and
    demand itself, it does not use: it is a bound for plans, and a policy that reacts to a week's demand could pass it.
    """

    name = "oracle"
    version = "1"

    def begin_knowing(self, spec: MarketSpec, play: MarketPlay) -> None:
        """Makes the plans, or takes them from those made before in this process."""
        first, last = spec.weeks, spec.weeks + play.horizon
        dates = np.clip(break_dates(spec, play.seeds), first, last)
        for number, change in enumerate(spec.breaks):
            if change.what == "tracking":
                dates[number] = first
        months = (first + _MONTH * np.rint((dates - first) / _MONTH)).astype(np.int64).T
        kinds, self._kind = np.unique(months, axis=0, return_inverse=True)
        text = spec.model_dump_json()
        plans = [_plan(text, play.horizon, tuple(int(week) for week in kind)) for kind in kinds]
        self._kind = self._kind.reshape(-1)
        self._budgets = np.stack([plan.weekly(play.horizon) for plan in plans])
        self._refresh = np.stack([plan.refresh(play.horizon) for plan in plans])
        self._bids = np.stack([plan.bids for plan in plans])

    def decide(self, week: int, seen: Report | None) -> Decision:
        """The week's budgets of each world's plan."""
        return Decision(
            self._budgets[self._kind, week],
            bids=self._bids[self._kind],
            refresh=self._refresh[self._kind, week],
        )


@dataclass(frozen=True, eq=False)
class _Plan:
    """Budgets by quarter (Q, C), bids (C,) and weeks between new creatives (C,)."""

    budgets: Array
    bids: Array
    every: NDArray[np.int64]

    def weekly(self, horizon: int) -> Array:
        return self.budgets[np.arange(horizon) // _QUARTER]

    def refresh(self, horizon: int) -> NDArray[np.bool_]:
        weeks = np.arange(horizon)[:, None]
        return (self.every > 0) & (weeks % np.maximum(self.every, 1) == 0)


@lru_cache(maxsize=256)
def _plan(spec: str, horizon: int, dates: tuple[int, ...]) -> _Plan:
    return _Search(ExpectedMarket(MarketSpec.model_validate_json(spec), horizon, dates)).best()


class _Search:
    """The plan with the greatest profit in an expected market: a grid for each channel in turn, then ever smaller moves."""

    def __init__(self, market: ExpectedMarket) -> None:
        self.market, self.horizon = market, market.horizon
        self.spec, self.bounds = market.spec, market.bounds
        self.scale = np.array([c.mean_spend for c in self.spec.channels])
        self.quarters = -(-self.horizon // _QUARTER)

    def best(self) -> _Plan:
        channels = len(self.scale)
        bids = np.array([1.0 if c.search is None else c.search.bid for c in self.spec.channels])
        held = np.repeat(self._kept(self.market.incumbent[None]), self.quarters, axis=0)
        plan = _Plan(held, bids, np.zeros(channels, np.int64))
        for _ in range(_SWEEPS):
            before = plan
            for c in range(channels):
                plan = self._choose([plan, *self._levels(plan, c)])
                plan = self._choose([plan, *self._other_bids(plan, c), *self._other_intervals(plan, c)])
            if plan is before:
                break
        return self._refined(plan)

    def _levels(self, plan: _Plan, c: int) -> list[_Plan]:
        found: list[_Plan] = []
        for level in _LEVELS:
            budgets = plan.budgets.copy()
            budgets[:, c] = level * self.scale[c]
            found.append(replace(plan, budgets=self._kept(budgets)))
        return found

    def _other_bids(self, plan: _Plan, c: int) -> list[_Plan]:
        search = self.spec.channels[c].search
        if search is None:
            return []
        found: list[_Plan] = []
        for bid in np.linspace(search.floor, search.ceiling, _BIDS + 1)[1:]:
            bids = plan.bids.copy()
            bids[c] = bid
            found.append(replace(plan, bids=bids))
        return found

    def _other_intervals(self, plan: _Plan, c: int) -> list[_Plan]:
        if self.spec.channels[c].fatigue.strength == 0.0:
            return []
        found: list[_Plan] = []
        for interval in _INTERVALS:
            every = plan.every.copy()
            every[c] = interval
            found.append(replace(plan, every=every))
        return found

    def _refined(self, plan: _Plan) -> _Plan:
        """Moves of single quarters, of whole years, and from one channel to another; all that help are tried together."""
        step, rounds = _FIRST_STEP, 0
        while step >= _LAST_STEP and rounds < _MOST_ROUNDS:
            rounds += 1
            moves = self._moves() * (step * self.scale)
            tried = [replace(plan, budgets=self._kept(plan.budgets + move)) for move in moves]
            worth = self._worth([plan, *tried])
            gains = worth[1:] - worth[0]
            helps = gains > 1e-9 * max(1.0, abs(float(worth[0])))
            if not helps.any():
                step /= 2.0
                continue
            singly = helps[: 2 * self.quarters * len(self.scale)]
            together = moves[: len(singly)][singly].sum(axis=0)
            joint = replace(plan, budgets=self._kept(plan.budgets + together))
            plan = self._choose([tried[int(gains.argmax())], joint])
        return plan

    def _moves(self) -> Array:
        """(M, Q, C) of −1, 0 and 1: first each quarter and channel alone, then what moves several."""
        quarters, channels = self.quarters, len(self.scale)
        alone = np.eye(quarters * channels).reshape(-1, quarters, channels)
        years = np.repeat(np.eye(channels)[:, None, :], quarters, axis=1)
        moves = [alone, -alone, years, -years]
        if np.isfinite(self.bounds.cap):
            swaps = years[:, None] / self.scale - years[None, :] / self.scale
            swaps = swaps.reshape(-1, quarters, channels)[~np.eye(channels, dtype=bool).ravel()]
            moves.append(swaps * self.scale.mean())
        return np.concatenate(moves)

    def _kept(self, budgets: Array) -> Array:
        return self.bounds.keep(np.maximum(budgets, 0.0))

    def _choose(self, plans: list[_Plan]) -> _Plan:
        return plans[int(self._worth(plans).argmax())]

    def _worth(self, plans: list[_Plan]) -> Array:
        return self.market.profit(
            np.stack([plan.weekly(self.horizon) for plan in plans]),
            np.stack([plan.bids for plan in plans]),
            np.stack([plan.refresh(self.horizon) for plan in plans]),
        )
