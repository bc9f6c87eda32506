"""What a run works with: the engine's live services, and the run's own books. Neither enters the state."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol
from weakref import WeakValueDictionary

from langchain_core.language_models import BaseChatModel

from liftos_agents.config import Guardrails, Settings
from liftos_agents.data import Dataset, Home, open_home
from liftos_agents.data.promotions import Promotions
from liftos_agents.data.signing import SigningKey
from liftos_agents.domain.decision import Decision
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.memory_record import MemoryKind, MemoryRecord, Recall
from liftos_agents.domain.specialist import Specialist
from liftos_agents.errors import BudgetExceededError, CancelledError, ConfigurationError, LiftError
from liftos_agents.graphs.approvals import Approvals
from liftos_agents.graphs.ledger import Ledger
from liftos_agents.graphs.sentences import Reader
from liftos_agents.graphs.state import Call
from liftos_agents.graphs.verification import Verdict
from liftos_agents.tools.registry import Registry
from liftos_agents.tracing.names import SpanKind

OUTPUT_ALLOWANCE = 1_000
"""Tokens that a reply is assumed to take before it is asked for."""
CHARACTERS_PER_TOKEN = 3.5

Price = Callable[[int, int], float | None]
"""Input and output tokens to US dollars; None when the model's price is not known."""
Sink = Callable[[str, dict[str, Any]], None]


class TraceSpan(Protocol):
    """A span, open around a block of work."""

    def set(self, **attributes: Any) -> None:
        """Adds attributes."""
        ...

    def fail(self, error: BaseException | str) -> None:
        """Marks the work as failed."""
        ...


class Trace(Protocol):
    """The part of a trace recorder that a run needs."""

    def span(
        self, name: str, kind: SpanKind = "step", attributes: Mapping[str, Any] | None = None
    ) -> AbstractContextManager[TraceSpan]:
        """A span around a block of work."""
        ...

    def decide(self, decision: Decision) -> None:
        """Keeps a decision."""
        ...

    def save(self) -> None:
        """Writes what there is so far, for an attempt that may have to take the run up."""
        ...

    def note(self, **inputs: Any) -> None:
        """Keeps what the run was given, JSON-plain, for a replay."""
        ...

    def reply_to(self, request: str) -> dict[str, Any] | None:
        """The reply on record to a model request with this hash, or None."""
        ...

    def keep_reply(
        self, request: str, agent: str, parts: Sequence[tuple[str, str]], reply: dict[str, Any]
    ) -> None:
        """Writes a model's reply."""
        ...


class Untraced:
    """A trace that keeps nothing, for a plan that is only looked at."""

    def set(self, **attributes: Any) -> None:
        """Does nothing."""

    def fail(self, error: BaseException | str) -> None:
        """Does nothing."""

    @contextmanager
    def span(
        self, name: str, kind: SpanKind = "step", attributes: Mapping[str, Any] | None = None
    ) -> Generator[TraceSpan]:
        """A span that is not kept."""
        yield self

    def decide(self, decision: Decision) -> None:
        """Does nothing."""

    def save(self) -> None:
        """Does nothing."""

    def note(self, **inputs: Any) -> None:
        """Does nothing."""

    def reply_to(self, request: str) -> dict[str, Any] | None:
        """Nothing is on record."""

    def keep_reply(
        self, request: str, agent: str, parts: Sequence[tuple[str, str]], reply: dict[str, Any]
    ) -> None:
        """Does nothing."""


class Memory(Protocol):
    """The part of the memory that a run needs."""

    def recall(self, organisation: str, query: str, *, limit: int = 5) -> tuple[Recall, ...]:
        """What the organisation learnt before that bears on `query`."""
        ...

    def standing(
        self, organisation: str, kinds: Sequence[MemoryKind], limit: int = 5
    ) -> tuple[MemoryRecord, ...]:
        """The newest records of these kinds that still stand, whatever the question."""
        ...

    def remember(self, records: Sequence[MemoryRecord]) -> int:
        """Keeps records."""
        ...


class Stores:
    """The stores of one engine, opened on first use.

    Attributes:
        shelf: Datasets at hand, by id.
        loaded: The same by what identifies their files (path, size, time).
        told: Evidence id to what a model reads of it.
        under_way: Tool calls at work, so that equal ones are computed once.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._home: Home | None = None
        self._ledger: Ledger | None = None
        self._closed = False
        self._lock = threading.Lock()
        self.shelf: dict[str, Dataset] = {}
        self.loaded: dict[str, Dataset] = {}
        self.told: dict[str, str] = {}
        self.under_way: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def home(self) -> Home:
        """The embedded stores.

        Raises:
            ConfigurationError: The folder cannot be made or written.
            LiftError: The engine is closed.
        """
        with self._lock:
            if self._closed:
                raise LiftError("this LiftOS is closed")
            if self._home is None:
                self._home = open_home(self._settings)
            return self._home

    @property
    def ledger(self) -> Ledger:
        """Every run from its start."""
        home = self.home
        with self._lock:
            if self._ledger is None:
                self._ledger = Ledger(home.database)
            return self._ledger

    @property
    def approvals(self) -> Approvals:
        """What persons were asked, and what they said."""
        return Approvals(self.home.database)

    def promotions(self, organisation: str) -> Promotions:
        """The gates' signed verdicts."""
        home = self.home
        return Promotions(home.database, SigningKey(home.folder("keys"), "promotion"), organisation)

    def close(self) -> None:
        """Closes what was opened."""
        with self._lock:
            self._closed = True
            if self._home is not None:
                self._home.close()
                self._home = None


