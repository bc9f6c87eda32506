"""One specialist's work: a bounded loop of model and tools that ends in verified findings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from pydantic import ValidationError

from liftos_agents.domain.decision import Decision
from liftos_agents.domain.findings import Findings
from liftos_agents.domain.specialist import Specialist
from liftos_agents.domain.task import SpecialistTask
from liftos_agents.errors import BudgetExceededError
from liftos_agents.graphs.messages import (
    ASK_USER,
    SUBMIT_FINDINGS,
    error_message,
    received_message,
    reminder_message,
    repair_message,
    specialist_messages,
    specialist_tools,
)
from liftos_agents.graphs.model_calls import BoundModel, bind, call_model
from liftos_agents.graphs.services import Run
from liftos_agents.graphs.state import Call, DroppedText, Report
from liftos_agents.graphs.tool_calls import Subject, answer_call
from liftos_agents.graphs.verification import Verdict, Vocabulary, bare_numbers, verify

_REPAIRS = 1


@dataclass
class _Work:
    """One specialist at work: its conversation so far and the calls that found something."""

    run: Run
    specialist: Specialist
    subject: Subject
    vocabulary: Vocabulary
    goal: str
    step: int
    model: BoundModel
    tools: list[dict[str, Any]]
    messages: list[BaseMessage]
    calls: list[Call] = field(default_factory=list[Call])
    repairs: int = 0


async def work(
    run: Run,
    specialist: Specialist,
    task: SpecialistTask,
    subject: Subject,
    vocabulary: Vocabulary,
    step: int,
) -> Report:
    """What the specialist hands in.

    A text that cannot be verified gets one repair round and is then dropped.

    Raises:
        BudgetExceededError: The cap on its model calls, or a cap of the run, was reached.
        CancelledError: The run was stopped.
    """
    declared = run.services.declared
    if specialist.name not in declared:
        declared[specialist.name] = specialist_tools(specialist, run.services.registry)
    tools = declared[specialist.name]
    at_work = _Work(
        run,
        specialist,
        subject,
        vocabulary,
        task.goal,
        step,
        bind(run.services, tools),
        tools,
        specialist_messages(specialist, task),
    )
    run.found[step] = at_work.calls
    for _ in range(min(specialist.max_steps, run.services.settings.max_steps)):
        reply = await call_model(run, at_work.model, at_work.messages, tools, specialist.name)
        report = await _take(at_work, reply)
        if report is not None:
            return report
    raise BudgetExceededError(f"{specialist.name} reached its cap on model calls")


async def _take(at_work: _Work, reply: AIMessage) -> Report | None:
    """Acts on one reply; a report when the work is done."""
    at_work.messages.append(reply)
    for broken in reply.invalid_tool_calls:
        message = f"the arguments are no valid JSON: {broken.get('error') or 'cannot be read'}"
        at_work.messages.append(
            error_message(str(broken.get("id")), str(broken.get("name")), "retry", message)
        )
    if not reply.tool_calls:
        if not reply.invalid_tool_calls:
            at_work.messages.append(
                reminder_message(f"Answer with tool calls; {SUBMIT_FINDINGS} ends the work.")
            )
        return None
    ending = [c for c in reply.tool_calls if c["name"] in (SUBMIT_FINDINGS, ASK_USER)]
    analyses = [c for c in reply.tool_calls if c["name"] not in (SUBMIT_FINDINGS, ASK_USER)]
    if analyses:
        await _analyse(at_work, analyses)
        for call in ending:
            message = "Submit after you have read the results of the other calls."
            at_work.messages.append(error_message(str(call["id"]), call["name"], "retry", message))
        return None
    return _end(at_work, ending[0], ending[1:])


async def _analyse(at_work: _Work, calls: list[Any]) -> None:
    answered = await asyncio.gather(
        *(answer_call(at_work.run, at_work.specialist, at_work.subject, at_work.goal, c) for c in calls)
    )
    for message, call in answered:
        at_work.messages.append(message)
        if call is not None and call["evidence"] not in [c["evidence"] for c in at_work.calls]:
            at_work.calls.append(call)


def _end(at_work: _Work, call: Mapping[str, Any], others: list[Any]) -> Report | None:
    for other in others:
        at_work.messages.append(received_message(str(other["id"]), other["name"]))
    if call["name"] == ASK_USER:
        question = str(call["args"].get("question", "")).strip()
        figures = bare_numbers(at_work.run.reader.read(question), at_work.vocabulary)
        if not figures:
            return _report(at_work, "clarification", message=question)
        # A figure without evidence is no better for standing in a question.
        message = f"a question may state no figure of your own, but says {figures[0].text.strip()!r}"
        at_work.messages.append(error_message(str(call["id"]), ASK_USER, "retry", message))
        return None
    try:
        findings = Findings.model_validate(call["args"])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        at_work.messages.append(
            error_message(str(call["id"]), SUBMIT_FINDINGS, "retry", f"{where}: {first['msg']}")
        )
        return None
    verdicts = _verdicts(at_work, findings)
    faulty = [v for v in verdicts.values() if not v.accepted]
    if faulty and at_work.repairs < _REPAIRS:
        at_work.repairs += 1
        at_work.messages.append(received_message(str(call["id"]), SUBMIT_FINDINGS))
        at_work.messages.append(repair_message((v.source, v.reasons) for v in faulty))
        return None
    return _accepted(at_work, findings, verdicts)


def _verdicts(at_work: _Work, findings: Findings) -> dict[tuple[str, bool], Verdict]:
    texts = [(t, False) for t in (findings.headline, *findings.claims, *findings.caveats)]
    texts += [(t, True) for t in findings.recommendations]
    verdicts: dict[tuple[str, bool], Verdict] = {}
    for text, recommendation in texts:
        key = (text, recommendation)
        verdicts[key] = verify(text, at_work.run.reader, at_work.vocabulary, recommendation=recommendation)
        at_work.run.verdicts[key] = verdicts[key]
    return verdicts


def _accepted(at_work: _Work, findings: Findings, verdicts: dict[tuple[str, bool], Verdict]) -> Report:
    dropped: list[DroppedText] = []
    for verdict in verdicts.values():
        if not verdict.accepted:
            dropped.append(DroppedText(text=verdict.source, reasons=list(verdict.reasons)))
            at_work.run.trace.decide(
                Decision(
                    kind="drop",
                    actor="verifier",
                    asked=verdict.source,
                    chosen="dropped",
                    reason="; ".join(verdict.reasons),
                    evidence=verdict.evidence,
                )
            )

    def kept(texts: tuple[str, ...], recommendation: bool = False) -> list[str]:
        return [t for t in texts if verdicts[(t, recommendation)].accepted]

    report = _report(at_work, "done", dropped=dropped)
    report["headline"] = findings.headline if verdicts[(findings.headline, False)].accepted else ""
    report["claims"] = kept(findings.claims)
    report["recommendations"] = kept(findings.recommendations, recommendation=True)
    report["caveats"] = kept(findings.caveats)
    return report


def _report(
    at_work: _Work, status: Any, *, message: str = "", dropped: list[DroppedText] | None = None
) -> Report:
    return Report(
        step=at_work.step,
        agent=at_work.specialist.name,
        status=status,
        headline="",
        claims=[],
        recommendations=[],
        caveats=[],
        dropped=dropped or [],
        calls=at_work.calls,
        message=message,
    )
