"""The messages between the graph and any chat model: JSON in, tool calls out.

A router gets its prompt and a `RoutingTask` and answers with one call of `submit_plan`. A specialist gets its
prompt and a `SpecialistTask`, calls its tools, and ends with `submit_findings`, or with `ask_user` when it
lacks something. The same messages go to every model.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from liftos_agents.domain.findings import Findings
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.specialist import Specialist
from liftos_agents.domain.task import RoutingTask, SpecialistTask
from liftos_agents.tools.registry import Registry

SUBMIT_PLAN = "submit_plan"
SUBMIT_FINDINGS = "submit_findings"
ASK_USER = "ask_user"

_ASK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "question": {"type": "string", "description": "What the user must say for the work to go on."}
    },
    "required": ["question"],
    "additionalProperties": False,
}


def router_messages(prompt: str, task: RoutingTask) -> list[BaseMessage]:
    """The two messages that a routing call starts with."""
    return [SystemMessage(prompt), HumanMessage(task.model_dump_json())]


def router_tools() -> list[dict[str, Any]]:
    """The one tool that a router has."""
    return [
        declaration(
            SUBMIT_PLAN,
            "Hand in the plan: steps, or a clarifying question, or a refusal.",
            Plan.model_json_schema(),
        )
    ]


def specialist_messages(specialist: Specialist, task: SpecialistTask) -> list[BaseMessage]:
    """The two messages that a specialist starts with."""
    return [SystemMessage(specialist.prompt), HumanMessage(task.model_dump_json())]


def specialist_tools(specialist: Specialist, registry: Registry) -> list[dict[str, Any]]:
    """The analysis tools of a specialist, and the two that end its work."""
    specs = [registry.spec(name) for name in specialist.tools]
    return [
        *(declaration(s.name, s.summary, s.arguments_schema) for s in specs),
        declaration(
            SUBMIT_FINDINGS,
            "Hand in the findings; every number is a reference {ev_…:path|format}.",
            Findings.model_json_schema(),
        ),
        declaration(ASK_USER, "Ask the user for something without which the work cannot go on.", _ASK_SCHEMA),
    ]


def declaration(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A tool as chat models are told of it."""
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": dict(schema)},
    }


def evidence_text(evidence: str, tool: str, result: Mapping[str, Any]) -> str:
    """A tool's result as a model reads it."""
    return _json({"evidence": evidence, "tool": tool, "result": result})


def evidence_message(call_id: str, tool: str, text: str) -> ToolMessage:
    """A tool's result for the model, as `evidence_text` wrote it."""
    return ToolMessage(text, tool_call_id=call_id, name=tool)


def error_message(call_id: str, tool: str, kind: str, message: str) -> ToolMessage:
    """A tool's failure for the model; `kind` is `retry` or `failed`."""
    content = {"error": {"kind": kind, "message": message, "tool": tool}}
    return _tool_message(call_id, tool, content, status="error")


def received_message(call_id: str, tool: str) -> ToolMessage:
    """That a submission arrived; some providers want every call answered."""
    return _tool_message(call_id, tool, {"received": True})


def repair_message(faults: Iterable[tuple[str, Iterable[str]]]) -> HumanMessage:
    """Which submitted texts cannot be shown, and why."""
    listed = [{"text": text, "reasons": list(reasons)} for text, reasons in faults]
    return _human({"repair": listed})


def reminder_message(message: str) -> HumanMessage:
    """What a reply lacked."""
    return _human({"reminder": message})


def size(messages: Iterable[BaseMessage], tools: Iterable[Mapping[str, Any]] = ()) -> int:
    """Characters that a call sends."""
    total = sum(len(json.dumps(t)) for t in tools)
    for message in messages:
        total += len(message.text)
        if isinstance(message, AIMessage):
            total += sum(len(json.dumps(c["args"])) for c in message.tool_calls)
    return total


def _human(content: dict[str, Any]) -> HumanMessage:
    return HumanMessage(_json(content))


def _tool_message(call_id: str, tool: str, content: dict[str, Any], status: str = "success") -> ToolMessage:
    text = _json(content)
    return ToolMessage(
        text, tool_call_id=call_id, name=tool, status="error" if status == "error" else "success"
    )


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
