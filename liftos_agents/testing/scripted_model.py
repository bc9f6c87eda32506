"""A chat model that says what a test wrote down, and complains of any difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, PrivateAttr
from typing_extensions import override

Reply = AIMessage | Exception | Callable[[Sequence[BaseMessage]], AIMessage]


class ScriptError(AssertionError):
    """A call that no reply was written for, or a reply that nobody called for."""


class ScriptedChatModel(BaseChatModel):
    """Gives `replies` in order; as a context manager it complains on leaving about unused ones.

    A reply is a message, an exception to raise, or a function of the messages. `seen` keeps the messages of
    every call and `bound` the names of the tools that were bound to it.
    """

    replies: list[Any] = Field(default_factory=list[Any])
    _seen: list[list[BaseMessage]] = PrivateAttr(default_factory=list[list[BaseMessage]])
    _bound: list[tuple[str, ...]] = PrivateAttr(default_factory=list[tuple[str, ...]])

    def __init__(self, replies: Sequence[Reply], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.replies = list(replies)

    @property
    def seen(self) -> list[list[BaseMessage]]:
        """The messages of each call so far."""
        return self._seen

    @property
    def bound(self) -> list[tuple[str, ...]]:
        """The names of the bound tools, call by call."""
        return self._bound

    @property
    def _llm_type(self) -> str:
        return "liftos-scripted"

    @override
    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """This model with `tools` bound; their names are kept in `bound`."""
        return self.bind(tools=[convert_to_openai_tool(t) for t in tools], **kwargs)

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        number = len(self._seen)
        self._seen.append(list(messages))
        self._bound.append(tuple(t["function"]["name"] for t in kwargs.get("tools") or ()))
        if number >= len(self.replies):
            raise ScriptError(
                f"call {number + 1} was not expected: the script has {len(self.replies)} replies"
            )
        reply = self.replies[number]
        if isinstance(reply, Exception):
            raise reply
        message = reply if isinstance(reply, AIMessage) else reply(messages)
        return ChatResult(generations=[ChatGeneration(message=message)])

    @override
    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, stop, None, **kwargs)

    def assert_used_up(self) -> None:
        """Complains about replies that were not called for.

        Raises:
            ScriptError: Some are left.
        """
        left = len(self.replies) - len(self._seen)
        if left > 0:
            raise ScriptError(f"{left} of {len(self.replies)} replies were not used")

    def __enter__(self) -> ScriptedChatModel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.assert_used_up()


def calls(*named: tuple[str, dict[str, Any]], tokens: tuple[int, int] = (0, 0)) -> AIMessage:
    """A message with tool calls `(name, arguments)`, their ids `call_0`, `call_1`, …"""
    return AIMessage(
        content="",
        tool_calls=[
            tool_call(name=name, args=arguments, id=f"call_{i}") for i, (name, arguments) in enumerate(named)
        ],
        usage_metadata=UsageMetadata(
            input_tokens=tokens[0], output_tokens=tokens[1], total_tokens=sum(tokens)
        ),
    )
