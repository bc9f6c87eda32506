"""The specialists at work: who goes next, one specialist's turn, and what happens when one fails."""

from __future__ import annotations

import asyncio
from typing import Any

from langgraph.runtime import Runtime
from langgraph.types import Send

from liftos_agents.domain.task import SpecialistTask
from liftos_agents.errors import CancelledError, UserError
from liftos_agents.graphs.intake import datasets_at_hand
from liftos_agents.graphs.numerals import numerals
from liftos_agents.graphs.retries import ATTEMPTS, worth_retrying
from liftos_agents.graphs.routing import waves
from liftos_agents.graphs.services import Run
from liftos_agents.graphs.specialist import work
from liftos_agents.graphs.state import Report, RunState, StepInput, reports_of
from liftos_agents.graphs.tool_calls import subject_of
from liftos_agents.graphs.views import briefs_of, plan_of, recalled_of, turns_of, vocabulary_of

_SENT = (
    "run",
    "question",
    "asked",
    "datasets",
    "overrides",
    "briefs",
    "recalled",
    "plan",
    "reports",
    "turns",
)


def after_route(state: RunState) -> list[Send] | str:
    """The first steps of the plan, or `compose` when the plan asks back or refuses."""
    return dispatch(state) if plan_of(state).kind == "steps" else "compose"


def dispatch(state: RunState) -> list[Send] | str:
    """The steps whose needs are met, in parallel; `compose` when none is left."""
    done = reports_of(state)
    sent = {key: state[key] for key in _SENT if key in state}  # type: ignore[literal-required]
    for wave in waves(plan_of(state)):
        left = [i for i in wave if i not in done]
        if left:
            return [Send("specialist", {**sent, "step": i}) for i in left]
    return "compose"


async def specialist(state: StepInput, runtime: Runtime[Run]) -> dict[str, Any]:
    """One specialist's report; what stops the specialist is a report too, once trying again is of no use.

    The graph's own error handler is not used: what it writes down of a run that was stopped would be taken for a
    failure when the run is resumed.

    Raises:
        CancelledError: The run was stopped.
        Exception: Something that may pass, for the graph to try again.
    """
    run = runtime.context
    try:
        return await _turn(state, run)
    except CancelledError:
        raise
    except Exception as error:
        info = runtime.execution_info
        if worth_retrying(error) and (info is None or info.node_attempt < ATTEMPTS):
            raise
        return _failed(state, run, error)


async def _turn(state: StepInput, run: Run) -> dict[str, Any]:
    """The specialist's work, under its time limit."""
    position = state.get("step", 0)
    step = plan_of(state).steps[position]
    spec = run.services.specialists[step.agent]
    done = reports_of(state)
    task = SpecialistTask(
        agent=spec.name,
        goal=step.goal,
        question=state.get("question", ""),
        datasets=briefs_of(state),
        thread=turns_of(state),
        recalled=recalled_of(state),
        prior=tuple(dict(call) for needed in step.needs for call in done[needed]["calls"]),
    )
    subject = subject_of(
        datasets_at_hand(run.services, state.get("datasets", [])), state.get("overrides", {})
    )
    run.emit("agent_started", agent=spec.name, goal=step.goal, step=position)
    with run.trace.span(spec.name, "agent"):
        async with asyncio.timeout(spec.timeout_seconds):
            report = await work(run, spec, task, subject, vocabulary_of(state), position)
    run.emit("agent_finished", agent=spec.name, step=position, status=report["status"])
    return _reported(state, report)


def _failed(state: StepInput, run: Run, error: BaseException) -> dict[str, Any]:
    """The report of a specialist that did not get done, with the calls that found something all the same."""
    position = state.get("step", 0)
    agent = plan_of(state).steps[position].agent
    run.failures[position] = error
    run.emit("agent_finished", agent=agent, step=position, status="failed", message=str(error))
    report = Report(
        step=position,
        agent=agent,
        status="failed",
        headline="",
        claims=[],
        recommendations=[],
        caveats=[],
        dropped=[],
        calls=run.found.get(position, []),
        message=_reason(error),
    )
    return _reported(state, report)


async def gather(state: RunState) -> dict[str, Any]:
    """Where parallel specialists meet before the next ones start."""
    return {"status": "working"}


def _reported(state: StepInput, report: Report) -> dict[str, Any]:
    return {"reports": {state.get("run", ""): {str(report["step"]): report}}}


def _reason(error: BaseException) -> str:
    """Why, in words that hold no number: a number in an answer comes from evidence alone."""
    if isinstance(error, TimeoutError):
        return "it took longer than it may."
    if isinstance(error, UserError) and not numerals(error.what):
        return f"{error.what.rstrip('.')}."
    return "an error stopped it; the trace of this run says which."
