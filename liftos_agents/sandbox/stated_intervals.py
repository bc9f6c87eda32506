"""The intervals that a policy states, held against the truth of the weeks it states them for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.played_truth import true_returns

QUARTER = 13
_Counts = NDArray[np.int64]


class StatedIntervals:
    """A policy's decisions in S worlds, kept so that what it stated can be scored once the play is over.

    In each quarter of 13 weeks the first interval stated for a channel counts. The truth that it should hold is the channel's
    return on what was really spent in that quarter, what comes later of it included; a channel without spend is not scored.

    Attributes:
        noted: The decisions, week by week.
    """

    def __init__(self) -> None:
        self.noted: list[Decision] = []

    def note(self, decision: Decision) -> Decision:
        """The decision, kept as it is now: a policy may write into its arrays later."""
        kept = Decision(
            decision.spend.copy(),
            _copy(decision.bids),
            _copy(decision.refresh),
            dict(decision.experiments or {}),
            _copy(decision.abstains),
            _copy(decision.stated),
        )
        self.noted.append(kept)
        return decision

    def score(self, market: MarketPlay) -> tuple[_Counts, _Counts]:
        """Intervals scored and intervals that held the truth, (S,) each.

        Args:
            market: The play that is over; it is played once more, now keeping what is delivered.
        """
        worlds = len(market.seeds)
        stated, covered = np.zeros(worlds, np.int64), np.zeros(worlds, np.int64)
        if all(decision.stated is None for decision in self.noted):
            return stated, covered
        again = MarketPlay(market.spec, market.seeds, market.horizon, keep=True)
        for decision in self.noted:
            again.step(decision)
        for first in range(0, market.horizon, QUARTER):
            stop = min(first + QUARTER, market.horizon)
            found = _first_stated(self.noted[first:stop])
            if found is None:
                continue
            truth = true_returns(again, first, stop).roas
            counts = np.isfinite(found).all(axis=2) & np.isfinite(truth)
            holds = counts & (found[..., 0] <= truth) & (truth <= found[..., 1])
            stated += counts.sum(axis=1)
            covered += holds.sum(axis=1)
        return stated, covered


def _first_stated(decisions: Sequence[Decision]) -> Array | None:
    """(S, C, 2), NaN where nothing is stated."""
    found: Array | None = None
    for decision in decisions:
        if decision.stated is None:
            continue
        if found is None:
            found = decision.stated.copy()
        else:
            open_yet = ~np.isfinite(found).all(axis=2)
            found[open_yet] = decision.stated[open_yet]
    return found


def _copy(series: np.ndarray | None) -> np.ndarray | None:
    return None if series is None else series.copy()
