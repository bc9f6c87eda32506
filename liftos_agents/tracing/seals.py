"""What closes a run: the hashes of all that belongs to it, and what no longer fits them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic_core import to_json
from sqlalchemy import Connection, Table, bindparam, select

from liftos_agents.data.tables.evidence import evidence
from liftos_agents.data.tables.trace import model_replies, run_inputs, runs, spans
from liftos_agents.domain.canonical import canonical_json, content_hash
from liftos_agents.domain.evidence import evidence_id
from liftos_agents.tracing.rows import plain

SEAL = "seal"
"""The kind of the record that closes a run."""

FINAL = frozenset({"complete", "refused", "needs_clarification"})
"""Statuses after which a run is never taken up again."""

REPLIES = (
    select(model_replies).where(model_replies.c.run_id == bindparam("run")).order_by(model_replies.c.position)
)
"""Model replies of the run `run`, in order of arrival."""

_BATCH = 200
_SHORT = 16


@dataclass(frozen=True)
class RunParts:
    """The rows of one run as they are stored.

    Attributes:
        inputs: What the run was given, as JSON text; empty when it was not kept.
        replies: Its models' replies, by request.
        evidence: Evidence that the run names, by id; ids of which there is no row are absent.
    """

    run: dict[str, Any]
    spans: Sequence[dict[str, Any]] = ()
    inputs: str = ""
    replies: Sequence[dict[str, Any]] = ()
    evidence: Sequence[dict[str, Any]] = ()


def seal(parts: RunParts, before: str | None = None) -> str:
    """The content of the record that closes a run.

    Args:
        before: The seal that this one supersedes; what it says of replies and evidence stays.
    """
    earlier: dict[str, Any] = json.loads(before) if before else {}
    content: dict[str, Any] = {
        "run": _digest(runs, [parts.run]),
        "spans": _digest(spans, parts.spans),
        "inputs": content_hash(parts.inputs.encode()),
    }
    for name, found in (("replies", _replies(parts)), ("evidence", _evidence(parts))):
        content[name] = {**found, **earlier.get(name, {})}
    return canonical_json(content)


def changes(sealed: str, parts: RunParts) -> list[str]:
    """What is not as it was sealed, in words; empty when all is."""
    content: dict[str, Any] = json.loads(sealed)
    said: list[str] = []
    if content["run"] != _digest(runs, [parts.run]):
        said.append("its answer or plan")
    if content["spans"] != _digest(spans, parts.spans):
        said.append("its steps")
    if content.get("inputs", "") not in ("", content_hash(parts.inputs.encode())):
        said.append("what it was given")
    if "replies" in content:
        found = _replies(parts)
        # A run that may be taken up again goes on collecting replies before it is sealed anew.
        known = found if parts.run["status"] in FINAL else {k: found.get(k) for k in content["replies"]}
        agents = {row["request"][:_SHORT]: str(row["agent"]) for row in parts.replies}
        said += [
            f"a reply to {agents.get(key, 'its model')} ({key})"
            for key in _different(content["replies"], known)
        ]
    if "evidence" in content:
        found = _evidence(parts)
        named = {key: found.get(key) for key in content["evidence"]}
        said += [f"evidence {key}" for key in _different(content["evidence"], named)]
    return said


def sealed_evidence(sealed: str) -> dict[str, str]:
    """Evidence id to the hash of its result, as a seal says."""
    return cast("dict[str, str]", json.loads(sealed).get("evidence", {}))


def result_hash(result: str) -> str:
    """The hash by which a seal knows a result, given its JSON as the store keeps it."""
    return content_hash(result.encode())


def read_parts(connection: Connection, seals: Mapping[str, str]) -> dict[str, RunParts]:
    """The rows of the runs that `seals` close, by run id; a run that is gone is absent."""
    ids = list(seals)
    found: dict[str, RunParts] = {}
    for start in range(0, len(ids), _BATCH):
        found |= _read_batch(connection, {i: seals[i] for i in ids[start : start + _BATCH]})
    return found


def named_evidence(connection: Connection, ids: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of evidence by id, in order of their ids."""
    wanted = sorted(set(ids))
    rows: list[dict[str, Any]] = []
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        query = select(evidence).where(evidence.c.id.in_(batch)).order_by(evidence.c.id)
        rows += [plain(row) for row in connection.execute(query)]
    return rows


def replies_of(connection: Connection, run_id: str) -> list[dict[str, Any]]:
    """Rows of a run's model replies, in order of arrival."""
    return [plain(row) for row in connection.execute(REPLIES, {"run": run_id})]


def _read_batch(connection: Connection, seals: Mapping[str, str]) -> dict[str, RunParts]:
    ids = list(seals)
    whole = {str(r.id): plain(r) for r in connection.execute(select(runs).where(runs.c.id.in_(ids)))}
    inputs = {
        str(r.run_id): str(r.content)
        for r in connection.execute(select(run_inputs).where(run_inputs.c.run_id.in_(ids)))
    }
    grouped: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for table in (spans, model_replies):
        rows = connection.execute(select(table).where(table.c.run_id.in_(ids)).order_by(table.c.position))
        grouped[table.name] = {}
        for row in rows:
            grouped[table.name].setdefault(str(row.run_id), []).append(plain(row))
    named = {identifier: sealed_evidence(sealed) for identifier, sealed in seals.items()}
    every = {r["id"]: r for r in named_evidence(connection, [e for one in named.values() for e in one])}
    return {
        identifier: RunParts(
            run=row,
            spans=grouped[spans.name].get(identifier, []),
            inputs=inputs.get(identifier, ""),
            replies=grouped[model_replies.name].get(identifier, []),
            evidence=[every[e] for e in named[identifier] if e in every],
        )
        for identifier, row in whole.items()
    }


def _replies(parts: RunParts) -> dict[str, str]:
    return {
        row["request"][:_SHORT]: content_hash(to_json([row["agent"], row["parts"], row["reply"]]))
        for row in parts.replies
    }


def _evidence(parts: RunParts) -> dict[str, str]:
    """Evidence id to the hash of its result; an id that its own columns do not give is no longer that evidence."""
    found: dict[str, str] = {}
    for row in parts.evidence:
        datasets = tuple(ref["id"] for ref in json.loads(row["datasets"]))
        given = evidence_id(row["tool"], row["version"], json.loads(row["arguments"]), datasets)
        found[row["id"]] = result_hash(row["result"]) if given == row["id"] else f"not {row['id']}"
    return found


def _different(sealed: Mapping[str, str], found: Mapping[str, str | None]) -> list[str]:
    return [key for key in sorted({*sealed, *found}) if sealed.get(key) != found.get(key)]


def _digest(table: Table, rows: Sequence[Mapping[str, Any]]) -> str:
    columns = table.c.keys()
    return content_hash(to_json([[row[name] for name in columns] for row in rows]))
