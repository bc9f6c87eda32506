"""Calling a chat model: under the run's caps, inside a span, its reply written before anything is done with it."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable

from liftos_agents.graphs.messages import size
from liftos_agents.graphs.services import Run, Services
from liftos_agents.models.recorded import message_of, plain_of, request_of
from liftos_agents.tracing.names import AGENT, INPUT_TOKENS, ON_RECORD, OUTPUT_TOKENS

BoundModel = Runnable[LanguageModelInput, AIMessage]


def bind(services: Services, tools: list[dict[str, Any]], choice: str | None = None) -> BoundModel:
    """The engine's model with `tools`; `choice` names the one it must call."""
    if choice is None:
        return services.model.bind_tools(tools)
    return services.model.bind_tools(tools, tool_choice=choice)


async def call_model(
    run: Run, model: BoundModel, messages: list[BaseMessage], tools: list[dict[str, Any]], agent: str
) -> AIMessage:
    """The model's reply: from the run's record when this request was answered before, else asked and written there.

    A reply on record is not charged again.

    Raises:
        BudgetExceededError: The call would pass a cap; it is not made.
        CancelledError: The run was stopped.
    """
    run.check_cancelled()
    name = run.services.model_name
    request = request_of(messages, tools, name)
    with run.trace.span(name, "model", {AGENT: agent}) as span:
        kept = run.trace.reply_to(request.hash)
        if kept is not None:
            span.set(**{ON_RECORD: True})
            return message_of(kept)
        with run.meter.call(size(messages, tools)):
            reply = await model.ainvoke(messages)
            usage = reply.usage_metadata
            used = (usage["input_tokens"], usage["output_tokens"]) if usage else (0, 0)
            run.meter.after(*used)
        span.set(**{INPUT_TOKENS: used[0], OUTPUT_TOKENS: used[1]})
        plain = plain_of(reply)
        run.trace.keep_reply(request.hash, agent, request.parts, plain)
    # As it comes from the record, so that what follows does not depend on where it came from.
    return message_of(plain)
