"""Replies on record: written before they are used, given again to the same request, strict about any other."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from liftos_agents.graphs.model_calls import bind, call_model
from liftos_agents.models.recorded import (
    RecordedChatModel,
    RecordedReply,
    UnknownRequestError,
    message_of,
    plain_of,
    request_of,
)
from liftos_agents.tracing import Recorder, TraceStore
from tests.graphs.conftest import Engine

TOOLS = [{"type": "function", "function": {"name": "measure", "description": "", "parameters": {}}}]


def conversation(*more: BaseMessage) -> list[BaseMessage]:
    return [SystemMessage("You measure."), HumanMessage('{"agent": "analyst"}'), *more]


@pytest.fixture
def store(engine: Engine) -> TraceStore:
    return TraceStore(engine.home.database, engine.home.folder("keys"))


async def test_a_resumed_run_does_not_ask_again_and_is_not_charged_again(
    engine: Engine, store: TraceStore
) -> None:
    engine.model.replies, engine.model.usage = {"analyst": [[("measure", {"factor": 2.0})]]}, (50, 9)
    first = engine.run(trace=Recorder(store, "run_1", "test"), run_id="run_1")
    model = bind(engine.services, TOOLS)
    reply = await call_model(first, model, conversation(), TOOLS, "analyst")
    assert (first.meter.input_tokens, first.meter.output_tokens) == (50, 9)

    recorder = Recorder(store, "run_1", "test", resume=True)
    second = engine.run(trace=recorder, run_id="run_1")
    second.meter.after(*recorder.spent)
    again = await call_model(second, model, conversation(), TOOLS, "analyst")
    assert again == reply
    assert (second.meter.input_tokens, second.meter.output_tokens) == (50, 9)
    assert engine.model.unused == 0
    with pytest.raises(AssertionError, match="unexpected call"):
        await call_model(second, model, conversation(reply), TOOLS, "analyst")
    another = engine.run(trace=Recorder(store, "run_2", "test", resume=True), run_id="run_2")
    with pytest.raises(AssertionError, match="unexpected call"):
        await call_model(another, model, conversation(), TOOLS, "analyst")


async def test_a_reply_is_written_before_it_is_used(engine: Engine, store: TraceStore) -> None:
    engine.model.replies = {"analyst": [[("measure", {})]]}
    run = engine.run(trace=Recorder(store, "run_1", "test"), run_id="run_1")
    await call_model(run, bind(engine.services, TOOLS), conversation(), TOOLS, "analyst")
    (kept,) = store.replies("run_1")
    assert (kept.agent, kept.reply["tool_calls"][0]["name"]) == ("analyst", "measure")


@pytest.mark.parametrize(
    "message",
    [
        AIMessage("hello"),
        AIMessage(content=[{"type": "text", "text": "a"}]),
        AIMessage(
            "",
            tool_calls=[{"name": "measure", "args": {"b": 1, "a": [None, 0.1]}, "id": "call_1"}],
            invalid_tool_calls=[{"name": "measure", "args": "{", "id": "call_2", "error": "broken"}],
            usage_metadata={"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
        ),
        AIMessage("half a pair \ud800"),
    ],
)
def test_a_reply_comes_back_as_it_was(message: AIMessage, store: TraceStore) -> None:
    recorder = Recorder(store, "run", "test")
    recorder.keep_reply("a" * 64, "analyst", (), plain_of(message))
    back = message_of(Recorder(store, "run", "test", resume=True).reply_to("a" * 64) or {})
    assert (back.content, back.tool_calls) == (message.content, message.tool_calls)
    assert back.invalid_tool_calls == message.invalid_tool_calls
    assert back.usage_metadata == message.usage_metadata
    assert request_of([back], [], "m") == request_of([message], [], "m")


def recorded(*replies: tuple[list[BaseMessage], str]) -> RecordedChatModel:
    kept = []
    for messages, agent in replies:
        request = request_of(messages, TOOLS, "gpt")
        kept.append(RecordedReply(request.hash, agent, request.parts, plain_of(AIMessage(f"for {agent}"))))
    return RecordedChatModel(kept, "gpt")


RESULT = ToolMessage("1", tool_call_id="call_1", name="measure")


def test_a_recorded_model_answers_by_request() -> None:
    model = recorded((conversation(), "analyst"), (conversation(RESULT), "planner"))
    bound = model.bind_tools(TOOLS)
    assert bound.invoke(conversation(RESULT)).content == "for planner"
    assert [one.agent for one in model.unused] == ["analyst"]
    assert model.complaints == ()


@pytest.mark.parametrize(
    ("messages", "tools", "said"),
    [
        (conversation(RESULT.model_copy(update={"content": "2"})), TOOLS, "message 3 (tool measure) differs"),
        ([SystemMessage("Other."), *conversation()[1:]], TOOLS, "message 1 (system) differs"),
        (conversation(), [], "tools differs"),
        (conversation(RESULT, HumanMessage("more")), TOOLS, "message 4 (human) is new"),
        (conversation()[:1], TOOLS, "ends where the recorded one of analyst goes on"),
    ],
)
def test_an_unknown_request_is_told_by_what_differs(
    messages: list[BaseMessage], tools: list[dict[str, object]], said: str
) -> None:
    model = recorded((conversation(RESULT), "analyst"))
    with pytest.raises(UnknownRequestError) as raised:
        model.bind_tools(tools).invoke(messages)
    assert said in str(raised.value)
    assert model.complaints == (str(raised.value),)


def test_nothing_on_record_is_said() -> None:
    with pytest.raises(UnknownRequestError, match="no reply is on record"):
        RecordedChatModel([], "gpt").invoke(conversation())
