"""The server around the real engine: a question on a file, its stream, its run."""

import json

import pytest

from liftos_agents import LiftOS
from liftos_agents.server import create_app

LISTING = """# Northpeak Trail 40 Hiking Backpack
A 40 litre backpack for hikers.
- Weight: 1.1 kg
- Rain cover included
Price: €129
"""


@pytest.fixture
def real(tmp_path, data_root, serve_app):
    (data_root / "backpack.md").write_text(LISTING, encoding="utf-8")
    with (
        LiftOS(home=tmp_path / "home") as lift,
        serve_app(create_app(lift.engine, data_roots=[data_root])) as client,
    ):
        yield client


def test_a_question_on_a_file_becomes_steps_an_answer_and_a_run(real):
    body = {
        "question": "Audit this product page and write Google ads for it",
        "data": ["backpack.md"],
        "stream": True,
    }
    text = real.post("/v1/chat", json=body).text
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    kinds = [event["kind"] for event in events]
    assert kinds[0] == "run_started"
    assert kinds[-1] == "answer"
    assert {"plan", "agent_started", "tool_finished", "verified"} <= set(kinds)
    assert [event["sequence"] for event in events] == list(range(len(events)))
    answer = events[-1]["data"]
    assert answer["status"] == "complete"
    assert {e["tool"] for e in answer["evidence"]} == {"audit_product", "generate_content"}
    assert answer["grounding"]["numbers"] == answer["grounding"]["bound"] > 0
    kept = real.get(f"/v1/runs/{answer['run_id']}").json()
    assert kept["answer"]["answer"] == answer["answer"]
    assert real.get("/v1/runs").json()["runs"][0]["id"] == answer["run_id"]


def test_the_real_engine_is_ready_and_lists_its_modules(real):
    assert real.get("/ready").json()["ok"]
    modules = real.get("/v1/modules").json()
    assert {"surfacing_auditor", "content_generator"} <= {agent["name"] for agent in modules["agents"]}
    assert {"audit_product", "generate_content"} <= {tool["name"] for tool in modules["tools"]}
