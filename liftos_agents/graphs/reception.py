"""The first stations of a question: intake, recall, plan."""

from __future__ import annotations

import asyncio
from typing import Any

from langgraph.runtime import Runtime

from liftos_agents.domain.causal_words import plans_a_test
from liftos_agents.domain.memory_record import Recall
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.task import DatasetBrief, Recalled, RoutingTask
from liftos_agents.errors import AmbiguousRoleError, ArgumentError, DataError, UserError
from liftos_agents.graphs.data_needs import asks_about_table, reads_rows, with_unused
from liftos_agents.graphs.intake import datasets_at_hand, describe, load_sources
from liftos_agents.graphs.relevance import STANDING, relevant
from liftos_agents.graphs.role_replies import roles_in_reply
from liftos_agents.graphs.routing import missing_data, route
from liftos_agents.graphs.run_inputs import noted
from liftos_agents.graphs.services import Memory, Run
from liftos_agents.graphs.state import Pending, RunState
from liftos_agents.graphs.views import briefs_of, plain, recalled_of, turns_of

_RECALLED = 5
_CANDIDATES = 12
_SHORT_REPLY = 8


async def intake(state: RunState, runtime: Runtime[Run]) -> dict[str, Any]:
    """Loads the data, or takes the thread's; takes up a reply to an earlier question."""
    run = runtime.context
    given = await load_sources(run) if run.sources else []
    identifiers = [d.id for d in given] or state.get("datasets", [])
    datasets = given or datasets_at_hand(run.services, identifiers)
    run.trace.note(**noted(run, state, datasets, bool(given)))
    kept = state.get("overrides", {}) if identifiers == state.get("datasets") else {}
    question, named = _taken_up(state, bool(given))
    overrides = {**kept, **run.overrides, **named}
    briefs, problem = describe(datasets, overrides)
    run.trace.note(briefs=[plain(b) for b in briefs])
    for described in briefs:
        run.emit("dataset_loaded", dataset=plain(described))
    return {
        "question": question,
        "datasets": identifiers,
        "overrides": overrides,
        "briefs": [plain(b) for b in briefs],
        "role_problem": None if problem is None else _problem(problem),
        "pending": None,
        "recalled": [],
        "plan": {},
        "texts": {},
        "answer": {},
        "grounding": {},
        "evidence": [],
        "status": "",
    }


async def recall(state: RunState, runtime: Runtime[Run]) -> dict[str, Any]:
    """What the organisation learnt before that bears on the question."""
    run = runtime.context
    memory = run.services.memory
    if memory is None:
        return {"recalled": []}
    with run.trace.span("recall", "memory"):
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            run.services.pool,
            lambda: _recalled(memory, run.organisation, state.get("question", ""), briefs_of(state)),
        )
    run.trace.note(recalled=[plain(r) for r in found])
    recalled = [
        Recalled(
            id=r.record.id,
            text=r.record.content,
            kind=r.record.kind,
            source_run=r.record.source_run,
            score=r.score,
        )
        for r in found
    ]
    return {"recalled": [plain(r) for r in recalled]}


async def plan(state: RunState, runtime: Runtime[Run]) -> dict[str, Any]:
    """The plan, or a question that must be answered first.

    Raises:
        AmbiguousRoleError, ArgumentError: Something must be asked, and this run may not ask.
        DataError: The same, or every step needs a table and the one given makes no panel.
    """
    run = runtime.context
    briefs = briefs_of(state)
    task = RoutingTask(
        question=state.get("question", ""),
        datasets=briefs,
        thread=turns_of(state),
        recalled=recalled_of(state),
    )
    with run.trace.span("router", "plan"):
        chosen = await route(run, task)
    pending: Pending | None = None
    if chosen.clarification:
        if not run.interactive:
            raise ArgumentError(chosen.clarification, where="question", fix="Say it in the question")
        pending = _pending(state, "words")
    elif chosen.steps:
        chosen, pending = _asked_first(run, state, chosen, briefs)
    run.emit("plan", plan=plain(chosen))
    noted = [plain(b) for b in with_unused(run, chosen, briefs)]
    return {"plan": plain(chosen), "pending": pending, "briefs": noted}


