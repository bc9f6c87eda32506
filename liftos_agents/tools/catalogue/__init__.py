"""One product out of what is given: a text, a page, or a row of a catalogue.

Nothing is guessed: a brand, a price or a property is there because a column or a line names it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.tools.catalogue.product import Product
    from liftos_agents.tools.catalogue.products import product_of, products_of

__all__ = ["Product", "product_of", "products_of"]

_HOMES = {
    "Product": "liftos_agents.tools.catalogue.product",
    "product_of": "liftos_agents.tools.catalogue.products",
    "products_of": "liftos_agents.tools.catalogue.products",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
