"""The run store: runs, spans and chained decisions, written in one commit a run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from liftos_agents.data.database import Database
from liftos_agents.data.signing import SigningKey
from liftos_agents.data.tables.trace import (
    chain_heads,
    decisions,
    model_replies,
    pending_runs,
    run_inputs,
    runs,
    spans,
)
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
from liftos_agents.tracing.logs import LogStyle
from liftos_agents.tracing.reader import RunReader, last_seal
from liftos_agents.tracing.records import (
    ReplyRecord,
    RunRecord,
    SpanRecord,
)
from liftos_agents.tracing.redaction import redact, redactor
from liftos_agents.tracing.rows import (
    FREE_TEXT,
    evidence_of,
    json_text,
    plain,
    run_row,
    span_row,
    texts,
)
from liftos_agents.tracing.seals import (
    FINAL,
    REPLIES,
    SEAL,
    RunParts,
    changes,
    named_evidence,
    read_parts,
    seal,
    sealed_evidence,
)
from liftos_agents.tracing.statements import Statements
from liftos_agents.tracing.witness import HeadWitness

Copy = Callable[[RunRecord, tuple[SpanRecord, ...]], None]

_RUN_ENDED = select(runs.c.status, runs.c.error).where(runs.c.id == bindparam("run"))
_HEAD = select(chain_heads).where(chain_heads.c.organisation == bindparam("organisation"))
_LOCKED_HEAD = _HEAD.with_for_update()
_MOVE_HEAD = (
    update(chain_heads)
    .where(chain_heads.c.organisation == bindparam("organisation"))
    .values({name: bindparam(f"new_{name}") for name in ("position", "hash", "public_key", "signature")})
)
_HASH_AT = select(decisions.c.hash).where(
    decisions.c.organisation == bindparam("organisation"), decisions.c.position == bindparam("place")
)
_DROP_PENDING = delete(pending_runs).where(pending_runs.c.run_id == bindparam("run"))


class TraceStore(RunReader):
    """Every run's record in the database, its decisions chained per organisation.

    Args:
        database: Open database.
        keys: Folder of the signing key, outside the database (`home.folder("keys")`).
        copy: Called with each run and its spans after the commit, for instance `OtlpSender(...).send`.
        log: How runs are logged; not at all when absent.
    """

    def __init__(
        self, database: Database, keys: Path, *, copy: Copy | None = None, log: LogStyle | None = None
    ) -> None:
        super().__init__(database)
        self.keys = keys
        self.copy = copy
        self.log = log
        self.witness = HeadWitness(keys / "heads")
        self._key: SigningKey | None = None
        self._lock = threading.Lock()
        self._statements = Statements(database.engine.dialect)

    @property
    def key(self) -> SigningKey:
        """The key that signs the heads; made at first use."""
        with self._lock:
            if self._key is None:
                self._key = SigningKey(self.keys)
            return self._key

    def write(
        self,
        run: RunRecord,
        span_records: Sequence[SpanRecord],
        choices: Iterable[dict[str, Any]],
        *,
        inputs: Mapping[str, Any] | None = None,
        resumed: bool = False,
    ) -> None:
        """Keeps a run with its spans and decisions, all or nothing, and removes what was pending of it.

        A run that is there already stays as it is, unless `resumed` and it had not ended for good: then its row and
        its spans are replaced, and the new decisions are chained with a seal that supersedes the one before.

        Args:
            run: The finished run.
            span_records: In order of position.
            choices: One map a decision that is not in the chain yet: `span`, `at_ns`, `decision` (JSON-plain).
            inputs: What the run was given, JSON-plain; kept to the byte.
        """
        whole = run_row(run)
        span_rows = [span_row(run.id, span) for span in span_records]
        contents = [(str(c["decision"]["kind"]), json_text(c)) for c in choices]
        clean = redactor(texts(whole, span_rows, contents))
        if clean is not None:
            for row in (whole, *span_rows):
                row.update({name: clean(row[name]) for name in FREE_TEXT & row.keys()})
            contents = [(kind, clean(content)) for kind, content in contents]
        given = json_text(inputs) if inputs else ""
        key = self.key
        with self.database.begin() as connection:
            there = self._statements.run(connection, _RUN_ENDED, run=run.id).first()
            again = there is not None and resumed and there.status not in FINAL
            again = again and not (not contents and there == (whole["status"], whole["error"]))
            self._statements.run(connection, _DROP_PENDING, run=run.id)
            if there is not None and not again:
                return
            if again:
                connection.execute(delete(runs).where(runs.c.id == run.id))
            self._statements.put(connection, runs, [whole])
            self._statements.put(connection, spans, span_rows)
            if given:
                self._statements.put(connection, run_inputs, [{"run_id": run.id, "content": given}])
            before = last_seal(connection, run.id) if again else None
            named = {*evidence_of(run, choices), *(sealed_evidence(before) if before else ())}
            replies = [plain(row) for row in self._statements.run(connection, REPLIES, run=run.id)]
            parts = RunParts(whole, span_rows, given, replies, named_evidence(connection, named))
            contents.append((SEAL, seal(parts, before)))
            head, untouched = self._append(connection, run, contents, key)
        if untouched:
            self.witness.keep(head)

    def save_pending(
        self,
        run_id: str,
        organisation: str,
        started_ns: int,
        span_records: Sequence[SpanRecord],
        choices: Sequence[dict[str, Any]],
        inputs: Mapping[str, Any],
    ) -> None:
        """Keeps what an unfinished run has so far, in place of what was kept before."""
        content = {
            "started_ns": started_ns,
            "trace": redact(json_text({"spans": span_records, "choices": choices})),
            "inputs": inputs,
        }
        row = {"run_id": run_id, "organisation": organisation, "content": json_text(content)}
        with self.database.begin() as connection:
            self._statements.run(connection, _DROP_PENDING, run=run_id)
            self._statements.put(connection, pending_runs, [row])

    def keep_reply(self, reply: ReplyRecord) -> None:
        """Keeps a model's reply; the first to a request stays."""
        row = reply.model_dump()
        row["parts"], row["reply"] = json_text(reply.parts), json_text(reply.reply)
        with self.database.begin() as connection:
            self._statements.put(connection, model_replies, [row], first_stays=True)

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
            runs=len({link.run_id for link in links if link.kind == SEAL}),
            head=stored,
            faults=tuple(faults),
        )

    def run_faults(self, run_id: str) -> tuple[str, ...]:
        """What of one run is not as it was written, in words; `verify` looks at the whole chain.

        Raises:
            NotFoundError: As `run`.
        """
        run = self.run(run_id)
        query = select(decisions).where(decisions.c.run_id == run.id).order_by(decisions.c.position)
        with self.database.connect() as connection:
            links = [
                Link(row.position, row.run_id, row.kind, row.content, row.previous, row.hash)
                for row in connection.execute(query)
            ]
            found = [
                f"decision {link.position}"
                for link in links
                if link_hash(run.organisation, link.run_id, link.kind, link.content, link.previous)
                != link.hash
            ]
            sealed = [link.content for link in links if link.kind == SEAL]
            if sealed:
                parts = read_parts(connection, {run.id: sealed[-1]})[run.id]
                found += changes(sealed[-1], parts)
        return tuple(found if sealed else [*found, "its seal is gone"])

    def _append(
        self, connection: Connection, run: RunRecord, contents: list[tuple[str, str]], key: SigningKey
    ) -> tuple[ChainHead, bool]:
        """Adds records to the chain: its new head, and whether the chain held what the witness saw."""
        organisation = run.organisation
        row = self._statements.run(connection, _LOCKED_HEAD, organisation=organisation).first()
        head = ChainHead(**row._mapping) if row else None  # pyright: ignore[reportPrivateUsage]
        untouched = self._holds(connection, self.witness.seen(organisation))
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
        self._statements.put(connection, decisions, rows)
        signed = sign_head(key, organisation, position, previous)
        if head is None:
            self._statements.put(connection, chain_heads, [signed.model_dump()])
        else:
            new = {f"new_{name}": value for name, value in signed.model_dump().items()}
            self._statements.run(connection, _MOVE_HEAD, organisation=organisation, **new)
        return signed, untouched

    def _holds(self, connection: Connection, seen: ChainHead | None) -> bool:
        if seen is None or seen.position == 0:
            return True
        place = {"organisation": seen.organisation, "place": seen.position}
        return self._statements.run(connection, _HASH_AT, **place).scalar() == seen.hash


def _head(connection: Connection, organisation: str) -> ChainHead | None:
    row = connection.execute(_HEAD, {"organisation": organisation}).first()
    return ChainHead(**row._mapping) if row else None  # pyright: ignore[reportPrivateUsage]


def _run_faults(connection: Connection, links: Sequence[Link]) -> list[ChainFault]:
    """Runs of which something is not as it was sealed last."""
    last = {link.run_id: link for link in links if link.kind == SEAL}
    found = read_parts(connection, {run_id: link.content for run_id, link in last.items()})
    faults: list[ChainFault] = []
    for run_id, link in last.items():
        parts = found.get(run_id)
        changed = ["is gone"] if parts is None else changes(link.content, parts)
        if parts is not None and changed:
            changed = [f"{', '.join(changed)} changed after it was written"]
        faults += [
            ChainFault(kind="changed_run", position=link.position, message=f"run {run_id!r}: {what}")
            for what in changed
        ]
    return faults
