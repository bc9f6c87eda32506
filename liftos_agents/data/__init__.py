"""Getting data in and keeping it: loaders, column roles, panels, quality, cleaning; stores and database.

Public names open lazily, so that importing the room costs nothing until a file is read.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.data.briefing import brief
    from liftos_agents.data.catalogue_table import is_catalogue, product_titles
    from liftos_agents.data.cleaning import FIXES, clean
    from liftos_agents.data.database import Database
    from liftos_agents.data.dataset import Dataset
    from liftos_agents.data.descriptions import read_descriptions
    from liftos_agents.data.export import write
    from liftos_agents.data.home import Home, open_home
    from liftos_agents.data.lexical import LexicalIndex, SqliteLexicalIndex
    from liftos_agents.data.limits import Limits
    from liftos_agents.data.loader import load
    from liftos_agents.data.panel import build_panel
    from liftos_agents.data.quality import check
    from liftos_agents.data.role_options import parse_role_options
    from liftos_agents.data.roles import work_out_roles
    from liftos_agents.data.store import EvidenceStore, Store, TransientStore
    from liftos_agents.data.unifying import unify, unify_catalogues

__all__ = [
    "FIXES",
    "Database",
    "Dataset",
    "EvidenceStore",
    "Home",
    "LexicalIndex",
    "Limits",
    "SqliteLexicalIndex",
    "Store",
    "TransientStore",
    "brief",
    "build_panel",
    "check",
    "clean",
    "is_catalogue",
    "load",
    "open_home",
    "parse_role_options",
    "product_titles",
    "read_descriptions",
    "unify",
    "unify_catalogues",
    "work_out_roles",
    "write",
]

_HOMES = {
    "FIXES": "liftos_agents.data.cleaning",
    "Database": "liftos_agents.data.database",
    "Dataset": "liftos_agents.data.dataset",
    "EvidenceStore": "liftos_agents.data.store",
    "Home": "liftos_agents.data.home",
    "LexicalIndex": "liftos_agents.data.lexical",
    "Limits": "liftos_agents.data.limits",
    "SqliteLexicalIndex": "liftos_agents.data.lexical",
    "Store": "liftos_agents.data.store",
    "TransientStore": "liftos_agents.data.store",
    "brief": "liftos_agents.data.briefing",
    "build_panel": "liftos_agents.data.panel",
    "check": "liftos_agents.data.quality",
    "clean": "liftos_agents.data.cleaning",
    "is_catalogue": "liftos_agents.data.catalogue_table",
    "load": "liftos_agents.data.loader",
    "open_home": "liftos_agents.data.home",
    "parse_role_options": "liftos_agents.data.role_options",
    "read_descriptions": "liftos_agents.data.descriptions",
    "product_titles": "liftos_agents.data.catalogue_table",
    "unify": "liftos_agents.data.unifying",
    "unify_catalogues": "liftos_agents.data.unifying",
    "work_out_roles": "liftos_agents.data.roles",
    "write": "liftos_agents.data.export",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
