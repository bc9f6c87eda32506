"""Messages as the graph writes them, for calls of the offline model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from liftos_agents.domain.findings import Findings
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.task import DatasetBrief, RoutingTask, SpecialistTask, Turn
from liftos_agents.models.offline.chat_model import OfflineChatModel
from liftos_agents.prompts import render

DATA = DatasetBrief(
    id="d", name="weekly", channels=("facebook", "ooh", "print", "search", "tv"), frequency="week"
)
ASK = {"type": "object", "properties": {"question": {"type": "string"}}, "required": ["question"]}


def declared(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": name, "parameters": schema}}


class Router:
    """Routes questions among the specialists it is told of."""

    def __init__(self, briefs: Sequence[dict[str, Any]]) -> None:
        self.prompt = render("router", specialists=json.dumps(list(briefs)))
        self.model = OfflineChatModel().bind_tools([declared("submit_plan", Plan.model_json_schema())])

    def __call__(
        self,
        question: str,
        thread: Sequence[Turn] = (),
        channels: Sequence[str] = (),
        data: Sequence[DatasetBrief] = (),
    ) -> Plan:
        data = (DATA.model_copy(update={"channels": tuple(channels)}),) if channels else tuple(data)
        task = RoutingTask(question=question, thread=tuple(thread), datasets=data)
        reply = self.model.invoke([SystemMessage(self.prompt), HumanMessage(task.model_dump_json())])
        return Plan.model_validate(reply.tool_calls[0]["args"])

    def agents(self, question: str, thread: Sequence[Turn] = (), channels: Sequence[str] = ()) -> list[str]:
        return [step.agent for step in self(question, thread, channels).steps]


class Specialist:
    """Plays the graph's part of a specialist's loop: `tools` are functions of the arguments."""

    def __init__(self, prompt: str, tools: dict[str, Any], schemas: dict[str, dict[str, Any]]) -> None:
        self.prompt = prompt
        self.tools = tools
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.evidence: dict[str, dict[str, Any]] = {}
        self.messages: list[BaseMessage] = []
        bound = [declared(name, schema) for name, schema in schemas.items()]
        bound += [declared("submit_findings", Findings.model_json_schema()), declared("ask_user", ASK)]
        self.model = OfflineChatModel().bind_tools(bound)

    def __call__(self, goal: str, **more: Any) -> AIMessage:
        task = SpecialistTask(
            agent="a", goal=goal, question=more.pop("question", goal), datasets=(DATA,), **more
        )
        self.messages = [SystemMessage(self.prompt), HumanMessage(task.model_dump_json())]
        return self.go_on()

    def go_on(self) -> AIMessage:
        for _ in range(12):
            reply = self.model.invoke(self.messages)
            self.messages.append(reply)
            if reply.tool_calls[0]["name"] in ("submit_findings", "ask_user"):
                return reply
            for call in reply.tool_calls:
                self.made.append((call["name"], call["args"]))
                self.messages.append(
                    ToolMessage(json.dumps(self._answer(call)), tool_call_id=str(call["id"]))
                )
        raise AssertionError("the specialist did not come to an end")

    def findings(self, goal: str, **more: Any) -> Findings:
        return Findings.model_validate(self(goal, **more).tool_calls[0]["args"])

    def repaired(self, *texts: str) -> Findings:
        faults = [{"text": text, "reasons": ["a reason"]} for text in texts]
        self.messages.append(HumanMessage(json.dumps({"repair": faults})))
        return Findings.model_validate(self.go_on().tool_calls[0]["args"])

    def _answer(self, call: Any) -> dict[str, Any]:
        answer = self.tools[call["name"]](call["args"])
        if "error" in answer:
            return answer
        identifier = f"ev_{len(self.evidence) + 1:04x}"
        self.evidence[identifier] = answer
        return {"evidence": identifier, "tool": call["name"], "result": answer}


@pytest.fixture
def make_router() -> type[Router]:
    return Router


@pytest.fixture
def make_specialist() -> type[Specialist]:
    return Specialist
