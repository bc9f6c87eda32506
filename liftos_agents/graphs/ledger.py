"""The run ledger: every run from its start, whose it is, and how it stands."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from liftos_agents.data.database import Database
from liftos_agents.data.tables.run_ledger import approvals, run_ledger
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.run import FINISHED, RunEntry, RunStatus, ThreadEntry
from liftos_agents.errors import ArgumentError, NotFoundError
from liftos_agents.graphs import owner

_PUBLIC = ("id", "organisation", "thread_id", "question", "model", "status", "started", "attempt", "problem")
_FINISHED = tuple(sorted(FINISHED))
KEPT_TURNS = 12
LONGEST_NAME = 256


@dataclass(frozen=True)
class Thread:
    """What a conversation hands on to its next question.

    Attributes:
        carried: Datasets, column roles and a question that waits, as the state holds them.
        turns: Its questions so far and what was done about them, oldest first.
    """

    carried: dict[str, Any] = field(default_factory=dict[str, Any])
    turns: tuple[dict[str, Any], ...] = ()

    def as_state(self) -> dict[str, Any]:
        """The part of a run's first state that comes from its conversation."""
        return {**self.carried, "turns": list(self.turns)}


@dataclass(frozen=True)
class Entry:
    """One row with what only the engine needs of it.

    Attributes:
        request: What was asked for, JSON-plain, with the ids of its data once they are loaded.
        carried: The state that the conversation handed on at the start.
    """

    public: RunEntry
    topology: str
    host: str
    process: str
    request: dict[str, Any]
    carried: dict[str, Any]

    @property
    def alive(self) -> bool:
        """Whether some process is at work on it."""
        return self.public.status == "running"


