"""The offline model is a chat model like any other."""

from __future__ import annotations

import threading

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool

from liftos_agents.agents import built_in, router_prompt
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.task import RoutingTask
from liftos_agents.models.offline.chat_model import OfflineChatModel

QUESTION = "Which channels waste money, and how should I split 1.5m over them next quarter?"
MESSAGES = [
    SystemMessage(router_prompt(built_in())),
    HumanMessage(RoutingTask(question=QUESTION).model_dump_json()),
]
SUBMIT = {
    "type": "function",
    "function": {"name": "submit_plan", "description": "plan", "parameters": Plan.model_json_schema()},
}


@tool
def submit_plan(steps: list[dict[str, str]]) -> str:
    """Hand in the plan."""
    return str(steps)


async def test_invoke_and_stream_say_the_same_both_ways() -> None:
    model = OfflineChatModel().bind_tools([SUBMIT])
    whole = model.invoke(MESSAGES)
    assert (await model.ainvoke(MESSAGES)).tool_calls == whole.tool_calls
    for chunks in (list(model.stream(MESSAGES)), [c async for c in model.astream(MESSAGES)]):
        added = chunks[0]
        for chunk in chunks[1:]:
            added = added + chunk
        assert added.tool_calls == whole.tool_calls
        assert added.usage_metadata == whole.usage_metadata


async def test_asynchronous_calls_stay_on_their_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    from liftos_agents.models.offline import chat_model

    threads: list[int] = []
    inner = chat_model.reply

    def noting(*given: object) -> object:
        threads.append(threading.get_ident())
        return inner(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(chat_model, "reply", noting)
    await OfflineChatModel().bind_tools([SUBMIT]).ainvoke(MESSAGES)
    assert threads == [threading.get_ident()]


def test_it_charges_no_tokens() -> None:
    usage = OfflineChatModel().bind_tools([SUBMIT]).invoke(MESSAGES).usage_metadata
    assert usage == {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}


def test_tools_may_be_functions_too() -> None:
    assert (
        OfflineChatModel().bind_tools([submit_plan]).invoke(MESSAGES).tool_calls[0]["name"] == "submit_plan"
    )


def test_without_a_task_it_says_how_it_is_used() -> None:
    assert "submit_plan" in str(OfflineChatModel().invoke("hello").content)


def test_messages_without_specialists_are_an_error() -> None:
    with pytest.raises(ValueError, match="specialists"):
        OfflineChatModel().bind_tools([SUBMIT]).invoke([SystemMessage("route"), MESSAGES[1]])
