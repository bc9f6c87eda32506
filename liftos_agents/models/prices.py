"""What models charge, as far as it is known."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, cast

import yaml

_MILLION = 1e6


def cost(usage: Mapping[str, Any] | None, model: str) -> float | None:
    """US dollars for `usage` (`input_tokens`, `output_tokens`) of `model`; None when its price is not known.

    Args:
        usage: As in a message's `usage_metadata`; None counts as no tokens.
        model: As given to the factory: `offline` or `provider:MODEL`.
    """
    price = price_of(model)
    if price is None:
        return None
    tokens = usage or {}
    return (
        float(tokens.get("input_tokens", 0)) * price[0] + float(tokens.get("output_tokens", 0)) * price[1]
    ) / _MILLION


def price_of(model: str) -> tuple[float, float] | None:
    """US dollars per million input and output tokens; None when unknown. A dated name has its family's price."""
    table = _prices()
    if model in table:
        return table[model]
    families = [name for name in table if model.startswith(f"{name}-2")]
    return table[max(families, key=len)] if families else None


@lru_cache(maxsize=1)
def _prices() -> dict[str, tuple[float, float]]:
    text = resources.files(__package__ or "").joinpath("prices.yaml").read_text(encoding="utf-8")
    models = cast("dict[str, dict[str, Any]]", yaml.safe_load(text)["models"])
    return {name: (float(entry["input"]), float(entry["output"])) for name, entry in models.items()}
