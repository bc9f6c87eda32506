"""LiftOS Agents: causal marketing analytics by specialists whose every number is bound to evidence."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from liftos_agents.version import __version__

if TYPE_CHECKING:
    from liftos_agents.domain.answer import Answer
    from liftos_agents.domain.plan import Plan
    from liftos_agents.errors import UserError
    from liftos_agents.lift import LiftOS

__all__ = ["Answer", "LiftOS", "Plan", "UserError", "__version__"]

_HOMES = {
    "Answer": "liftos_agents.domain.answer",
    "LiftOS": "liftos_agents.lift",
    "Plan": "liftos_agents.domain.plan",
    "UserError": "liftos_agents.errors",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
