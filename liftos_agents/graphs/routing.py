"""The plan of a question: asked of the model, checked, and compared with the data there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from langchain_core.messages import BaseMessage
from pydantic import ValidationError

from liftos_agents.domain.decision import Decision
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.specialist import Specialist
from liftos_agents.domain.task import DatasetBrief, RoutingTask
from liftos_agents.errors import UserError
from liftos_agents.graphs.messages import (
    SUBMIT_PLAN,
    error_message,
    reminder_message,
    router_messages,
    router_tools,
)
from liftos_agents.graphs.model_calls import bind, call_model
from liftos_agents.graphs.sentences import shown
from liftos_agents.graphs.services import Run
from liftos_agents.graphs.verification import Vocabulary, bare_numbers

_ATTEMPTS = 3
ROUTER = "router"


async def route(run: Run, task: RoutingTask) -> Plan:
    """The router's plan.

    Raises:
        UserError: The model produced no plan that can be followed.
    """
    declared = run.services.declared
    if ROUTER not in declared:
        declared[ROUTER] = router_tools()
    tools = declared[ROUTER]
    model = bind(run.services, tools, SUBMIT_PLAN)
    messages = router_messages(run.services.router_prompt, task)
    problem = ""
    for _ in range(_ATTEMPTS):
        reply = await call_model(run, model, messages, tools, ROUTER)
        messages.append(reply)
        call = next((c for c in reply.tool_calls if c["name"] == SUBMIT_PLAN), None)
        if call is None:
            problem = f"the reply holds no readable call of {SUBMIT_PLAN}"
            messages += _answers(reply.invalid_tool_calls, problem)
            messages.append(reminder_message(f"{problem}; answer with one call of {SUBMIT_PLAN}"))
            continue
        try:
            plan = Plan.model_validate(call["args"])
            problem = plan_fault(plan, run.services.specialists) or figure_fault(
                plan, task, run.services.specialists
            )
        except ValidationError as error:
            problem = str(error.errors()[0]["msg"])
            plan = Plan()
        if not problem:
            _record(run, task, plan)
            return plan
        messages.append(error_message(str(call["id"]), SUBMIT_PLAN, "retry", problem))
    raise UserError(
        f"the model {run.services.model_name!r} produced no plan that can be followed: {problem}",
        fix="Ask again, or choose another model",
    )


def plan_fault(plan: Plan, specialists: Mapping[str, Specialist]) -> str:
    """Why a plan cannot be followed; empty when it can."""
    kinds = sum((bool(plan.steps), plan.clarification is not None, plan.refusal is not None))
    if kinds != 1:
        return "a plan has steps, or a clarification, or a refusal: exactly one of the three"
    for position, step in enumerate(plan.steps):
        if step.agent not in specialists:
            return f"there is no specialist {step.agent!r}: choose among {', '.join(specialists)}"
        if any(needed < 0 or needed >= position for needed in step.needs):
            return f"step {position} may only need steps before it"
    return ""


def figure_fault(plan: Plan, task: RoutingTask, specialists: Mapping[str, Specialist]) -> str:
    """Why what a plan says to the user may not be shown; empty when it may.

    Before there is evidence, figures may come from the user's words, names in the data and the specialists' examples.
    """
    examples = (example for s in specialists.values() for example in s.examples)
    vocabulary = Vocabulary(
        quoted=" \n ".join((task.question, *(turn.question for turn in task.thread), *examples)),
        channels=tuple(c for b in task.datasets for c in b.channels),
        names=tuple(n for b in task.datasets for n in (*b.columns, b.name)),
    )
    said = shown(plan.clarification or plan.refusal or "", {})
    figures = [n.text.strip() for n in bare_numbers(said, vocabulary)]
    return f"a clarification or refusal may state no figure, but says {figures[0]!r}" if figures else ""


def missing_data(
    plan: Plan, specialists: Mapping[str, Specialist], briefs: Iterable[DatasetBrief]
) -> str | None:
    """The question to ask when a planned specialist lacks its data, or None."""
    kinds = {b.kind for b in briefs if not b.catalogue}
    needs = {specialists[step.agent].needs for step in plan.steps}
    if "table" in needs and "table" not in kinds:
        return (
            "Which data should this be answered from? It needs a table with a date, an outcome such as revenue, "
            "and the spend of each channel."
        )
    return None


def waves(plan: Plan) -> list[list[int]]:
    """Positions of the steps that run together, in order: each needs only steps of earlier waves."""
    done: set[int] = set()
    order: list[list[int]] = []
    while len(done) < len(plan.steps):
        ready = [
            i for i, step in enumerate(plan.steps) if i not in done and all(n in done for n in step.needs)
        ]
        order.append(ready)
        done |= set(ready)
    return order


def _answers(calls: Iterable[Mapping[str, Any]], problem: str) -> list[BaseMessage]:
    return [error_message(str(c.get("id")), str(c.get("name")), "retry", problem) for c in calls]


def _record(run: Run, task: RoutingTask, plan: Plan) -> None:
    chosen = {
        "steps": " → ".join(step.agent for step in plan.steps),
        "clarification": "asks back",
        "refusal": "refuses",
    }[plan.kind]
    kind = {"steps": "route", "clarification": "clarify", "refusal": "refuse"}[plan.kind]
    run.trace.decide(
        Decision(
            kind=kind,
            actor=ROUTER,
            asked=task.question,
            options=tuple(run.services.specialists),
            chosen=chosen,
            reason=plan.reason or plan.refusal or plan.clarification or "",
        )
    )
