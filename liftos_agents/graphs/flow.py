"""One question through the graph: begun, resumed, stopped, answered, with its events on the way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, cast

from langchain_core.runnables import RunnableConfig

from liftos_agents.domain.answer import Answer, AnswerBody, Cost, Grounding, Timings
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.event import Event, EventKind
from liftos_agents.domain.run import FINISHED
from liftos_agents.errors import BudgetExceededError, CancelledError, ConfigurationError, LiftError
from liftos_agents.graphs import consent
from liftos_agents.graphs.checkpoints import ThreadSaver
from liftos_agents.graphs.services import Run
from liftos_agents.graphs.state import STATE_VERSION, RunState, reports_of
from liftos_agents.graphs.stations import shelve, take_up
from liftos_agents.graphs.topology import build, fingerprint
from liftos_agents.graphs.views import plan_of, recalled_of
from liftos_agents.tracing.names import SESSION

_STEPS = 200
_HANDED_ON = ("datasets", "overrides", "pending")
Listener = Callable[[Event], None]


class Flow:
    """Runs questions through the graph, compiled once.

    Args:
        saver: Keeps each run's checkpoints until it has ended.
    """

    def __init__(self, saver: ThreadSaver) -> None:
        self.graph = build(saver)
        self._saver = saver

    async def answer(self, run: Run, question: str, *, listener: Listener | None = None) -> Answer:
        """The answer to `question`, with its events on the way; the run is in the ledger before anything is done.

        Raises:
            UserError: What the user can put right.
            CancelledError: The run was stopped; what was found is kept.
        """
        run.request = {**run.request, "question": question}
        await to_the_end(run.services.pool, _begin, run, question)
        return await self._answered(run, question, _first_state(run, question), listener)

    async def resume(self, run: Run, question: str, *, listener: Listener | None = None) -> Answer:
        """The answer of a run that this process has claimed: on from the last station that was finished.

        A run whose specialists all failed begins anew; what they found is evidence, and not computed again.

        Raises:
            ConfigurationError: The plan names a specialist that this engine has not.
            UserError, CancelledError: As `answer`.
        """
        await _off_loop(run, shelve, run)
        snapshot = await self.graph.aget_state(_config(run))
        _check_staff(run, cast("RunState", snapshot.values))
        given = None
        if not snapshot.values or (not snapshot.next and snapshot.values.get("status") == "failed"):
            self._forget(run)
            given = _first_state(run, question)
        return await self._answered(run, question, given, listener)

    def settle(self, run: Run, answer: Answer) -> None:
        """Notes in the ledger that a run has its answer, which its conversation then goes on from."""
        ours = run.services.stores.ledger.settle(run.id, answer.status, outcome=run.outcome)
        if ours and answer.status in FINISHED:
            self._forget(run)

    def _forget(self, run: Run) -> None:
        self._saver.delete_thread(_place(run))

    async def _answered(
        self, run: Run, question: str, given: RunState | None, listener: Listener | None
    ) -> Answer:
        started = time.perf_counter()
        sequence = 0

        def tell(kind: str, data: dict[str, Any]) -> None:
            nonlocal sequence
            if listener is not None:
                listener(Event(kind=cast("EventKind", kind), run_id=run.id, sequence=sequence, data=data))
                sequence += 1

        run.sink = tell if listener is not None else None
        run.emit("run_started", question=question, thread_id=run.thread, model=run.services.model_name)
        try:
            final = await self._through(run, given)
            state = cast("RunState", final)
            if state.get("status") == "failed":
                raise _failure(run, state)
            answer = await self._answer(
                run, question, state, "__interrupt__" in final, time.perf_counter() - started
            )
            run.emit("answer", **answer.model_dump(mode="json"))
            return answer
        finally:
            # A tool that was given up may still report how far it is.
            run.sink = None

    async def _through(self, run: Run, given: RunState | None) -> dict[str, Any]:
        """The graph's last state."""
        graph: Any = self.graph
        limit = asyncio.timeout(run.max_seconds)
        try:
            with run.trace.span("liftos", "workflow", {SESSION: run.thread}):
                async with limit:
                    return await graph.ainvoke(given, _config(run), context=run, durability="sync")
        except TimeoutError:
            if not limit.expired():
                raise
            run.stopped = "timed_out"
            run.cancelled.set()
            raise BudgetExceededError(
                f"the run took longer than its {run.max_seconds:g} s; what it found is kept",
                where=run.id,
                fix=f"Go on with: liftos runs resume {run.id} --timeout {max(60.0, 2.0 * (run.max_seconds or 0.0)):g}",
            ) from None
        except asyncio.CancelledError:
            # A station that saw the flag first leaves this way too, without anyone having cancelled this task.
            task = asyncio.current_task()
            flagged = run.cancelled.is_set() and not (task and task.cancelling())
            run.cancelled.set()
            run.stopped = run.stopped or "cancelled"
            if flagged:
                raise CancelledError("the run was stopped") from None
            raise

    async def _answer(self, run: Run, question: str, state: RunState, waits: bool, seconds: float) -> Answer:
        total, tools = seconds * 1e3, run.watch.seconds * 1e3
        take_up(run, state)
        body = AnswerBody.model_validate(state.get("answer") or {})
        pending: dict[str, Any] | None = None
        status = state.get("status")
        if waits:
            asked = await _off_loop(run, run.services.stores.approvals.of_run, run.id)
            body, status = consent.waiting(run, state, asked), "needs_approval"
            pending = consent.pending_approval(run.id, asked)
        else:
            handed_on = {key: value for key, value in state.items() if key in _HANDED_ON}
            run.outcome = {"turn": state.get("turn", {}), **handed_on}
        found = [run.evidence(identifier) for identifier in state.get("evidence", [])]
        return Answer(
            status=cast("Any", status),
            run_id=run.id,
            thread_id=run.thread,
            question=question,
            model=run.services.model_name,
            plan=plan_of(state),
            answer=body,
            evidence=tuple(e for e in found if e is not None),
            recalled=recalled_of(state),
            grounding=Grounding.model_validate(state.get("grounding") or {}),
            timings=Timings(total_ms=total, tools_ms=tools, overhead_ms=max(0.0, total - tools)),
            cost=Cost(
                input_tokens=run.meter.input_tokens, output_tokens=run.meter.output_tokens, usd=run.meter.usd
            ),
            pending_approval=pending,
        )


