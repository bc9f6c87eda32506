"""Models by name, their prices, and what is imported when."""

from __future__ import annotations

import subprocess
import sys

import pytest

from liftos_agents.config import Settings
from liftos_agents.errors import ConfigurationError
from liftos_agents.models import available, cost, create


def test_the_offline_model_needs_no_setting() -> None:
    assert create("offline", Settings())._llm_type == "liftos-offline"


def test_an_openai_model_needs_a_key_or_an_endpoint() -> None:
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY"):
        create("openai:gpt-test", Settings())
    assert create("openai:gpt-test", Settings(openai_base_url="http://127.0.0.1:1/v1"))
    assert create("openai:gpt-test", Settings(openai_api_key="sk-test"))


@pytest.mark.parametrize(
    ("name", "hint"), [("ofline", "Did you mean 'offline'"), ("clever:x", "openai:NAME")]
)
def test_an_unknown_model_is_named_with_those_there_are(name: str, hint: str) -> None:
    with pytest.raises(ConfigurationError, match=hint):
        create(name, Settings())


def test_a_provider_without_a_model_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="openai:MODEL"):
        create("openai", Settings(openai_api_key="sk-test"))


def test_the_forms_of_a_name_are_listed() -> None:
    assert available() == ("offline", "openai:NAME")


def test_prices() -> None:
    usage = {"input_tokens": 1_000_000, "output_tokens": 500_000}
    assert cost(usage, "offline") == 0.0
    assert cost(usage, "openai:gpt-4o") == pytest.approx(2.5 + 5.0)
    assert cost(usage, "openai:gpt-4o-2024-08-06") == cost(usage, "openai:gpt-4o")
    assert cost(usage, "openai:gpt-4o-mini") == pytest.approx(0.15 + 0.3)
    assert cost(usage, "openai:nobody-knows") is None
    assert cost(None, "openai:gpt-4o") == 0.0


def test_a_provider_is_imported_only_when_it_is_used() -> None:
    script = (
        "import sys, liftos_agents.models as m\n"
        "assert 'langchain_core' not in sys.modules\n"
        "from liftos_agents.config import Settings\n"
        "m.create('offline', Settings())\n"
        "assert 'langchain_openai' not in sys.modules and 'openai' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True, timeout=60)
