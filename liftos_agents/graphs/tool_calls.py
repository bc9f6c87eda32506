"""Running a specialist's tool calls: off the event loop, timed, one computation for equal calls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import ToolMessage

from liftos_agents.data import Dataset, work_out_roles
from liftos_agents.data.catalogue_table import is_catalogue
from liftos_agents.domain.canonical import content_hash
from liftos_agents.domain.decision import Decision
from liftos_agents.domain.evidence import EVIDENCE_PREFIX, Evidence
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.domain.specialist import Specialist
from liftos_agents.errors import AmbiguousRoleError, CancelledError, LiftError, UserError
from liftos_agents.graphs.compaction import compact
from liftos_agents.graphs.messages import error_message, evidence_message, evidence_text
from liftos_agents.graphs.services import Run
from liftos_agents.graphs.state import Call
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import ToolSpec
from liftos_agents.tracing.names import AGENT, CACHED, EVIDENCE, TOOL_CALL

_TOLD = 128


@dataclass(frozen=True)
class Subject:
    """The data that a run's tools work on."""

    table: Dataset | None = None
    roles: ColumnRoles | None = None
    text: Dataset | None = None
    product: Dataset | None = None

    def of(self, spec: ToolSpec) -> tuple[Dataset | None, ColumnRoles | None]:
        """The dataset and roles that a tool gets."""
        if spec.data == "rows":
            return self.table, None
        if spec.data in ("panel", "table", "optional_table"):
            return self.table, self.roles
        if spec.data == "product":
            return self.product, None
        return (self.text, None) if spec.data == "text" else (None, None)


def subject_of(datasets: list[Dataset], overrides: Mapping[str, Any]) -> Subject:
    """The first table with its roles, the first text, and the first catalogue, else that text.

    A table that is no catalogue goes before one; unclear roles are left to the tools to name.
    """
    tables = [d for d in datasets if d.kind == "table"]
    catalogue = next((d for d in tables if is_catalogue(d)), None)
    table = next((d for d in tables if d is not catalogue), catalogue)
    text = next((d for d in datasets if d.kind == "text"), None)
    roles = None
    if table is not None:
        try:
            roles = work_out_roles(table, overrides) if overrides else table.roles
        except UserError:
            roles = None
    return Subject(table, roles, text, catalogue or text)


async def answer_call(
    run: Run, specialist: Specialist, subject: Subject, goal: str, call: Mapping[str, Any]
) -> tuple[ToolMessage, Call | None]:
    """The message that answers one tool call, and the call as the answer keeps it.

    A tool's own failure is a message to the model, never an exception.

    Raises:
        CancelledError: The run was stopped.
    """
    name, identifier = str(call["name"]), str(call["id"])
    if name not in specialist.tools:
        offered = ", ".join(specialist.tools)
        return error_message(
            identifier, name, "retry", f"There is no tool {name!r} here; use {offered}"
        ), None
    arguments: dict[str, Any] = dict(call["args"])
    with run.trace.span(name, "tool", {TOOL_CALL: identifier, AGENT: specialist.name}) as span:
        run.emit("tool_started", agent=specialist.name, tool=name, arguments=arguments)
        try:
            found, reused = await _evidence(run, subject, name, arguments)
        except CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 — a tool's fault must not cost the specialist its other work
            kind = "retry" if isinstance(error, ToolRetry | AmbiguousRoleError) else "failed"
            message = _explained(name, error)
            _decide(run, specialist, goal, name, arguments, (), message)
            span.fail(message)
            run.emit("tool_finished", agent=specialist.name, tool=name, error=kind, message=message)
            return error_message(identifier, name, kind, message), None
        span.set(**{EVIDENCE: [found.id], CACHED: reused})
        _decide(run, specialist, goal, name, arguments, (found.id,))
        run.emit(
            "tool_finished",
            agent=specialist.name,
            tool=name,
            evidence=found.id,
            seconds=found.seconds,
            reused=reused,
        )
    kept = Call(evidence=found.id, tool=name, arguments=arguments)
    return evidence_message(identifier, name, _told(run.services.stores.told, found)), kept


def _explained(name: str, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"{name} took longer than it may"
    return str(error) if isinstance(error, LiftError) else f"{name} stopped: {type(error).__name__}: {error}"


def _decide(
    run: Run,
    specialist: Specialist,
    goal: str,
    tool: str,
    arguments: dict[str, Any],
    evidence: tuple[str, ...],
    failure: str = "",
) -> None:
    run.trace.decide(
        Decision(
            kind="tool_call",
            actor=specialist.name,
            asked=goal,
            options=specialist.tools,
            chosen=tool,
            reason=failure,
            evidence=evidence,
            detail={"arguments": arguments},
        )
    )


async def _evidence(
    run: Run, subject: Subject, name: str, arguments: dict[str, Any]
) -> tuple[Evidence, bool]:
    """The evidence of a call and whether it was at hand already."""
    spec = run.services.registry.spec(name)
    dataset, roles = subject.of(spec)
    loop = asyncio.get_running_loop()
    store = run.services.home.evidence
    computed = threading.Event()
    given_up = threading.Event()

    def report(message: str, fraction: float | None) -> None:
        computed.set()
        loop.call_soon_threadsafe(
            lambda: run.emit("tool_progress", tool=name, message=message, fraction=fraction)
        )

    def work() -> Evidence:
        return run.services.registry.run_call(
            name,
            dataset,
            arguments,
            roles=roles,
            store=store,
            progress=report,
            cancelled=lambda: given_up.is_set() or run.cancelled.is_set(),
        )

    with run.watch:
        try:
            async with _alone(run, name, subject, arguments), asyncio.timeout(spec.timeout_seconds):
                found = await loop.run_in_executor(run.services.pool, work)
        except (TimeoutError, asyncio.CancelledError):
            given_up.set()
            raise
    keep_with_sources(run, found)
    return found, not computed.is_set()


def keep_with_sources(run: Run, found: Evidence) -> None:
    """Adds evidence to the run's ledger, with the evidence that it was built on."""
    run.keep(found)
    for used in built_on(found):
        earlier = run.services.home.evidence.get(used)
        if earlier is not None:
            same = {d.id for d in earlier.datasets} == {d.id for d in found.datasets}
            run.keep(earlier.model_copy(update={"datasets": found.datasets}) if same else earlier)


def built_on(found: Evidence) -> list[str]:
    """Ids of evidence that a result says it was built on."""
    values = found.result.values()
    return [v for v in values if isinstance(v, str) and v.startswith(EVIDENCE_PREFIX) and v != found.id]


def _alone(run: Run, name: str, subject: Subject, arguments: dict[str, Any]) -> asyncio.Lock:
    """A lock that equal calls share: the second finds the first one's evidence in the store."""
    dataset, roles = subject.of(run.services.registry.spec(name))
    key = content_hash([name, arguments, dataset.id if dataset else None, roles])
    return run.services.stores.under_way.setdefault(key, asyncio.Lock())


def _told(known: dict[str, str], found: Evidence) -> str:
    """What a model reads of evidence; the same evidence is written out once."""
    if found.id not in known:
        if len(known) >= _TOLD:
            known.pop(next(iter(known)))
        known[found.id] = evidence_text(found.id, found.tool, compact(found.result))
    return known[found.id]
