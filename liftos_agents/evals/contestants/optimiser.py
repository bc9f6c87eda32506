"""The budget optimiser as a contestant: every quarter the engine is asked in words, and its plan followed where it stands."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.estimate import Estimate
from liftos_agents.evals.contestants import geo_test
from liftos_agents.evals.contestants.asked_plan import SURE, Z90, AskedPlan, question
from liftos_agents.evals.contestants.creatives import CreativeTrials
from liftos_agents.evals.contestants.geo_test import GeoTest
from liftos_agents.evals.contestants.preset import preset
from liftos_agents.evals.contestants.thin_fit import fit_settings
from liftos_agents.evals.contestants.weekly_table import weekly_table
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.policies.bounds import Bounds
from liftos_agents.sandbox.policy import Briefing
from liftos_agents.tools.mmm.input import LiftTest
from liftos_agents.tools.mmm.result import FitMmmResult
from liftos_agents.tools.registry import ToolSpec

QUARTER = 13
_STEP = 0.3
"""The share of its present budget by which a channel moves at most in a quarter: farther from what was seen, fitted curves mislead."""
_GROWTH = 1.25
"""How much the whole budget is moved at once where it pays; the next fit then sees what came of it."""
_NEW = 26
"""A channel that was bought in fewer weeks than this is a newcomer, of whose curve next to nothing is known."""
_MOST = 1.6
"""How far the whole budget may rise above the incumbent's, and by one step may it fall below: no data show what is further off."""


class Asked(Protocol):
    """An engine that answers questions, open."""

    def __enter__(self) -> Asked:
        """Itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Closes its stores."""
        ...

    def ask(self, question: str, data: Any = None, *, interactive: bool = True) -> Answer:
        """The answer to a question about a table."""
        ...


OpenEngine = Callable[[Path, str, Sequence[ToolSpec]], Asked]
"""Opens an engine on a home, with a model by name and further tools; picklable."""


@dataclass(frozen=True)
class MakeOptimiser:
    """A maker of optimisers, picklable.

    Attributes:
        open_engine: How the engine is opened.
        model: `offline`, or `openai:NAME`.
        name: What a leaderboard calls it.
    """

    open_engine: OpenEngine
    model: str
    name: str

    def __call__(self) -> Optimiser:
        """One for a single world."""
        return Optimiser(self.open_engine, self.model, self.name)


