"""Newer supersedes older, and never erases it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from liftos_agents.data.tables.memory import memory_records

_R = memory_records.c
_STANDS_BY_ORDER = ("preference", "fact")


def supersede(connection: Connection, organisation: str, subjects: set[tuple[str, str]]) -> None:
    """Marks anew, among the records of each (kind, subject), which one a newer has superseded.

    Newer is what speaks of a later end of validity; of preferences and facts that end alike, what was written
    later. Other records that end alike all stand: where they contradict each other, that is to be seen.
    """
    names = sorted({subject for _, subject in subjects})
    rows = connection.execute(
        select(_R.id, _R.kind, _R.subject, _R.valid_to, _R.sequence, _R.superseded_by).where(
            _R.organisation == organisation,
            _R.kind.in_(sorted({kind for kind, _ in subjects})),
            _R.subject.in_(names),
        )
    ).all()
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        if (row.kind, row.subject) in subjects:
            groups.setdefault((row.kind, row.subject), []).append(row)
    changes: list[dict[str, Any]] = []
    for (kind, _), group in sorted(groups.items()):
        newest = _newest(kind, group)
        for row in group:
            by = newest.id if _rank(kind, row) < _rank(kind, newest) else None
            if by != row.superseded_by:
                changes.append({"at": row.sequence, "by": by})
    if changes:
        connection.execute(
            update(memory_records)
            .where(_R.sequence == bindparam("at"))
            .values(superseded_by=bindparam("by")),
            changes,
        )


def _newest(kind: str, group: list[Any]) -> Any:
    top = max(_rank(kind, row) for row in group)
    return min((row for row in group if _rank(kind, row) == top), key=lambda row: row.id)


def _rank(kind: str, row: Any) -> tuple[str, int]:
    return (row.valid_to or "", row.sequence if kind in _STANDS_BY_ORDER else 0)
