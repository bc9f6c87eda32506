"""`LiftOS`: the one object that assembles the house for a host, a command or a notebook."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from liftos_agents import agents, models, tracing
from liftos_agents import memory as memory_room
from liftos_agents.config import Settings
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.engine import AskRequest
from liftos_agents.domain.event import Event
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.specialist import Specialist
from liftos_agents.domain.task import RoutingTask
from liftos_agents.errors import ArgumentError, CancelledError, ConfigurationError, LiftError
from liftos_agents.graphs.checkpoints import ThreadSaver, open_saver
from liftos_agents.graphs.flow import Flow, Listener, new_run
from liftos_agents.graphs.intake import describe, load_sources
from liftos_agents.graphs.loop_thread import LoopThread
from liftos_agents.graphs.routing import route
from liftos_agents.graphs.services import Run, Services, Stores, Untraced
from liftos_agents.tools.registry import Registry, ToolSpec

if TYPE_CHECKING:
    from liftos_agents.memory import Memory
    from liftos_agents.tracing import Explanation, Recorder, TraceStore

_THREADS = 4


class LiftOS:
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
        self._lock = threading.RLock()
        self._closed = False
        self._brains: dict[str, Services] = {}
        self._loop: LoopThread | None = None
        self._saver: ThreadSaver | None = None
        self._flow: Flow | None = None
        self._memory: Memory | None = None
        self._trace: TraceStore | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._stores = Stores(self.settings)
        self._writing: set[Future[None]] = set()

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
        run_id: str | None = None,
        on_event: Listener | None = None,
    ) -> Answer:
        """The answer to `question`; works inside a running event loop too.

        Args:
            question: In plain words.
            data: Path, glob, frame, dataset, or several of them; a mapping of names to frames. A thread's
                data is used again when none is given.
            roles: Column roles, `{"outcome": "y", "spend": ["x1", "x2"]}`.
            thread: Id of a conversation to go on with.
            interactive: Whether the answer may be a question back; an error otherwise.
            max_usd: Money cap; the call that would pass it is not made.
            on_event: Called with every event of the run, from the engine's own thread.

        Raises:
            UserError: What the caller can put right: data, roles, caps.
        """
        return self._worker().result(
            self._ask(
                question,
                data,
                roles=roles,
                thread=thread,
                organisation=organisation,
                model=model,
                interactive=interactive,
                max_usd=max_usd,
                run_id=run_id,
                on_event=on_event,
            )
        )

    async def aask(self, question: str, data: Any = None, **options: Any) -> Answer:
        """As `ask`, awaited; cancelling it stops the run."""
        return await asyncio.wrap_future(self._worker().submit(self._ask(question, data, **options)))

    async def astream(self, question: str, data: Any = None, **options: Any) -> AsyncIterator[Event]:
        """Events of the run; the last one, `answer`, holds the whole answer. Closing the iterator stops the run.

        Raises:
            UserError: As `ask`.
        """
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event | None] = asyncio.Queue()

        def tell(event: Event | None) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, event)

        future = self._worker().submit(self._ask(question, data, on_event=tell, **options))
        future.add_done_callback(lambda _: tell(None))
        try:
            while (event := await queue.get()) is not None:
                yield event
            await asyncio.wrap_future(future)
        finally:
            future.cancel()

    def plan(self, question: str, data: Any = None, *, roles: Mapping[str, Any] | None = None) -> Plan:
        """The router's plan alone; works without data and touches no store without it."""
        return self._worker().result(self.aplan(question, data, roles=roles))

    async def aplan(
        self,
        question: str,
        data: Any = None,
        *,
        roles: Mapping[str, Any] | None = None,
        model: str | None = None,
    ) -> Plan:
        """As `plan`, awaited."""
        services = self._services(model, memory=False)
        run = new_run(services, Untraced(), organisation=self.settings.organisation, sources=sources_of(data))
        briefs, _ = describe(await load_sources(run) if run.sources else [], roles or {})
        return await route(run, RoutingTask(question=_checked(question), datasets=tuple(briefs)))

    @property
    def engine(self) -> Engine:
        """The engine as a server or a client is handed it."""
        return Engine(self)

    @property
    def memory(self) -> Memory:
        """What the organisation has learnt."""
        with self._lock:
            if self._memory is None:
                self._memory = memory_room.Memory(
                    self._stores.home, embedding_path=self.settings.embedding_path
                )
            return self._memory

    @property
    def trace(self) -> TraceStore:
        """The decision trace, everything written so far."""
        self.settle()
        return self._trace_store()

    def runs(self, limit: int = 20) -> tuple[Any, ...]:
        """The latest runs, newest first."""
        return self.trace.runs(limit, organisation=self.settings.organisation)

    def why(self, run: str, claim: str) -> Explanation:
        """Where the numbers of a claim come from.

        Raises:
            NotFoundError: No such run or claim.
        """
        return tracing.why(self.trace, run, claim, organisation=self.settings.organisation)

    def health(self) -> dict[str, Any]:
        """Whether the stores answer: `ok`, and what is wrong otherwise."""
        try:
            self._trace_store().runs(1)
        except (LiftError, OSError, SQLAlchemyError) as error:
            return {"ok": False, "problem": str(error)}
        return {"ok": True, "home": str(self._stores.home.root), "model": self.settings.model}

    def settle(self) -> None:
        """Waits until what is written behind answers is on disk."""
        for writing in tuple(self._writing):
            writing.result()

    def close(self) -> None:
        """Stops what runs, writes what waits, and closes the stores."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if self._loop is not None:
            self._loop.close()
        self.settle()
        if self._pool is not None:
            self._pool.shutdown()
        if self._memory is not None:
            self._memory.close()
        if self._saver is not None:
            self._saver.conn.close()
        self._stores.close()

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
        run_id: str | None = None,
        on_event: Listener | None = None,
    ) -> Answer:
        services = self._services(model)
        for writing in tuple(self._writing):
            await asyncio.wrap_future(writing)
        trace = Untraced()
        run = new_run(
            services,
            trace,
            organisation=organisation or self.settings.organisation,
            run_id=run_id,
            thread=thread,
            sources=sources_of(data),
            interactive=interactive,
            max_usd=max_usd,
        )
        recorder = tracing.Recorder(
            self._trace_store(),
            run.id,
            run.organisation,
            question=_checked(question),
            thread_id=run.thread,
            model=services.model_name,
        )
        run.trace = recorder
        try:
            answer = await self._opened_flow().answer(
                run, question, overrides=dict(roles or {}), listener=on_event
            )
        except (Exception, asyncio.CancelledError) as error:
            stopped = isinstance(error, asyncio.CancelledError | CancelledError)
            self._behind(recorder.finish, "cancelled" if stopped else "failed", error=error)
            raise
        self._behind(self._keep, run, recorder, answer)
        return answer

    def _keep(self, run: Run, recorder: Recorder, answer: Answer) -> None:
        """Writes what lies behind an answer: its trace, and what was learnt."""
        recorder.finish(answer.status, answer=answer)
        if run.services.memory is not None and answer.status == "complete":
            records = memory_room.records_of(run.organisation, run.id, answer.answer, answer.evidence)
            run.services.memory.remember(records)

    def _behind(self, write: Callable[..., None], *arguments: Any, **options: Any) -> None:
        future = self._threads().submit(write, *arguments, **options)
        self._writing.add(future)
        future.add_done_callback(self._writing.discard)

    def _services(self, model: str | None, *, memory: bool = True) -> Services:
        name = model or self.settings.model
        with self._lock:
            if name not in self._brains:
                chat = models.create(name, self.settings)
                self._brains[name] = Services(
                    settings=self.settings,
                    registry=self.registry,
                    specialists=self.specialists,
                    model=chat,
                    model_name=name,
                    router_prompt=agents.router_prompt(self.specialists),
                    price=lambda read, written: models.cost(
                        {"input_tokens": read, "output_tokens": written}, name
                    ),
                    pool=self._threads(),
                    stores=self._stores,
                )
            brain = self._brains[name]
            return replace(brain, memory=self.memory) if memory else brain

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="liftos")
            return self._pool

    def _worker(self) -> LoopThread:
        with self._lock:
            if self._closed:
                raise LiftError("this LiftOS is closed")
            if self._loop is None:
                self._loop = LoopThread("liftos-engine")
            return self._loop

    def _opened_flow(self) -> Flow:
        with self._lock:
            if self._flow is None:
                self._saver = open_saver(self._stores.home.root / "threads.sqlite")
                self._flow = Flow(self._saver)
            return self._flow

    def _trace_store(self) -> TraceStore:
        with self._lock:
            if self._trace is None:
                home = self._stores.home
                self._trace = tracing.TraceStore(home.database, home.folder("keys"))
            return self._trace


class Engine:
    """A `LiftOS` as `liftos_agents.domain.engine.Engine` describes it."""

    def __init__(self, lift: LiftOS) -> None:
        self._lift = lift

    async def answer(self, request: AskRequest) -> Answer:
        """The answer to `request`."""
        return await self._lift.aask(request.question, list(request.data), **_options(request))

    def stream(self, request: AskRequest) -> AsyncIterator[Event]:
        """Events of the run; the last one is `answer`."""
        return self._lift.astream(request.question, list(request.data), **_options(request))

    async def route(self, request: AskRequest) -> Plan:
        """The router's plan alone."""
        return await self._lift.aplan(
            request.question, list(request.data), roles=request.roles, model=request.model
        )

    def modules(self) -> dict[str, Any]:
        """Specialists, tools and models that this engine has."""
        return {
            "agents": [
                {
                    **s.brief().model_dump(mode="json"),
                    "tools": list(s.tools),
                    "prompt_version": s.prompt_version,
                }
                for s in self._lift.specialists.values()
            ],
            "tools": [
                {"name": spec.name, "version": spec.version, "summary": spec.summary, "data": spec.data}
                for spec in (self._lift.registry.spec(name) for name in self._lift.registry.names())
            ],
            "models": list(models.available()),
        }

    def health(self) -> dict[str, Any]:
        """Whether the stores answer."""
        return self._lift.health()

    def runs(self, limit: int = 20) -> list[dict[str, Any]]:
        """The latest runs, newest first."""
        return [r.model_dump(mode="json") for r in self._lift.runs(limit)]

    def run(self, run_id: str) -> dict[str, Any]:
        """One run with its answer.

        Raises:
            NotFoundError: No such run.
        """
        organisation = self._lift.settings.organisation
        return self._lift.trace.run(run_id, organisation=organisation).model_dump(mode="json")


def sources_of(data: Any) -> tuple[Any, ...]:
    """Data as given, one source each: paths, frames, datasets, or (name, frame) pairs."""
    if data is None:
        return ()
    if isinstance(data, Mapping):
        return tuple(data.items())  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(data, list | tuple):
        return tuple(data)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return (data,)


def _options(request: AskRequest) -> dict[str, Any]:
    return {
        "roles": request.roles,
        "thread": request.thread_id,
        "organisation": request.organisation,
        "model": request.model,
        "interactive": request.interactive,
        "max_usd": request.max_usd,
    }


def _checked(question: str) -> str:
    if not question.strip():
        raise ArgumentError("the question is empty", fix="Ask something")
    return question
