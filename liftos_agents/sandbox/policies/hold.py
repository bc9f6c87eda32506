"""Hold: go on as before."""

from __future__ import annotations

from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.policies.bounds import Bounds
from liftos_agents.sandbox.policy import Briefing


class Hold:
    """The incumbent's mean budgets of the last year, every week."""

    name = "hold"
    version = "1"

    def begin(self, briefing: Briefing, history: Report) -> None:
        """The budgets, within the bounds."""
        self._budgets: Array = Bounds.of(briefing).keep(briefing.incumbent)

    def decide(self, week: int, seen: Report | None) -> Decision:
        """The same each week."""
        return Decision(self._budgets)
