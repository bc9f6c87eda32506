"""The scripted model is strict both ways."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from liftos_agents.testing import ScriptedChatModel, ScriptError, calls


def test_replies_come_in_order_and_the_messages_are_kept() -> None:
    with ScriptedChatModel([calls(("look", {"at": 1})), AIMessage("done")]) as model:
        first = model.invoke([HumanMessage("a")])
        second = model.invoke([HumanMessage("b")])
    assert first.tool_calls[0]["name"] == "look"
    assert first.tool_calls[0]["args"] == {"at": 1}
    assert second.content == "done"
    assert [messages[0].content for messages in model.seen] == ["a", "b"]


def test_bound_tools_are_noted_call_by_call() -> None:
    model = ScriptedChatModel([AIMessage("x"), AIMessage("y")])
    tool = {"type": "function", "function": {"name": "look", "description": "", "parameters": {}}}
    model.bind_tools([tool]).invoke("a")
    model.invoke("b")
    assert model.bound == [("look",), ()]


def test_an_unexpected_call_is_an_error() -> None:
    with pytest.raises(ScriptError, match="call 1 was not expected"):
        ScriptedChatModel([]).invoke("hello")


def test_an_unused_reply_is_an_error() -> None:
    with pytest.raises(ScriptError, match="1 of 1 replies"), ScriptedChatModel([AIMessage("x")]):
        pass


def test_a_failure_inside_is_not_hidden_by_unused_replies() -> None:
    with pytest.raises(KeyError), ScriptedChatModel([AIMessage("x")]):
        raise KeyError("inside")


def test_an_exception_in_the_script_is_raised() -> None:
    with ScriptedChatModel([TimeoutError("slow")]) as model, pytest.raises(TimeoutError, match="slow"):
        model.invoke("hello")


async def test_a_reply_may_depend_on_the_messages() -> None:
    with ScriptedChatModel([lambda messages: AIMessage(str(messages[-1].content).upper())]) as model:
        assert (await model.ainvoke("loud")).content == "LOUD"


def test_tokens_of_a_scripted_call_are_counted() -> None:
    reply = calls(("look", {}), tokens=(12, 3))
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["total_tokens"] == 15
