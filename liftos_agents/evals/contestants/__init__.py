"""Contestants for the arena that need a tool or an agent; the sandbox, which plays them, knows neither.

`contestant` finds one by name and hands back what `arena.play` takes.
"""

from __future__ import annotations

from liftos_agents.evals.contestants.by_name import NAMES, Contestant, contestant
from liftos_agents.evals.contestants.optimiser import Asked, OpenEngine

__all__ = ["NAMES", "Asked", "Contestant", "OpenEngine", "contestant"]
