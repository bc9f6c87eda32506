"""What an organisation has learnt, kept as typed records and found again by several signals at once.

The database holds the record; vectors, words and the causal graph are indexes that it can rebuild.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.memory.causal_graph import CausalGraph, Conflict, GraphEdge, GraphNode
    from liftos_agents.memory.embedding import Embedder, EmbedderChoice, LexicalEmbedder, choose_embedder
    from liftos_agents.memory.from_evidence import records_of
    from liftos_agents.memory.memory import Memory
    from liftos_agents.memory.minilm import MiniLMEmbedder
    from liftos_agents.memory.record import new_record
    from liftos_agents.memory.status import MemoryStatus

__all__ = [
    "CausalGraph",
    "Conflict",
    "Embedder",
    "EmbedderChoice",
    "GraphEdge",
    "GraphNode",
    "LexicalEmbedder",
    "Memory",
    "MemoryStatus",
    "MiniLMEmbedder",
    "choose_embedder",
    "new_record",
    "records_of",
]

_HOMES = {
    "CausalGraph": "liftos_agents.memory.causal_graph",
    "Conflict": "liftos_agents.memory.causal_graph",
    "Embedder": "liftos_agents.memory.embedding",
    "EmbedderChoice": "liftos_agents.memory.embedding",
    "GraphEdge": "liftos_agents.memory.causal_graph",
    "GraphNode": "liftos_agents.memory.causal_graph",
    "LexicalEmbedder": "liftos_agents.memory.embedding",
    "Memory": "liftos_agents.memory.memory",
    "MemoryStatus": "liftos_agents.memory.status",
    "MiniLMEmbedder": "liftos_agents.memory.minilm",
    "choose_embedder": "liftos_agents.memory.embedding",
    "new_record": "liftos_agents.memory.record",
    "records_of": "liftos_agents.memory.from_evidence",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
