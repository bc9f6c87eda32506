"""Records one run: spans that nest through tasks and threads, decisions, and one commit at the end."""

from __future__ import annotations

import contextvars
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.decision import Decision
from liftos_agents.domain.plan import Plan
from liftos_agents.tracing import names
from liftos_agents.tracing.logs import run_logger
from liftos_agents.tracing.records import ReplyRecord, RunRecord, SpanRecord
from liftos_agents.tracing.redaction import redact
from liftos_agents.tracing.span import Span, current
from liftos_agents.tracing.store import Copy, TraceStore
from liftos_agents.version import __version__

P = ParamSpec("P")
R = TypeVar("R")


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
        copy: Called with the run and its spans after the commit, for instance `SpanExport(...).send`; the store's
            own when absent.
        clock: Nanoseconds since 1970.
        resume: Take up what earlier attempts of this run left: spans, decisions, replies of models. A decision that
            is made again as it was made before is kept once.
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
        copy: Copy | None = None,
        clock: Callable[[], int] = time.time_ns,
        resume: bool = False,
    ) -> None:
        self.run_id = run_id
        self.organisation = organisation
        self.question = question
        self.thread_id = thread_id
        self.model = model
        self.capture_content = capture_content
        self.clock = clock
        self._store = store
        self._copy = copy or store.copy
        self._log = _logger(store, run_id, organisation)
        self._versions = {"liftos-agents": __version__, "trace": names.CONVENTIONS, **(versions or {})}
        self._spans: list[Span] = []
        self._choices: list[dict[str, Any]] = []
        self._inputs: dict[str, Any] = {}
        self._replies: dict[str, ReplyRecord] = {}
        self._prefix = os.urandom(5).hex()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        """Held while something is written: what is pending must not be written after the end of the run."""
        self._started_ns = clock()
        self._finished = False
        self._saved = (-1, -1)
        self._resumed = resume
        self._earlier: tuple[SpanRecord, ...] = ()
        self._made_before: Counter[str] = Counter()
        self.spent = (0, 0)
        """Input and output tokens of the replies that earlier attempts got."""
        if resume:
            self._take_up()
        if self._log:
            self._log.info("run resumed" if resume else "run started", model=model, thread_id=thread_id)

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
        choice: dict[str, Any] = {
            "span": span.id if span else "",
            "at_ns": self.clock(),
            "decision": decision.model_dump(mode="json"),
        }
        if self._log:
            told = {"kind": decision.kind, "actor": decision.actor, "chosen": decision.chosen}
            self._log.info("decision", **told, evidence=list(decision.evidence))
        with self._lock:
            if self._made_before:
                known = _known_as(choice["decision"])
                if self._made_before[known] > 0:
                    self._made_before[known] -= 1
                    return
            self._choices.append(choice)

    def note(self, **inputs: Any) -> None:
        """Keeps what the run was given, JSON-plain, so that it can be replayed; what was noted first stays."""
        with self._lock:
            self._inputs = {**inputs, **self._inputs}

    def reply_to(self, request: str) -> dict[str, Any] | None:
        """The reply on record to a request with this hash, or None."""
        found = self._replies.get(request)
        return found.reply if found else None

    def keep_reply(
        self, request: str, agent: str, parts: Sequence[tuple[str, str]], reply: dict[str, Any]
    ) -> None:
        """Writes a model's reply, before anything is done with it."""
        with self._lock:
            record = ReplyRecord(
                run_id=self.run_id,
                request=request,
                agent=agent,
                position=len(self._replies),
                parts=tuple(parts),
                reply=reply,
                created_ns=self.clock(),
            )
            self._replies[request] = record
        self._store.keep_reply(record)

    def save(self) -> None:
        """Writes what the run has so far, for an attempt that may have to take it up; nothing after `finish`.

        Spans alone are no reason to write: they are kept with the next decision or input.
        """
        with self._writing:
            with self._lock:
                spans, choices, inputs = tuple(self._spans), tuple(self._choices), dict(self._inputs)
                extent = len(choices), len(inputs)
                if self._finished or extent == self._saved:
                    return
                self._saved = extent
            now = self.clock()
            records = (*self._earlier, *(span.record(now) for span in spans))
            self._store.save_pending(
                self.run_id, self.organisation, self._started_ns, records, choices, inputs
            )

    @property
    def current(self) -> Span | None:
        """The innermost open span of this run."""
        span = current.get()
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
        """Writes the run in one commit; a second call, or that of another recorder of the same run, does nothing.

        A recorder that took up a run which had not ended for good (it waited for approval, failed, was cancelled)
        writes its new end and chains its new decisions.

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
        records = (*self._earlier, *(span.record(now) for span in spans))
        with self._writing:
            self._store.write(run, records, choices, inputs=self._inputs, resumed=self._resumed)
        if self._copy is not None:
            self._copy(run, records)
        if self._log:
            self._log.log(
                logging.ERROR if run.error else logging.INFO,
                "run finished",
                status=status,
                seconds=round(run.seconds, 3),
                spans=len(records),
                error=run.error or None,
            )

    def open(self, span: Span, outer: Span | None) -> None:
        """Gives a span its id, its parent and its place; called by the span as it opens."""
        span.parent = outer.id if outer is not None and outer.belongs_to(self) else ""
        with self._lock:
            span.position = len(self._earlier) + len(self._spans)
            self._spans.append(span)
        span.id = f"{self._prefix}{span.position:06x}"
        span.started_ns = self.clock()

    def closed(self, span: Span) -> None:
        """Logs a span that has ended; called by the span as it closes."""
        if self._log:
            failed = span.status != "ok"
            self._log.log(
                logging.WARNING if failed else logging.DEBUG,
                span.name,
                milliseconds=round((span.ended_ns - span.started_ns) / 1e6, 1),
                **({"error": span.message} if failed else {}),
            )

    def _take_up(self) -> None:
        for reply in self._store.replies(self.run_id):
            self._replies[reply.request] = reply
        usage: list[dict[str, int]] = [r.reply.get("usage") or {} for r in self._replies.values()]
        self.spent = (
            sum(used.get("input_tokens", 0) for used in usage),
            sum(used.get("output_tokens", 0) for used in usage),
        )
        earlier = self._store.earlier(self.run_id)
        if earlier is None:
            return
        self._started_ns = earlier.started_ns
        self._earlier = earlier.spans
        self._choices = list(earlier.waiting)
        self._inputs = earlier.inputs
        self._finished = earlier.final
        made = [choice["decision"] for choice in earlier.waiting]
        made += [decision.model_dump(mode="json") for decision in earlier.chained]
        self._made_before = Counter(_known_as(decision) for decision in made)


def _logger(store: TraceStore, run_id: str, organisation: str) -> Any:
    style = store.log
    if style is None:
        return None
    return run_logger(run_id, organisation, stream=style.stream, level=style.level, form=style.form)


def _known_as(decision: Mapping[str, Any]) -> str:
    """What tells one decision from another, free of secrets as those on record are."""
    return redact(canonical_json(decision))


def _plain(value: Answer | Plan | Mapping[str, Any] | None) -> dict[str, Any]:
    if value is None:
        return {}
    return dict(value) if isinstance(value, Mapping) else value.model_dump(mode="json")


def _message(error: BaseException | str | None) -> str:
    if isinstance(error, BaseException):
        return f"{type(error).__name__}: {error}"
    return error or ""
