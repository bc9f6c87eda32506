"""Contestants for the arena that need a tool or an agent; the sandbox, which plays them, knows neither.

`contestant` finds one by name and hands back what `arena.play` takes. It loads when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from liftos_agents.evals.contestants.names import NAMES

if TYPE_CHECKING:
    from liftos_agents.evals.contestants.by_name import Contestant, contestant
    from liftos_agents.evals.contestants.optimiser import Asked, OpenEngine

__all__ = ["NAMES", "Asked", "Contestant", "OpenEngine", "contestant"]

_HOMES = {
    "Asked": "optimiser",
    "Contestant": "by_name",
    "OpenEngine": "optimiser",
    "contestant": "by_name",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
