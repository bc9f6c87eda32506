"""Events of a run as server-sent events, and runs that end when nobody listens any more."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.event import Event
from liftos_agents.errors import CancelledError
from liftos_agents.server.errors import described

HEARTBEAT_SECONDS = 15.0
_WAITING_EVENTS = 256
_Result = TypeVar("_Result")


class Gone(Exception):
    """The client closed the connection before its answer was ready."""


class EventStream(StreamingResponse):
    """A `text/event-stream` that stops its source as soon as the client is gone.

    Frames carry `event` (the kind), `id` (the sequence number) and `data` (the event as JSON); a comment
    goes out every `heartbeat` seconds of silence, so that proxies keep the connection. A failure after the
    first byte becomes a last event of kind `error` with the usual error body as `data`.

    Follows the HTML standard, section 9.2.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[Event], *, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        super().__init__(
            _frames(events, heartbeat), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends frames until the source ends or the client does."""
        sending = asyncio.ensure_future(self.stream_response(send))
        leaving = asyncio.ensure_future(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            await _stopped(sending, leaving)
            await self.body_iterator.aclose()  # pyright: ignore[reportAttributeAccessIssue]


async def while_connected(request: Request, work: Awaitable[_Result]) -> _Result:
    """The result of `work`, which is cancelled when the client of `request` goes away.

    Raises:
        Gone: The client went away first.
    """

    async def leave() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(leave())
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Gone
        if working.cancelled():
            raise CancelledError("the engine stopped the run")
        return working.result()
    finally:
        await _stopped(working, leaving)


def frame(kind: str, sequence: int, data: Any) -> str:
    """One server-sent event."""
    return f"event: {kind}\nid: {sequence}\ndata: {canonical_json(data)}\n\n"


async def _frames(events: AsyncIterator[Event], heartbeat: float) -> AsyncIterator[str]:
    queue: asyncio.Queue[Event | Exception | None] = asyncio.Queue(_WAITING_EVENTS)

    async def pump() -> None:
        try:
            async for event in events:
                await queue.put(event)
            await queue.put(None)
        except asyncio.CancelledError:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(CancelledError("the engine stopped the run"))
            raise
        except Exception as error:  # noqa: BLE001
            await queue.put(error)
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()

    pumping = asyncio.ensure_future(pump())
    sequence = -1
    try:
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), heartbeat)
            except TimeoutError:
                if pumping.done():
                    return
                yield ": alive\n\n"
                continue
            if event is None:
                return
            if isinstance(event, Exception):
                yield frame(
                    "error", sequence + 1, described(event)[1].model_dump(mode="json", exclude_none=True)
                )
                return
            sequence = event.sequence
            yield frame(event.kind, sequence, event)
    finally:
        await _stopped(pumping)


async def _stopped(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
