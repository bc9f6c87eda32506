"""The run store: runs, spans and chained decisions, written in one commit a run."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select, update
from sqlalchemy.sql.compiler import SQLCompiler

from liftos_agents.data.database import Database
from liftos_agents.data.tables.trace import chain_heads, decisions, runs, spans
from liftos_agents.errors import NotFoundError
from liftos_agents.tracing.chain import (
    ChainFault,
    ChainHead,
    ChainReport,
    Link,
    genesis,
    head_faults,
    link_faults,
    link_hash,
    sign_head,
)
from liftos_agents.tracing.keys import SigningKey
from liftos_agents.tracing.records import DecisionRecord, RunRecord, RunSummary, SpanRecord
from liftos_agents.tracing.redaction import redactor
from liftos_agents.tracing.rows import (
    FREE_TEXT,
    SEAL,
    decision_of,
    json_text,
    plain,
    run_of,
    run_row,
    seal,
    span_of,
    span_row,
    texts,
)
from liftos_agents.tracing.witness import HeadWitness

_BATCH = 200


class TraceStore:
    """Every run's record in the database, its decisions chained per organisation.

    Args:
        database: Open database.
        keys: Folder of the signing key, outside the database (`home.folder("keys")`).
    """

    def __init__(self, database: Database, keys: Path) -> None:
        self.database = database
        self.keys = keys
        self.witness = HeadWitness(keys / "heads")
        self._key: SigningKey | None = None
        self._lock = threading.Lock()
        self._statements: dict[str, SQLCompiler] = {}

    @property
    def key(self) -> SigningKey:
        """The key that signs the heads; made at first use."""
        with self._lock:
            if self._key is None:
                self._key = SigningKey(self.keys)
            return self._key

    def write(
        self, run: RunRecord, span_records: Sequence[SpanRecord], choices: Iterable[dict[str, Any]]
    ) -> None:
        """Keeps a run with its spans and decisions, all or nothing.

        Args:
            run: The finished run.
            span_records: In order of position.
            choices: One map a decision: `span`, `at_ns` and `decision` (JSON-plain).
        """
        whole = run_row(run)
        span_rows = [span_row(run.id, span) for span in span_records]
        contents = [(str(c["decision"]["kind"]), json_text(c)) for c in choices]
        clean = redactor(texts(whole, span_rows, contents))
        if clean is not None:
            for row in (whole, *span_rows):
                row.update({name: clean(row[name]) for name in FREE_TEXT & row.keys()})
            contents = [(kind, clean(content)) for kind, content in contents]
        contents.append((SEAL, seal(whole, span_rows)))
        key = self.key
        with self.database.begin() as connection:
            self._insert(connection, runs, [whole])
            self._insert(connection, spans, span_rows)
            head, untouched = self._append(connection, run, contents, key)
        if untouched:
            self.witness.keep(head)

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

    def export_head(self, organisation: str) -> ChainHead:
        """The signed end of an organisation's chain, to be kept elsewhere.

        Raises:
            NotFoundError: The organisation has no chain yet.
        """
        with self.database.connect() as connection:
            head = _head(connection, organisation)
        if head is None:
            raise NotFoundError(
                f"organisation {organisation!r} has no recorded run", fix="Ask a question first"
            )
        return head

    def verify(self, organisation: str, *, head: ChainHead | None = None) -> ChainReport:
        """Whether an organisation's decisions, answers and spans are as they were written.

        Args:
            organisation: Whose chain.
            head: A head exported earlier, which also shows a truncation that took the stored head along.
        """
        with self.database.connect() as connection:
            rows = connection.execute(
                select(decisions)
                .where(decisions.c.organisation == organisation)
                .order_by(decisions.c.position)
            ).all()
            stored = _head(connection, organisation)
            links = [
                Link(row.position, row.run_id, row.kind, row.content, row.previous, row.hash) for row in rows
            ]
            faults = link_faults(organisation, links)
            faults += _run_faults(connection, links)
        if stored is not None:
            faults += head_faults(organisation, links, stored, self.key.public, "the stored head")
            if links and links[-1].position > stored.position:
                message = "the stored head does not cover the last records"
                faults.append(ChainFault(kind="forged_head", position=stored.position + 1, message=message))
        elif links:
            faults.append(ChainFault(kind="forged_head", position=0, message="the stored head is gone"))
        for given, whose in (
            (self.witness.seen(organisation), "the head kept beside the key"),
            (head, "the exported head"),
        ):
            if given is not None:
                faults += head_faults(organisation, links, given, self.key.public, whose)
        return ChainReport(
            organisation=organisation,
            records=len(links),
            runs=sum(link.kind == SEAL for link in links),
            head=stored,
            faults=tuple(faults),
        )

    def _append(
        self, connection: Connection, run: RunRecord, contents: list[tuple[str, str]], key: SigningKey
    ) -> tuple[ChainHead, bool]:
        """Adds records to the chain: its new head, and whether the chain held what the witness saw."""
        organisation = run.organisation
        head = _head(connection, organisation, lock=True)
        untouched = _holds(connection, self.witness.seen(organisation))
        position, previous = (head.position, head.hash) if head else (0, genesis(organisation))
        rows: list[dict[str, Any]] = []
        for kind, content in contents:
            digest = link_hash(organisation, run.id, kind, content, previous)
            position += 1
            rows.append(
                {
                    "organisation": organisation,
                    "position": position,
                    "run_id": run.id,
                    "kind": kind,
                    "content": content,
                    "previous": previous,
                    "hash": digest,
                }
            )
            previous = digest
        self._insert(connection, decisions, rows)
        signed = sign_head(key, organisation, position, previous)
        if head is None:
            connection.execute(insert(chain_heads), signed.model_dump())
        else:
            connection.execute(
                update(chain_heads)
                .where(chain_heads.c.organisation == organisation)
                .values(signed.model_dump())
            )
        return signed, untouched

    def _insert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Inserts whole rows by a statement compiled once: every column is plain text or a number."""
        if not rows:
            return
        statement = self._statements.get(table.name)
        if statement is None:
            statement = insert(table).compile(dialect=self.database.engine.dialect)
            self._statements[table.name] = statement
        order = statement.positiontup
        parameters = [tuple(row[name] for name in order) for row in rows] if order else rows
        connection.exec_driver_sql(statement.string, parameters)


