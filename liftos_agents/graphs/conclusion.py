"""The last stations of a question: compose, verify, render, remember."""

from __future__ import annotations

from typing import Any

from langgraph.runtime import Runtime

from liftos_agents.domain.answer import Dropped
from liftos_agents.domain.decision import Decision
from liftos_agents.domain.task import Turn
from liftos_agents.errors import ArgumentError
from liftos_agents.graphs import composition
from liftos_agents.graphs.composition import Texts
from liftos_agents.graphs.data_needs import notes_of
from liftos_agents.graphs.services import Run
from liftos_agents.graphs.state import Pending, Report, RunState, reports_of
from liftos_agents.graphs.stations import arrange
from liftos_agents.graphs.views import briefs_of, plain, plan_of, vocabulary_of


async def compose(state: RunState, runtime: Runtime[Run]) -> dict[str, Any]:
    """The answer's texts with their references, from every report; `failed` when no specialist has one."""
    run = runtime.context
    planned = plan_of(state)
    if planned.kind != "steps":
        status = "refused" if planned.kind == "refusal" else "needs_clarification"
        return {"status": status, "texts": {}}
    arrange(run, state)
    reports = reports_of(state)
    asking = [r for r in reports.values() if r["status"] == "clarification"]
    done = [r for r in reports.values() if r["status"] == "done"]
    if not done and asking:
        return _asks_back(run, state, asking)
    if not done:
        return {"status": "failed", "texts": {}}
    return {
        "status": "complete",
        "texts": plain(composition.compose(reports, run.reader, notes_of(briefs_of(state)))),
    }


async def verify(state: RunState, runtime: Runtime[Run]) -> dict[str, Any]:
    """The texts that hold against all evidence of the run; the others are dropped and reported."""
    run = runtime.context
    texts = Texts.model_validate(state.get("texts") or {})
    reports = reports_of(state)
    checked = composition.check(texts, run.reader, vocabulary_of(state), run.verdicts)
    for dropped in checked.dropped:
        run.trace.decide(
            Decision(kind="drop", actor="verifier", asked=dropped.text, reason="; ".join(dropped.reasons))
        )
    earlier = tuple(
        Dropped(text=d["text"], agent=r["agent"], reasons=tuple(d["reasons"]))
        for r in reports.values()
        for d in r["dropped"]
    )
    grounding = composition.ground(
        checked.texts, run.reader, vocabulary_of(state), (*earlier, *checked.dropped)
    )
    run.emit("verified", numbers=grounding.numbers, bound=grounding.bound, dropped=len(grounding.dropped))
    return {
        "texts": plain(checked.texts),
        "grounding": plain(grounding),
        "evidence": list(composition.evidence_order(checked.texts, reports, run.ledger)),
    }


async def render(state: RunState, runtime: Runtime[Run]) -> dict[str, Any]:
    """The answer as a reader sees it; every claim is a decision of the trace."""
    run = runtime.context
    planned = plan_of(state)
    if state.get("status") != "complete":
        said = planned.refusal or planned.clarification or ""
        return {"answer": {"headline": said}}
    body = composition.render(Texts.model_validate(state.get("texts") or {}), run.verdicts)
    for claim in (*body.claims, *body.recommendations):
        run.trace.decide(
            Decision(
                kind="claim",
                actor=claim.agent,
                asked=state.get("question", ""),
                chosen=claim.text,
                evidence=claim.evidence,
                detail={"claim": claim.id, "source": claim.source},
            )
        )
    return {"answer": plain(body)}


async def remember(state: RunState, runtime: Runtime[Run]) -> dict[str, Any]:
    """This question as a turn of its conversation; findings go to memory once the answer is out."""
    reports = reports_of(state)
    planned = plan_of(state)
    turn = Turn(
        question=state.get("question", ""),
        agents=tuple(step.agent for step in planned.steps),
        headline=str(state.get("answer", {}).get("headline", "")),
        calls=tuple(
            {"agent": r["agent"], "tool": c["tool"], "arguments": c["arguments"], "evidence": c["evidence"]}
            for r in reports.values()
            for c in r["calls"]
        ),
        clarification=planned.clarification,
    )
    return {"turn": plain(turn)}


def _asks_back(run: Run, state: RunState, asking: list[Report]) -> dict[str, Any]:
    question = " ".join(dict.fromkeys(r["message"] for r in asking))
    if not run.interactive:
        raise ArgumentError(question, where="question", fix="Say it in the question")
    planned = plan_of(state).model_copy(update={"clarification": question})
    pending = Pending(kind="words", question=state.get("question", ""), role="", choices=[], columns=[])
    return {"status": "needs_clarification", "texts": {}, "plan": plain(planned), "pending": pending}
