"""Records one run: spans that nest through tasks and threads, decisions, and one commit at the end."""

from __future__ import annotations

import contextvars
import os
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.decision import Decision
from liftos_agents.domain.plan import Plan
from liftos_agents.tracing import names
from liftos_agents.tracing.records import RunRecord, SpanEvent, SpanRecord
from liftos_agents.tracing.store import TraceStore
from liftos_agents.version import __version__

P = ParamSpec("P")
R = TypeVar("R")

_current: contextvars.ContextVar[Span | None] = contextvars.ContextVar("liftos_span", default=None)


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
        self._recorder.open(self, _current.get())
        self._token = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.fail(error)
        self.ended_ns = self._recorder.clock()
        if self._token is not None:
            try:
                _current.reset(self._token)
            except ValueError:
                # An async generator may be closed from another context than it was started in.
                self._token = None

    async def __aenter__(self) -> Span:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)


class Recorder:
    """What happened in one run, kept in memory until `finish` writes it in one commit.

    Spans nest by context: through awaits, asyncio tasks and `asyncio.to_thread` by themselves, through a
    bare thread or executor with `carry`.

    Args:
        store: Where the run is written.
        run_id: Given by the caller, unique.
        organisation: Whose chain the decisions join.
        question, thread_id, model: Of the run.
        capture_content: Keep what people and models wrote in the spans (off: prompts stay out).
        versions: What else to note beside the package's own version.
        copy: Called with the run and its spans after the commit, for instance `SpanExport(...).send`.
        clock: Nanoseconds since 1970.
    """

    def __init__(
        self,
        store: TraceStore,
        run_id: str,
        organisation: str,
        *,
        question: str = "",
        thread_id: str = "",
        model: str = "",
        capture_content: bool = False,
        versions: Mapping[str, str] | None = None,
        copy: Callable[[RunRecord, tuple[SpanRecord, ...]], None] | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.run_id = run_id
        self.organisation = organisation
        self.question = question
        self.thread_id = thread_id
        self.model = model
        self.capture_content = capture_content
        self.clock = clock
        self._store = store
        self._copy = copy
        self._versions = {"liftos-agents": __version__, "trace": names.CONVENTIONS, **(versions or {})}
        self._spans: list[Span] = []
        self._choices: list[dict[str, Any]] = []
        self._prefix = os.urandom(5).hex()
        self._lock = threading.Lock()
        self._started_ns = clock()
        self._finished = False

    def span(
        self,
        name: str,
        kind: names.SpanKind = "step",
        attributes: Mapping[str, Any] | None = None,
    ) -> Span:
        """A span to open with `with`; `name` is its subject (`fit_mmm`), the operation comes from `kind`."""
        return Span(self, name, kind, attributes or {})

    def event(self, name: str, **attributes: Any) -> None:
        """Notes something in the innermost open span of this run, if there is one."""
        span = self.current
        if span is not None:
            span.event(name, **attributes)

    def decide(self, decision: Decision) -> None:
        """Keeps a decision, in the innermost open span; it joins the chain at `finish`."""
        span = self.current
        choice = {
            "span": span.id if span else "",
            "at_ns": self.clock(),
            "decision": decision.model_dump(mode="json"),
        }
        with self._lock:
            self._choices.append(choice)

    @property
    def current(self) -> Span | None:
        """The innermost open span of this run."""
        span = _current.get()
        return span if span is not None and span.belongs_to(self) else None

    def carry(self, function: Callable[P, R]) -> Callable[P, R]:
        """`function`, to be run by a bare thread or executor with the caller's span as parent."""
        context = contextvars.copy_context()

        def carried(*args: P.args, **kwargs: P.kwargs) -> R:
            return context.copy().run(function, *args, **kwargs)

        return carried

    def finish(
        self,
        status: str,
        *,
        answer: Answer | Mapping[str, Any] | None = None,
        plan: Plan | Mapping[str, Any] | None = None,
        error: BaseException | str | None = None,
    ) -> None:
        """Writes the run in one commit; a second call does nothing.

        Args:
            status: Of the answer, or `failed`, `cancelled`.
            answer: The answer as the user got it.
            plan: The plan; taken from the answer when absent.
            error: What ended a run that has no answer.
        """
        with self._lock:
            if self._finished:
                return
            self._finished = True
            spans, choices = tuple(self._spans), tuple(self._choices)
        now = self.clock()
        answer_plain = _plain(answer)
        run = RunRecord(
            id=self.run_id,
            organisation=self.organisation,
            thread_id=self.thread_id,
            question=self.question,
            model=self.model,
            status=status,
            started=self._started_ns / 1e9,
            ended=now / 1e9,
            plan=_plain(plan) or answer_plain.get("plan", {}),
            answer=answer_plain,
            versions=self._versions,
            error=_message(error),
        )
        records = tuple(span.record(now) for span in spans)
        self._store.write(run, records, choices)
        if self._copy is not None:
            self._copy(run, records)

    def open(self, span: Span, outer: Span | None) -> None:
        """Gives a span its id, its parent and its place; called by the span as it opens."""
        span.parent = outer.id if outer is not None and outer.belongs_to(self) else ""
        with self._lock:
            span.position = len(self._spans)
            self._spans.append(span)
        span.id = f"{self._prefix}{span.position:06x}"
        span.started_ns = self.clock()


def _kind_attributes(kind: names.SpanKind, subject: str) -> dict[str, Any]:
    attributes: dict[str, Any] = {names.OPENINFERENCE_KIND: names.OPENINFERENCE_KINDS[kind]}
    if kind in names.OPERATIONS:
        attributes[names.OPERATION] = names.OPERATIONS[kind]
    if kind in names.SUBJECTS:
        attributes[names.SUBJECTS[kind]] = subject
    return attributes


def _plain(value: Answer | Plan | Mapping[str, Any] | None) -> dict[str, Any]:
    if value is None:
        return {}
    return dict(value) if isinstance(value, Mapping) else value.model_dump(mode="json")


def _message(error: BaseException | str | None) -> str:
    if isinstance(error, BaseException):
        return f"{type(error).__name__}: {error}"
    return error or ""
