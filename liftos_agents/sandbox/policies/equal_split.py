"""Equal split: the incumbent's total, evenly."""

from __future__ import annotations

import numpy as np

from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.policies.bounds import Bounds
from liftos_agents.sandbox.policy import Briefing


class EqualSplit:
    """The incumbent's total shared evenly among the channels, as far as their bounds let it."""

    name = "equal_split"
    version = "1"

    def begin(self, briefing: Briefing, history: Report) -> None:
        """The budgets."""
        total = briefing.incumbent.sum(axis=1)
        self._budgets: Array = Bounds.of(briefing).share_out(total, np.ones_like(briefing.incumbent))

    def decide(self, week: int, seen: Report | None) -> Decision:
        """The same each week."""
        return Decision(self._budgets)
