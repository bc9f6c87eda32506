"""Questions to a person, kept as rows: asked once, decided once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

from sqlalchemy import Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from liftos_agents.data.database import Database
from liftos_agents.data.tables.run_ledger import approvals, run_ledger
from liftos_agents.domain.canonical import canonical_json, content_hash
from liftos_agents.domain.run import Approval, ApprovalReason
from liftos_agents.errors import ArgumentError, NotFoundError

_ID_DIGITS = 16
LONGEST_NAME, LONGEST_NOTE = 200, 2_000
Verdict = Literal["approved", "denied"]


def approval_id(run_id: str, evidence: str, rules: Sequence[str]) -> str:
    """The id of a question: the same question of the same run has the same id."""
    return f"apr_{content_hash([run_id, evidence, sorted(rules)])[:_ID_DIGITS]}"


class Approvals:
    """What persons were asked, and what they said.

    Args:
        database: Open database.
        clock: Seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def ask(self, questions: Sequence[Approval]) -> tuple[Approval, ...]:
        """The questions as they stand; one that was asked before stays as it was decided."""
        dialect = sqlite if self._database.engine.dialect.name == "sqlite" else postgresql
        with self._database.begin() as connection:
            for position, question in enumerate(questions):
                row = _row_of(question, position)
                connection.execute(dialect.insert(approvals).values(row).on_conflict_do_nothing())
            query = select(approvals).where(approvals.c.id.in_([q.id for q in questions]))
            known = {row.id: _approval_of(row) for row in connection.execute(query)}
        return tuple(known[q.id] for q in questions)

    def of_run(self, run_id: str) -> tuple[Approval, ...]:
        """What was asked in a run, in order."""
        query = select(approvals).where(approvals.c.run_id == run_id).order_by(approvals.c.position)
        with self._database.connect() as connection:
            return tuple(_approval_of(row) for row in connection.execute(query))

    def pending(self, organisation: str | None = None) -> tuple[Approval, ...]:
        """What waits for a decision, in any run that was not cancelled."""
        wanted = select(run_ledger.c.id).where(run_ledger.c.status != "cancelled")
        query = select(approvals).where(approvals.c.status == "pending", approvals.c.run_id.in_(wanted))
        if organisation is not None:
            query = query.where(approvals.c.organisation == organisation)
        with self._database.connect() as connection:
            rows = connection.execute(query.order_by(approvals.c.run_id, approvals.c.position)).all()
        return tuple(_approval_of(row) for row in rows)

    def decide(
        self, run_id: str, verdict: Verdict, *, approval: str | None = None, by: str = "", note: str = ""
    ) -> tuple[Approval, ...]:
        """Decides one question of a run, or all that are pending; returns every question of the run.

        The same decision again changes nothing. Either every question named is decided, or none is.

        Raises:
            NotFoundError: The run has no such question, or none at all.
            ArgumentError: It was decided the other way.
        """
        with self._database.begin() as connection:
            rows = connection.execute(
                select(approvals)
                .where(approvals.c.run_id == run_id)
                .order_by(approvals.c.position)
                .with_for_update()
            ).all()
            asked = [_approval_of(row) for row in rows]
            for question in _chosen(run_id, asked, approval):
                if question.status == "pending":
                    connection.execute(
                        update(approvals)
                        .where(approvals.c.id == question.id, approvals.c.status == "pending")
                        .values(
                            status=verdict,
                            decided_by=_readable(by)[:LONGEST_NAME],
                            note=_readable(note)[:LONGEST_NOTE],
                            decided_at=self._clock(),
                        )
                    )
                elif question.status != verdict:
                    raise ArgumentError(
                        f"{question.id} was {question.status} already"
                        + (f" by {question.by}" if question.by else ""),
                        where="approval",
                        fix="A decision stands; ask the question anew to decide anew",
                    )
        return self.of_run(run_id)


def _chosen(run_id: str, asked: list[Approval], wanted: str | None) -> list[Approval]:
    if not asked:
        raise NotFoundError(
            f"run {run_id!r} asks for no approval",
            where="RUN",
            fix="See: liftos runs list --status needs_approval",
        )
    if wanted is None:
        return [q for q in asked if q.status == "pending"] or asked
    found = [q for q in asked if q.id == wanted] or [q for q in asked if wanted and q.id.startswith(wanted)]
    if len(found) != 1:
        raise NotFoundError(
            f"no approval {wanted!r} in run {run_id!r}"
            if not found
            else f"several approvals begin with {wanted!r}",
            where="approval",
            fix=f"There are: {', '.join(q.id for q in asked)}",
        )
    return found


def _readable(text: str) -> str:
    """What was typed, less bytes of another encoding that no database takes."""
    return text.strip().encode(errors="replace").decode()


def _row_of(question: Approval, position: int) -> dict[str, Any]:
    return {
        "id": question.id,
        "run_id": question.run_id,
        "organisation": question.organisation,
        "position": position,
        "evidence": question.evidence,
        "tool": question.tool,
        "reasons": canonical_json([r.model_dump(mode="json") for r in question.reasons]),
        "recommendations": canonical_json(list(question.recommendations)),
        "status": "pending",
        "decided_by": "",
        "note": "",
        "decided_at": None,
    }


def _approval_of(row: Row[Any]) -> Approval:
    return Approval(
        id=row.id,
        run_id=row.run_id,
        organisation=row.organisation,
        evidence=row.evidence,
        tool=row.tool,
        reasons=tuple(ApprovalReason(**reason) for reason in json.loads(row.reasons)),
        recommendations=tuple(json.loads(row.recommendations)),
        status=row.status,
        by=row.decided_by,
        note=row.note,
        decided_at=row.decided_at,
    )
