"""Geo experiments that run in a market in play: the budgets they change, and what they show once they end."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox.budget_rules import BudgetRules
from liftos_agents.sandbox.experiments import ExperimentDesign, ExperimentReading
from liftos_agents.sandbox.history import History
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.spec import MarketSpec
from liftos_agents.sandbox.weekly_layout import Week

WEEKS_BEFORE_EXPERIMENT = 8


def weeks_kept(spec: MarketSpec) -> int:
    """How many weeks by region a market must remember for its experiments."""
    return WEEKS_BEFORE_EXPERIMENT + spec.experiments.most_weeks if spec.geos.count > 1 else 0


@dataclass(frozen=True)
class _Running:
    design: ExperimentDesign
    channel: int
    first: int


class RunningExperiments:
    """The experiments of S worlds.

    Args:
        spec: The market.
        horizon: Weeks to decide; an experiment ends within them.
        rules: Its budget rules.
        past: The weeks before the first one decided.
    """

    def __init__(self, spec: MarketSpec, horizon: int, rules: BudgetRules, past: History) -> None:
        self._spec, self._horizon, self._rules = spec, horizon, rules
        self._weights = spec.geo_weights[:, None]
        self._weeks = deque(past.last_weeks(), weeks_kept(spec))
        self._running: dict[int, list[_Running]] = {}

    def begin(self, world: int, design: ExperimentDesign, week: int) -> bool:
        """Begin one in `week`, counted from the first one decided; whether that is possible."""
        running = self._running.get(world, [])
        busy = any(r.design.channel == design.channel for r in running)
        if busy or design.fault(self._spec) or week + design.weeks > self._horizon:
            return False
        channel = self._spec.names.index(design.channel)
        self._running[world] = [*running, _Running(design, channel, week)]
        return True

    def change(self, delivered: Array, violations: NDArray[np.int64]) -> dict[int, Array]:
        """Regional budgets (G, C) of the worlds with experiments; one that breaks a bound is cut, and counted.

        Args:
            delivered: Budgets, (C, S); a single world twice.
            violations: (S,), to be raised.
        """
        found: dict[int, Array] = {}
        for world, running in self._running.items():
            regional = found[world] = delivered[:, world] * self._weights
            before = float(regional.sum())
            for r in running:
                regional[list(r.design.regions), r.channel] *= r.design.factor
            if any(r.design.factor > 1.0 for r in running):
                violations[world] += self._rules.cut_experiment(regional, before)
        if len(violations) == 1 and found:
            found[1] = found[0]
        return found

    def after(self, played: int, week: Week) -> dict[int, list[ExperimentReading]]:
        """Remember the week just played; the readings of experiments that end with it, by world.

        Args:
            played: Weeks decided so far, this one included.
            week: What it came to.
        """
        self._weeks.append((week.revenue.T, week.spend.T))
        found: dict[int, list[ExperimentReading]] = {}
        for world, running in list(self._running.items()):
            over = [r for r in running if played - r.first >= r.design.weeks]
            if not over:
                continue
            self._running[world] = [r for r in running if r not in over]
            if not self._running[world]:
                del self._running[world]
            found[world] = [self._reading(world, r) for r in over]
        return found

    def _reading(self, world: int, run: _Running) -> ExperimentReading:
        weeks = list(self._weeks)[-(WEEKS_BEFORE_EXPERIMENT + run.design.weeks) :]
        return ExperimentReading(
            design=run.design,
            first_week=self._spec.weeks + run.first,
            revenue=np.array([revenue[world] for revenue, _ in weeks]),
            spend=np.array([spend[world, :, run.channel] for _, spend in weeks]),
            before=len(weeks) - run.design.weeks,
        )
