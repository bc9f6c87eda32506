"""Follow the platforms: money moves to where they claim the greatest return."""

from __future__ import annotations

import numpy as np

from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.policies.bounds import Bounds
from liftos_agents.sandbox.policy import Briefing

_QUARTER = 13


class FollowPlatformRoas:
    """Each quarter every budget is multiplied by its claimed return over the last 13 weeks, the total staying as it was.

    So a channel that claims twice the average return gets twice the share that it had. One without spend in those weeks
    claims nothing either way and counts as average.
    """

    name = "follow_platform_roas"
    version = "1"

    def begin(self, briefing: Briefing, history: Report) -> None:
        """The incumbent's budgets, and what its last quarter claimed."""
        self._bounds = Bounds.of(briefing)
        self._total = briefing.incumbent.sum(axis=1)
        self._goal: Array = briefing.incumbent
        self._last: Array = briefing.incumbent
        self._spend = [history.spend[:, -_QUARTER:].sum(axis=1)]
        self._claimed = [history.claimed[:, -_QUARTER:].sum(axis=1)]

    def decide(self, week: int, seen: Report | None) -> Decision:
        """A step towards the quarter's budgets, as fast as pacing allows."""
        if seen is not None:
            self._spend.append(seen.spend[:, -1])
            self._claimed.append(seen.claimed[:, -1])
        if week % _QUARTER == 0:
            self._goal = self._bounds.share_out(self._total, self._goal * self._relative_return())
            self._spend, self._claimed = [], []
        self._last = self._bounds.pace(self._goal, self._last)
        return Decision(self._last)

    def _relative_return(self) -> Array:
        """Claimed return of the quarter, (S, C), relative to that of all channels together."""
        spend, claimed = np.sum(self._spend, axis=0), np.sum(self._claimed, axis=0)
        together = claimed.sum(axis=1, keepdims=True) / np.maximum(spend.sum(axis=1, keepdims=True), 1e-300)
        average = np.where(together > 0.0, together, 1.0)
        returns = np.divide(claimed, spend, out=average * np.ones_like(spend), where=spend > 0.0)
        return np.where(together > 0.0, returns / average, 1.0)
