"""What the messages of one call say: the task, the specialists or the playbook, and what tools answered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage, ToolMessage

from liftos_agents.domain.task import RoutingTask, SpecialistBrief, SpecialistTask

_JSON_BLOCK = re.compile(r"```json\s*\n(.*?)```", re.DOTALL)
_YAML_BLOCK = re.compile(r"```yaml\s*\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Outcome:
    """What a tool call came to: evidence with a result, or an error."""

    evidence: str | None = None
    result: dict[str, Any] = field(default_factory=dict[str, Any])
    error: str | None = None
    retry: bool = False


@dataclass(frozen=True)
class RouterCall:
    """A question to be routed among these specialists."""

    task: RoutingTask
    specialists: tuple[SpecialistBrief, ...]


@dataclass(frozen=True)
class SpecialistCall:
    """A specialist's task as far as it has come.

    Attributes:
        playbook: YAML of the playbook.
        outcomes: Tool call id to what it came to.
        repairs: Texts that verification sent back, with their reasons, over all rounds.
    """

    task: SpecialistTask
    playbook: str
    outcomes: dict[str, Outcome]
    repairs: tuple[tuple[str, tuple[str, ...]], ...] = ()


def read_router_call(messages: Sequence[BaseMessage]) -> RouterCall:
    """The routing call that `messages` make.

    Raises:
        ValueError: No list of specialists or no task in them.
    """
    block = _JSON_BLOCK.search(_system(messages))
    if block is None:
        raise ValueError("the system message holds no ```json block of specialists")
    briefs = tuple(SpecialistBrief.model_validate(item) for item in json.loads(block.group(1)))
    return RouterCall(RoutingTask.model_validate_json(_first_human(messages)), briefs)


def read_specialist_call(messages: Sequence[BaseMessage]) -> SpecialistCall:
    """The specialist's call that `messages` make.

    Raises:
        ValueError: No playbook or no task in them.
    """
    block = _YAML_BLOCK.search(_system(messages))
    if block is None:
        raise ValueError("the system message holds no ```yaml block with a playbook")
    outcomes: dict[str, Outcome] = {}
    repairs: list[tuple[str, tuple[str, ...]]] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            outcomes[message.tool_call_id] = _outcome(_text(message))
        elif isinstance(message, HumanMessage):
            repairs += _repairs(_text(message))
    return SpecialistCall(
        SpecialistTask.model_validate_json(_first_human(messages)), block.group(1), outcomes, tuple(repairs)
    )


def _system(messages: Sequence[BaseMessage]) -> str:
    return "\n".join(_text(m) for m in messages if isinstance(m, SystemMessage))


def _first_human(messages: Sequence[BaseMessage]) -> str:
    for message in messages:
        if isinstance(message, HumanMessage):
            return _text(message)
    raise ValueError("no human message with a task")


def _text(message: BaseMessage) -> str:
    return str(message.text)


def _outcome(content: str) -> Outcome:
    try:
        answer = json.loads(content)
    except ValueError:
        return Outcome(error=content)
    if not isinstance(answer, dict):
        return Outcome(error=content)
    fields = cast("dict[str, Any]", answer)
    if isinstance(error := fields.get("error"), Mapping):
        told = cast("Mapping[str, Any]", error)
        return Outcome(error=str(told.get("message", "")), retry=told.get("kind") == "retry")
    return Outcome(evidence=fields.get("evidence"), result=cast("dict[str, Any]", fields.get("result") or {}))


def _repairs(content: str) -> list[tuple[str, tuple[str, ...]]]:
    try:
        told: Any = json.loads(content)
    except ValueError:
        return []
    asked = cast("dict[str, Any]", told).get("repair") if isinstance(told, dict) else None
    return [
        (str(item["text"]), tuple(map(str, item.get("reasons") or ())))
        for item in cast("list[dict[str, Any]]", asked or [])
    ]
