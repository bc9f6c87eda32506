"""Runs in the OpenTelemetry protocol: as its JSON form, and sent to a collector; secrets are taken out first."""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
import math
import threading
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import httpx

from liftos_agents.errors import ConfigurationError
from liftos_agents.tracing import names
from liftos_agents.tracing.records import DecisionRecord, RunRecord, SpanRecord
from liftos_agents.tracing.redaction import redact
from liftos_agents.version import __version__

BATCH = 500
"""Spans sent in one request."""
_TIMEOUT_SECONDS = 10.0
_INT64 = 2**63
_INTERNAL, _CLIENT, _ERROR = 1, 3, 2
_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_PROTO = "opentelemetry.proto.collector.trace.v1.trace_service_pb2"


class OtlpSender:
    """Sends finished runs to a collector's HTTP endpoint.

    The run store stays the record: a copy that does not arrive is counted in `dropped`, with the last reason in
    `problem`, and fails nothing.

    Args:
        endpoint: Base address such as `http://localhost:4318`; `/v1/traces` is added unless it is there.
        headers: As in `OTEL_EXPORTER_OTLP_HEADERS`: `name=value,other=value`.
        protocol: `http/json`, or `http/protobuf`, which needs the extra `otlp`; the better one there is by default.

    Raises:
        ConfigurationError: No address of that kind, no such protocol, or headers that HTTP cannot carry.
    """

    def __init__(self, endpoint: str, *, headers: str = "", protocol: str = "") -> None:
        self.url = _traces_url(endpoint)
        self.sent = 0
        self.dropped = 0
        self.problem = ""
        self._headers = dict(_header_pairs(headers))
        self._encode = _encoder(protocol)
        self._lock = threading.Lock()

    def send(
        self,
        run: RunRecord,
        spans: Sequence[SpanRecord],
        decisions: Sequence[DecisionRecord] = (),
    ) -> None:
        """Sends the spans of one run."""
        encoded = encode_spans(run, spans, decisions)
        for start in range(0, len(encoded), BATCH):
            self._post(encoded[start : start + BATCH])

    def _post(self, spans: list[dict[str, Any]]) -> None:
        try:
            kind, body = self._encode(request(spans))
            reply = httpx.post(
                self.url,
                content=body,
                headers={**self._headers, "Content-Type": kind},
                timeout=_TIMEOUT_SECONDS,
            )
            reply.raise_for_status()
            rejected = _rejected(reply)
            problem = f"the collector rejected {rejected} spans" if rejected else ""
        except Exception as error:  # noqa: BLE001
            # Whatever it is: the run is stored, and a copy of it must not make the user lose the answer.
            rejected, problem = len(spans), redact(f"{type(error).__name__}: {error}")
        with self._lock:
            self.sent += len(spans) - rejected
            self.dropped += rejected
            self.problem = problem or self.problem


def request(spans: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """An export request in the protocol's JSON form."""
    resource = {"service.name": "liftos-agents", "service.version": __version__}
    scope = {"name": "liftos_agents", "version": __version__}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(resource)},
                "scopeSpans": [{"scope": scope, "spans": list(spans)}],
            }
        ]
    }


def encode_spans(
    run: RunRecord, spans: Sequence[SpanRecord], decisions: Sequence[DecisionRecord] = ()
) -> list[dict[str, Any]]:
    """The spans of a run in the protocol's JSON form; a decision is an event of the span that it was made in."""
    known = {span.id for span in spans}
    made: dict[str, list[dict[str, Any]]] = {}
    for record in decisions:
        # What was decided in no span (a person's approval) is told where the run begins.
        place = record.span if record.span in known or not spans else spans[0].id
        made.setdefault(place, []).append(_decision_event(record))
    common = {
        names.RUN: run.id,
        names.ORGANISATION: run.organisation,
        names.SESSION: run.thread_id,
        names.CONVERSATION: run.thread_id,
        names.CONVENTIONS_VERSION: names.CONVENTIONS,
    }
    trace = hashlib.sha256(run.id.encode()).hexdigest()[:32]
    return [_span(trace, span, common, made.get(span.id, [])) for span in spans]


def _span(
    trace: str, span: SpanRecord, common: Mapping[str, Any], made: list[dict[str, Any]]
) -> dict[str, Any]:
    events = [
        {"timeUnixNano": str(e.at_ns), "name": _text(e.name), "attributes": _attributes(e.attributes)}
        for e in span.events
    ]
    encoded: dict[str, Any] = {
        "traceId": trace,
        "spanId": span.id,
        "name": _text(span.name),
        "kind": _CLIENT if span.kind == "model" else _INTERNAL,
        "startTimeUnixNano": str(span.started_ns),
        "endTimeUnixNano": str(span.ended_ns),
        "attributes": _attributes({**common, **span.attributes}),
        "events": events + made,
        "status": {} if span.status == "ok" else {"code": _ERROR, "message": _text(span.message)},
    }
    if span.parent:
        encoded["parentSpanId"] = span.parent
    return encoded


