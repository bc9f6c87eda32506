"""A server on loopback that speaks the OpenAI chat completions protocol and says what a test wrote down.

Real sockets, real HTTP: whole replies, server-sent events, tool calls, rate limits, broken arguments,
streams that are cut.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, cast

from liftos_agents.testing.scripted_model import ScriptError

_CREATED = 1_700_000_000


@dataclass(frozen=True)
class WireReply:
    """One reply of the server.

    Attributes:
        content: Text of the message.
        tool_calls: Pairs of a name and its arguments; a string is sent as it is, broken or not.
        status: HTTP status; other than 200 sends `error` instead of a message.
        headers: Further headers, such as `Retry-After`.
        usage: Prompt and completion tokens.
        cut: Ends the connection in the middle of the reply.
    """

    content: str = ""
    tool_calls: tuple[tuple[str, dict[str, Any] | str], ...] = ()
    status: int = 200
    error: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    usage: tuple[int, int] = (11, 7)
    cut: bool = False


class OpenAIWire:
    """The server as a context manager; `url` is its base URL, `requests` the bodies it was sent.

    On leaving it complains of replies that nobody asked for and of requests that no reply was written for.
    """

    def __init__(self, replies: Sequence[WireReply]) -> None:
        self.replies = list(replies)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.unexpected = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Base URL, as `OPENAI_BASE_URL` wants it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def take(self, body: dict[str, Any], headers: dict[str, str]) -> WireReply:
        """The next reply; a request beyond the script gets HTTP 400 and is counted."""
        with self._lock:
            self.requests.append(body)
            self.headers.append(headers)
            number = len(self.requests)
            if number > len(self.replies):
                self.unexpected += 1
                return WireReply(status=400, error=f"request {number} is not in the script")
            return self.replies[number - 1]

    def __enter__(self) -> OpenAIWire:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if error is not None:
            return
        if self.unexpected:
            raise ScriptError(f"{self.unexpected} requests were not in the script")
        left = len(self.replies) - len(self.requests)
        if left:
            raise ScriptError(f"{left} of {len(self.replies)} replies were not asked for")


def _handler(wire: OpenAIWire) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = cast("dict[str, Any]", json.loads(self.rfile.read(length)))
            reply = wire.take(body, {k.lower(): v for k, v in self.headers.items()})
            if reply.status != 200:
                self._whole(reply, {"error": {"message": reply.error, "type": "scripted", "code": None}})
            elif body.get("stream"):
                self._stream(reply, body)
            else:
                self._whole(reply, _completion(reply, body))

        def log_message(self, format: str, *args: Any) -> None:
            return

        def _whole(self, reply: WireReply, content: dict[str, Any]) -> None:
            data = json.dumps(content).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if reply.cut else data)
            self.close_connection = self.close_connection or reply.cut

        def _stream(self, reply: WireReply, body: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            events = list(_events(reply, body))
            for event in events[: len(events) // 2] if reply.cut else events:
                data = f"data: {event}\n\n".encode()
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            if not reply.cut:
                self.wfile.write(b"0\r\n\r\n")
            self.close_connection = True

    return Handler


def _calls(reply: WireReply) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{i}",
            "type": "function",
            "function": {"name": name, "arguments": a if isinstance(a, str) else json.dumps(a)},
        }
        for i, (name, a) in enumerate(reply.tool_calls)
    ]


def _usage(reply: WireReply) -> dict[str, int]:
    prompt, completion = reply.usage
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _envelope(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-scripted", "object": kind, "created": _CREATED, "model": body.get("model")}


def _completion(reply: WireReply, body: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.content or None}
    if reply.tool_calls:
        message["tool_calls"] = _calls(reply)
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if reply.tool_calls else "stop"}
    return {**_envelope(body, "chat.completion"), "choices": [choice], "usage": _usage(reply)}


def _events(reply: WireReply, body: dict[str, Any]) -> Iterator[str]:
    """Events of a stream: role, text in words, each call's arguments in pieces, the end, the usage."""

    def event(delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return json.dumps({**_envelope(body, "chat.completion.chunk"), "choices": [choice]})

    yield event({"role": "assistant", "content": ""})
    for word in reply.content.split(" ") if reply.content else ():
        yield event({"content": word + " "})
    for index, call in enumerate(_calls(reply)):
        arguments = call["function"]["arguments"]
        head = {**call, "index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
        yield event({"tool_calls": [head]})
        for start in range(0, len(arguments), 16):
            piece = {"index": index, "function": {"arguments": arguments[start : start + 16]}}
            yield event({"tool_calls": [piece]})
    yield event({}, "tool_calls" if reply.tool_calls else "stop")
    if (body.get("stream_options") or {}).get("include_usage"):
        yield json.dumps({**_envelope(body, "chat.completion.chunk"), "choices": [], "usage": _usage(reply)})
    yield "[DONE]"