class Optimiser:
    """One world. A question a quarter, more where the whole budget should change; geo tests where they are worth their cost.

    A plan, of another total where its last unit asks for that, is followed where it is recommended and its rehearsal
    does not forbid it, else the present budgets stay; no channel moves by more than `_STEP` of its present budget. A
    newcomer gets an equal share, since only money in it tells what it does. New creatives are tried where they are sold.
    As long as no plan was followed and the answer says that the data do not tell what budgets do, it abstains. Memory,
    traces and evidence live in a folder of this world alone that is deleted once nothing more is asked.
    """

    version = "2"

    def __init__(self, open_engine: OpenEngine, model: str, name: str) -> None:
        self.name = name
        self._open, self._model = open_engine, model
        self._home = tempfile.TemporaryDirectory(prefix="liftos-contestant-")

    def begin(self, briefing: Briefing, history: Report) -> None:
        """The incumbent's budgets."""
        self._briefing, self._seen = briefing, history
        self._bounds = Bounds.of(briefing)
        self._goal: Array = self._bounds.keep(briefing.incumbent)[0]
        self._last: Array = briefing.incumbent
        self._abstains = self._moved = False
        self._stated: Array | None = None
        self._creatives = CreativeTrials(briefing)
        self._test_error = geo_test.reached_error(briefing, history)
        self._fit: FitMmmResult | None = None
        self._tests: list[GeoTest] = []
        self._readings: dict[GeoTest, LiftTest | None] = {}

    def decide(self, week: int, seen: Report | None) -> Decision:
        """A step towards the quarter's budgets, as fast as pacing allows."""
        if seen is not None:
            self._seen = self._seen.then(seen)
        begins: dict[int, ExperimentDesign] | None = None
        if week % QUARTER == 0:
            self._read_tests()
            test = self._think(week)
            if test is not None:
                self._tests.append(test)
                begins = {0: test.design}
            if week + QUARTER >= self._briefing.horizon:
                self._home.cleanup()
        self._last = (
            self._briefing.incumbent if self._abstains else self._bounds.pace(self._goal[None], self._last)
        )
        new = None
        if self._fit is not None and not self._abstains:
            new = self._creatives.due(week, self._seen, self._fit)
        return Decision(
            self._last,
            refresh=new,
            experiments=begins,
            abstains=np.array([self._abstains]),
            stated=None if self._stated is None else self._stated[None],
        )

    def _think(self, week: int) -> GeoTest | None:
        """Settle the quarter's budgets; the geo test that is begun with them."""
        briefing = self._briefing
        weeks = min(QUARTER, briefing.horizon - week)
        table = weekly_table(briefing, self._seen, self._tests)
        tests = [reading for reading in self._readings.values() if reading is not None]
        present = {name: float(self._goal[c]) * weeks for c, name in enumerate(briefing.channels)}
        stepwise = preset("optimise_budget", current=present, largest_step=_STEP)
        known = {"lift_tests": tuple(tests), "lift_test_error": self._test_error}
        fit = preset("fit_mmm", **fit_settings(briefing), **known)
        with self._open(Path(self._home.name), self._model, [fit, stepwise]) as engine:

            def asked(scale: float) -> AskedPlan:
                words = self._question(self._goal * scale, weeks)
                return AskedPlan.of(engine.ask(words, table, interactive=False))

            self._moving = [c for c, spent in enumerate(self._goal) if spent > 0.0]
            found = asked(1.0)
            if found.fit is not None and found.fit.status != "refused":
                self._fit = found.fit
                fitted = [c for c, name in enumerate(briefing.channels) if name in found.fit.channels]
                if fitted != self._moving and fitted:
                    self._moving = fitted
                    found = asked(1.0)
            self._stated = None if found.fit is None else self._intervals(found.fit)
            self._abstains = not found.identified and not self._moved
            if found.identified:
                scale = self._rescaled(found)
                chosen = asked(scale) if scale != 1.0 else found
                if chosen.stands or scale == 1.0:
                    self._follow(chosen, weeks)
                else:
                    self._follow(found, weeks)
                    self._scale_alike(scale)
                self._try_out(self._newcomers())
        if found.fit is None or any(test.last_counted >= self._next_week for test in self._tests):
            return None
        return geo_test.worth_running(
            found.fit.lift_test_proposals, briefing, self._goal, week=week, number=self._next_week
        )

    @property
    def _next_week(self) -> int:
        """Number of the week that is decided next."""
        return int(self._seen.weeks[-1]) + 1

    def _read_tests(self) -> None:
        for test in self._tests:
            if test not in self._readings and test.last_counted < self._next_week:
                others = [other for other in self._tests if other is not test]
                self._readings[test] = geo_test.read(test, self._briefing, self._seen, others)

    def _question(self, budgets: Array, weeks: int) -> str:
        """For the channels that the fit can move, within their bounds; a newcomer gets at least what it has."""
        briefing = self._briefing
        names = [briefing.channels[c] for c in self._moving]
        low = dict(zip(briefing.channels, self._bounds.low, strict=True))
        high = dict(zip(briefing.channels, self._bounds.high, strict=True))
        for c in self._newcomers():
            name = briefing.channels[c]
            low[name] = max(low[name], float(min(self._goal[c], budgets[c])))
        return question(
            float(budgets[self._moving].sum()) * weeks,
            weeks,
            briefing.margin,
            {name: low[name] * weeks for name in names if low[name] > 0.0},
            {name: high[name] * weeks for name in names if np.isfinite(high[name])},
        )

    def _rescaled(self, found: AskedPlan) -> float:
        """What the whole budget is multiplied by, where it is sure that its last unit pays, or does not.

        Decision draws allow for a confounder and so lean towards less: a rise must pay by them, with a chance of .8, and a
        cut by the fit's own, with one of .95 even if all channels err together: fitted curves bend early.
        """
        assert found.plan is not None
        assert found.fit is not None
        if found.plan.status != "solved":
            return 1.0
        parts = found.plan.allocation
        weights = {
            name: part.proposed / sum(p.proposed for p in parts.values()) for name, part in parts.items()
        }
        own = {name: found.fit.channels[name].marginal_roas for name in parts}
        margin, goal = self._briefing.margin, self._goal[self._moving].sum()
        fixed = float(np.delete(self._goal, self._moving).sum())
        start = float(self._briefing.incumbent[0, self._moving].sum())
        proposed = {name: part.marginal_roas for name, part in parts.items()}
        rising, falling = _Return.of(proposed, weights), _Return.of(own, weights)
        if margin * (rising.mean - SURE * rising.apart) > 1.0:
            most = min(_GROWTH * goal, self._bounds.cap - fixed, _MOST * start)
            return max(float(most / goal), 1.0)
        if margin * (falling.mean + Z90 * falling.together) < 1.0:
            return min(float(max(goal / _GROWTH, start / _GROWTH) / goal), 1.0)
        return 1.0

    def _follow(self, chosen: AskedPlan, weeks: int) -> None:
        """The plan's budgets where it stands, a week's worth each; the present ones elsewhere."""
        if not chosen.stands:
            return
        assert chosen.plan is not None
        goal = self._goal.copy()
        for name, part in chosen.plan.allocation.items():
            goal[self._briefing.channels.index(name)] = part.proposed / weeks
        self._moved = True
        self._goal = self._bounds.keep(goal[None])[0]

    def _scale_alike(self, scale: float) -> None:
        """Another total in the present mix, where the money should change but no other mix of it is surely better."""
        goal = self._goal.copy()
        goal[self._moving] *= scale
        self._goal, self._moved = self._bounds.keep(goal[None])[0], True

    def _newcomers(self) -> list[int]:
        """Channels that have been bought in a few weeks alone."""
        bought = (self._seen.spend[0] > 0.0).sum(axis=0)
        return [c for c, weeks in enumerate(bought) if weeks < min(_NEW, len(self._seen.weeks))]

    def _try_out(self, newcomers: Sequence[int]) -> None:
        """An equal share of the total for each newcomer that has less, taken from the others in proportion."""
        goal = self._goal.copy()
        share = np.minimum(goal.sum() / len(goal), self._bounds.high)
        raised = [c for c in newcomers if goal[c] < 0.99 * share[c]]
        if not raised:
            return
        others = np.setdiff1d(np.arange(len(goal)), newcomers)
        goal[others] *= 1.0 - (share[raised] - goal[raised]).sum() / max(goal[others].sum(), 1e-9)
        goal[raised] = share[raised]
        self._goal, self._moved = self._bounds.keep(np.maximum(goal, 0.0)[None])[0], True

    def _intervals(self, fit: FitMmmResult) -> Array:
        """(C, 2), NaN where the fit states none."""
        found = np.full((len(self._briefing.channels), 2), np.nan)
        for name, channel in fit.channels.items():
            interval = channel.decision_roas
            found[self._briefing.channels.index(name)] = interval.p05, interval.p95
        return found


@dataclass(frozen=True)
class _Return:
    """Of the last unit of a mix.

    Attributes:
        apart, together: Its standard deviation if channels' errors had nothing in common, and if they all went together.
    """

    mean: float
    apart: float
    together: float

    @classmethod
    def of(cls, returns: Mapping[str, Estimate], weights: Mapping[str, float]) -> _Return:
        mean = sum(weights[name] * found.mean for name, found in returns.items())
        errors = [weights[name] * (found.p95 - found.p05) / (2.0 * Z90) for name, found in returns.items()]
        return cls(mean, float(np.linalg.norm(errors)), sum(errors))
