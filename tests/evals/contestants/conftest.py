"""Small markets that contestants decide in, and a way to play one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from liftos_agents.sandbox import MarketSpec, scenarios
from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policy import Briefing, Policy


@dataclass
class Played:
    """A play that is over, with what was decided in it."""

    play: MarketPlay
    decisions: list[Decision]

    @property
    def profit(self) -> float:
        """Expected, of the first world."""
        return float(self.play.score.expected_profit[0])


@pytest.fixture(scope="session")
def played() -> Callable[..., Played]:
    """A policy's play on a market and seed."""

    def play(policy: Policy, market: MarketSpec, seed: int = 1, horizon: int = 13) -> Played:
        world, seen, made = MarketPlay(market, [seed], horizon), None, list[Decision]()
        policy.begin(Briefing.of(world), world.history)
        while not world.done:
            made.append(policy.decide(world.week, seen))
            seen, _ = world.step(made[-1])
        return Played(world, made)

    return play


@pytest.fixture(scope="session")
def regional() -> MarketSpec:
    """Twelve regions that grow alike, hardly any noise."""
    found = scenarios.load("textbook_regions")
    changed = {
        "geos": found.geos.model_copy(update={"count": 12, "volatility": 0.0}),
        "noise": found.noise.model_copy(update={"level": 0.002}),
    }
    return found.model_copy(update=changed)


@pytest.fixture(scope="session")
def shown() -> Callable[..., tuple[Briefing, Report]]:
    """The briefing and all weeks of a market in which the incumbent's budgets go on, with a geo test from week 0 on."""

    def show(market: MarketSpec, design: ExperimentDesign | None, seed: int = 1) -> tuple[Briefing, Report]:
        world = MarketPlay(market, [seed], 13)
        briefing, seen = Briefing.of(world), world.history
        while not world.done:
            begins = {0: design} if design is not None and world.week == 0 else None
            report, _ = world.step(Decision(world.incumbent.copy(), experiments=begins))
            seen = seen.then(report)
        return briefing, seen

    return show
