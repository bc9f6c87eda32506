"""The record of what was learnt: rows in the database, from which every index can be rebuilt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, text, update

from liftos_agents.data.tables.memory import memory_index, memory_records, memory_revisions, memory_vectors
from liftos_agents.domain.memory_record import CausalEdge, MemoryRecord
from liftos_agents.memory.supersession import supersede

_R = memory_records.c
_UPSERT_REVISION = text(
    "INSERT INTO memory_revisions (organisation, revision, rewritten) VALUES (:organisation, 1, :rewritten) "
    "ON CONFLICT (organisation) DO UPDATE SET revision = memory_revisions.revision + 1, "
    "rewritten = memory_revisions.rewritten + :rewritten"
)


@dataclass(frozen=True)
class Revision:
    """How often an organisation's memory was written, and how often something was deleted from it.

    A reader that has seen `revision` is current. While `rewritten` stays, only rows after the last sequence
    that it saw are new, and only records on the subjects of those rows can have been superseded.
    """

    revision: int = 0
    rewritten: int = 0


def write(connection: Connection, organisation: str, records: Sequence[MemoryRecord]) -> list[MemoryRecord]:
    """Writes those of `records` that are not there yet, and returns them.

    Within one subject the newer supersedes the older, by the end of its validity; of preferences and facts
    without validity, the one written later. Equal validity lets both stand: they may contradict each other,
    and that is to be seen.
    """
    known = _known_ids(connection, organisation, [record.id for record in records])
    fresh = list({r.id: r for r in records if r.id not in known}.values())
    if not fresh:
        return []
    connection.execute(insert(memory_records), [_values(organisation, r) for r in fresh])
    supersede(connection, organisation, {(r.kind, r.subject) for r in fresh})
    connection.execute(_UPSERT_REVISION, {"organisation": organisation, "rewritten": 0})
    return fresh


def remove(
    connection: Connection, organisation: str, *, ids: Sequence[str] | None, subject: str | None
) -> list[str]:
    """Deletes records for good, by id or by subject or (with neither) all, and returns the ids deleted.

    A subject also covers the records that have it among their entities.
    """
    condition: Any = _R.organisation == organisation
    if ids is not None:
        condition = and_(condition, _R.id.in_(list(ids)))
    if subject is not None:
        quoted = json.dumps(subject, ensure_ascii=False)
        condition = and_(condition, or_(_R.subject == subject, _R.entities.contains(quoted, autoescape=True)))
    rows = connection.execute(
        select(_R.sequence, _R.id, _R.kind, _R.subject).where(condition).order_by(_R.sequence)
    ).all()
    if not rows:
        return []
    sequences = [{"gone": row.sequence} for row in rows]
    connection.execute(
        delete(memory_vectors).where(memory_vectors.c.sequence == bindparam("gone")), sequences
    )
    connection.execute(delete(memory_records).where(_R.sequence == bindparam("gone")), sequences)
    supersede(connection, organisation, {(row.kind, row.subject) for row in rows})
    connection.execute(_UPSERT_REVISION, {"organisation": organisation, "rewritten": 1})
    return [row.id for row in rows]


def revision(connection: Connection, organisation: str) -> Revision:
    """Where the organisation's memory stands."""
    row = connection.execute(
        select(memory_revisions.c.revision, memory_revisions.c.rewritten).where(
            memory_revisions.c.organisation == organisation
        )
    ).first()
    return Revision(row.revision, row.rewritten) if row else Revision()


def organisations(connection: Connection) -> list[str]:
    """Every organisation that has remembered something, in order of name."""
    return list(connection.scalars(select(memory_revisions.c.organisation).order_by("organisation")))


def rows_after(connection: Connection, organisation: str, sequence: int, embedder: str) -> Sequence[Any]:
    """Rows written after `sequence`, in order, each with its `vector` or None."""
    return connection.execute(
        select(memory_records, memory_vectors.c.vector)
        .outerjoin(
            memory_vectors,
            and_(memory_vectors.c.sequence == _R.sequence, memory_vectors.c.embedder == embedder),
        )
        .where(_R.organisation == organisation, _R.sequence > sequence)
        .order_by(_R.sequence)
    ).all()


def standing(connection: Connection, organisation: str, rows: Iterable[Any]) -> dict[int, bool]:
    """Sequence of each record on the subjects of `rows`, and whether it stands."""
    given = list(rows)
    found = connection.execute(
        select(_R.sequence, _R.superseded_by).where(
            _R.organisation == organisation,
            _R.kind.in_(sorted({row.kind for row in given})),
            _R.subject.in_(sorted({row.subject for row in given})),
        )
    )
    return {row.sequence: row.superseded_by is None for row in found}


def by_sequence(connection: Connection, sequences: Sequence[int]) -> dict[int, MemoryRecord]:
    """The records of `sequences`."""
    rows = connection.execute(select(memory_records).where(_R.sequence.in_(list(sequences))))
    return {row.sequence: record_of(row) for row in rows}


