"""Two runs side by side: calls matched by tool and arguments, claims by their words."""

from __future__ import annotations

from typing import Any

from liftos_agents.domain.answer import Answer, AnswerBody
from liftos_agents.domain.decision import Decision
from liftos_agents.domain.evidence import DatasetRef, Evidence, evidence_id
from liftos_agents.domain.findings import Claim
from liftos_agents.domain.plan import Plan, PlanStep
from liftos_agents.tracing import Recorder, diff


def found(tool: str, roas: float, *, version: str = "1", data: str = "ab", **arguments: Any) -> Evidence:
    return Evidence(
        id=evidence_id(tool, version, arguments, (data * 32,)),
        tool=tool,
        version=version,
        arguments=arguments,
        datasets=(DatasetRef(id=data * 32, name="shop"),),
        result={"tv": roas, "units": {"tv": "ratio"}},
    )


def keep(store, run_id: str, evidence: list[Evidence], claims: list[str], goal: str = "find waste") -> None:
    recorder = Recorder(store, run_id, "acme", question="Which channel wastes money?", model="offline")
    for one in evidence:
        recorder.decide(
            Decision(
                kind="tool_call",
                actor="analyst",
                chosen=one.tool,
                evidence=(one.id,),
                detail={"arguments": one.arguments},
            )
        )
    body = AnswerBody(
        headline="TV wastes money.",
        claims=tuple(
            Claim(
                id=f"c{i}",
                text=text.replace("{}", str(evidence[0].result["tv"])),
                source=_source(text, evidence),
            )
            for i, text in enumerate(claims)
        ),
    )
    answer = Answer(
        status="complete",
        run_id=run_id,
        thread_id="t",
        question="Which channel wastes money?",
        model="offline",
        plan=Plan(steps=(PlanStep(agent="analyst", goal=goal),)),
        answer=body,
        evidence=tuple(evidence),
    )
    recorder.finish("complete", answer=answer)


def _source(text: str, evidence: list[Evidence]) -> str:
    return text.replace("{}", f"{{{evidence[0].id}:tv|x}}")


def test_equal_runs_do_not_differ(store):
    for run in ("one", "two"):
        keep(store, run, [found("fit", 0.4, draws=5)], ["TV returns {}."])
    compared = diff(store, "one", "two")
    assert compared.same
    assert [call.side for call in compared.calls] == ["same"]


def test_a_changed_argument_is_why_evidence_differs(store):
    keep(
        store, "one", [found("fit", 0.4, draws=5, roles={"outcome": "y", "notes": ["a"]})], ["TV returns {}."]
    )
    keep(
        store, "two", [found("fit", 0.5, draws=9, roles={"outcome": "z", "notes": ["b"]})], ["TV returns {}."]
    )
    compared = diff(store, "one", "two")
    (call,) = compared.calls
    assert call.side == "changed"
    assert [(why.name, why.left, why.right) for why in call.why] == [
        ("column outcome", "y", "z"),
        ("draws", "5", "9"),
    ]
    (claim,) = compared.claims
    assert claim.side == "changed"
    assert [(n.name, n.left, n.right) for n in claim.numbers] == [("tv", "0.40×", "0.50×")]
    assert not compared.same


def test_changed_data_and_versions_are_named(store):
    keep(store, "one", [found("fit", 0.4)], [])
    keep(store, "two", [found("fit", 0.4, version="2", data="cd")], [])
    (call,) = diff(store, "one", "two").calls
    assert [why.name for why in call.why] == ["version", "data"]
    assert "abababab" in call.why[1].left


def test_what_only_one_run_has_is_shown(store):
    keep(store, "one", [found("fit", 0.4), found("audit", 1.0)], ["TV returns {}.", "Radio pays."])
    keep(
        store,
        "two",
        [found("fit", 0.4), found("plan", 2.0)],
        ["TV returns {}.", "Search pays."],
        goal="other",
    )
    compared = diff(store, "one", "two")
    assert [(c.side, c.tool) for c in compared.calls] == [
        ("same", "fit"),
        ("left", "audit"),
        ("right", "plan"),
    ]
    assert [(c.side, c.left or c.right) for c in compared.claims] == [
        ("same", "TV returns 0.4."),
        ("left", "Radio pays."),
        ("right", "Search pays."),
    ]
    assert [field.name for field in compared.fields] == ["plan"]


def test_runs_without_an_answer_are_compared_too(store):
    keep(store, "one", [found("fit", 0.4)], ["TV returns {}."])
    Recorder(store, "two", "acme", question="Which channel wastes money?", model="offline").finish(
        "failed", error="gave up"
    )
    compared = diff(store, "one", "two")
    assert ("status", "complete", "failed") in [(f.name, f.left, f.right) for f in compared.fields]
    assert [call.side for call in compared.calls] == ["left"]
