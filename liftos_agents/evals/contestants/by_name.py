"""Contestants by name, as the arena takes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from liftos_agents.evals.contestants.mmm_greedy import MmmGreedy
from liftos_agents.evals.contestants.optimiser import MakeOptimiser, OpenEngine, Optimiser
from liftos_agents.sandbox.policy import OneWorldAtATime, Policy

BATCH = 2
"""Worlds a task: each takes seconds, and a kill costs what is under way."""
_OFFLINE = "offline"


class Worlds(OneWorldAtATime):
    """A policy of one world for any number, with what the arena asks of a policy besides."""

    def __init__(self, name: str, version: str, make: Callable[[], Policy]) -> None:
        super().__init__(name, make)
        self.version, self.batch = version, BATCH


@dataclass(frozen=True)
class Contestant:
    """A picklable maker of a contestant."""

    name: str
    version: str
    make: Callable[[], Policy]

    def __call__(self) -> Worlds:
        """A new one."""
        return Worlds(self.name, self.version, self.make)


def contestant(name: str, open_engine: OpenEngine) -> Contestant | None:
    """The maker of the contestant called `name`, or None where there is none.

    Args:
        name: One of `names.NAMES`; `optimiser:openai:NAME` asks that model, `optimiser` the offline one.
        open_engine: How a contestant that asks an engine opens one.
    """
    if name == MmmGreedy.name:
        return Contestant(name, MmmGreedy.version, MmmGreedy)
    who, _, model = name.partition(":")
    if who != "optimiser" or (not model and name != who):
        return None
    make = MakeOptimiser(open_engine, model or _OFFLINE, name)
    return Contestant(name, Optimiser.version, make)
