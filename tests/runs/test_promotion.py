"""A plan that nobody looks at passes on the plan gate's record alone, and only on that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from liftos_agents import LiftOS
from liftos_agents.config import Guardrails, Settings
from liftos_agents.data.tables.promotions import promotions
from liftos_agents.errors import ArgumentError
from liftos_agents.lift.promotion import GATE
from liftos_agents.sandbox import scenarios, simulate

QUESTION = "How should I split my budget?"
UNATTENDED = Guardrails(unattended="promotion", max_share_moved=None, beyond_history="allow")


def engine(home: Path, guardrails: Guardrails = UNATTENDED) -> LiftOS:
    return LiftOS(settings=replace(Settings(), home=home, guardrails=guardrails))


def test_a_promoted_plan_needs_no_person(tmp_path: Path) -> None:
    data = [simulate(scenarios.load("saturated"), 2).frame()]
    with engine(tmp_path) as lift:
        waiting = lift.ask(QUESTION, data=data)
        (asked,) = lift.pending("last")
        assert waiting.status == "needs_approval"
        assert [r.text for r in asked.reasons] == ["No valid promotion record for this plan."]
        (record,) = lift.gate_plan("last")
        assert record.verdict.verdict == "promote"
        assert record.verdict.subject == asked.evidence
        assert {c.name for c in record.verdict.checks} >= {"worlds", "cvar10", "twin_trusted", "fit_accepted"}
        done = lift.resume(waiting.run_id)
        assert done.status == "complete"
        assert done.answer.recommendations
        (approval,) = lift.run("last")["approvals"]
        assert (approval["status"], approval["by"], approval["note"]) == ("approved", GATE, record.id)
        assert lift.ask(QUESTION, data=data).status == "complete"
    with engine(tmp_path) as lift:
        with lift._workshop.stores.home.database.begin() as connection:
            connection.execute(update(promotions).values(record="{}"))
        assert [(kept.id, kept.holds) for kept in lift.kept_records()] == [(record.id, False)]
        assert lift.ask(QUESTION, data=data).status == "needs_approval"


def test_a_plan_outside_the_limits_waits_for_a_person_whatever_the_gate_says(tmp_path: Path) -> None:
    strict = Guardrails(unattended="promotion", max_share_moved=0.01, beyond_history="allow")
    with engine(tmp_path, strict) as lift:
        lift.ask(QUESTION, data=[simulate(scenarios.load("saturated"), 2).frame()])
        (record,) = lift.gate_plan("last")
        assert record.verdict.verdict == "promote"
        (asked,) = lift.pending("last")
        assert {r.rule for r in asked.reasons} == {"max_share_moved", "unattended"}


def test_a_run_without_a_rehearsal_has_nothing_to_judge(tmp_path: Path) -> None:
    with engine(tmp_path) as lift:
        lift.ask("Where is my budget wasted?", data=[simulate(scenarios.load("textbook"), 1).frame()])
        with pytest.raises(ArgumentError, match="rehearsed no plan"):
            lift.gate_plan("last")
