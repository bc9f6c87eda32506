"""The flow from a question to a verified answer, on LangGraph.

`Flow` runs one question; `verification` holds the promise that every number is bound to evidence.
Names load when first used, so that opening the room is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.graphs.compaction import compact
    from liftos_agents.graphs.composition import compose
    from liftos_agents.graphs.flow import Flow
    from liftos_agents.graphs.services import Services
    from liftos_agents.graphs.topology import build, draw, fingerprint
    from liftos_agents.graphs.verification import Vocabulary, verify

__all__ = [
    "Flow",
    "Services",
    "Vocabulary",
    "build",
    "compact",
    "compose",
    "draw",
    "fingerprint",
    "verify",
]

_HOMES = {
    "Flow": "flow",
    "Services": "services",
    "Vocabulary": "verification",
    "build": "topology",
    "compact": "compaction",
    "compose": "composition",
    "draw": "topology",
    "fingerprint": "topology",
    "verify": "verification",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
