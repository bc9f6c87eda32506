"""What every station of the graph does beside its work: takes up what was found before, keeps what it did."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from langgraph.runtime import Runtime

from liftos_agents.graphs import composition
from liftos_agents.graphs.composition import Texts
from liftos_agents.graphs.services import Run
from liftos_agents.graphs.state import RunState, reports_of
from liftos_agents.graphs.tool_calls import built_on, keep_with_sources
from liftos_agents.graphs.views import vocabulary_of

Work = Callable[[Any, Runtime[Run]], Awaitable[dict[str, Any]]]


def station(work: Work) -> Work:
    """`work` as a station that a process may begin which did not see the stations before it."""

    async def at(state: RunState, runtime: Runtime[Run]) -> dict[str, Any]:
        run = runtime.context
        run.check_cancelled()
        take_up(run, state)
        update = await work(state, runtime)
        run.trace.save()
        return update

    return at


def gate(intake: Work) -> Work:
    """The station that loads data, which then has ids: from here on the run reads these bytes and no others."""

    async def at(state: RunState, runtime: Runtime[Run]) -> dict[str, Any]:
        run = runtime.context
        run.check_cancelled()
        update = await intake(state, runtime)
        identifiers: list[str] = update["datasets"]
        named = zip(identifiers, update["briefs"], strict=True)
        run.request["datasets"] = [{"id": i, "name": brief["name"]} for i, brief in named]
        await asyncio.get_running_loop().run_in_executor(
            run.services.pool, run.services.stores.ledger.note_request, run.id, run.request
        )
        run.trace.save()
        return update

    return at


def take_up(run: Run, state: RunState) -> None:
    """Puts the evidence that the reports name into the run's ledger, and judges the texts that were judged before.

    Nothing is to be done in the process that found it all.
    """
    reports = reports_of(state)
    datasets = {given["id"]: given["name"] for given in run.request.get("datasets") or ()}
    for step in reports:
        for call in reports[step]["calls"]:
            if call["evidence"] in run.ledger:
                continue
            found = run.services.home.evidence.get(call["evidence"])
            if found is not None:
                named = tuple(
                    ref.model_copy(update={"name": datasets.get(ref.id, ref.name)}) for ref in found.datasets
                )
                keep_with_sources(run, found.model_copy(update={"datasets": named}))
    texts = state.get("texts")
    if texts:
        composition.check(Texts.model_validate(texts), run.reader, vocabulary_of(state), run.verdicts)


def arrange(run: Run, state: RunState) -> None:
    """Brings the ledger into the plan's order, whatever order specialists at work side by side found things in."""
    reports = reports_of(state)
    order: dict[str, None] = {}
    for step in reports:
        for call in reports[step]["calls"]:
            found = run.ledger.get(call["evidence"])
            if found is not None:
                order |= dict.fromkeys([found.id, *(i for i in built_on(found) if i in run.ledger)])
    evidence = {identifier: run.ledger[identifier] for identifier in order}
    run.ledger.clear()
    run.results.clear()
    for found in evidence.values():
        run.keep(found)


def shelve(run: Run) -> None:
    """Puts the run's data at hand under the names that they were given."""
    stores = run.services.stores
    for given in run.request.get("datasets") or ():
        if given["id"] not in stores.shelf:
            stores.shelf[given["id"]] = replace(
                run.services.home.evidence.get_dataset(given["id"]), name=given["name"]
            )
