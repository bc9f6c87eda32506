"""The decision trace: spans and decisions of every run, kept in a chain that shows tampering.

One commit a run writes it; `TraceStore` shows, explains and verifies it; OpenTelemetry gets a copy on demand.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.data.signing import SigningKey
    from liftos_agents.tracing.chain import ChainFault, ChainHead, ChainReport
    from liftos_agents.tracing.compare import RunDiff, diff
    from liftos_agents.tracing.explain import Explanation, why
    from liftos_agents.tracing.export import write_jsonl, write_otlp, write_parquet
    from liftos_agents.tracing.logs import LogStyle, log_style, run_logger
    from liftos_agents.tracing.otel import SpanExport
    from liftos_agents.tracing.otlp import OtlpSender
    from liftos_agents.tracing.recorder import Recorder
    from liftos_agents.tracing.records import (
        DecisionRecord,
        EarlierWork,
        ReplyRecord,
        RunRecord,
        RunSummary,
        SpanEvent,
        SpanRecord,
    )
    from liftos_agents.tracing.redaction import redact
    from liftos_agents.tracing.span import Span
    from liftos_agents.tracing.store import TraceStore

__all__ = [
    "ChainFault",
    "ChainHead",
    "ChainReport",
    "DecisionRecord",
    "EarlierWork",
    "Explanation",
    "LogStyle",
    "OtlpSender",
    "Recorder",
    "ReplyRecord",
    "RunDiff",
    "RunRecord",
    "RunSummary",
    "SigningKey",
    "Span",
    "SpanEvent",
    "SpanExport",
    "SpanRecord",
    "TraceStore",
    "diff",
    "log_style",
    "redact",
    "run_logger",
    "why",
    "write_jsonl",
    "write_otlp",
    "write_parquet",
]

_HOMES = {
    "ChainFault": "liftos_agents.tracing.chain",
    "ChainHead": "liftos_agents.tracing.chain",
    "ChainReport": "liftos_agents.tracing.chain",
    "DecisionRecord": "liftos_agents.tracing.records",
    "EarlierWork": "liftos_agents.tracing.records",
    "Explanation": "liftos_agents.tracing.explain",
    "LogStyle": "liftos_agents.tracing.logs",
    "OtlpSender": "liftos_agents.tracing.otlp",
    "Recorder": "liftos_agents.tracing.recorder",
    "ReplyRecord": "liftos_agents.tracing.records",
    "RunDiff": "liftos_agents.tracing.compare",
    "RunRecord": "liftos_agents.tracing.records",
    "RunSummary": "liftos_agents.tracing.records",
    "SigningKey": "liftos_agents.data.signing",
    "Span": "liftos_agents.tracing.span",
    "SpanEvent": "liftos_agents.tracing.records",
    "SpanExport": "liftos_agents.tracing.otel",
    "SpanRecord": "liftos_agents.tracing.records",
    "TraceStore": "liftos_agents.tracing.store",
    "diff": "liftos_agents.tracing.compare",
    "log_style": "liftos_agents.tracing.logs",
    "redact": "liftos_agents.tracing.redaction",
    "run_logger": "liftos_agents.tracing.logs",
    "why": "liftos_agents.tracing.explain",
    "write_jsonl": "liftos_agents.tracing.export",
    "write_otlp": "liftos_agents.tracing.export",
    "write_parquet": "liftos_agents.tracing.export",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
