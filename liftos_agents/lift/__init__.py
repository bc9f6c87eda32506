"""`LiftOS`: the one object that assembles the house for a host, a command or a notebook.

Names load when first used, so that opening the room is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.lift.engine import Engine
    from liftos_agents.lift.lift_os import LiftOS

__all__ = ["Engine", "LiftOS"]

_HOMES = {"Engine": "engine", "LiftOS": "lift_os"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
