"""The offline chat model: a LangChain model that needs no key and no network.

It knows no specialist, tool or playbook by name: a routing call tells it the specialists, a specialist's
call tells it the playbook, and it answers with tool calls like any hosted model.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from typing_extensions import override

from liftos_agents.domain.canonical import canonical_json
from liftos_agents.models.offline.conversation import read_router_call, read_specialist_call
from liftos_agents.models.offline.interpreter import next_calls
from liftos_agents.models.offline.router import plan

SUBMIT_PLAN = "submit_plan"
SUBMIT_FINDINGS = "submit_findings"


class OfflineChatModel(BaseChatModel):
    """Answers routing and specialists' calls by rules; the same messages give the same answer."""

    @property
    def _llm_type(self) -> str:
        return "liftos-offline"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": "offline"}

    @override
    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """This model with `tools` bound, as a runnable."""
        return self.bind(tools=[_declared(t) for t in tools], **kwargs)

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=reply(messages, kwargs.get("tools") or ()))])

    @override
    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, stop, None, **kwargs)

    @override
    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from _chunks(reply(messages, kwargs.get("tools") or ()))

    @override
    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(reply(messages, kwargs.get("tools") or ())):
            yield chunk


def reply(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> AIMessage:
    """The model's message: tool calls for a routing or a specialist's call, a sentence otherwise."""
    schemas = {t["function"]["name"]: cast("dict[str, Any]", t["function"]["parameters"]) for t in tools}
    if SUBMIT_PLAN in schemas:
        planned = plan(read_router_call(messages)).model_dump(mode="json")
        return _message([(f"call_{SUBMIT_PLAN}", SUBMIT_PLAN, planned)])
    if SUBMIT_FINDINGS in schemas:
        return _message(next_calls(read_specialist_call(messages), schemas))
    return AIMessage(
        content=f"The offline model answers by tool calls: bind {SUBMIT_PLAN} or {SUBMIT_FINDINGS}.",
        usage_metadata=UsageMetadata(input_tokens=0, output_tokens=0, total_tokens=0),
    )


def _message(calls: Sequence[tuple[str, str, dict[str, Any]]]) -> AIMessage:
    return AIMessage(
        content="",
        tool_calls=[tool_call(name=name, args=arguments, id=i) for i, name, arguments in calls],
        usage_metadata=UsageMetadata(input_tokens=0, output_tokens=0, total_tokens=0),
    )


def _chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    for index, call in enumerate(message.tool_calls):
        piece = tool_call_chunk(
            name=call["name"], args=canonical_json(call["args"]), id=call["id"], index=index
        )
        yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[piece]))
    yield ChatGenerationChunk(
        message=AIMessageChunk(
            content=message.content, usage_metadata=message.usage_metadata, chunk_position="last"
        )
    )


def _declared(tool: dict[str, Any] | type | Callable[..., Any] | BaseTool) -> dict[str, Any]:
    if isinstance(tool, dict):
        declared = cast("dict[str, Any]", tool)
        return declared if declared.get("type") == "function" else convert_to_openai_tool(declared)
    return convert_to_openai_tool(tool)