class Ledger:
    """Every run of a home, from its start.

    Args:
        database: Open database.
        clock: Seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._host, self._process = owner.this_host(), owner.this_process()

    def begin(
        self,
        run_id: str,
        organisation: str,
        *,
        thread_id: str,
        question: str,
        model: str,
        topology: str,
        request: dict[str, Any],
        carried: dict[str, Any],
    ) -> None:
        """Enters a run that starts now, in this process.

        Raises:
            ArgumentError: There is a run of this id.
        """
        now = self._clock()
        row = {
            "id": run_id,
            "organisation": organisation,
            "thread_id": thread_id,
            "question": question.encode(errors="replace").decode(),
            "model": model,
            "status": "running",
            "host": self._host,
            "process": self._process,
            "attempt": 1,
            "cancel_requested": 0,
            "started": now,
            "updated": now,
            "topology": topology,
            "request": canonical_json(request),
            "carried": canonical_json(carried),
            "outcome": "",
            "problem": "",
        }
        try:
            with self._database.begin() as connection:
                connection.execute(insert(run_ledger), row)
        except IntegrityError as error:
            raise ArgumentError(
                f"there is a run {run_id!r} already",
                where="run_id",
                fix="Leave run_id out, or resume the run",
            ) from error

    def note_request(self, run_id: str, request: dict[str, Any]) -> None:
        """Replaces what was asked for, as when its data has been loaded and has ids."""
        self._update(run_id, request=canonical_json(request))

    def claim(self, entry: Entry, topology: str) -> int:
        """Makes a run that nobody is at work on this process's own; returns the number of the attempt.

        Of several that try at once, one succeeds.

        Raises:
            ArgumentError: Another process was faster.
        """
        attempt = entry.public.attempt + 1
        query = (
            update(run_ledger)
            .where(*_as_seen(entry))
            .values(
                status="running",
                host=self._host,
                process=self._process,
                attempt=attempt,
                cancel_requested=0,
                topology=topology,
                updated=self._clock(),
                problem="",
            )
        )
        with self._database.begin() as connection:
            won = connection.execute(query).rowcount == 1
        if not won:
            raise _taken(entry.public.id)
        return attempt

    def settle(
        self, run_id: str, status: RunStatus, *, outcome: dict[str, Any] | None = None, problem: str = ""
    ) -> bool:
        """Notes how a run of this process ended, and what its conversation goes on with.

        Returns whether the run was still this process's.
        """
        values: dict[str, Any] = {"status": status, "problem": problem, "cancel_requested": 0}
        if outcome is not None:
            values["outcome"] = canonical_json(outcome)
        query = update(run_ledger).where(
            run_ledger.c.id == run_id,
            run_ledger.c.host == self._host,
            run_ledger.c.process == self._process,
        )
        with self._database.begin() as connection:
            ended = query.values(**values, host="", process="", updated=self._clock())
            return connection.execute(ended).rowcount == 1

    def request_cancel(self, entry: Entry) -> None:
        """Asks whoever is at work on a run to stop, or notes that one whom nobody is at work on is not wanted.

        A run that was claimed or ended since `entry` was read stays as it is.
        """
        if entry.alive:
            self._update(entry.public.id, cancel_requested=1)
            return
        query = update(run_ledger).where(*_as_seen(entry))
        with self._database.begin() as connection:
            connection.execute(
                query.values(status="cancelled", host="", process="", updated=self._clock(), problem="")
            )

    def unwanted(self) -> frozenset[str]:
        """Runs of this process that somebody asked to cancel; tells other machines that they live."""
        mine = (
            run_ledger.c.status == "running",
            run_ledger.c.host == self._host,
            run_ledger.c.process == self._process,
        )
        query = select(run_ledger.c.id).where(*mine, run_ledger.c.cancel_requested == 1)
        with self._database.connect() as connection:
            return frozenset(row.id for row in connection.execute(query))

    def sign(self, run_ids: Sequence[str]) -> None:
        """Notes that the process of these runs lives."""
        query = update(run_ledger).where(run_ledger.c.id.in_(run_ids)).values(updated=self._clock())
        with self._database.begin() as connection:
            connection.execute(query)

    def entry(self, run: str, organisation: str | None = None) -> Entry:
        """The run whose id is, or alone begins with, `run`; the newest one for `last`.

        Raises:
            NotFoundError: No run, or several.
        """
        query = _of(select(run_ledger), organisation)
        if run == "last":
            query = query.order_by(run_ledger.c.started.desc(), run_ledger.c.id.desc())
        else:
            query = query.where(run_ledger.c.id.startswith(run, autoescape=True)).order_by(run_ledger.c.id)
        found: Sequence[Row[Any]] = ()
        if run and _storable(run):
            with self._database.connect() as connection:
                found = connection.execute(query.limit(1 if run == "last" else 5)).all()
        exact = [row for row in found if row.id == run] or found
        if len(exact) != 1:
            several = ", ".join(row.id for row in exact)
            raise NotFoundError(
                f"several runs begin with {run!r}: {several}"
                if exact
                else "there is no run yet"
                if run == "last"
                else f"no run {run!r}",
                where="RUN",
                fix="Give more of its id" if exact else "They are listed by: liftos runs list",
            )
        return self._entry(exact[0])

    def entries(
        self,
        limit: int = 20,
        *,
        organisation: str | None = None,
        status: RunStatus | None = None,
        thread: str | None = None,
    ) -> tuple[RunEntry, ...]:
        """The latest runs, newest first."""
        query = _of(select(run_ledger), organisation).order_by(
            run_ledger.c.started.desc(), run_ledger.c.id.desc()
        )
        if thread is not None:
            query = query.where(run_ledger.c.thread_id == thread)
        if status is not None:
            query = query.where(run_ledger.c.status == ("running" if status == "interrupted" else status))
        if status not in ("running", "interrupted"):
            query = query.limit(limit)
        with self._database.connect() as connection:
            rows = connection.execute(query).all()
            waiting = _waiting(connection, [row.id for row in rows])
        found = [self._public(row, waiting.get(row.id, 0)) for row in rows]
        return tuple(e for e in found if status is None or e.status == status)[:limit]

    def thread(self, organisation: str, thread_id: str) -> Thread | None:
        """What a conversation hands on: from its runs that have an answer, in the order of their start."""
        if not _storable(thread_id):
            return None
        query = (
            select(run_ledger.c.outcome)
            .where(
                run_ledger.c.organisation == organisation,
                run_ledger.c.thread_id == thread_id,
            )
            .order_by(run_ledger.c.started.desc(), run_ledger.c.id.desc())
        )
        with self._database.connect() as connection:
            every = connection.execute(query).scalars().all()
        if not every:
            return None
        outcomes: list[dict[str, Any]] = [json.loads(text) for text in every if text][:KEPT_TURNS]
        carried = {k: v for k, v in outcomes[0].items() if k != "turn"} if outcomes else {}
        return Thread(carried, tuple(outcome["turn"] for outcome in reversed(outcomes)))

    def threads(self, organisation: str, limit: int = 20) -> tuple[ThreadEntry, ...]:
        """The conversations that went on last, newest first."""
        started = func.max(run_ledger.c.started).label("latest")
        query = (
            select(
                run_ledger.c.thread_id,
                started,
                func.count().filter(run_ledger.c.status.in_(_FINISHED)).label("runs"),
            )
            .where(run_ledger.c.organisation == organisation)
            .group_by(run_ledger.c.thread_id)
            .order_by(started.desc())
            .limit(limit)
        )
        with self._database.connect() as connection:
            rows = connection.execute(query).all()
            return tuple(
                ThreadEntry(
                    id=row.thread_id,
                    question=connection.execute(
                        select(run_ledger.c.question)
                        .where(
                            run_ledger.c.organisation == organisation,
                            run_ledger.c.thread_id == row.thread_id,
                        )
                        .order_by(run_ledger.c.started.desc())
                        .limit(1)
                    ).scalar_one(),
                    updated=row.latest,
                    runs=int(row.runs or 0),
                )
                for row in rows
            )

    def answered(self, organisation: str, thread_id: str) -> tuple[str, ...]:
        """Ids of the runs that a conversation goes on from, newest first."""
        query = (
            select(run_ledger.c.id)
            .where(
                run_ledger.c.organisation == organisation,
                run_ledger.c.thread_id == thread_id,
                run_ledger.c.outcome != "",
            )
            .order_by(run_ledger.c.started.desc(), run_ledger.c.id.desc())
        )
        with self._database.connect() as connection:
            return tuple(connection.execute(query).scalars())

    def forget_outcome(self, run_id: str) -> None:
        """Takes a run out of its conversation; the run itself stays."""
        self._update(run_id, outcome="")

    def _update(self, run_id: str, **values: Any) -> None:
        with self._database.begin() as connection:
            connection.execute(update(run_ledger).where(run_ledger.c.id == run_id).values(**values))

    def _entry(self, row: Row[Any]) -> Entry:
        with self._database.connect() as connection:
            waiting = _waiting(connection, [row.id]).get(row.id, 0)
        return Entry(
            public=self._public(row, waiting),
            topology=row.topology,
            host=row.host,
            process=row.process,
            request=json.loads(row.request),
            carried=json.loads(row.carried),
        )

    def _public(self, row: Row[Any], pending: int) -> RunEntry:
        values = {name: row._mapping[name] for name in _PUBLIC}  # pyright: ignore[reportPrivateUsage]
        if row.status == "running" and not owner.lives(row.host, row.process, self._clock() - row.updated):
            values["status"] = "interrupted"
        # A run that is not wanted any more waits for nobody.
        waits = 0 if row.status == "cancelled" else pending
        return RunEntry(**values, ended=row.updated, pending=waits)


def _as_seen(entry: Entry) -> tuple[ColumnElement[bool], ...]:
    """That a row stands as it did when `entry` was read."""
    status = "running" if entry.public.status == "interrupted" else entry.public.status
    return (
        run_ledger.c.id == entry.public.id,
        run_ledger.c.status == status,
        run_ledger.c.attempt == entry.public.attempt,
        run_ledger.c.host == entry.host,
        run_ledger.c.process == entry.process,
    )


def _storable(name: str) -> bool:
    """Whether a row can be called so; databases refuse to compare with what is very long or no text."""
    return len(name) <= LONGEST_NAME and name == name.encode(errors="ignore").decode()


def _of(query: Select[Any], organisation: str | None) -> Select[Any]:
    return query if organisation is None else query.where(run_ledger.c.organisation == organisation)


def _waiting(connection: Any, run_ids: Sequence[str]) -> dict[str, int]:
    query = (
        select(approvals.c.run_id, func.count())
        .where(approvals.c.run_id.in_(run_ids), approvals.c.status == "pending")
        .group_by(approvals.c.run_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)} if run_ids else {}


def _taken(run_id: str) -> ArgumentError:
    return ArgumentError(
        f"another process is at work on {run_id!r}",
        where="RUN",
        fix=f"Look at it with: liftos runs show {run_id}",
    )
