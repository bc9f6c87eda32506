"""What the arena hands to a process: one decider in a batch of worlds of one scenario, whatever its code does."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftos_agents.errors import ArgumentError, CancelledError, ConfigurationError, printable
from liftos_agents.sandbox import policies
from liftos_agents.sandbox.arena_rows import Key, Row
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policies.hold import Hold
from liftos_agents.sandbox.policy import Omniscient, Policy, begun
from liftos_agents.sandbox.scenarios import Scenario
from liftos_agents.sandbox.stated_intervals import StatedIntervals

Factory = Callable[[], Policy | Omniscient]

_LONGEST_MESSAGE = 300
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")


@dataclass(frozen=True)
class Entrant:
    """Who plays.

    Attributes:
        batch: Worlds that it takes at once.
        make: Its name among `policies`, or its picklable maker.
    """

    name: str
    version: str
    batch: int
    make: str | Factory

    def new(self) -> Policy | Omniscient:
        """One that has seen nothing yet."""
        return policies.named(self.make) if isinstance(self.make, str) else self.make()


@dataclass(frozen=True)
class Task:
    """A batch of worlds for one decider."""

    entrant: Entrant
    scenario: Scenario
    seeds: tuple[int, ...]
    horizon: int

    @property
    def worlds(self) -> list[Key]:
        """The keys of its rows."""
        return [(self.entrant.name, self.scenario.name, seed) for seed in self.seeds]

    def run(self) -> list[Row]:
        """A row for each seed.

        What the decider raises, and a decision that cannot be played, is on the rows of the batch, which it decides as
        one: the weeks before stand as decided, holding goes on for the others.

        Raises:
            ConfigurationError: The decider lacks what the user has to set up, which no world can tell anything of.
            CancelledError: The decider was stopped by whoever asked for it.
        """
        started = time.perf_counter()
        market, intervals = self._opened(), StatedIntervals()
        played: list[Decision] = []
        error: str | None = None
        try:
            decide = begun(self.entrant.new(), market)
            seen: Report | None = None
            while not market.done:
                decision = intervals.note(_sound(decide(market.week, seen), market))
                seen, _ = market.step(decision)
                _check_money(market)
                played.append(intervals.noted[-1])
        except (CancelledError, ConfigurationError):
            raise
        except Exception as raised:  # noqa: BLE001
            # Whatever a decider raises is its score, not the end of the run.
            error = _told(raised)
            market, intervals = self._held_on(played)
        return self._rows(market, intervals, time.perf_counter() - started, error, len(played))

    def _opened(self) -> MarketPlay:
        return MarketPlay(self.scenario.market, self.seeds, self.horizon)

    def _held_on(self, played: Sequence[Decision]) -> tuple[MarketPlay, StatedIntervals]:
        """The weeks that were decided once more, in a market that no half-played week has touched, and then holding."""
        market, intervals = self._opened(), StatedIntervals()
        hold = begun(Hold(), market)
        for decision in played:
            market.step(intervals.note(decision))
        while not market.done:
            market.step(intervals.note(hold(market.week, None)))
        return market, intervals

    def _rows(
        self, market: MarketPlay, intervals: StatedIntervals, seconds: float, error: str | None, week: int
    ) -> list[Row]:
        score = market.score
        stated, covered = intervals.score(market)
        return [
            Row(
                policy=self.entrant.name,
                scenario=self.scenario.name,
                family=self.scenario.family,
                seed=seed,
                profit=float(score.profit[world]),
                expected_profit=float(score.expected_profit[world]),
                spend=float(score.spend[world]),
                fees=float(score.fees[world]),
                violations=int(score.violations[world]),
                abstained=bool(market.abstained[world]),
                stated=int(stated[world]),
                covered=int(covered[world]),
                error=error,
                failed_week=None if error is None else week,
                seconds=seconds / len(self.seeds),
            )
            for world, seed in enumerate(self.seeds)
        ]


def _sound(decision: Decision, market: MarketPlay) -> Decision:
    """The decision, whose arrays would be spread over worlds and channels without a word if they were of another shape."""
    worlds, channels = len(market.seeds), len(market.spec.channels)
    arrays: tuple[tuple[str, NDArray[Any] | None, tuple[int, ...]], ...] = (
        ("spend", decision.spend, (worlds, channels)),
        ("bids", decision.bids, (worlds, channels)),
        ("refresh", decision.refresh, (worlds, channels)),
        ("abstains", decision.abstains, (worlds,)),
        ("stated", decision.stated, (worlds, channels, 2)),
    )
    for name, given, shape in arrays:
        if given is None:
            continue
        if given.shape != shape:
            raise ArgumentError(f"{name} must have shape {shape}, got {given.shape}")
        if given.dtype.kind not in "biuf":
            raise ArgumentError(f"{name} must hold numbers, got {given.dtype}")
    unknown = [world for world in decision.experiments or {} if world not in range(worlds)]
    if unknown:
        raise ArgumentError(f"an experiment is asked for in world {unknown[0]!r} of {worlds}")
    return decision


def _check_money(market: MarketPlay) -> None:
    if not np.isfinite([market.score.profit, market.score.expected_profit]).all():
        raise ArgumentError("its budgets come to a profit that is no number")


def _told(error: Exception) -> str:
    """Its type and message in a line that is the same in every process."""
    words = " ".join(_ADDRESS.sub("0x…", str(error)).split())
    words = printable(words.encode(errors="replace").decode())
    if len(words) > _LONGEST_MESSAGE:
        words = f"{words[: _LONGEST_MESSAGE - 1]}…"
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
