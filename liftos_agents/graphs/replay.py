"""A recorded run done again: its tools executed anew, its models' replies and memories from the record."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import duckdb
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import BaseModel

from liftos_agents import agents, models
from liftos_agents.data import Dataset
from liftos_agents.domain.answer import AnswerBody
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.decision import Decision
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.memory_record import MemoryKind, MemoryRecord, Recall
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import ArgumentError, LiftError, NotFoundError
from liftos_agents.graphs.reproduction import Difference, Replay, Reproduction, outcome_differences
from liftos_agents.graphs.run import new_run
from liftos_agents.graphs.run_inputs import RunInputs
from liftos_agents.graphs.services import Run, Services, Stores
from liftos_agents.graphs.state import STATE_VERSION, RunState
from liftos_agents.graphs.topology import build, fingerprint
from liftos_agents.graphs.workshop import Workshop
from liftos_agents.models.recorded import RecordedChatModel, RecordedReply
from liftos_agents.tracing.records import RunRecord

_STEPS = 200
_EVIDENCE = re.compile(r"ev_[0-9a-f]{16}")
_WAITS = "needs_approval"


async def replay(workshop: Workshop, run_id: str, *, organisation: str | None = None) -> Replay:
    """A recorded run done again in a store of its own, and where it differs from the record.

    Data come from the workspace by content, never from a file; no evidence at hand is used; nothing is remembered.

    Raises:
        NotFoundError: No such run, or its data is gone.
        ArgumentError: The run was recorded without what a replay needs.
    """
    loop = asyncio.get_running_loop()
    record = await loop.run_in_executor(
        workshop.pool, lambda: workshop.trace.run(run_id, organisation=organisation)
    )
    with _recorded(workshop, record) as again:
        return await again.held_against_the_record()


@dataclass
class _Again:
    """One replay under way."""

    workshop: Workshop
    record: RunRecord
    inputs: RunInputs
    services: Services
    model: RecordedChatModel
    trace: Reproduction
    decisions: tuple[Decision, ...]

    async def held_against_the_record(self) -> Replay:
        loop = asyncio.get_running_loop()
        faults = await loop.run_in_executor(
            self.services.pool, self.workshop.trace.run_faults, self.record.id
        )
        record_faults = [Difference(kind="record", message=f"the record was changed: {f}") for f in faults]
        await loop.run_in_executor(self.services.pool, self._prepare)
        outcome, error = await self._outcome()
        differences = [
            *record_faults,
            *self.trace.differences,
            *(Difference(kind="request", message=complaint) for complaint in self.model.complaints),
            *self.trace.not_called(),
            *outcome_differences(self._recorded_outcome(), outcome),
        ]
        if error and not self.record.error and not differences:
            differences.append(Difference(kind="status", message="the run fails now", got=error))
        return Replay(
            run_id=self.record.id,
            question=self.record.question,
            calls=self.trace.calls,
            reproduced=tuple(self.trace.reproduced),
            differences=tuple(differences),
        )

    async def _outcome(self) -> tuple[dict[str, Any], str]:
        """What came out, with the keys of `_recorded_outcome`, and what stopped it."""
        run = self._run()
        first = {
            **self.inputs.carried,
            "version": STATE_VERSION,
            "topology": fingerprint(),
            "run": run.id,
            "asked": self.inputs.asked,
        }
        graph: Any = build(InMemorySaver())
        config = {"configurable": {"thread_id": run.id}, "recursion_limit": _STEPS}
        try:
            final = await graph.ainvoke(cast("RunState", first), config, context=run)
        except LiftError as error:
            return {"status": "failed"}, str(error)
        status = _WAITS if "__interrupt__" in final else str(final.get("status"))
        if status == "failed":
            return {"status": status}, "no specialist got done"
        return {
            "status": status,
            "plan": _whole(Plan, final.get("plan")),
            "answer": _whole(AnswerBody, final.get("answer")),
            "evidence": final.get("evidence"),
        }, ""

    def _recorded_outcome(self) -> dict[str, Any]:
        answer = self.record.answer
        if not answer:
            return {} if self.record.status in ("cancelled", "timed_out") else {"status": self.record.status}
        found: dict[str, Any] = {"status": self.record.status, "plan": _whole(Plan, self.record.plan)}
        found["evidence"] = [evidence["id"] for evidence in answer.get("evidence") or ()]
        if self.record.status != _WAITS:
            found["answer"] = _whole(AnswerBody, answer.get("answer"))
        return found

    def _run(self) -> Run:
        inputs = self.inputs
        names = {given.id: given.name for given in inputs.datasets}
        run = new_run(
            self.services,
            self.trace,
            organisation=self.record.organisation,
            run_id=self.record.id,
            thread=self.record.thread_id,
            sources=tuple((names[identifier], identifier) for identifier in inputs.sources),
            overrides=inputs.overrides,
            interactive=inputs.interactive,
            max_usd=inputs.max_usd,
        )
        run.meter.max_tokens = inputs.max_tokens
        run.guardrails = inputs.guardrails
        run.carried = inputs.carried
        return run

    def _prepare(self) -> None:
        """Makes anew what earlier runs had found and this one built on, and takes over what persons decided."""
        asked = self.workshop.stores.approvals.of_run(self.record.id)
        own = self.services.stores.approvals
        own.ask([question.model_copy(update={"status": "pending"}) for question in asked])
        for question in asked:
            if question.status in ("approved", "denied"):
                verdict = cast("Any", question.status)
                own.decide(self.record.id, verdict, approval=question.id, by=question.by, note=question.note)
        called = {i for d in self.decisions if d.kind == "tool_call" for i in d.evidence}
        answered = self.record.answer.get("evidence") or ()
        named = _EVIDENCE.findall(canonical_json([d.detail for d in self.decisions]))
        for identifier in dict.fromkeys([*(e["id"] for e in answered), *named]):
            if identifier not in called:
                self._compute(identifier, frozenset())

    def _compute(self, identifier: str, above: frozenset[str]) -> None:
        """Computes evidence of an earlier call, after what its arguments refer to."""
        recorded = self.workshop.stores.home.evidence.get(identifier)
        stores = self.services.stores
        if recorded is None or identifier in above or stores.home.evidence.get(identifier) is not None:
            return
        for earlier in _EVIDENCE.findall(canonical_json(recorded.arguments)):
            self._compute(earlier, above | {identifier})
        asked = Decision(
            kind="tool_call",
            actor="",
            chosen=recorded.tool,
            evidence=(identifier,),
            detail={"arguments": recorded.arguments},
        )
        try:
            found = self._call(recorded)
        except LiftError as error:
            got = f"no evidence: {error}"
        else:
            if found.id == identifier:
                self.trace.compare(found, asked)
                return
            got = found.id
        self.trace.differences.append(
            Difference(
                kind="evidence",
                message=f"{recorded.tool} gives other evidence",
                tool=recorded.tool,
                arguments=recorded.arguments,
                expected=identifier,
                got=got,
            )
        )

    def _call(self, recorded: Evidence) -> Evidence:
        arguments = dict(recorded.arguments)
        roles = arguments.pop("roles", None)
        arguments.pop("lacking", None)
        dataset = _dataset(self.workshop, recorded.datasets[0].id) if recorded.datasets else None
        return self.services.registry.run_call(
            recorded.tool,
            dataset,
            arguments,
            roles=ColumnRoles.model_validate(roles) if roles else None,
            store=self.services.home.evidence,
        )


class _Remembered:
    """A memory that says what it said then, and learns nothing."""

    def __init__(self, recalled: tuple[Recall, ...]) -> None:
        self._recalled = recalled

    def recall(self, organisation: str, query: str, *, limit: int = 5) -> tuple[Recall, ...]:
        """What was recalled when the run was recorded."""
        return self._recalled

    def standing(
        self, organisation: str, kinds: Sequence[MemoryKind], limit: int = 5
    ) -> tuple[MemoryRecord, ...]:
        """Nothing beside: what stood then is among what was recalled."""
        return ()

    def remember(self, records: Any) -> int:
        """Keeps nothing."""
        return 0


@contextmanager
def _recorded(workshop: Workshop, record: RunRecord) -> Generator[_Again]:
    """A replay with a home of its own, which is gone at the end of the block."""
    noted = workshop.trace.inputs(record.id)
    if not noted:
        raise ArgumentError(
            f"run {record.id!r} holds too little to be done again: it was stopped before it had its data, or "
            "recorded by an earlier version",
            where="RUN",
            fix="Ask the question again",
        )
    inputs = RunInputs.model_validate(noted)
    replies = [
        RecordedReply(reply.request, reply.agent, reply.parts, reply.reply)
        for reply in workshop.trace.replies(record.id)
    ]
    model = RecordedChatModel(replies, record.model)
    decisions = tuple(made.decision for made in workshop.trace.decisions(record.id))
    with tempfile.TemporaryDirectory(prefix="liftos-replay-") as folder, ThreadPoolExecutor(2) as pool:
        settings = replace(
            workshop.settings, home=Path(folder), database_url=None, organisation=record.organisation
        )
        stores = Stores(settings)
        try:
            for given in inputs.datasets:
                known = _dataset(workshop, given.id)
                named = replace(known, name=given.name, notes=given.notes, currencies=dict(given.currencies))
                stores.shelf[given.id] = named
            services = Services(
                settings=settings,
                registry=workshop.registry,
                specialists=workshop.specialists,
                model=model,
                model_name=record.model,
                router_prompt=agents.router_prompt(workshop.specialists),
                price=lambda read, written: models.cost(
                    {"input_tokens": read, "output_tokens": written}, record.model
                ),
                pool=pool,
                stores=stores,
                memory=None if inputs.recalled is None else _Remembered(inputs.recalled),
            )
            trace = Reproduction(decisions, workshop.trace.sealed_evidence(record.id), stores)
            yield _Again(workshop, record, inputs, services, model, trace, decisions)
        finally:
            pool.shutdown()
            stores.close()


def _whole(kind: type[BaseModel], value: Any) -> dict[str, Any]:
    """A value with every field of its kind, those included that were left at their default."""
    return kind.model_validate(value or {}).model_dump(mode="json")


def _dataset(workshop: Workshop, identifier: str) -> Dataset:
    try:
        return workshop.stores.home.evidence.get_dataset(identifier)
    except (NotFoundError, OSError, duckdb.Error) as error:
        raise NotFoundError(
            f"the data of the run is gone from the workspace: {identifier[:16]}…",
            fix="Ask the question again",
        ) from error
