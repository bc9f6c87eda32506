"""Deterministic analysis tools: typed in, typed out, one tool a file, run and cached by a registry.

A tool is a function decorated with `@tool`; importing the room imports none of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.tools.context import ToolContext
    from liftos_agents.tools.errors import ToolFailed, ToolRetry
    from liftos_agents.tools.registry import Registry, ToolSpec, names, result, run, run_call, spec, tool

__all__ = [
    "Registry",
    "ToolContext",
    "ToolFailed",
    "ToolRetry",
    "ToolSpec",
    "names",
    "result",
    "run",
    "run_call",
    "spec",
    "tool",
]

_HOMES = {
    "ToolContext": "liftos_agents.tools.context",
    "ToolFailed": "liftos_agents.tools.errors",
    "ToolRetry": "liftos_agents.tools.errors",
    "Registry": "liftos_agents.tools.registry",
    "ToolSpec": "liftos_agents.tools.registry",
    "names": "liftos_agents.tools.registry",
    "result": "liftos_agents.tools.registry",
    "run": "liftos_agents.tools.registry",
    "run_call": "liftos_agents.tools.registry",
    "spec": "liftos_agents.tools.registry",
    "tool": "liftos_agents.tools.registry",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
