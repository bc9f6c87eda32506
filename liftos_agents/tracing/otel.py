"""A copy of a run's spans for the host's OpenTelemetry pipeline; the run store stays the record."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, cast

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Status, StatusCode
from opentelemetry.util.types import AttributeValue

from liftos_agents.tracing import names
from liftos_agents.tracing.records import RunRecord, SpanRecord
from liftos_agents.tracing.redaction import redact
from liftos_agents.version import __version__

FLUSH_AT = 1_000
"""Spans sent between two flushes: below the 2,048 that the SDK's batch processor queues before it drops."""


class SpanExport:
    """Sends finished runs through a host's tracer provider, whose exporters (OTLP, …) are the host's own.

    No global provider is read or set. A copy never fails a run: what could not be handed over, or was not
    confirmed by a flush, is counted in `dropped`.

    Args:
        provider: The host's provider.
        flush_milliseconds: How long a flush may take.
    """

    def __init__(self, provider: TracerProvider, *, flush_milliseconds: int = 5_000) -> None:
        self.sent = 0
        self.dropped = 0
        self._provider = provider
        self._tracer = provider.get_tracer("liftos_agents", __version__)
        self._flush_milliseconds = flush_milliseconds
        self._unconfirmed = 0
        self._lock = threading.Lock()

    def send(self, run: RunRecord, spans: tuple[SpanRecord, ...]) -> None:
        """Hands over the spans of one run; their own ids travel as `liftos.span.id`."""
        opened: dict[str, trace.Span] = {}
        common = _common(run)
        with self._lock:
            for record in spans:
                try:
                    opened[record.id] = self._copy(record, opened.get(record.parent), common)
                except Exception:  # noqa: BLE001 - a host's processor may raise anything, and no run fails for it
                    self.dropped += 1
                    continue
                if (
                    opened[record.id].is_recording()
                    or opened[record.id].get_span_context().trace_flags.sampled
                ):
                    self.sent += 1
                    self._unconfirmed += 1
                if self._unconfirmed >= FLUSH_AT:
                    self._flush()

    def close(self) -> None:
        """Flushes what is still queued."""
        with self._lock:
            self._flush()

    def _copy(
        self, record: SpanRecord, parent: trace.Span | None, common: Mapping[str, AttributeValue]
    ) -> trace.Span:
        context = trace.set_span_in_context(parent, Context()) if parent is not None else Context()
        span = self._tracer.start_span(
            record.name,
            context=context,
            kind=trace.SpanKind.CLIENT if record.kind == "model" else trace.SpanKind.INTERNAL,
            attributes={**common, **_attributes(record.attributes), names.SPAN: record.id},
            start_time=record.started_ns,
        )
        for event in record.events:
            span.add_event(event.name, _attributes(event.attributes), timestamp=event.at_ns)
        if record.status != "ok":
            span.set_status(Status(StatusCode.ERROR, redact(record.message)))
        span.end(record.ended_ns)
        return span

    def _flush(self) -> None:
        try:
            confirmed = self._provider.force_flush(self._flush_milliseconds)
        except Exception:  # noqa: BLE001 - as in send
            confirmed = False
        if not confirmed:
            self.dropped += self._unconfirmed
            self.sent -= self._unconfirmed
        self._unconfirmed = 0


def _common(run: RunRecord) -> dict[str, AttributeValue]:
    return {
        names.RUN: run.id,
        names.ORGANISATION: run.organisation,
        names.SESSION: run.thread_id,
        names.CONVERSATION: run.thread_id,
        names.CONVENTIONS_VERSION: names.CONVENTIONS,
    }


def _attributes(values: Mapping[str, Any]) -> dict[str, AttributeValue]:
    """Attributes as OpenTelemetry takes them: plain values and lists of text; the rest as text."""
    return {name: _attribute(value) for name, value in values.items()}


def _attribute(value: Any) -> AttributeValue:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [redact(str(item)) for item in cast("list[Any]", value)]
    return redact(str(value))
