"""Hosted models over real HTTP on loopback: whole and streamed replies, and everything that goes wrong."""

from __future__ import annotations

import httpx
import openai
import pytest

from liftos_agents.config import Settings
from liftos_agents.models import create
from liftos_agents.testing import OpenAIWire, ScriptError, WireReply

PLAN = {"steps": [{"agent": "causal_analyst", "goal": "Which channels waste money?", "needs": []}]}
TOOL = {
    "type": "function",
    "function": {
        "name": "submit_plan",
        "description": "hand in the plan",
        "parameters": {"type": "object", "properties": {"steps": {"type": "array", "items": {}}}},
    },
}


def model(wire: OpenAIWire):
    return create("openai:test-model", Settings(openai_base_url=wire.url, openai_api_key="sk-test"))


def test_a_tool_call_and_its_usage_arrive_whole() -> None:
    with OpenAIWire([WireReply(tool_calls=(("submit_plan", PLAN),), usage=(120, 30))]) as wire:
        reply = model(wire).bind_tools([TOOL]).invoke("route this")
    assert reply.tool_calls[0]["name"] == "submit_plan"
    assert reply.tool_calls[0]["args"] == PLAN
    assert reply.usage_metadata is not None
    assert (reply.usage_metadata["input_tokens"], reply.usage_metadata["output_tokens"]) == (120, 30)
    assert wire.requests[0]["model"] == "test-model"
    assert wire.requests[0]["temperature"] == 0.0
    assert wire.requests[0]["tools"][0]["function"]["name"] == "submit_plan"
    assert wire.headers[0]["authorization"] == "Bearer sk-test"


async def test_a_stream_adds_up_to_the_same_message() -> None:
    reply = WireReply(content="one two three", tool_calls=(("submit_plan", PLAN),), usage=(5, 9))
    with OpenAIWire([reply]) as wire:
        chunks = [chunk async for chunk in model(wire).bind_tools([TOOL]).astream("route this")]
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    assert len(chunks) > 5
    assert whole.content == "one two three "
    assert whole.tool_calls[0]["args"] == PLAN
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] == 9


def test_a_rate_limit_and_a_server_error_are_tried_again() -> None:
    replies = [
        WireReply(status=429, headers={"Retry-After": "0.01"}),
        WireReply(status=500, headers={"Retry-After": "0.01"}),
        WireReply(content="done"),
    ]
    with OpenAIWire(replies) as wire:
        assert model(wire).invoke("hello").content == "done"
    assert len(wire.requests) == 3


def test_a_rate_limit_that_stays_is_raised() -> None:
    replies = [WireReply(status=429, headers={"Retry-After": "0.01"}) for _ in range(4)]
    with OpenAIWire(replies) as wire, pytest.raises(openai.RateLimitError):
        model(wire).invoke("hello")
    assert len(wire.requests) == 4


def test_broken_arguments_are_handed_on_as_an_invalid_call() -> None:
    with OpenAIWire([WireReply(tool_calls=(("submit_plan", '{"steps": [{"agent": '),))]) as wire:
        reply = model(wire).bind_tools([TOOL]).invoke("route this")
    assert reply.tool_calls == []
    assert reply.invalid_tool_calls[0]["name"] == "submit_plan"
    assert reply.invalid_tool_calls[0]["args"] == '{"steps": [{"agent": '


async def test_a_cut_stream_is_an_error_and_not_half_an_answer() -> None:
    reply = WireReply(tool_calls=(("submit_plan", PLAN),), cut=True)
    with OpenAIWire([reply]) as wire:
        bound = model(wire).bind_tools([TOOL])
        with pytest.raises((httpx.RemoteProtocolError, openai.APIConnectionError, openai.APIError)):
            async for _ in bound.astream("route this"):
                pass


def test_a_refused_key_is_not_tried_again() -> None:
    with (
        OpenAIWire([WireReply(status=401, error="no such key")]) as wire,
        pytest.raises(openai.AuthenticationError),
    ):
        model(wire).invoke("hello")
    assert len(wire.requests) == 1


def test_the_server_complains_of_unused_replies() -> None:
    with pytest.raises(ScriptError, match="2 of 2 replies"), OpenAIWire([WireReply(), WireReply()]):
        pass


def test_the_server_complains_of_requests_beyond_the_script() -> None:
    wire = OpenAIWire([])
    wire.__enter__()
    with pytest.raises(openai.BadRequestError, match="not in the script"):
        model(wire).invoke("hello")
    with pytest.raises(ScriptError, match="1 requests"):
        wire.__exit__(None, None, None)
