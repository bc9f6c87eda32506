"""A chat model from its name."""

from __future__ import annotations

import difflib
import importlib
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel

from liftos_agents.config import Settings
from liftos_agents.errors import ConfigurationError

OFFLINE = "offline"
_PROVIDERS = {
    OFFLINE: "liftos_agents.models.offline.chat_model",
    "openai": "liftos_agents.models.openai_compatible",
}


def create(name: str, settings: Settings) -> BaseChatModel:
    """The chat model called `name`: `offline`, or `provider:MODEL`.

    Raises:
        ConfigurationError: No such provider, no model named, or no key for it.
    """
    provider, _, model = name.partition(":")
    if provider not in _PROVIDERS:
        near = difflib.get_close_matches(name, available(), n=1)
        meant = f"Did you mean {near[0]!r}? " if near else ""
        raise ConfigurationError(
            f"there is no model {name!r}", where="model", fix=f"{meant}There are: {', '.join(available())}"
        )
    module: Any = importlib.import_module(_PROVIDERS[provider])
    if provider == OFFLINE:
        return module.OfflineChatModel()
    if not model:
        raise ConfigurationError(
            f"{name!r} names no model", where="model", fix=f"Write it as {provider}:MODEL"
        )
    return module.create(model, settings)


def available() -> tuple[str, ...]:
    """The forms that a model's name may take."""
    return tuple(OFFLINE if provider == OFFLINE else f"{provider}:NAME" for provider in _PROVIDERS)