async def to_the_end(pool: Executor, work: Callable[..., Any], *arguments: Any) -> Any:
    """What `work` gives in the pool; when cancelled, not before it has ended or is known never to begin.

    A row that is written behind the back of whoever gave up would belong to nobody.
    """
    job = pool.submit(work, *arguments)
    ended = asyncio.wrap_future(job)
    stopped: asyncio.CancelledError | None = None
    while not ended.done():
        try:
            await asyncio.wait([ended])
        except asyncio.CancelledError as error:
            stopped = error
            job.cancel()
    if stopped is None:
        return ended.result()
    if not ended.cancelled():
        ended.exception()
    raise stopped


def _check_staff(run: Run, state: RunState) -> None:
    """Refuses a run whose specialists have yet to work and are not here; a decision needs none of them."""
    reports = reports_of(state)
    for number, step in enumerate(plan_of(state).steps if state.get("plan") else ()):
        if number not in reports and step.agent not in run.services.specialists:
            raise ConfigurationError(
                f"the run's plan needs the specialist {step.agent!r}, which there is none of here",
                where=run.id,
                fix="Resume it where it was asked, with the same tools and specialists",
            )


def _begin(run: Run, question: str) -> None:
    """Enters the run in the ledger, with what its conversation hands on."""
    ledger = run.services.stores.ledger
    thread = ledger.thread(run.organisation, run.thread)
    run.carried = thread.as_state() if thread else {}
    ledger.begin(
        run.id,
        run.organisation,
        thread_id=run.thread,
        question=question,
        model=run.services.model_name,
        topology=fingerprint(),
        request=run.request,
        carried=run.carried,
    )
    run.entered = True


def _first_state(run: Run, question: str) -> RunState:
    own: RunState = {
        "version": STATE_VERSION,
        "topology": fingerprint(),
        "run": run.id,
        "asked": question,
    }
    return cast("RunState", {**run.carried, **own})


def _config(run: Run) -> RunnableConfig:
    return {"configurable": {"thread_id": _place(run)}, "recursion_limit": _STEPS}


def _place(run: Run) -> str:
    """Where the run's checkpoints lie: a place of its own, so that no run meets another one of its conversation."""
    return canonical_json([run.organisation, run.id])


def _failure(run: Run, state: RunState) -> BaseException:
    """Why no specialist has anything to say: the first one's error, or its report where another process saw it."""
    if run.failures:
        return run.failures[min(run.failures)]
    said = next((r["message"] for r in reports_of(state).values() if r["message"]), "no specialist got done")
    return LiftError(said)


async def _off_loop(run: Run, work: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(run.services.pool, work, *arguments)
