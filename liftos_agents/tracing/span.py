"""One piece of work of a run, open around its block; spans nest by context."""

from __future__ import annotations

import contextvars
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from liftos_agents.tracing import names
from liftos_agents.tracing.records import SpanEvent, SpanRecord

if TYPE_CHECKING:
    from liftos_agents.tracing.recorder import Recorder

current: contextvars.ContextVar[Span | None] = contextvars.ContextVar("liftos_span", default=None)


class Span:
    """One piece of work; a context manager, for `with` and `async with` alike.

    Opened by `Recorder.span`. An exception that leaves the block marks it as failed and travels on.
    """

    def __init__(
        self, recorder: Recorder, subject: str, kind: names.SpanKind, attributes: Mapping[str, Any]
    ) -> None:
        self.id = ""
        self.parent = ""
        self.position = -1
        self.kind: names.SpanKind = kind
        self.name = names.span_name(kind, subject)
        self.attributes: dict[str, Any] = _kind_attributes(kind, subject)
        self.events: list[SpanEvent] = []
        self.status = "ok"
        self.message = ""
        self.started_ns = 0
        self.ended_ns = 0
        self._recorder = recorder
        self._token: contextvars.Token[Span | None] | None = None
        self.set(**attributes)

    def set(self, **attributes: Any) -> None:
        """Adds attributes; those with content are left out unless the recorder captures content."""
        keep_content = self._recorder.capture_content
        for name, value in attributes.items():
            if value is not None and (keep_content or name not in names.CONTENT):
                self.attributes[name] = value

    def event(self, name: str, **attributes: Any) -> None:
        """Notes something that happened within the span."""
        self.events.append(SpanEvent(name=name, at_ns=self._recorder.clock(), attributes=attributes))

    def fail(self, error: BaseException | str) -> None:
        """Marks the span as failed, for work whose error is handled inside it."""
        self.status = "error"
        self.message = str(error)
        if isinstance(error, BaseException):
            self.attributes[names.ERROR] = type(error).__name__

    def belongs_to(self, recorder: Recorder) -> bool:
        """Whether the span is one of `recorder`'s run."""
        return self._recorder is recorder

    def record(self, now_ns: int) -> SpanRecord:
        """The span as it is kept; one that is still open ends now."""
        return SpanRecord(
            id=self.id,
            parent=self.parent,
            position=self.position,
            name=self.name,
            kind=self.kind,
            started_ns=self.started_ns,
            ended_ns=self.ended_ns or now_ns,
            status=self.status if self.ended_ns else "open",
            message=self.message,
            attributes=self.attributes,
            events=tuple(self.events),
        )

    def __enter__(self) -> Span:
        self._recorder.open(self, current.get())
        self._token = current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.fail(error)
        self.ended_ns = self._recorder.clock()
        self._recorder.closed(self)
        if self._token is not None:
            try:
                current.reset(self._token)
            except ValueError:
                # An async generator may be closed from another context than it was started in.
                self._token = None

    async def __aenter__(self) -> Span:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)


def _kind_attributes(kind: names.SpanKind, subject: str) -> dict[str, Any]:
    attributes: dict[str, Any] = {names.OPENINFERENCE_KIND: names.OPENINFERENCE_KINDS[kind]}
    if kind in names.OPERATIONS:
        attributes[names.OPERATION] = names.OPERATIONS[kind]
    if kind in names.SUBJECTS:
        attributes[names.SUBJECTS[kind]] = subject
    return attributes
