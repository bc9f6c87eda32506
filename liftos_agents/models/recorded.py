"""Replies on record: what a request is known by, how a reply is kept, and a chat model that gives replies again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.messages.tool import invalid_tool_call, tool_call
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import Field, PrivateAttr
from pydantic_core import to_json
from typing_extensions import override

from liftos_agents.domain.canonical import canonical_json
from liftos_agents.errors import LiftError

_SHORT = 16
_CALL = ("name", "args", "id")


class UnknownRequestError(LiftError):
    """A request to which no reply is on record."""


@dataclass(frozen=True)
class Request:
    """A model call as the record knows it: `hash` covers `parts`, which name what the call was made of."""

    hash: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RecordedReply:
    """A reply, and the request that it answers."""

    request: str
    agent: str
    parts: tuple[tuple[str, str], ...]
    reply: Mapping[str, Any]


class RecordedChatModel(BaseChatModel):
    """Answers each request as it was answered when it was recorded; complains of any other.

    Args:
        replies: What is on record.
        name_on_record: The model's name, which is part of every request.
    """

    replies: list[Any] = Field(default_factory=list[Any])
    name_on_record: str = ""
    _known: dict[str, RecordedReply] = PrivateAttr(default_factory=dict[str, RecordedReply])
    _complaints: list[str] = PrivateAttr(default_factory=list[str])
    _given: set[str] = PrivateAttr(default_factory=set[str])

    def __init__(self, replies: Iterable[RecordedReply], name_on_record: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.replies = list(replies)
        self.name_on_record = name_on_record
        self._known = {one.request: one for one in self.replies}

    @property
    def complaints(self) -> tuple[str, ...]:
        """What differed in each request that is not on record."""
        return tuple(self._complaints)

    @property
    def unused(self) -> tuple[RecordedReply, ...]:
        """Replies that nobody asked for."""
        return tuple(one for one in self.replies if one.request not in self._given)

    @property
    def _llm_type(self) -> str:
        return "liftos-recorded"

    @override
    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """This model with `tools` bound, as a runnable."""
        return self.bind(tools=list(tools), **kwargs)

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = request_of(messages, kwargs.get("tools") or (), self.name_on_record)
        found = self._known.get(request.hash)
        if found is None:
            complaint = _complaint(request, self.replies)
            self._complaints.append(complaint)
            raise UnknownRequestError(complaint)
        self._given.add(request.hash)
        return ChatResult(generations=[ChatGeneration(message=message_of(found.reply))])

    @override
    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, stop, None, **kwargs)


def request_of(messages: Sequence[BaseMessage], tools: Sequence[Any], model: str) -> Request:
    """What a call is known by: its model, tools and messages."""
    parts = [(f"model {model}", _hash(model)), ("tools", _hash(tools))]
    parts += [_part(message) for message in messages]
    whole = _hash(parts)
    return Request(whole, tuple((name, digest[:_SHORT]) for name, digest in parts))


def plain_of(message: AIMessage) -> dict[str, Any]:
    """A reply as it is kept, JSON-plain: what it says and calls, and what it cost."""
    usage = message.usage_metadata
    return {
        "content": message.content,
        "tool_calls": [{key: call[key] for key in _CALL} for call in message.tool_calls],
        "invalid_tool_calls": [
            {key: call.get(key) for key in (*_CALL, "error")} for call in message.invalid_tool_calls
        ],
        "usage": {name: usage[name] for name in ("input_tokens", "output_tokens", "total_tokens")}
        if usage
        else None,
    }


def message_of(plain: Mapping[str, Any]) -> AIMessage:
    """The reply that `plain_of` kept."""
    return AIMessage(
        content=plain.get("content") or "",
        tool_calls=[tool_call(**call) for call in plain.get("tool_calls") or ()],
        invalid_tool_calls=[invalid_tool_call(**call) for call in plain.get("invalid_tool_calls") or ()],
        usage_metadata=plain.get("usage"),
    )


def _part(message: BaseMessage) -> tuple[str, str]:
    name, said = message.type, [message.content]
    if isinstance(message, AIMessage):
        kept = plain_of(message)
        said += [kept["tool_calls"], kept["invalid_tool_calls"]]
    elif isinstance(message, ToolMessage):
        name = f"tool {message.name or ''}".rstrip()
        said += [message.tool_call_id, message.status]
    return name, _hash([name, said])


def _hash(value: Any) -> str:
    try:
        data = to_json(value)
    except ValueError:
        # Half a surrogate pair: JSON can escape it, UTF-8 cannot hold it.
        data = canonical_json(value).encode(errors="surrogatepass")
    return hashlib.sha256(data).hexdigest()


def _complaint(request: Request, replies: Sequence[RecordedReply]) -> str:
    """What tells a request from the one on record that is most like it."""
    nearest = max(replies, key=lambda one: _alike(request.parts, one.parts), default=None)
    if nearest is None:
        return "no reply is on record"
    same = _alike(request.parts, nearest.parts)
    beside = f"beside a recorded call of {nearest.agent}"
    if same == len(request.parts):
        return f"a call ends where the recorded one of {nearest.agent} goes on"
    position, (name, _) = same, request.parts[same]
    if position == len(nearest.parts):
        return f"message {position - 1} ({name}) is new {beside}"
    what = name if position < 2 else f"message {position - 1} ({name})"
    return f"no reply is on record to a request: {what} differs {beside}"


def _alike(one: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]) -> int:
    same = 0
    for left, right in zip(one, other, strict=False):
        if tuple(left) != tuple(right):
            break
        same += 1
    return same
