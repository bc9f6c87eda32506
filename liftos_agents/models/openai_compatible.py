"""Models behind an endpoint that speaks the OpenAI chat completions protocol."""

from __future__ import annotations

from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from liftos_agents.config import Settings
from liftos_agents.errors import ConfigurationError

MAX_RETRIES = 3
TIMEOUT_SECONDS = 120.0
_NO_KEY = "not-needed"


def create(model: str, settings: Settings, *, max_retries: int = MAX_RETRIES) -> ChatOpenAI:
    """The model `model` at the endpoint of `settings`, or at OpenAI's own.

    Rate limits, server errors and broken connections are tried again `max_retries` times, after the wait that the
    server asks for.

    Raises:
        ConfigurationError: Neither a key nor an endpoint of one's own is set.
    """
    if not settings.openai_api_key and not settings.openai_base_url:
        raise ConfigurationError(
            f"no key for the model {model!r}",
            where="OPENAI_API_KEY",
            fix="Set OPENAI_API_KEY, or OPENAI_BASE_URL for an endpoint that needs none",
        )
    return ChatOpenAI(
        model=model,
        base_url=settings.openai_base_url,
        api_key=SecretStr(settings.openai_api_key or _NO_KEY),
        max_retries=max_retries,
        timeout=TIMEOUT_SECONDS,
        temperature=0.0,
        seed=0,
        stream_usage=True,
        use_responses_api=False,
    )
