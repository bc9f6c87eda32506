"""The HTTP face of an engine that is handed in: routes, event streams, error models, one page.

`create_router` goes into a host's own FastAPI app, `create_app` is an app of its own, `serve` runs it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.server.app import create_app, serve
    from liftos_agents.server.routes import create_router

__all__ = ["create_app", "create_router", "serve"]

_HOMES = {
    "create_app": "liftos_agents.server.app",
    "create_router": "liftos_agents.server.routes",
    "serve": "liftos_agents.server.app",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
