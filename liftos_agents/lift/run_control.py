"""What can be done with a run beside asking: look at it, resume, cancel, approve, deny."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from liftos_agents import tracing
from liftos_agents.config import Settings
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.run import FINISHED, Approval, RunEntry, RunStatus
from liftos_agents.errors import ArgumentError, CancelledError, ConfigurationError, NotFoundError
from liftos_agents.graphs.approvals import Verdict
from liftos_agents.graphs.consent import pending_approval
from liftos_agents.graphs.flow import Listener, to_the_end
from liftos_agents.graphs.ledger import Entry
from liftos_agents.graphs.replay import Replay, replay
from liftos_agents.graphs.run import run_again
from liftos_agents.graphs.services import Run, Untraced
from liftos_agents.graphs.topology import fingerprint
from liftos_agents.graphs.workshop import Workshop

if TYPE_CHECKING:
    from liftos_agents.tracing import Recorder

T = TypeVar("T")
_PATIENCE_SECONDS = 10.0
_LOOK_SECONDS = 0.1


class RunControl:
    """The part of `LiftOS` that deals with runs after they were asked for.

    A run is known by its id, by enough of its beginning, or as `last`.
    """

    settings: Settings
    _workshop: Workshop

    def runs(
        self, limit: int = 20, *, status: RunStatus | None = None, thread: str | None = None
    ) -> tuple[RunEntry, ...]:
        """The latest runs, newest first; those of one status or conversation alone when named."""
        self._workshop.settle()
        organisation = self.settings.organisation
        return self._workshop.stores.ledger.entries(
            limit, organisation=organisation, status=status, thread=thread
        )

    def run(self, run: str) -> dict[str, Any]:
        """One run: how it stands, its plan and answer once it has one, and what was asked of persons.

        Raises:
            NotFoundError: No such run.
        """
        self._workshop.settle()
        entry = self._entry(run)
        public = entry.public.model_dump(mode="json")
        try:
            record = self._workshop.trace.run(entry.public.id).model_dump(mode="json")
        except NotFoundError:
            record = {"plan": {}, "answer": {}, "versions": {}, "error": entry.public.problem}
        asked = self._workshop.stores.approvals.of_run(entry.public.id)
        return {**record, **public, "approvals": [a.model_dump(mode="json") for a in asked]}

    def pending(self, run: str | None = None) -> tuple[Approval, ...]:
        """What waits for a person's decision, in one run or in all; a cancelled run waits for nobody."""
        self._workshop.settle()
        if run is None:
            return self._workshop.stores.approvals.pending(self.settings.organisation)
        entry = self._entry(run)
        if entry.public.status == "cancelled":
            return ()
        asked = self._workshop.stores.approvals.of_run(entry.public.id)
        return tuple(a for a in asked if a.status == "pending")

    def resume(
        self,
        run: str,
        *,
        max_usd: float | None = None,
        max_seconds: float | None = None,
        on_event: Listener | None = None,
    ) -> Answer:
        """The answer of a run that was stopped, killed or ran out of time, on from where it was.

        A run with an answer gives that answer; one that waits for approval gives what can be read meanwhile.

        Raises:
            NotFoundError: No such run.
            ArgumentError: Some process is at work on it.
            ConfigurationError: Another version of the graph began it.
        """
        return self._workshop.loop.result(
            self._resume(run, max_usd=max_usd, max_seconds=max_seconds, on_event=on_event)
        )

    async def aresume(self, run: str, **options: Any) -> Answer:
        """As `resume`, awaited; cancelling it stops the run."""
        return await self._awaited(self._resume(run, **options))

    def cancel(self, run: str) -> RunEntry:
        """Stops a run, in whichever process it is at work; what it found is kept, and it can be resumed.

        Raises:
            NotFoundError: No such run.
            ArgumentError: It has ended.
        """
        return self._workshop.loop.result(self._cancel(run))

    async def acancel(self, run: str) -> RunEntry:
        """As `cancel`, awaited."""
        return await self._awaited(self._cancel(run))

    def approve(
        self,
        run: str,
        approval_id: str | None = None,
        *,
        by: str = "",
        note: str = "",
        on_event: Listener | None = None,
    ) -> Answer:
        """Approves what a run waits for: one approval, or all that are pending. The last one sets it going.

        Args:
            run: The run.
            approval_id: The approval, or enough of its beginning.
            by: Who decides.
            note: Why.

        Raises:
            NotFoundError: No such run or approval.
            ArgumentError: It was denied already, the run was cancelled, or another process is at work on it.
        """
        return self._workshop.loop.result(self._decide(run, "approved", approval_id, by, note, on_event))

    async def aapprove(
        self, run: str, approval_id: str | None = None, *, by: str = "", note: str = ""
    ) -> Answer:
        """As `approve`, awaited."""
        return await self._awaited(self._decide(run, "approved", approval_id, by, note, None))

    def deny(
        self,
        run: str,
        approval_id: str | None = None,
        *,
        by: str = "",
        note: str = "",
        on_event: Listener | None = None,
    ) -> Answer:
        """Denies what a run waits for: the recommendations built on it are left out, and the answer says so.

        Args and errors as `approve`.
        """
        return self._workshop.loop.result(self._decide(run, "denied", approval_id, by, note, on_event))

    async def adeny(
        self, run: str, approval_id: str | None = None, *, by: str = "", note: str = ""
    ) -> Answer:
        """As `deny`, awaited."""
        return await self._awaited(self._decide(run, "denied", approval_id, by, note, None))

    def replay(self, run: str) -> Replay:
        """A recorded run done again: tools executed anew, models' replies and memories from the record.

        Nothing of it is kept. `ok` says whether every evidence id, every result and the answer came out as recorded.

        Raises:
            NotFoundError: No such run, or its data is gone.
            ArgumentError: The run was recorded without what a replay needs.
        """
        self._workshop.settle()
        organisation = self.settings.organisation
        return self._workshop.loop.result(replay(self._workshop, run, organisation=organisation))

    async def _resume(
        self,
        run: str,
        *,
        max_usd: float | None = None,
        max_seconds: float | None = None,
        on_event: Listener | None = None,
    ) -> Answer:
        await self._workshop.settled()
        entry = await self._off_loop(self._entry, run)
        status = entry.public.status
        if status in FINISHED or (status == "needs_approval" and entry.public.pending):
            return await self._off_loop(self._kept, entry)
        services = self._workshop.services(entry.public.model)
        again = run_again(services, entry, Untraced(), max_usd=max_usd, max_seconds=max_seconds)
        try:
            await to_the_end(self._workshop.pool, self._claim, entry, again)
            recorder = tracing.Recorder(
                self._workshop.trace,
                again.id,
                again.organisation,
                question=entry.public.question,
                thread_id=again.thread,
                model=services.model_name,
                resume=True,
            )
            again.trace = recorder
            again.meter.after(*recorder.spent)
        except BaseException as error:
            self._workshop.give_up(again, error)
            raise
        work = self._workshop.flow.resume(again, entry.public.question, listener=on_event)
        return await self._see_through(again, recorder, work)

    async def _see_through(self, run: Run, recorder: Recorder, work: Coroutine[Any, Any, Answer]) -> Answer:
        """What `work` answers, with its end written behind it, whatever end that is."""
        try:
            answer = await self._workshop.at_work(run, work)
        except (Exception, asyncio.CancelledError) as error:
            stopped = isinstance(error, asyncio.CancelledError | CancelledError)
            status: RunStatus = run.stopped or ("cancelled" if stopped else "failed")
            self._workshop.keep_failure(run, recorder, status, error)
            raise
        self._workshop.keep(run, recorder, answer)
        if answer.status == "needs_approval":
            # Whoever reads that a decision is wanted may decide at once, in another process.
            await self._workshop.settled()
        return answer

    async def _cancel(self, run: str) -> RunEntry:
        await self._workshop.settled()
        entry = await self._off_loop(self._entry, run)
        asked_in = 0
        # The engine that is at work looks a few times a second.
        for _ in range(int(_PATIENCE_SECONDS / _LOOK_SECONDS)):
            if entry.public.status not in ("running", "interrupted", "needs_approval"):
                break
            if not self._workshop.watch.stop(entry.public.id) and asked_in != entry.public.attempt:
                await self._off_loop(self._workshop.stores.ledger.request_cancel, entry)
                asked_in = entry.public.attempt
            if entry.alive:
                await asyncio.sleep(_LOOK_SECONDS)
            entry = await self._off_loop(self._entry, entry.public.id)
        if entry.public.status in FINISHED:
            raise ArgumentError(
                f"run {entry.public.id!r} has ended: {entry.public.status}",
                where="RUN",
                fix=f"Read its answer with: liftos runs show {entry.public.id}",
            )
        return entry.public

    async def _decide(
        self,
        run: str,
        verdict: Verdict,
        approval_id: str | None,
        by: str,
        note: str,
        on_event: Listener | None,
    ) -> Answer:
        await self._workshop.settled()
        entry = await self._off_loop(self._entry, run)
        if entry.public.status == "cancelled":
            raise ArgumentError(
                f"run {entry.public.id!r} was cancelled: nothing of it waits for a decision",
                where="RUN",
                fix=f"If it is wanted after all: liftos runs resume {entry.public.id}",
            )
        approvals = self._workshop.stores.approvals
        await self._off_loop(
            lambda: approvals.decide(entry.public.id, verdict, approval=approval_id, by=by, note=note)
        )
        for _ in range(int(_PATIENCE_SECONDS / _LOOK_SECONDS)):
            try:
                return await self._resume(entry.public.id, on_event=on_event)
            except ArgumentError:
                # Who decided another plan at the same moment may be at work on the answer already.
                await self._workshop.settled()
                entry = await self._off_loop(self._entry, entry.public.id)
                if entry.public.status not in ("running", *FINISHED):
                    raise
                await asyncio.sleep(_LOOK_SECONDS)
        return await self._resume(entry.public.id, on_event=on_event)

    def _entry(self, run: str) -> Entry:
        return self._workshop.stores.ledger.entry(run, self.settings.organisation)

    def _claim(self, entry: Entry, run: Run) -> None:
        shape = fingerprint()
        if entry.public.status == "running":
            identifier = entry.process.partition(":")[0]
            raise ArgumentError(
                f"run {entry.public.id!r} is at work in process {identifier} on {entry.host}",
                where="RUN",
                fix=f"Wait for it, or stop it with: liftos runs cancel {entry.public.id}",
            )
        if entry.topology != shape:
            raise other_version(entry.public.id)
        self._workshop.stores.ledger.claim(entry, shape)
        run.entered = True

    def _kept(self, entry: Entry) -> Answer:
        """The answer on record, with its approvals as they stand now."""
        record = self._workshop.trace.run(entry.public.id)
        answer = Answer.model_validate(record.answer)
        if answer.status != "needs_approval":
            return answer
        asked = self._workshop.stores.approvals.of_run(entry.public.id)
        return answer.model_copy(update={"pending_approval": pending_approval(entry.public.id, asked)})

    async def _off_loop(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workshop.pool, work, *arguments)

    async def _awaited(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(self._workshop.loop.submit(work))


def other_version(run_id: str) -> ConfigurationError:
    """The refusal to go on with a run that another version of the graph began: it would silently do nothing."""
    return ConfigurationError(
        "the run was begun by another version of the graph, which kept other things of it",
        where=run_id,
        fix="Ask the question again: what was computed is evidence, and not computed anew",
    )
