"""Public doubles, for this project's tests and for hosts': a strict scripted model and a loopback OpenAI-wire server.

Only tests import this room.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.testing.openai_wire import OpenAIWire, WireReply
    from liftos_agents.testing.scripted_model import ScriptedChatModel, ScriptError, calls

__all__ = ["OpenAIWire", "ScriptError", "ScriptedChatModel", "WireReply", "calls"]

_HOMES = {
    "OpenAIWire": "liftos_agents.testing.openai_wire",
    "WireReply": "liftos_agents.testing.openai_wire",
    "ScriptError": "liftos_agents.testing.scripted_model",
    "ScriptedChatModel": "liftos_agents.testing.scripted_model",
    "calls": "liftos_agents.testing.scripted_model",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
