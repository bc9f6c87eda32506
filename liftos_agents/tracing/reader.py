"""Reading the run store: runs, their steps, decisions, replies, inputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from liftos_agents.data.database import Database
from liftos_agents.data.tables.trace import decisions, pending_runs, run_inputs, runs, spans
from liftos_agents.errors import NotFoundError
from liftos_agents.tracing.records import (
    DecisionRecord,
    EarlierWork,
    ReplyRecord,
    RunRecord,
    RunSummary,
    SpanRecord,
)
from liftos_agents.tracing.rows import decision_of, run_of, span_of
from liftos_agents.tracing.seals import FINAL, SEAL, replies_of, sealed_evidence


class RunReader:
    """What the database holds of every run.

    Args:
        database: Open database.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def runs(self, limit: int = 20, *, organisation: str | None = None) -> tuple[RunSummary, ...]:
        """The latest runs, newest first."""
        columns = [runs.c[name] for name in RunSummary.model_fields]
        query = select(*columns).order_by(runs.c.started.desc(), runs.c.id).limit(limit)
        if organisation is not None:
            query = query.where(runs.c.organisation == organisation)
        with self.database.connect() as connection:
            found = connection.execute(query).all()
        return tuple(RunSummary(**row._mapping) for row in found)  # pyright: ignore[reportPrivateUsage]

    def run(self, run_id: str, *, organisation: str | None = None) -> RunRecord:
        """The run whose id is, or alone begins with, `run_id`.

        Raises:
            NotFoundError: No run, or several.
        """
        query = select(runs).where(runs.c.id.startswith(run_id, autoescape=True)).order_by(runs.c.id)
        if organisation is not None:
            query = query.where(runs.c.organisation == organisation)
        found: Sequence[Row[Any]] = ()
        if run_id:
            with self.database.connect() as connection:
                found = connection.execute(query.limit(5)).all()
        exact = [row for row in found if row.id == run_id]
        chosen = exact or found
        if len(chosen) != 1:
            several = ", ".join(row.id for row in chosen)
            raise NotFoundError(
                f"several runs begin with {run_id!r}: {several}" if chosen else f"no run {run_id!r}",
                fix="Give more of the id" if chosen else "See: liftos trace list",
            )
        return run_of(chosen[0])

    def spans(self, run_id: str) -> tuple[SpanRecord, ...]:
        """The spans of a run in order of their start.

        Raises:
            NotFoundError: As `run`.
        """
        query = select(spans).where(spans.c.run_id == self.run(run_id).id).order_by(spans.c.position)
        with self.database.connect() as connection:
            found = connection.execute(query).all()
        return tuple(span_of(row) for row in found)

    def decisions(self, run_id: str) -> tuple[DecisionRecord, ...]:
        """What was decided during a run, in order.

        Raises:
            NotFoundError: As `run`.
        """
        query = (
            select(decisions)
            .where(decisions.c.run_id == self.run(run_id).id, decisions.c.kind != SEAL)
            .order_by(decisions.c.position)
        )
        with self.database.connect() as connection:
            found = connection.execute(query).all()
        return tuple(decision_of(row) for row in found)

    def replies(self, run_id: str) -> tuple[ReplyRecord, ...]:
        """The models' replies of a run, in order of arrival."""
        with self.database.connect() as connection:
            rows = replies_of(connection, run_id)
        return tuple(
            ReplyRecord(**{**row, "parts": json.loads(row["parts"]), "reply": json.loads(row["reply"])})
            for row in rows
        )

    def inputs(self, run_id: str) -> dict[str, Any]:
        """What a run was given, to the byte; empty for a run recorded before this was kept."""
        with self.database.connect() as connection:
            found = connection.execute(
                select(run_inputs.c.content).where(run_inputs.c.run_id == run_id)
            ).scalar()
        return json.loads(found) if found else {}

    def sealed_evidence(self, run_id: str) -> dict[str, str]:
        """Evidence id to the hash of its result, as the run's seal says."""
        with self.database.connect() as connection:
            sealed = last_seal(connection, run_id)
        return sealed_evidence(sealed) if sealed else {}

    def earlier(self, run_id: str) -> EarlierWork | None:
        """What earlier attempts of a run left, or None when there is nothing of it."""
        with self.database.connect() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
            pending = connection.execute(
                select(pending_runs.c.content).where(pending_runs.c.run_id == run_id)
            ).scalar()
        chained = tuple(r.decision for r in self.decisions(run_id)) if row is not None else ()
        final = row is not None and row.status in FINAL
        if pending is not None and not final:
            content = json.loads(pending)
            trace = json.loads(content["trace"])
            return EarlierWork(
                started_ns=content["started_ns"],
                spans=trace["spans"],
                waiting=trace["choices"],
                chained=chained,
                inputs=content["inputs"],
            )
        if row is None:
            return None
        return EarlierWork(
            started_ns=round(row.started * 1e9),
            spans=self.spans(run_id),
            chained=chained,
            inputs=self.inputs(run_id),
            final=final,
        )


def last_seal(connection: Connection, run_id: str) -> str | None:
    """The seal that counts for a run, or None when it has none."""
    query = select(decisions.c.content).where(decisions.c.run_id == run_id, decisions.c.kind == SEAL)
    return connection.execute(query.order_by(decisions.c.position.desc()).limit(1)).scalar()