def _decision_event(record: DecisionRecord) -> dict[str, Any]:
    decision = record.decision
    told = {
        "liftos.decision.id": f"{record.organisation}/{record.position}",
        "liftos.decision.kind": decision.kind,
        "liftos.decision.actor": decision.actor,
        "liftos.decision.options": list(decision.options),
        "liftos.decision.chosen": decision.chosen,
        "liftos.decision.reason": decision.reason,
        names.EVIDENCE: list(decision.evidence),
    }
    return {
        "timeUnixNano": str(record.at_ns),
        "name": "liftos.decision",
        "attributes": _attributes(told),
    }


def _attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": _value(value)} for name, value in values.items()]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int) and -_INT64 <= value < _INT64:
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value if math.isfinite(value) else _NOT_FINITE[str(value)]}
    if isinstance(value, list | tuple):
        return {"arrayValue": {"values": [_value(part) for part in cast("list[Any]", value)]}}
    return {"stringValue": _text(value)}


def _text(value: Any) -> str:
    """Text without secrets that UTF-8 can hold: half a surrogate pair cannot be sent."""
    return redact(str(value)).encode(errors="replace").decode()


def _traces_url(endpoint: str) -> str:
    try:
        parts = urllib.parse.urlsplit(endpoint)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, good = urllib.parse.urlsplit(""), False
    if not good:
        raise ConfigurationError(
            f"{redact(endpoint)!r} is no HTTP address",
            where="OTLP endpoint",
            fix="Give one such as http://localhost:4318",
        )
    path = parts.path.rstrip("/")
    whole = path if path.endswith("/v1/traces") else f"{path}/v1/traces"
    return parts._replace(path=whole).geturl()


def _header_pairs(text: str) -> Iterable[tuple[str, str]]:
    for part in text.split(","):
        name, given, value = part.partition("=")
        if not (given and name.strip()):
            continue
        plain = urllib.parse.unquote(value.strip())
        if not (name + plain).isascii() or not plain.isprintable():
            raise ConfigurationError(
                f"the header {name.strip()!r} holds what HTTP cannot carry",
                where="OTEL_EXPORTER_OTLP_HEADERS",
                fix="Write name=value,name=value in plain ASCII",
            )
        yield name.strip(), plain


def _encoder(protocol: str) -> Any:
    if protocol not in ("", "http/json", "http/protobuf"):
        raise ConfigurationError(
            f"spans cannot be sent as {protocol!r}",
            where="OTEL_EXPORTER_OTLP_PROTOCOL",
            fix="Use http/protobuf or http/json",
        )
    if protocol == "http/json":
        return _as_json
    try:
        importlib.import_module(_PROTO)
    except ImportError:
        if protocol:
            raise ConfigurationError(
                "spans cannot be sent as protobuf: opentelemetry-proto is not installed",
                where="OTEL_EXPORTER_OTLP_PROTOCOL",
                fix="Run: pip install 'liftos-agents[otlp]', or set it to http/json",
            ) from None
        return _as_json
    return _as_protobuf


def _as_json(body: dict[str, Any]) -> tuple[str, bytes]:
    return "application/json", json.dumps(body).encode()


def _as_protobuf(body: dict[str, Any]) -> tuple[str, bytes]:
    message: Any = importlib.import_module(_PROTO).ExportTraceServiceRequest()
    importlib.import_module("google.protobuf.json_format").ParseDict(_with_binary_ids(body), message)
    return "application/x-protobuf", message.SerializeToString()


def _with_binary_ids(value: Any) -> Any:
    """The protocol's JSON writes ids in hexadecimal, protobuf's own in base64."""
    if isinstance(value, dict):
        return {
            name: base64.b64encode(bytes.fromhex(part)).decode()
            if name in ("traceId", "spanId", "parentSpanId")
            else _with_binary_ids(part)
            for name, part in cast("dict[str, Any]", value).items()
        }
    return [_with_binary_ids(part) for part in cast("list[Any]", value)] if isinstance(value, list) else value


def _rejected(reply: httpx.Response) -> int:
    """Spans that the collector says it did not take; 0 for a reply that says nothing readable."""
    try:
        if reply.headers.get("Content-Type", "").startswith("application/x-protobuf"):
            answered: Any = importlib.import_module(_PROTO).ExportTraceServiceResponse.FromString(
                reply.content
            )
            return int(answered.partial_success.rejected_spans)
        told: Any = reply.json()
        part: Any = told.get("partialSuccess") or {}
        return int(part.get("rejectedSpans") or 0)
    except Exception:  # noqa: BLE001
        return 0