@dataclass(frozen=True)
class Services:
    """The engine's live services, shared by its runs.

    Attributes:
        router_prompt: System prompt of the router, with the specialists to choose from.
        price: What a model call costs.
        pool: Threads that tools, loaders and stores work in.
        memory: None when nothing is to be recalled or remembered.
        declared: Agent to the tools that its model is told of; schemas take long to make.
    """

    settings: Settings
    registry: Registry
    specialists: Mapping[str, Specialist]
    model: BaseChatModel
    model_name: str
    router_prompt: str
    price: Price
    pool: Executor
    stores: Stores
    memory: Memory | None = None
    declared: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])

    @property
    def home(self) -> Home:
        """The embedded stores."""
        return self.stores.home


@dataclass
class Meter:
    """Tokens and money of one run, kept under its caps.

    A call that is under way counts as what it was assumed to take, so that calls at the same time share one cap.
    """

    price: Price
    max_tokens: int
    max_usd: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    _held_tokens: int = 0
    _held_usd: float = 0.0

    @contextmanager
    def call(self, characters: int) -> Generator[None]:
        """Holds what the next model call is assumed to take while it is under way.

        Raises:
            BudgetExceededError: It would.
            ConfigurationError: There is a money cap and the model's price is not known.
        """
        tokens = int(characters / CHARACTERS_PER_TOKEN) + 1
        spent = self.input_tokens + self.output_tokens + self._held_tokens
        if spent + tokens > self.max_tokens:
            raise BudgetExceededError(
                "the next model call would pass the token cap", fix="Raise max_tokens or ask less at once"
            )
        price = self._price_under_cap(tokens)
        self._held_tokens += tokens
        self._held_usd += price
        try:
            yield
        finally:
            self._held_tokens -= tokens
            self._held_usd -= price

    def _price_under_cap(self, tokens: int) -> float:
        if self.max_usd is None:
            return 0.0
        price = self.price(tokens, OUTPUT_ALLOWANCE)
        if price is None:
            raise ConfigurationError(
                "the model's price is not known, so a money cap cannot be kept",
                fix="Leave max_usd out or choose a model with a known price",
            )
        # Written so that a cap that is no number lets nothing pass.
        if not self.usd + self._held_usd + price <= self.max_usd:
            raise BudgetExceededError(
                "the next model call would pass the money cap", fix="Raise max_usd or ask less at once"
            )
        return price

    def after(self, input_tokens: int, output_tokens: int) -> None:
        """Books what a model call used."""
        self.input_tokens += input_tokens
        self.output_tokens += output_tokens
        self.usd += self.price(input_tokens, output_tokens) or 0.0


@dataclass
class Stopwatch:
    """Wall time during which at least one tool was at work."""

    seconds: float = 0.0
    _running: int = 0
    _since: float = 0.0

    def __enter__(self) -> Stopwatch:
        if self._running == 0:
            self._since = time.perf_counter()
        self._running += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._running -= 1
        if self._running == 0:
            self.seconds += time.perf_counter() - self._since


@dataclass
class Run:
    """One run: who asked, its caps, its trace, and what it has found so far.

    Attributes:
        sources: Data as given: datasets, paths, globs or ids of the workspace.
        ledger: Evidence by id, in order of arrival; `results` holds the same evidence's results.
        overrides: Column roles that this request names.
        guardrails: When a person must decide before money is moved.
        max_seconds: Cap on the wall time of this attempt.
        request: What was asked for, JSON-plain, as the ledger keeps it.
        carried: What the conversation hands on to this run, as state.
        entered: Whether the ledger has a row of this run that is this process's to write.
        outcome: What the run hands on to its conversation, once it has ended.
        stopped: Why the run was stopped from outside: `cancelled`, `timed_out`, or an empty string.
        failures: Step to the error that stopped it.
        found: Step to the calls that found something, also where the step failed later.
        verdicts: Verdicts on texts, which depend on text and evidence alone.
    """

    services: Services
    id: str
    thread: str
    organisation: str
    trace: Trace
    meter: Meter
    sources: tuple[Any, ...] = ()
    overrides: dict[str, Any] = field(default_factory=dict[str, Any])
    interactive: bool = True
    guardrails: Guardrails = field(default_factory=Guardrails)
    max_seconds: float | None = None
    request: dict[str, Any] = field(default_factory=dict[str, Any])
    carried: dict[str, Any] = field(default_factory=dict[str, Any])
    entered: bool = False
    outcome: dict[str, Any] | None = None
    stopped: Literal["", "cancelled", "timed_out"] = ""
    sink: Sink | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    watch: Stopwatch = field(default_factory=Stopwatch)
    ledger: dict[str, Evidence] = field(default_factory=dict[str, Evidence])
    results: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    verdicts: dict[tuple[str, bool], Verdict] = field(default_factory=dict[tuple[str, bool], Verdict])
    failures: dict[int, BaseException] = field(default_factory=dict[int, BaseException])
    found: dict[int, list[Call]] = field(default_factory=dict[int, list[Call]])

    def emit(self, kind: str, **data: Any) -> None:
        """Tells whoever listens what happens."""
        if self.sink is not None:
            self.sink(kind, data)

    def check_cancelled(self) -> None:
        """Stops here when whoever asked no longer wants the answer.

        Raises:
            CancelledError: They do not.
        """
        if self.cancelled.is_set():
            raise CancelledError("the run was stopped")

    def evidence(self, identifier: str) -> Evidence | None:
        """Evidence of this run, or of an earlier run when the state names it."""
        return self.ledger.get(identifier) or self.services.home.evidence.get(identifier)

    def keep(self, found: Evidence) -> None:
        """Adds evidence to the ledger."""
        self.ledger[found.id] = found
        self.results[found.id] = found.result

    @cached_property
    def reader(self) -> Reader:
        """Reads texts with the evidence found so far."""
        return Reader(self.results)
