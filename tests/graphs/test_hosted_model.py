"""A hosted model over the wire: the same graph, the same messages, with everything that can go wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liftos_agents import LiftOS
from liftos_agents.config import Settings
from liftos_agents.errors import BudgetExceededError, ConfigurationError
from liftos_agents.testing.openai_wire import OpenAIWire, WireReply
from tests.graphs.conftest import CSV

PLAN = WireReply(
    tool_calls=(
        ("submit_plan", {"steps": [{"agent": "causal_analyst", "goal": "check the data", "needs": []}]}),
    )
)
CHECK = WireReply(tool_calls=(("check_quality", {}),))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small shop."""
    path = tmp_path / "shop.csv"
    path.write_text(CSV)
    return path


@pytest.fixture
def evidence(tmp_path: Path, data: Path) -> Iterator[str]:
    """Id of the evidence that a check of the data has: the same in every home."""
    with LiftOS(tmp_path / "offline", settings=Settings()) as lift:
        yield lift.registry.run("check_quality", str(data)).id


def hosted(tmp_path: Path, wire: OpenAIWire, model: str = "openai:gpt-4o-mini", **more: Any) -> LiftOS:
    """An engine whose model is at the other end of the wire."""
    return LiftOS(tmp_path / "home", model=model, settings=Settings(openai_base_url=wire.url, **more))


def findings(evidence: str, claim: str) -> WireReply:
    return WireReply(
        tool_calls=(("submit_findings", {"headline": "The data were checked.", "claims": [claim]}),)
    )


def test_rate_limits_broken_arguments_and_a_false_number(tmp_path: Path, data: Path, evidence: str) -> None:
    good = f"The check looked at {{{evidence}:rows|count}} rows."
    replies = [
        WireReply(status=429, headers={"Retry-After": "0", "retry-after-ms": "1"}),
        WireReply(tool_calls=(("submit_plan", '{"steps": ['),)),
        PLAN,
        CHECK,
        WireReply(status=500),
        findings(evidence, "The check looked at 77 rows."),
        findings(evidence, good),
    ]
    with OpenAIWire(replies) as wire, hosted(tmp_path, wire) as lift:
        answer = lift.ask("Check my data", data)
        repair = json.loads(wire.requests[-1]["messages"][-1]["content"])
    assert answer.model == "openai:gpt-4o-mini"
    assert [c.text for c in answer.answer.claims] == ["The check looked at 6 rows."]
    assert repair["repair"][0]["reasons"] == ["bare number '77'"]
    assert answer.evidence[0].id == evidence
    assert answer.cost.input_tokens == 5 * 11
    assert answer.cost.usd > 0


def test_the_money_cap_holds_before_the_call(tmp_path: Path, data: Path) -> None:
    with OpenAIWire([PLAN]) as wire, hosted(tmp_path, wire) as lift:
        with pytest.raises(BudgetExceededError, match="money cap"):
            lift.ask("Check my data", data, max_usd=0.0015)
        assert len(wire.requests) == 1


def test_a_cap_needs_a_known_price(tmp_path: Path, data: Path) -> None:
    with (
        OpenAIWire([]) as wire,
        hosted(tmp_path, wire, "openai:my-own-model") as lift,
        pytest.raises(ConfigurationError, match="price"),
    ):
        lift.ask("Check my data", data, max_usd=1.0)


def test_the_trace_keeps_no_prompt(tmp_path: Path, data: Path) -> None:
    replies = [PLAN, CHECK, WireReply(tool_calls=(("submit_findings", {"headline": "Checked."}),))]
    with OpenAIWire(replies) as wire, hosted(tmp_path, wire) as lift:
        answer = lift.ask("Check my data", data)
        spans = lift.trace.spans(answer.run_id)
    assert [s.name for s in spans].count("chat openai:gpt-4o-mini") == 3
    assert "playbook" not in json.dumps([s.model_dump(mode="json") for s in spans])
