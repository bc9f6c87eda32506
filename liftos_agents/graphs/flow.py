"""One question through the graph: run, answer, events."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, cast

from langchain_core.runnables import RunnableConfig

from liftos_agents.domain.answer import Answer, AnswerBody, Cost, Grounding, Timings
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.event import Event, EventKind
from liftos_agents.errors import ConfigurationError
from liftos_agents.graphs.checkpoints import ThreadSaver
from liftos_agents.graphs.services import Meter, Run, Services, Trace
from liftos_agents.graphs.state import STATE_VERSION, RunState
from liftos_agents.graphs.topology import build, fingerprint
from liftos_agents.graphs.views import plan_of
from liftos_agents.tracing.names import SESSION

_STEPS = 200
Listener = Callable[[Event], None]


class Flow:
    """Runs questions through the graph, compiled once.

    Args:
        saver: Keeps threads.
    """

    def __init__(self, saver: ThreadSaver) -> None:
        self.graph = build(saver)

    async def answer(
        self,
        run: Run,
        question: str,
        *,
        listener: Listener | None = None,
    ) -> Answer:
        """The answer to `question`, with its events on the way.

        Raises:
            UserError: What the user can put right.
            CancelledError: The run was stopped; what was found is kept.
        """
        started = time.perf_counter()
        sequence = 0

        def tell(kind: str, data: dict[str, Any]) -> None:
            nonlocal sequence
            if listener is not None:
                listener(Event(kind=cast("EventKind", kind), run_id=run.id, sequence=sequence, data=data))
                sequence += 1

        run.sink = tell if listener is not None else None
        run.emit("run_started", question=question, thread_id=run.thread, model=run.services.model_name)
        # An id alone opens nothing: another organisation's thread of the same name is another thread.
        kept_under = canonical_json([run.organisation, run.thread])
        config: RunnableConfig = {"configurable": {"thread_id": kept_under}, "recursion_limit": _STEPS}
        await self._check_thread(config, run.thread)
        given: RunState = {
            "version": STATE_VERSION,
            "topology": fingerprint(),
            "run": run.id,
            "asked": question,
        }
        try:
            with run.trace.span("liftos", "workflow", {SESSION: run.thread}):
                graph: Any = self.graph
                # One write at the end costs a tenth less than one a station; a thread goes on by asking anew.
                final = await graph.ainvoke(given, config, context=run, durability="exit")
        except asyncio.CancelledError:
            run.cancelled.set()
            raise
        if run.failures and final.get("status") == "failed":
            raise run.failures[min(run.failures)]
        answer = self._answer(run, question, cast("RunState", final), time.perf_counter() - started)
        run.emit("answer", **answer.model_dump(mode="json"))
        return answer

    def _answer(self, run: Run, question: str, state: RunState, seconds: float) -> Answer:
        total, tools = seconds * 1e3, run.watch.seconds * 1e3
        found = [run.evidence(identifier) for identifier in state.get("evidence", [])]
        return Answer(
            status=cast("Any", state.get("status")),
            run_id=run.id,
            thread_id=run.thread,
            question=question,
            model=run.services.model_name,
            plan=plan_of(state),
            answer=AnswerBody.model_validate(state.get("answer") or {}),
            evidence=tuple(e for e in found if e is not None),
            grounding=Grounding.model_validate(state.get("grounding") or {}),
            timings=Timings(total_ms=total, tools_ms=tools, overhead_ms=max(0.0, total - tools)),
            cost=Cost(
                input_tokens=run.meter.input_tokens, output_tokens=run.meter.output_tokens, usd=run.meter.usd
            ),
        )

    async def _check_thread(self, config: RunnableConfig, thread: str) -> None:
        """Refuses a thread whose unfinished run another graph wrote: resuming it would silently do nothing."""
        snapshot = await self.graph.aget_state(config)
        written = snapshot.values.get("topology") if snapshot.values else None
        version = snapshot.values.get("version") if snapshot.values else None
        if version not in (None, STATE_VERSION) or (snapshot.next and written != fingerprint()):
            raise ConfigurationError(
                "this thread was begun by another version of the graph",
                where=thread,
                fix="Start a new thread",
            )


def new_run(
    services: Services,
    trace: Trace,
    *,
    organisation: str,
    run_id: str | None = None,
    thread: str | None = None,
    sources: tuple[Any, ...] = (),
    overrides: Mapping[str, Any] | None = None,
    interactive: bool = True,
    max_usd: float | None = None,
) -> Run:
    """A run that has not started."""
    settings = services.settings
    cap = max_usd if max_usd is not None else settings.max_usd
    return Run(
        services=services,
        id=run_id or f"run_{uuid.uuid4().hex[:16]}",
        thread=thread or f"thr_{uuid.uuid4().hex[:16]}",
        organisation=organisation,
        trace=trace,
        meter=Meter(services.price, settings.max_tokens, cap),
        sources=sources,
        overrides=dict(overrides or {}),
        interactive=interactive,
    )