def texts(connection: Connection, sequences: Sequence[int]) -> Sequence[Any]:
    """Rows with `sequence`, `subject` and `content` of `sequences`."""
    return connection.execute(
        select(_R.sequence, _R.subject, _R.content).where(_R.sequence.in_(list(sequences)))
    ).all()


def records(connection: Connection, organisation: str) -> list[MemoryRecord]:
    """Every record, in the order written."""
    rows = connection.execute(
        select(memory_records).where(_R.organisation == organisation).order_by(_R.sequence)
    )
    return [record_of(row) for row in rows]


def edges(connection: Connection, organisation: str) -> list[MemoryRecord]:
    """The records that hold a causal edge, in the order written."""
    rows = connection.execute(
        select(memory_records)
        .where(_R.organisation == organisation, _R.edge.is_not(None))
        .order_by(_R.sequence)
    )
    return [record_of(row) for row in rows]


def of_kinds(
    connection: Connection, organisation: str, kinds: Iterable[str], limit: int
) -> list[MemoryRecord]:
    """Records of these kinds that nothing newer has superseded, newest first."""
    rows = connection.execute(
        select(memory_records)
        .where(_R.organisation == organisation, _R.kind.in_(sorted(kinds)), _R.superseded_by.is_(None))
        .order_by(_R.sequence.desc())
        .limit(limit)
    )
    return [record_of(row) for row in rows]


def save_vectors(connection: Connection, embedder: str, vectors: Iterable[tuple[int, bytes]]) -> None:
    """Keeps vectors of records that still exist; one that is there already stays."""
    given = dict(vectors)
    if not given:
        return
    present = set(connection.scalars(select(_R.sequence).where(_R.sequence.in_(list(given)))))
    held = set(
        connection.scalars(
            select(memory_vectors.c.sequence).where(
                memory_vectors.c.sequence.in_(list(given)), memory_vectors.c.embedder == embedder
            )
        )
    )
    rows = [
        {"sequence": sequence, "embedder": embedder, "vector": given[sequence]}
        for sequence in sorted(present - held)
    ]
    if rows:
        connection.execute(insert(memory_vectors), rows)


@dataclass(frozen=True)
class IndexMark:
    """How far a vector index has come: the last sequence in it, how many vectors, as of which rewrite."""

    sequence: int = 0
    vectors: int = 0
    rewritten: int = 0


def index_mark(connection: Connection, organisation: str, embedder: str) -> IndexMark | None:
    """The mark of the organisation's index, or None when it was never built."""
    c = memory_index.c
    row = connection.execute(
        select(c.sequence, c.vectors, c.rewritten).where(
            c.organisation == organisation, c.embedder == embedder
        )
    ).first()
    return IndexMark(*row) if row else None


def set_index_mark(connection: Connection, organisation: str, embedder: str, mark: IndexMark) -> None:
    """Moves the mark."""
    c = memory_index.c
    key = {"organisation": organisation, "embedder": embedder}
    values = {"sequence": mark.sequence, "vectors": mark.vectors, "rewritten": mark.rewritten}
    done = connection.execute(
        update(memory_index).where(c.organisation == organisation, c.embedder == embedder).values(**values)
    )
    if not done.rowcount:
        connection.execute(insert(memory_index).values(**key, **values))


def counts(connection: Connection, organisation: str) -> dict[str, int]:
    """Number of records of each kind, and of those that stand (`standing`)."""
    rows = connection.execute(
        select(_R.kind, func.count(), func.count().filter(_R.superseded_by.is_(None)))
        .where(_R.organisation == organisation)
        .group_by(_R.kind)
        .order_by(_R.kind)
    ).all()
    found = {str(kind): int(number) for kind, number, _ in rows}
    return {**found, "standing": sum(int(row[2]) for row in rows), "records": sum(found.values())}


def record_of(row: Any) -> MemoryRecord:
    """The record in a row."""
    return MemoryRecord(
        id=row.id,
        organisation=row.organisation,
        kind=row.kind,
        subject=row.subject,
        content=row.content,
        entities=tuple(json.loads(row.entities)),
        source_run=row.source_run,
        evidence=tuple(json.loads(row.evidence)),
        datasets=tuple(json.loads(row.datasets)),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        confidence=row.confidence,
        superseded_by=row.superseded_by,
        edge=CausalEdge.model_validate_json(row.edge) if row.edge else None,
    )


def _values(organisation: str, record: MemoryRecord) -> dict[str, Any]:
    return {
        "organisation": organisation,
        "id": record.id,
        "kind": record.kind,
        "subject": record.subject,
        "content": record.content,
        "entities": json.dumps(record.entities, ensure_ascii=False),
        "source_run": record.source_run,
        "evidence": json.dumps(record.evidence),
        "datasets": json.dumps(record.datasets),
        "valid_from": record.valid_from,
        "valid_to": record.valid_to,
        "confidence": record.confidence,
        "superseded_by": None,
        "edge": record.edge.model_dump_json() if record.edge else None,
    }


def _known_ids(connection: Connection, organisation: str, ids: Sequence[str]) -> set[str]:
    return set(connection.scalars(select(_R.id).where(_R.organisation == organisation, _R.id.in_(ids))))
