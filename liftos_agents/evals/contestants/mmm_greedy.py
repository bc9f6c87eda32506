"""MMM and greed: a marketing-mix model every quarter, and money to wherever its mean says that the next unit earns most."""

from __future__ import annotations

import numpy as np

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.domain.verdict import EXTRAPOLATION_FACTOR
from liftos_agents.evals.contestants.thin_fit import fit_settings
from liftos_agents.evals.contestants.weekly_table import weekly_table
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.policies.bounds import Bounds
from liftos_agents.sandbox.policy import Briefing

QUARTER = 13
_STEPS = 400
"""Portions that the incumbent's total is placed in."""


class MmmGreedy:
    """One world. Each quarter every channel starts from its minimum and the incumbent's total is placed portion by portion.

    A portion goes where the posterior mean of the marginal return is greatest; beyond the total, up to the cap, as long
    as one earns its cost. No channel passes 1.5 × its highest week, beyond which nothing is known of its curve. A channel
    that the fit leaves out keeps its budget, and all do where the fit is refused.
    """

    name = "mmm_greedy"
    version = "2"

    def begin(self, briefing: Briefing, history: Report) -> None:
        """The incumbent's budgets."""
        self._briefing, self._seen = briefing, history
        self._bounds = Bounds.of(briefing)
        self._goal: Array = self._bounds.keep(briefing.incumbent)[0]
        self._last: Array = briefing.incumbent
        self._total = float(briefing.incumbent.sum())

    def decide(self, week: int, seen: Report | None) -> Decision:
        """A step towards the quarter's budgets, as fast as pacing allows."""
        if seen is not None:
            self._seen = self._seen.then(seen)
        if week % QUARTER == 0:
            self._goal = self._placed()
        self._last = self._bounds.pace(self._goal[None], self._last)
        return Decision(self._last)

    def _placed(self) -> Array:
        posterior = self._fit()
        if posterior is None:
            return self._goal
        position = [self._briefing.channels.index(name) for name in posterior.channels]
        ceiling = EXTRAPOLATION_FACTOR * posterior.spend.max(axis=0)
        budgets = self._goal.copy()
        low = self._bounds.low[position]
        high = np.maximum(np.minimum(self._bounds.high[position], ceiling), low)
        budgets[position] = low
        portion = self._total / _STEPS
        worth = self._briefing.margin * posterior.value_per_outcome
        marginal = worth * posterior.response_slope(budgets[position]).mean(axis=0)
        while True:
            open_ = budgets[position] + portion <= high
            spent = float(budgets.sum()) + portion
            if not open_.any() or spent > self._bounds.cap:
                return budgets
            best = int(np.where(open_, marginal, -np.inf).argmax())
            if spent > self._total and marginal[best] <= 1.0:
                return budgets
            budgets[position[best]] += portion
            marginal = worth * posterior.response_slope(budgets[position]).mean(axis=0)

    def _fit(self) -> MediaPosterior | None:
        store = TransientStore()
        table = weekly_table(self._briefing, self._seen)
        settings = fit_settings(self._briefing)
        found = tools.run("fit_mmm", table, store=store, margin=self._briefing.margin, **settings)
        stored = found.result["posterior"]
        return None if stored is None else MediaPosterior.from_npz(store.get_artifact(stored))
