"""`LiftOS`: the one object that assembles the house for a host, a command or a notebook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from liftos_agents import agents, server, tracing
from liftos_agents.config import Settings
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.event import Event
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.specialist import Specialist
from liftos_agents.domain.task import RoutingTask
from liftos_agents.errors import ArgumentError, ConfigurationError, LiftError, NotFoundError
from liftos_agents.graphs.flow import Listener
from liftos_agents.graphs.intake import describe, load_sources
from liftos_agents.graphs.routing import route
from liftos_agents.graphs.run import new_run
from liftos_agents.graphs.services import Run, Services, Trace, Untraced
from liftos_agents.graphs.workshop import Workshop
from liftos_agents.lift.conversations import Conversations
from liftos_agents.lift.engine import Engine
from liftos_agents.lift.policy_promotion import PolicyPromotion
from liftos_agents.tools.registry import Registry, ToolSpec

if TYPE_CHECKING:
    from liftos_agents.memory import Memory
    from liftos_agents.tracing import Explanation, TraceStore


class LiftOS(PolicyPromotion, Conversations):
    """Answers questions of marketing data; every number of an answer is bound to evidence.

    Constructing it checks what it is given and does nothing else; stores open when first needed. Two of them in
    one process do not meet. Close it, or use it in a `with` block, so that what is written behind an answer
    (trace, memory) is on disk.

    Args:
        home: Folder of the stores; `LIFTOS_HOME` or `.liftos` by default.
        organisation: Whose memory and traces these are.
        model: `offline`, or `openai:NAME`.
        tools: A host's own tools, as the decorator `tool` makes them.
        specialists: A host's own specialists.
        settings: Everything else; read from the environment by default.

    Raises:
        ConfigurationError: Names that clash, or a specialist whose tool there is none of.
    """

    def __init__(
        self,
        home: str | Path | None = None,
        organisation: str | None = None,
        model: str | None = None,
        tools: Sequence[ToolSpec] = (),
        specialists: Sequence[Specialist] = (),
        settings: Settings | None = None,
    ) -> None:
        base = settings if settings is not None else Settings.from_environment()
        given: dict[str, object] = {"home": Path(home) if home is not None else None}
        self.settings = base.with_(**given, organisation=organisation, model=model)
        self.registry = Registry().with_tools(*tools)
        self.specialists = agents.with_specialists(specialists)
        known = set(self.registry.names())
        for specialist in specialists:
            missing = [name for name in specialist.tools if name not in known]
            if missing:
                raise ConfigurationError(
                    f"specialist {specialist.name!r} wants the tool {missing[0]!r}, which there is none of",
                    fix="Hand the tool in with tools=[…]",
                )
        self._workshop = Workshop(self.settings, self.registry, self.specialists)

    def ask(
        self,
        question: str,
        data: Any = None,
        *,
        roles: Mapping[str, Any] | None = None,
        thread: str | None = None,
        organisation: str | None = None,
        model: str | None = None,
        interactive: bool = True,
        max_usd: float | None = None,
        max_seconds: float | None = None,
        run_id: str | None = None,
        on_event: Listener | None = None,
    ) -> Answer:
        """The answer to `question`; works inside a running event loop too.

        Args:
            question: In plain words.
            data: Path, glob, frame, dataset, or several of them; a mapping of names to frames. A thread's
                data is used again when none is given.
            roles: Column roles, `{"outcome": "y", "spend": ["x1", "x2"]}`.
            thread: Id of a conversation to go on with, from its last run that has an answer; a run of it that
                was stopped or waits stays as it is.
            interactive: Whether the answer may be a question back; an error otherwise.
            max_usd: Money cap; the call that would pass it is not made.
            max_seconds: Time cap; a run that passes it keeps what it found and can be resumed.
            on_event: Called with every event of the run, from the engine's own thread.

        Raises:
            UserError: What the caller can put right: data, roles, caps, a conversation that there is none of.
        """
        return self._workshop.loop.result(
            self._ask(
                question,
                data,
                roles=roles,
                thread=thread,
                organisation=organisation,
                model=model,
                interactive=interactive,
                max_usd=max_usd,
                max_seconds=max_seconds,
                run_id=run_id,
                on_event=on_event,
            )
        )

    async def aask(self, question: str, data: Any = None, **options: Any) -> Answer:
        """As `ask`, awaited; cancelling it stops the run."""
        return await asyncio.wrap_future(self._workshop.loop.submit(self._ask(question, data, **options)))

    async def astream(self, question: str, data: Any = None, **options: Any) -> AsyncIterator[Event]:
        """Events of the run; the last one, `answer`, holds the whole answer. Closing the iterator stops the run.

        Raises:
            UserError: As `ask`.
        """
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event | None] = asyncio.Queue()

        ended = asyncio.Event()

        def tell(event: Event) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, event)

        def end() -> None:
            loop.call_soon_threadsafe(queue.put_nowait, None)
            loop.call_soon_threadsafe(ended.set)

        future = self._workshop.loop.submit(self._ask(question, data, on_event=tell, **options), end)
        try:
            while (event := await queue.get()) is not None:
                yield event
            await asyncio.wrap_future(future)
        finally:
            future.cancel()
            await ended.wait()

    def plan(self, question: str, data: Any = None, *, roles: Mapping[str, Any] | None = None) -> Plan:
        """The router's plan alone; works without data and touches no store without it."""
        return self._workshop.loop.result(self._plan(question, data, roles or {}, None))

    async def aplan(
        self,
        question: str,
        data: Any = None,
        *,
        roles: Mapping[str, Any] | None = None,
        model: str | None = None,
    ) -> Plan:
        """As `plan`, awaited."""
        future = self._workshop.loop.submit(self._plan(question, data, roles or {}, model))
        return await asyncio.wrap_future(future)

    def route(self, task: RoutingTask) -> Plan:
        """The router's plan of a question with its thread and data briefs, as an evaluation puts it."""
        return self._workshop.loop.result(
            route(self._run(self._workshop.services(None, memory=False), Untraced()), task)
        )

    @property
    def engine(self) -> Engine:
        """The engine as a server or a client is handed it."""
        return Engine(self)

    def router(self, prefix: str = "/v1", **options: Any) -> Any:
        """A FastAPI `APIRouter` over this engine, for a host's own app; options as `server.create_router`."""
        return server.create_router(self.engine, prefix=prefix, **options)

    @property
    def memory(self) -> Memory:
        """What the organisation has learnt, everything answered so far included."""
        self.settle()
        return self._workshop.memory

    @property
    def trace(self) -> TraceStore:
        """The decision trace, everything answered so far included."""
        self.settle()
        return self._workshop.trace

    def why(self, run: str, claim: str) -> Explanation:
        """Where the numbers of a claim come from.

        Raises:
            NotFoundError: No such run or claim.
        """
        return tracing.why(self.trace, run, claim, organisation=self.settings.organisation)

    def health(self) -> dict[str, Any]:
        """Whether the stores answer: `ok`, and what is wrong otherwise; `spans` counts copies sent to a collector."""
        try:
            self._workshop.trace.runs(1)
        except (LiftError, OSError, SQLAlchemyError) as error:
            return {"ok": False, "problem": str(error)}
        report: dict[str, Any] = {
            "home": str(self._workshop.stores.home.root),
            "model": self.settings.model,
        }
        sender = self._workshop.sender
        if sender is not None:
            report["spans"] = {"sent": sender.sent, "dropped": sender.dropped, "problem": sender.problem}
        if self._workshop.unwritten:
            return {"ok": False, "problem": f"not written: {self._workshop.unwritten[-1]}", **report}
        return {"ok": True, **report}

    def settle(self) -> None:
        """Waits until what is written behind answers is on disk."""
        self._workshop.settle()

    def close(self) -> None:
        """Stops what runs, writes what waits, and closes the stores."""
        self._workshop.close()

    def __enter__(self) -> LiftOS:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _ask(
        self,
        question: str,
        data: Any = None,
        *,
        roles: Mapping[str, Any] | None = None,
        thread: str | None = None,
        organisation: str | None = None,
        model: str | None = None,
        interactive: bool = True,
        max_usd: float | None = None,
        max_seconds: float | None = None,
        run_id: str | None = None,
        on_event: Listener | None = None,
    ) -> Answer:
        question = _checked(question)
        services = self._workshop.services(model)
        await self._workshop.settled()
        if thread is not None:
            await self._off_loop(self._check_thread, thread, organisation or self.settings.organisation)
        run = self._run(
            services,
            Untraced(),
            organisation=organisation or self.settings.organisation,
            run_id=run_id,
            thread=thread,
            sources=sources_of(data),
            overrides=roles,
            interactive=interactive,
            max_usd=max_usd,
            max_seconds=max_seconds,
        )
        recorder = tracing.Recorder(
            self._workshop.trace,
            run.id,
            run.organisation,
            question=question,
            thread_id=run.thread,
            model=services.model_name,
        )
        run.trace = recorder
        work = self._workshop.flow.answer(run, question, listener=on_event)
        return await self._see_through(run, recorder, work)

    async def _plan(self, question: str, data: Any, roles: Mapping[str, Any], model: str | None) -> Plan:
        run = self._run(self._workshop.services(model, memory=False), Untraced(), sources=sources_of(data))
        briefs, _ = describe(await load_sources(run) if run.sources else [], roles)
        return await route(run, RoutingTask(question=_checked(question), datasets=tuple(briefs)))

    def _check_thread(self, thread: str, organisation: str) -> None:
        """Refuses a conversation that there is none of: a mistyped id would quietly begin another one."""
        ledger = self._workshop.stores.ledger
        if ledger.thread(organisation, thread) is None:
            recent = [known.id for known in ledger.threads(organisation, 3)]
            raise NotFoundError(
                f"no conversation {thread!r}",
                where="thread",
                fix=f"The latest are: {', '.join(recent)}" if recent else "Leave it out to begin one",
            )

    def _run(self, services: Services, trace: Trace, **given: Any) -> Run:
        given.setdefault("organisation", self.settings.organisation)
        return new_run(services, trace, **given)


def sources_of(data: Any) -> tuple[Any, ...]:
    """Data as given, one source each: paths, frames, datasets, or (name, frame) pairs."""
    if data is None:
        return ()
    if isinstance(data, Mapping):
        return tuple(data.items())  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(data, list | tuple):
        return tuple(data)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return (data,)


def _checked(question: str) -> str:
    if not question.strip():
        raise ArgumentError("the question is empty", fix="Ask something")
    # Bytes of another encoding, as a terminal may hand them in, are no text that can be kept.
    return question.encode(errors="replace").decode()
