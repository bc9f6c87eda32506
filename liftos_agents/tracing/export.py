"""Runs as files that others read: JSON lines, Parquet, OTLP's JSON; secrets are taken out of every line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from liftos_agents.data import parquet
from liftos_agents.data.store import temporary_beside
from liftos_agents.tracing.otlp import encode_spans, request
from liftos_agents.tracing.reader import RunReader
from liftos_agents.tracing.redaction import redact
from liftos_agents.tracing.rows import json_text

_COLUMNS = ("record", "run_id", "position", "name", "started_ns", "ended_ns", "status", "content")


def records(store: RunReader, run_ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Every record of the runs: the run, its spans, decisions, model replies and inputs, free of secrets.

    Each has the columns `record`, `run_id`, `position`, `name`, `started_ns`, `ended_ns`, `status` and `content`,
    JSON-plain and whole.
    """
    for run_id in run_ids:
        run = store.run(run_id)
        whole = run.model_dump(mode="json")
        yield _record("run", run.id, 0, run.question, run.started * 1e9, run.ended * 1e9, run.status, whole)
        for span in store.spans(run.id):
            content = span.model_dump(mode="json")
            times = (span.started_ns, span.ended_ns)
            yield _record("span", run.id, span.position, span.name, *times, span.status, content)
        for made in store.decisions(run.id):
            content = made.model_dump(mode="json")
            times = (made.at_ns, made.at_ns)
            yield _record("decision", run.id, made.position, made.decision.kind, *times, "", content)
        for reply in store.replies(run.id):
            content = reply.model_dump(mode="json")
            times = (reply.created_ns, reply.created_ns)
            yield _record("reply", run.id, reply.position, reply.agent, *times, "", content)
        inputs = store.inputs(run.id)
        if inputs:
            yield _record("inputs", run.id, 0, "", run.started * 1e9, run.started * 1e9, "", inputs)


def write_jsonl(store: RunReader, run_ids: Iterable[str], path: Path) -> int:
    """Writes one record a line; returns how many."""
    count = 0
    with temporary_beside(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        for record in records(store, run_ids):
            stream.write(json_text(record) + "\n")
            count += 1
    return count


def write_parquet(store: RunReader, run_ids: Iterable[str], path: Path) -> int:
    """Writes the records as a table, `content` as JSON text; returns how many."""
    rows = [{**record, "content": json_text(record["content"])} for record in records(store, run_ids)]
    frame = pd.DataFrame(rows, columns=pd.Index(_COLUMNS))
    with temporary_beside(path) as temporary:
        parquet.write(frame, temporary, keep_names=True)
    return len(rows)


def write_otlp(store: RunReader, run_ids: Iterable[str], path: Path) -> int:
    """Writes the spans as one OTLP/JSON export request, as a collector's file receiver reads it; returns how many."""
    spans = [
        encoded
        for run_id in run_ids
        for encoded in encode_spans(store.run(run_id), store.spans(run_id), store.decisions(run_id))
    ]
    with temporary_beside(path) as temporary:
        temporary.write_text(json.dumps(request(spans)) + "\n", encoding="utf-8")
    return len(spans)


def _record(
    record: str,
    run_id: str,
    position: int,
    name: str,
    started_ns: float,
    ended_ns: float,
    status: str,
    content: dict[str, Any],
) -> dict[str, Any]:
    return {
        "record": record,
        "run_id": run_id,
        "position": position,
        "name": redact(name),
        "started_ns": round(started_ns),
        "ended_ns": round(ended_ns),
        "status": status,
        "content": json.loads(redact(json_text(content))),
    }
