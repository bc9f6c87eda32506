"""A hosted model answers a whole question over the wire, and its mistakes are put right on the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from liftos_agents import LiftOS
from liftos_agents.config import Settings
from liftos_agents.testing import OpenAIWire, WireReply


def weekly_table() -> pd.DataFrame:
    weeks = np.arange(60)
    return pd.DataFrame(
        {
            "date": pd.date_range("2023-01-02", periods=60, freq="W-MON"),
            "revenue": 1000.0 + 50.0 * np.sin(weeks) + weeks,
            "tv_spend": 100.0 + 40.0 * np.cos(weeks * 1.7),
        }
    )


def submitted(*claims: str) -> WireReply:
    findings = {
        "headline": "The data was checked.",
        "claims": list(claims),
        "recommendations": [],
        "caveats": [],
    }
    return WireReply(tool_calls=(("submit_findings", findings),))


def test_broken_arguments_a_rate_limit_and_a_bare_number_cost_a_call_each(tmp_path: Path) -> None:
    plan = {"steps": [{"agent": "causal_analyst", "goal": "check the data", "needs": []}]}
    replies = [
        WireReply(tool_calls=(("submit_plan", plan),)),
        WireReply(tool_calls=(("check_quality", "{broken"),)),
        WireReply(tool_calls=(("check_quality", {}),)),
        WireReply(status=429, headers={"Retry-After": "0.01"}),
        submitted("There are 17 rows."),
        submitted("The table is long enough to be looked at."),
    ]
    with OpenAIWire(replies) as wire:
        settings = Settings(home=tmp_path, openai_base_url=wire.url, openai_api_key="sk-test")
        with LiftOS(home=tmp_path, model="openai:test-model", settings=settings) as lift:
            answer = lift.ask("Is the data good enough?", data=weekly_table())
    assert answer.status == "complete"
    assert [claim.text for claim in answer.answer.claims] == ["The table is long enough to be looked at."]
    assert [evidence.tool for evidence in answer.evidence] == ["check_quality"]
    assert (answer.cost.input_tokens, answer.cost.output_tokens) == (5 * 11, 5 * 7)
    repair = wire.requests[-1]["messages"][-1]["content"]
    assert "bare number" in repair
    assert "17" in repair
