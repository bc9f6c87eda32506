"""A small suite on disk, and solvers of known skill."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from liftos_agents.domain.plan import Plan, PlanStep
from liftos_agents.evals import Sample, Suite, load_suite

LINES = [
    {
        "id": "waste",
        "question": "What is wasted?",
        "data": True,
        "expect": {"agents": ["causal_analyst"]},
        "tags": ["short"],
    },
    {
        "id": "both",
        "question": "What is wasted and how should I split 1m?",
        "expect": {"agents": ["causal_analyst", "budget_optimiser"], "ordered": True},
        "tags": ["compound"],
        "split": "dev",
    },
    {"id": "weather", "question": "Will it rain?", "expect": {"refusal": True}, "tags": ["short"]},
    {"id": "vague", "question": "Make it better", "expect": {"clarification": True}},
]
HEADER = """
name: small
version: "1"
purpose: Four questions.
samples: small.jsonl
scorers: [plan_match, out_of_scope, in_scope, clarification]
primary: plan_match
"""


@pytest.fixture
def write_suite(tmp_path: Path) -> Callable[..., Path]:
    def write(lines: list[dict] | None = None, header: str = HEADER) -> Path:
        path = tmp_path / "small.yaml"
        path.write_text(header)
        (tmp_path / "small.jsonl").write_text("\n".join(json.dumps(line) for line in lines or LINES) + "\n")
        return path

    return write


@pytest.fixture
def suite(write_suite: Callable[..., Path]) -> Suite:
    return load_suite(write_suite())


def perfect(sample: Sample) -> Plan:
    if sample.expect.refusal:
        return Plan(refusal="That is not marketing.")
    if sample.expect.clarification:
        return Plan(clarification="Better in what way?")
    return Plan(steps=tuple(PlanStep(agent=a, goal=sample.question) for a in sample.expect.agents))


def refuses_all(_: Sample) -> Plan:
    return Plan(refusal="No.")


@pytest.fixture
def solvers() -> dict[str, Callable[[Sample], Plan]]:
    return {"perfect": perfect, "refuses all": refuses_all}
