"""Runs, spans and decisions as rows of the database, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import Row

from liftos_agents.data.tables.trace import runs
from liftos_agents.domain.decision import Decision
from liftos_agents.tracing.records import DecisionRecord, RunRecord, SpanRecord

FREE_TEXT = frozenset(
    {"question", "plan", "answer", "error", "versions", "message", "attributes", "events", "name"}
)
"""Columns that may hold what a person or a program wrote."""


def run_row(run: RunRecord) -> dict[str, Any]:
    """A run as its row."""
    values = {name: getattr(run, name) for name in runs.c.keys()}  # noqa: SIM118 - columns, not a mapping
    values.update({name: _storable(values[name]) for name in ("question", "error")})
    values.update({name: json_text(values[name]) for name in ("plan", "answer", "versions")})
    return values


def span_row(run_id: str, span: SpanRecord) -> dict[str, Any]:
    """A span as its row."""
    return {
        "run_id": run_id,
        "position": span.position,
        "id": span.id,
        "parent": span.parent,
        "name": _storable(span.name),
        "kind": span.kind,
        "started_ns": span.started_ns,
        "ended_ns": span.ended_ns,
        "status": span.status,
        "message": _storable(span.message),
        "attributes": json_text(span.attributes),
        "events": json_text(span.events) if span.events else "[]",
    }


def json_text(value: Any) -> str:
    """Any value as JSON that a database can hold; what JSON does not know becomes text."""
    try:
        return to_json(value, inf_nan_mode="strings", fallback=str).decode()
    except ValueError:
        # Half a surrogate pair, as a terminal may hand in: JSON can escape it, UTF-8 cannot hold it.
        return json.dumps(
            value, default=lambda part: part.model_dump() if isinstance(part, BaseModel) else str(part)
        )


def texts(
    run_row: dict[str, Any], span_rows: list[dict[str, Any]], contents: list[tuple[str, str]]
) -> Iterator[str]:
    """Everything in the rows and decisions of a run that may hold a secret."""
    yield from (run_row[name] for name in FREE_TEXT & run_row.keys())
    for row in span_rows:
        yield row["name"]
        yield row["message"]
        yield row["attributes"]
        yield row["events"]
    for _, content in contents:
        yield content


def evidence_of(run: RunRecord, choices: Iterable[Mapping[str, Any]]) -> set[str]:
    """Ids of the evidence that a run's answer and decisions name."""
    answered = cast("list[dict[str, Any]]", run.answer.get("evidence") or [])
    named = {str(one["id"]) for one in answered}
    return named.union(*(choice["decision"].get("evidence", ()) for choice in choices))


def run_of(row: Row[Any]) -> RunRecord:
    """The run of a row."""
    values = plain(row)
    for name in ("plan", "answer", "versions"):
        values[name] = json.loads(values[name])
    return RunRecord(**values)


def span_of(row: Row[Any]) -> SpanRecord:
    """The span of a row."""
    values = plain(row)
    values["attributes"] = json.loads(values["attributes"])
    values["events"] = json.loads(values["events"])
    return SpanRecord(**values)


def decision_of(row: Row[Any]) -> DecisionRecord:
    """The decision of a row; not for a seal."""
    content = cast("dict[str, Any]", json.loads(row.content))
    return DecisionRecord(
        organisation=row.organisation,
        position=row.position,
        run_id=row.run_id,
        span=content["span"],
        at_ns=content["at_ns"],
        decision=Decision(**content["decision"]),
        previous=row.previous,
        hash=row.hash,
    )


def plain(row: Row[Any]) -> dict[str, Any]:
    """A row as a map of its columns."""
    return dict(row._mapping)  # pyright: ignore[reportPrivateUsage]


def _storable(text: str) -> str:
    return text.encode(errors="replace").decode()
