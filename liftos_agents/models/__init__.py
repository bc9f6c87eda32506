"""Chat models behind one factory: the offline model, and any endpoint that speaks the OpenAI protocol.

A provider's library is imported only when it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.models.factory import available, create
    from liftos_agents.models.prices import cost

__all__ = ["available", "cost", "create"]

_HOMES = {
    "available": "liftos_agents.models.factory",
    "cost": "liftos_agents.models.prices",
    "create": "liftos_agents.models.factory",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
