"""The live parts of one engine: each opened on first use, all closed together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from liftos_agents import agents, models, tracing
from liftos_agents import memory as memory_room
from liftos_agents.config import Settings
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.run import RunStatus
from liftos_agents.domain.specialist import Specialist
from liftos_agents.errors import CancelledError, LiftError
from liftos_agents.graphs import consent
from liftos_agents.graphs.checkpoints import ThreadSaver, open_saver
from liftos_agents.graphs.flow import Flow
from liftos_agents.graphs.loop_thread import LoopThread
from liftos_agents.graphs.services import Run, Services, Stores
from liftos_agents.graphs.watch import Watch
from liftos_agents.tools.registry import Registry

if TYPE_CHECKING:
    from liftos_agents.memory import Memory
    from liftos_agents.tracing import OtlpSender, Recorder, TraceStore

_THREADS = 4


class Workshop:
    """Models, stores, threads and the flow of one engine; two of them share nothing.

    Args:
        settings: Where the stores are and what caps hold.
        registry: The tools there are.
        specialists: The specialists there are.
    """

    def __init__(self, settings: Settings, registry: Registry, specialists: Mapping[str, Specialist]) -> None:
        self.settings = settings
        self.registry = registry
        self.specialists = specialists
        self.stores = Stores(settings)
        self.watch = Watch(self.stores)
        self._lock = threading.RLock()
        self._closed = False
        self._brains: dict[str, Services] = {}
        self._loop: LoopThread | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._saver: ThreadSaver | None = None
        self._flow: Flow | None = None
        self._memory: Memory | None = None
        self._trace: TraceStore | None = None
        self._writing: set[Future[None]] = set()
        self.sender = _sender(settings)
        self.unwritten: list[str] = []
        """What should have been written behind an answer and could not be: reported, and no later run's fault."""

    @property
    def loop(self) -> LoopThread:
        """The loop that questions are answered on.

        Raises:
            LiftError: The engine is closed.
        """
        with self._lock:
            if self._closed:
                raise LiftError("this LiftOS is closed")
            if self._loop is None:
                self._loop = LoopThread("liftos-engine")
            return self._loop

    @property
    def flow(self) -> Flow:
        """The graph, and the threads that it keeps."""
        with self._lock:
            if self._flow is None:
                self._saver = open_saver(self.stores.home.root / "threads.sqlite")
                self._flow = Flow(self._saver)
            return self._flow

    @property
    def memory(self) -> Memory:
        """What organisations have learnt."""
        with self._lock:
            if self._memory is None:
                self._memory = memory_room.Memory(
                    self.stores.home, embedding_path=self.settings.embedding_path
                )
            return self._memory

    @property
    def trace(self) -> TraceStore:
        """The decision trace."""
        with self._lock:
            if self._trace is None:
                home = self.stores.home
                self._trace = tracing.TraceStore(
                    home.database,
                    home.folder("keys"),
                    copy=self.sender.send if self.sender else None,
                    log=tracing.log_style(self.settings.log_level or ""),
                )
            return self._trace

    def services(self, model: str | None = None, *, memory: bool = True) -> Services:
        """What a run with `model` works with; without `memory` no store is opened.

        Raises:
            ConfigurationError: No such model, or no key for it.
        """
        name = model or self.settings.model
        with self._lock:
            if name not in self._brains:
                self._brains[name] = Services(
                    settings=self.settings,
                    registry=self.registry,
                    specialists=self.specialists,
                    model=models.create(name, self.settings),
                    model_name=name,
                    router_prompt=agents.router_prompt(self.specialists),
                    price=lambda read, written: models.cost(
                        {"input_tokens": read, "output_tokens": written}, name
                    ),
                    pool=self.pool,
                    stores=self.stores,
                )
            brain = self._brains[name]
            return replace(brain, memory=self.memory) if memory else brain

    async def at_work(self, run: Run, work: Coroutine[Any, Any, Answer]) -> Answer:
        """What `work` answers, with the run among those that can be stopped from elsewhere meanwhile.

        Raises:
            CancelledError: Somebody stopped it, here or in another process.
        """
        task = asyncio.ensure_future(work)
        self.watch.add(run, task)
        try:
            return await task
        except asyncio.CancelledError:
            task.cancel()
            outer = asyncio.current_task()
            if outer is not None and outer.cancelling():
                raise
            raise CancelledError("the run was stopped") from None
        finally:
            self.watch.remove(run)

    def keep(self, run: Run, recorder: Recorder, answer: Answer) -> None:
        """Writes what lies behind an answer without keeping it waiting: its trace, what was learnt, the ledger.

        The ledger comes last: a run that it calls complete has left nothing to be written.
        """
        self._behind(self._keep, run, recorder, answer)

    def keep_failure(self, run: Run, recorder: Recorder, status: RunStatus, error: BaseException) -> None:
        """Writes the trace of a run that has no answer; its checkpoints stay, so that it can be resumed."""

        def write() -> None:
            if not run.entered:
                return
            recorder.finish(status, error=error)
            problem = "" if status == "cancelled" else str(error)
            self.stores.ledger.settle(run.id, status, problem=problem)

        self._behind(write)

    def give_up(self, run: Run, error: BaseException) -> None:
        """Lets go of a run that was claimed and could not be begun again."""
        if run.entered:
            status: RunStatus = "cancelled" if isinstance(error, asyncio.CancelledError) else "failed"
            self._behind(self.stores.ledger.settle, run.id, status, problem=str(error))

    async def settled(self) -> None:
        """Waits until what lies behind earlier answers is written."""
        for writing in tuple(self._writing):
            await asyncio.wrap_future(writing)

    def settle(self) -> None:
        """As `settled`, from outside the loop."""
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
        self.stores.close()

    def _behind(self, write: Callable[..., object], *arguments: Any, **options: Any) -> None:
        def attempt() -> None:
            try:
                write(*arguments, **options)
            except Exception as error:  # noqa: BLE001 — the answer is out; health tells what was lost
                self.unwritten.append(f"{type(error).__name__}: {error}")

        future = self.pool.submit(attempt)
        self._writing.add(future)
        future.add_done_callback(self._writing.discard)

    def _keep(self, run: Run, recorder: Recorder, answer: Answer) -> None:
        recorder.finish(answer.status, answer=answer)
        if run.services.memory is not None and answer.status == "complete":
            body, learnt = consent.learnable(answer, self.stores.approvals.of_run(run.id))
            run.services.memory.remember(memory_room.records_of(run.organisation, run.id, body, learnt))
        self.flow.settle(run, answer)

    @property
    def pool(self) -> ThreadPoolExecutor:
        """Threads that tools, loaders and stores work in."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="liftos")
            return self._pool


def _sender(settings: Settings) -> OtlpSender | None:
    """Where copies of spans go; nowhere when the environment's collector does not speak HTTP."""
    if not settings.otlp_endpoint or settings.otlp_protocol == "grpc":
        return None
    return tracing.OtlpSender(
        settings.otlp_endpoint,
        headers=settings.otlp_headers or "",
        protocol=settings.otlp_protocol or "",
    )