def _head(connection: Connection, organisation: str, *, lock: bool = False) -> ChainHead | None:
    query = select(chain_heads).where(chain_heads.c.organisation == organisation)
    if lock:
        query = query.with_for_update()
    row = connection.execute(query).first()
    return ChainHead(**row._mapping) if row else None  # pyright: ignore[reportPrivateUsage]


def _holds(connection: Connection, seen: ChainHead | None) -> bool:
    if seen is None or seen.position == 0:
        return True
    query = select(decisions.c.hash).where(
        decisions.c.organisation == seen.organisation, decisions.c.position == seen.position
    )
    return connection.execute(query).scalar() == seen.hash


def _run_faults(connection: Connection, links: Sequence[Link]) -> list[ChainFault]:
    """Runs whose answer or spans are not those that were sealed."""
    seals = [link for link in links if link.kind == SEAL]
    faults: list[ChainFault] = []
    for start in range(0, len(seals), _BATCH):
        batch = seals[start : start + _BATCH]
        ids = [link.run_id for link in batch]
        found = connection.execute(select(runs).where(runs.c.id.in_(ids))).all()
        run_rows = {str(row.id): plain(row) for row in found}
        span_rows: dict[str, list[dict[str, Any]]] = {}
        in_order = select(spans).where(spans.c.run_id.in_(ids)).order_by(spans.c.run_id, spans.c.position)
        for row in connection.execute(in_order):
            span_rows.setdefault(str(row.run_id), []).append(plain(row))
        for link in batch:
            whole = run_rows.get(link.run_id)
            if whole is None or seal(whole, span_rows.get(link.run_id, [])) != link.content:
                what = "was changed after it was written" if whole else "is gone"
                message = f"run {link.run_id!r} {what}"
                faults.append(ChainFault(kind="changed_run", position=link.position, message=message))
    return faults