def _recalled(
    memory: Memory, organisation: str, question: str, briefs: tuple[DatasetBrief, ...]
) -> tuple[Recall, ...]:
    """What holds whatever the question, what people stated and prefer, and then what bears on it and its data."""
    stated = tuple(Recall(record=r, score=1.0) for r in memory.standing(organisation, STANDING, _RECALLED))
    known = {r.record.id for r in stated}
    found = memory.recall(organisation, question, limit=_CANDIDATES)
    others = (r for r in found if r.record.id not in known)
    return (*stated, *relevant(others, question, briefs, _RECALLED))


def _taken_up(state: RunState, new_data: bool) -> tuple[str, dict[str, Any]]:
    """The question to answer and the roles just named, after a reply to what was asked last."""
    asked = state.get("asked", "")
    pending = state.get("pending")
    if pending is None:
        return asked, {}
    if pending["kind"] == "roles":
        named = roles_in_reply(asked, pending["role"], pending["columns"])
        if named:
            return pending["question"], named
    if pending["kind"] == "data" and new_data and len(asked.split()) <= _SHORT_REPLY:
        return pending["question"], {}
    return asked, {}


def _asked_first(
    run: Run, state: RunState, chosen: Plan, briefs: tuple[DatasetBrief, ...]
) -> tuple[Plan, Pending | None]:
    """The plan with a question in its stead when data or a column's role is missing."""
    specialists = run.services.specialists
    needs = [specialists[step.agent].needs for step in chosen.steps]
    asks_about_data = asks_about_table([state.get("question", ""), *(step.goal for step in chosen.steps)])
    tables = [b for b in briefs if b.kind == "table"]
    lacking = missing_data(chosen, specialists, briefs)
    planned = plans_a_test(state.get("question", ""))
    if lacking is not None and not (tables and asks_about_data) and not planned:
        if not run.interactive:
            what = "no table of dates, sales and spend was given" if tables else "no table was given"
            if "table" not in needs:
                raise ArgumentError(
                    lacking, where="question", fix="Give it with --data FILE, or in the question"
                )
            raise DataError(what, fix="Give one with --data FILE")
        return chosen.model_copy(update={"clarification": lacking}), _pending(state, "data")
    problem = state.get("role_problem")
    if problem is None or "table" not in needs or reads_rows(run, chosen, state.get("question", ""), tables):
        return chosen, None
    if not problem["role"]:
        if asks_about_data or any(needed != "table" for needed in needs):
            return chosen, None
        raise DataError(problem["what"], where=problem["where"], fix=_checked_with(problem["fix"]))
    if not run.interactive:
        raise AmbiguousRoleError(
            problem["what"],
            role=problem["role"],
            choices=problem["choices"],
            where=problem["where"],
            fix=problem["fix"],
        )
    choices = ", ".join(problem["choices"])
    what = problem["what"][:1].upper() + problem["what"][1:]
    question = f"{what}. Which column is the {problem['role']}: {choices}?"
    pending = _pending(state, "roles")
    pending["role"], pending["choices"] = problem["role"], problem["choices"]
    pending["columns"] = [c for b in briefs for c in b.columns]
    return chosen.model_copy(update={"clarification": question}), pending


def _pending(state: RunState, kind: Any) -> Pending:
    return Pending(kind=kind, question=state.get("question", ""), role="", choices=[], columns=[])


def _checked_with(fix: str | None) -> str:
    look = "See what is wrong with: liftos data check FILE"
    return f"{fix.rstrip('.')}. {look}" if fix else look


def _problem(error: UserError) -> dict[str, Any]:
    """What keeps the table from making a panel, JSON-plain; without a role when no reply could put it right."""
    unclear = isinstance(error, AmbiguousRoleError)
    return {
        "what": error.what,
        "role": error.role if unclear else "",
        "choices": list(error.choices) if unclear else [],
        "where": error.where,
        "fix": error.fix,
    }
