"""A question's way through the graph with a scripted model and real tools."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage

from liftos_agents.domain.canonical import canonical_json
from liftos_agents.errors import (
    AmbiguousRoleError,
    ArgumentError,
    BudgetExceededError,
    CancelledError,
    DataError,
    UserError,
)
from liftos_agents.graphs.run import new_run
from liftos_agents.graphs.services import Untraced
from tests.graphs.conftest import Engine, evidence_in, findings, plan_of, repair_in

ANALYSE = [("measure", {})]


def analysis(messages: Any) -> Any:
    ev = evidence_in(messages, "measure")
    return findings(
        f"tv took {{{ev}:channels.tv.share|pct}} of spend.",
        claims=[
            f"tv spent {{{ev}:channels.tv.spend|money}}.",
            f"search spent {{{ev}:channels.search.spend}}.",
        ],
        caveats=["The weeks are few."],
    )


def of_search(messages: Any) -> Any:
    ev = evidence_in(messages, "measure")
    return findings(f"search took {{{ev}:channels.search.share|pct}} of spend.")


def task_of(engine: Engine, call: int) -> dict[str, Any]:
    return json.loads(str(engine.model.messages(call)[1].content))


def tool_contents(messages: Any) -> list[dict[str, Any]]:
    return [json.loads(str(m.content)) for m in messages if isinstance(m, ToolMessage)]


async def test_one_specialist_answers(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))],
        "analyst": [ANALYSE, analysis],
    }
    answer = await engine.ask("How much was spent?")
    assert answer.status == "complete"
    assert answer.answer.headline == "tv took 65.9 % of spend."
    assert [(c.id, c.text, c.agent) for c in answer.answer.claims] == [
        ("c1", "tv spent €1.35k.", "analyst"),
        ("c2", "search spent €700.", "analyst"),
    ]
    assert answer.evidence[0].tool == "measure"
    assert answer.answer.claims[0].evidence == (answer.evidence[0].id,)
    assert engine.model.unused == 0


async def test_a_failed_diagnostic_becomes_a_caveat_that_nobody_wrote(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))],
        "analyst": [ANALYSE, analysis],
    }
    answer = await engine.ask("How much was spent?")
    assert answer.answer.caveats == (
        "The weeks are few.",
        "A check failed: Few weeks (enough_weeks, value 6.00, threshold 52.0).",
    )
    assert answer.grounding.numbers == answer.grounding.bound == 5


async def test_a_specialist_gets_only_what_its_step_needs(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []), ("planner", "split", [0]), ("writer", "write", []))],
        "analyst": [ANALYSE, analysis],
        "planner": [ANALYSE, of_search],
        "writer": [findings("Nothing to write.")],
    }
    answer = await engine.ask("Measure, split and write")
    tasks = {t["agent"]: t for t in (task_of(engine, i) for i in range(6)) if "agent" in t}
    assert tasks["analyst"]["prior"] == tasks["writer"]["prior"] == []
    assert tasks["planner"]["prior"] == [
        {"evidence": answer.evidence[0].id, "tool": "measure", "arguments": {}}
    ]
    assert answer.answer.headline.endswith("Nothing to write.")
    assert len(answer.evidence) == 1


async def test_independent_steps_run_side_by_side(engine: Engine) -> None:
    """Each waits for the other: in turn, neither would end."""
    met = {name: asyncio.Event() for name in ("analyst", "planner")}

    class Waiting(AIMessage):
        pass

    original = type(engine.model)._agenerate

    async def generate(self: Any, messages: Any, *args: Any, **kwargs: Any) -> Any:
        speaker = json.loads(str(messages[1].content)).get("agent")
        if speaker in met:
            met[speaker].set()
            other = "planner" if speaker == "analyst" else "analyst"
            await asyncio.wait_for(met[other].wait(), 10)
        return await original(self, messages, *args, **kwargs)

    engine.model.replies = {
        "router": [plan_of(("analyst", "a", []), ("planner", "b", []))],
        "analyst": [findings("First.")],
        "planner": [findings("Second.")],
    }
    object.__setattr__(engine.model, "_agenerate", generate.__get__(engine.model))
    answer = await engine.ask("Both")
    assert answer.answer.headline == "First. Second."


async def test_a_wrong_text_is_repaired_once_then_dropped(engine: Engine) -> None:
    asked: list[Any] = []

    def wrong(messages: Any) -> Any:
        ev = evidence_in(messages, "measure")
        return findings(
            f"tv took {{{ev}:channels.search.share|pct}} of spend.",
            claims=["tv returned 4.2.", f"search spent {{{ev}:channels.search.spend}}."],
        )

    def mended(messages: Any) -> Any:
        asked.extend(repair_in(messages))
        ev = evidence_in(messages, "measure")
        return findings(
            f"tv took {{{ev}:channels.tv.share|pct}} of spend.",
            claims=["tv returned 4.3.", f"search spent {{{ev}:channels.search.spend}}."],
        )

    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))],
        "analyst": [ANALYSE, wrong, mended],
    }
    answer = await engine.ask("How much was spent?")
    assert [a["text"][:11] for a in asked] == ["tv took {ev", "tv returned"]
    assert "search" in asked[0]["reasons"][0]
    assert answer.answer.headline == "tv took 65.9 % of spend."
    assert [c.text for c in answer.answer.claims] == ["search spent €700."]
    assert [(d.text, d.agent) for d in answer.grounding.dropped] == [("tv returned 4.3.", "analyst")]
    assert answer.grounding.numbers == answer.grounding.bound


async def test_one_failing_specialist_is_a_caveat(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "a", []), ("planner", "b", []))],
        "analyst": [ValueError("broken inside")],
        "planner": [ANALYSE, of_search],
    }
    answer = await engine.ask("Both")
    assert answer.status == "complete"
    assert answer.answer.headline.startswith("search took")
    assert any("analyst did not finish" in c for c in answer.answer.caveats)


async def test_dependent_step_runs_even_when_what_it_needs_failed(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "a", []), ("planner", "b", [0]))],
        "analyst": [ValueError("broken inside")],
        "planner": [ANALYSE, of_search],
    }
    answer = await engine.ask("Both")
    assert answer.answer.headline.startswith("search took")


async def test_when_every_specialist_fails_the_failure_is_raised(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "a", []))],
        "analyst": [ValueError("broken inside")],
    }
    with pytest.raises(ValueError, match="broken inside"):
        await engine.ask("Measure")


async def test_a_lost_connection_is_tried_again(engine: Engine) -> None:
    engine.model.replies = {
        "router": [ConnectionResetError("gone"), plan_of(("analyst", "measure", []))],
        "analyst": [TimeoutError("slow"), ANALYSE, analysis],
    }
    answer = await engine.ask("Measure")
    assert answer.status == "complete"
    assert engine.model.unused == 0


async def test_tool_failures_reach_the_model_as_messages(engine: Engine) -> None:
    seen: list[dict[str, Any]] = []

    def end(messages: Any) -> Any:
        seen.extend(tool_contents(messages))
        return findings("Nothing is known.")

    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))],
        "analyst": [
            [
                ("give_up", {}),
                ("try_again", {}),
                ("measure", {"factor": -1}),
                ("measure", {"facto": 1}),
                ("fly", {}),
                ("break_down", {}),
            ],
            end,
        ],
    }
    answer = await engine.ask("Measure")
    assert answer.answer.headline == "Nothing is known."
    assert [s["error"]["kind"] for s in seen] == ["failed", "retry", "retry", "retry", "retry", "failed"]
    assert "Did you mean 'factor'?" in seen[3]["error"]["message"]
    assert "no tool 'fly'" in seen[4]["error"]["message"]


async def test_malformed_calls_and_plain_text_are_put_right(engine: Engine) -> None:
    broken = AIMessage(
        content="",
        invalid_tool_calls=[
            {"name": "measure", "args": "{", "id": "x1", "error": "cut", "type": "invalid_tool_call"}
        ],
    )
    engine.model.replies = {
        "router": [AIMessage(content="I think …"), broken, plan_of(("analyst", "measure", []))],
        "analyst": [
            AIMessage(content="Let me think."),
            broken,
            [("submit_findings", {"claims": []})],
            [*ANALYSE, ("submit_findings", {"headline": "too early"})],
            analysis,
        ],
    }
    answer = await engine.ask("Measure")
    assert answer.answer.headline == "tv took 65.9 % of spend."
    assert engine.model.unused == 0


async def test_a_plan_for_nobody_is_sent_back_and_then_refused(engine: Engine) -> None:
    engine.model.replies = {"router": [plan_of(("nobody", "x", []))] * 3}
    with pytest.raises(UserError, match="no specialist 'nobody'"):
        await engine.ask("Measure")


async def test_refusal_and_clarification(engine: Engine) -> None:
    engine.model.replies = {
        "router": [
            [("submit_plan", {"refusal": "I only know marketing data."})],
            [("submit_plan", {"clarification": "Which channel?"})],
            [("submit_plan", {"clarification": "Which channel?"})],
        ]
    }
    refused = await engine.ask("Write a poem")
    assert (refused.status, refused.answer.headline) == ("refused", "I only know marketing data.")
    asked = await engine.ask("Help")
    assert (asked.status, asked.plan.clarification) == ("needs_clarification", "Which channel?")
    with pytest.raises(ArgumentError, match="Which channel"):
        await engine.ask("Help", interactive=False)


async def test_missing_data_is_asked_for_and_the_question_taken_up_again(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))] * 2,
        "analyst": [ANALYSE, analysis],
    }
    first = await engine.ask("How much was spent?", sources=(), thread="t")
    assert first.status == "needs_clarification"
    assert "table" in first.answer.headline
    second = await engine.ask("here it is", thread="t")
    assert second.status == "complete"
    assert task_of(engine, 1)["question"] == "How much was spent?"


async def test_missing_data_is_an_error_when_nobody_may_be_asked(engine: Engine) -> None:
    engine.model.replies = {"router": [plan_of(("analyst", "measure", []))]}
    with pytest.raises(DataError, match="no table"):
        await engine.ask("How much was spent?", sources=(), interactive=False)


async def test_unclear_roles_are_asked_about_and_the_reply_is_understood(engine: Engine) -> None:
    path = engine.data.with_name("plain.csv")
    path.write_text(
        "date,y,x1,x2\n" + "\n".join(f"2024-01-{d:02d},{100 + d},{d},{2 * d}" for d in range(1, 29, 7))
    )
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))] * 4,
        "analyst": [
            ANALYSE,
            lambda m: findings(f"x1 spent {{{evidence_in(m, 'measure')}:channels.x1.spend}}."),
        ],
    }
    with pytest.raises(AmbiguousRoleError):
        await engine.ask("How much?", sources=(str(path),), interactive=False)
    first = await engine.ask("How much?", sources=(str(path),), thread="t")
    assert first.status == "needs_clarification"
    second = await engine.ask("outcome is y, spend is x1 and x2", sources=(), thread="t")
    assert second.status == "complete"
    assert second.evidence[0].arguments["roles"]["spend"] == {"x1": ["x1"], "x2": ["x2"]}


async def test_roles_named_before_hold_while_the_data_stays(engine: Engine) -> None:
    path = engine.data.with_name("plain.csv")
    path.write_text(
        "date,y,x1,x2\n" + "\n".join(f"2024-01-{d:02d},{100 + d},{d},{2 * d}" for d in range(1, 29, 7))
    )
    reply = [ANALYSE, lambda m: findings(f"It was {{{evidence_in(m, 'measure')}:total}}.")]
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))] * 3,
        "analyst": [*reply, *reply, *reply],
    }
    given = {"outcome": "y", "spend": ["x1", "x2"]}
    first = await engine.ask("How much?", sources=(str(path),), overrides=given, thread="t")
    again = await engine.ask("How much?", sources=(str(path),), thread="t")
    assert again.evidence[0].id == first.evidence[0].id
    other = await engine.ask("How much?", thread="t")
    assert set(other.evidence[0].result["channels"]) == {"tv", "search"}


async def test_equal_calls_at_the_same_time_are_computed_once(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "a", []), ("planner", "b", []))],
        "analyst": [ANALYSE, analysis],
        "planner": [ANALYSE, of_search],
    }
    await engine.ask("Both")
    reused = [e.data["reused"] for e in engine.events if e.kind == "tool_finished"]
    assert sorted(reused) == [False, True]


async def test_a_follow_up_has_the_thread_and_its_data(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))] * 2,
        "analyst": [ANALYSE, analysis, ANALYSE, of_search],
    }
    first = await engine.ask("How much was spent?", thread="t")
    second = await engine.ask("and search?", sources=(), thread="t")
    turn = task_of(engine, 3)["thread"][0]
    assert turn["question"] == "How much was spent?"
    assert turn["agents"] == ["analyst"]
    assert turn["calls"][0]["tool"] == "measure"
    assert second.evidence[0].id == first.evidence[0].id
    finished = [e for e in engine.events if e.kind == "tool_finished"]
    assert [e.data["reused"] for e in finished] == [False, True]


async def test_ask_user_is_a_clarification_unless_others_answered(engine: Engine) -> None:
    asks = [("ask_user", {"question": "How much money?"})]
    engine.model.replies = {
        "router": [
            plan_of(("analyst", "a", [])),
            plan_of(("analyst", "a", []), ("planner", "b", [])),
            plan_of(("analyst", "a", [])),
        ],
        "analyst": [asks, asks, asks],
        "planner": [ANALYSE, of_search],
    }
    alone = await engine.ask("Split")
    assert (alone.status, alone.plan.clarification) == ("needs_clarification", "How much money?")
    both = await engine.ask("Split")
    assert both.status == "complete"
    assert "To go further, the analyst asks: How much money?" in both.answer.caveats
    with pytest.raises(ArgumentError, match="How much money"):
        await engine.ask("Split", interactive=False)


async def test_a_talkative_model_is_stopped_by_its_cap(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "a", []), ("planner", "b", []))],
        "analyst": [ANALYSE] * 12,
        "planner": [ANALYSE, of_search],
    }
    answer = await engine.ask("Both")
    assert any("reached its cap" in c for c in answer.answer.caveats)
    assert engine.model.unused == 0


async def test_the_money_cap_stops_before_the_call_that_would_pass_it(engine: Engine) -> None:
    engine.model.usage = (1_000, 500)
    engine.model.replies = {
        "router": [plan_of(("analyst", "a", []))],
        "analyst": [ANALYSE, analysis],
    }
    with pytest.raises(BudgetExceededError, match="money cap"):
        await engine.ask("Measure", max_usd=0.0045)
    assert engine.model.unused == 2


async def test_costs_are_added_up(engine: Engine) -> None:
    engine.model.usage = (1_000, 500)
    engine.model.replies = {
        "router": [plan_of(("analyst", "a", []))],
        "analyst": [ANALYSE, analysis],
    }
    answer = await engine.ask("Measure")
    assert (answer.cost.input_tokens, answer.cost.output_tokens) == (3_000, 1_500)
    assert answer.cost.usd == pytest.approx(0.006)


async def test_a_cancelled_run_ends_and_says_so(engine: Engine) -> None:
    run = engine.run()

    def stop(messages: Any) -> Any:
        run.cancelled.set()
        return ANALYSE

    engine.model.replies = {"router": [plan_of(("analyst", "a", []))], "analyst": [stop, analysis]}
    with pytest.raises(CancelledError):
        await engine.flow.answer(run, "Measure")
    assert engine.model.unused == 1


async def test_events_tell_the_run_in_order(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))],
        "analyst": [ANALYSE, analysis],
    }
    answer = await engine.ask("How much was spent?")
    assert [e.kind for e in engine.events] == [
        "run_started",
        "dataset_loaded",
        "plan",
        "agent_started",
        "tool_started",
        "tool_progress",
        "tool_finished",
        "agent_finished",
        "verified",
        "answer",
    ]
    assert [e.sequence for e in engine.events] == list(range(10))
    assert engine.events[-1].data == answer.model_dump(mode="json")


async def test_a_question_back_or_a_refusal_states_no_figure_of_the_model_s_own(engine: Engine) -> None:
    engine.model.replies = {
        "router": [
            [("submit_plan", {"clarification": "TV returned 9.7; which other channel?"})],
            [("submit_plan", {"refusal": "TV returned fifteen already."})],
            [("submit_plan", {"clarification": "Cut TV by 20 % in tv_spend, or search?"})],
            plan_of(("analyst", "measure", [])),
        ],
        "analyst": [
            [("ask_user", {"question": "TV returned 9.7; which weeks?"})],
            [("ask_user", {"question": "Which weeks?"})],
        ],
    }
    answer = await engine.ask("Cut it by 20 %")
    assert answer.plan.clarification == "Cut TV by 20 % in tv_spend, or search?"
    answer = await engine.ask("Cut TV by 20 %")
    assert answer.plan.clarification == "Which weeks?"
    assert engine.model.unused == 0


def kept_under(run: str, organisation: str = "test") -> str:
    """Where the saver keeps a run of an organisation."""
    return canonical_json([organisation, run])


async def test_an_organisation_cannot_go_on_with_the_thread_of_another(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", [])), [("submit_plan", {"clarification": "Which?"})]],
        "analyst": [ANALYSE, analysis],
    }
    await engine.ask("How much was spent on the secret launch?", thread="t")
    other = new_run(engine.services, Untraced(), organisation="other", thread="t")
    answer = await engine.flow.answer(other, "And without tv?")
    assert answer.status == "needs_clarification"
    seen = json.dumps([str(m.content) for m in engine.model.messages(-1)])
    assert "secret launch" not in seen
    assert "tv_spend" not in seen
    assert answer.evidence == ()


async def test_state_is_plain_json_and_small(engine: Engine) -> None:
    engine.model.replies = {
        "router": [plan_of(("analyst", "measure", []))],
        "analyst": [ANALYSE, analysis],
    }
    run = engine.run()
    answer = await engine.flow.answer(run, "How much was spent?")
    snapshot = await engine.flow.graph.aget_state({"configurable": {"thread_id": kept_under(answer.run_id)}})
    text = json.dumps(snapshot.values)
    assert 1_000 < len(text) < 10_000
    assert "series" not in text


async def test_stored_state_can_name_no_module(engine: Engine) -> None:
    """A value of an unknown type in a checkpoint comes back as data or not at all, never as an object."""
    serde = engine.saver.serde
    kind, stored = serde.dumps_typed({"x": Evil()})
    back = serde.loads_typed((kind, stored))
    assert not isinstance(back["x"], Evil)


@dataclass
class Evil:
    """Something that a state must not hold."""

    value: str = ""
