"""Why a claim says what it says: from each number back to tool, arguments, data and the decision to ask."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import DatasetRef, Evidence
from liftos_agents.domain.findings import Claim
from liftos_agents.domain.reference import ReferenceFault, references, resolve, show, unit_of
from liftos_agents.errors import NotFoundError
from liftos_agents.tracing.branches import Branch, tree_of
from liftos_agents.tracing.printed import occurrences
from liftos_agents.tracing.reader import RunReader
from liftos_agents.tracing.records import DecisionRecord

POINTER = re.compile(r"\{?(ev_[0-9a-f]*):([^|{}]+?)(?:\|([a-z_]+))?\}?")
CLAIM_ID = re.compile(r"[cr]\d+")


class DataUsed(BaseModel):
    """The part of a dataset that a tool call read.

    Attributes:
        id: sha256 of the content.
        rows, columns: Of the whole table; None where the record does not say.
        used: The columns that the call's roles name.
        start, end: First and last date, ISO.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    rows: int | None = None
    columns: int | None = None
    used: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    frequency: str | None = None


class NumberExplained(BaseModel):
    """Where one shown value comes from.

    Attributes:
        shown: As the reader sees it.
        value: As the tool returned it; a mapping for an estimate.
        unit: As the tool states it, or None.
        path: Its place in the tool's result.
        evidence: Evidence id.
        arguments: What the tool was called with, roles of columns included.
        datasets: The data by content hash.
        data: The same with rows, columns and window.
        decisions: Who asked for the call, and why.
    """

    model_config = ConfigDict(frozen=True)

    shown: str
    value: Any
    unit: str | None
    path: str
    evidence: str
    tool: str
    version: str
    arguments: dict[str, Any]
    datasets: tuple[DatasetRef, ...] = ()
    data: tuple[DataUsed, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()


class Explanation(BaseModel):
    """A claim of a run with the origin of every number in it.

    `claim` is a claim's id, or what was asked for: a reference, a number as it is printed.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str
    claim: str
    text: str
    agent: str = ""
    numbers: tuple[NumberExplained, ...] = ()
    decisions: tuple[DecisionRecord, ...] = Field(default=())
    """What was decided about the claim itself: kept, repaired, dropped."""

    def tree(self) -> Branch:
        """The explanation as nested lines."""
        return tree_of(self)


def why(store: RunReader, run_id: str, what: str, *, organisation: str | None = None) -> Explanation:
    """Where the numbers of a stored run come from.

    Args:
        run_id: A run's id, or enough of its beginning.
        what: A claim or recommendation (`c1`, `r2`), a reference (`ev_7f3a…:channels.tv.roas`), or a number as the
            answer prints it (`12.7%`).
        organisation: Look in this organisation's runs alone.

    Raises:
        NotFoundError: No such run, a run without an answer, or nothing like that in it.
    """
    run = store.run(run_id, organisation=organisation)
    if not run.answer:
        raise NotFoundError(f"run {run.id!r} has no answer ({run.status})", where="liftos trace why")
    answer = Answer.model_validate(run.answer)
    return explain(answer, what, store.decisions(run.id), store.inputs(run.id).get("briefs", ()))


def explain(
    answer: Answer,
    what: str,
    decisions: Sequence[DecisionRecord] = (),
    briefs: Sequence[Mapping[str, Any]] = (),
) -> Explanation:
    """As `why`, from an answer at hand, the decisions of its run and what is known of its data.

    Raises:
        NotFoundError: The answer has nothing like that.
    """
    book = _Book({e.id: e for e in answer.evidence}, decisions, {str(b["id"]): b for b in briefs})
    pointed = POINTER.fullmatch(what.strip())
    if pointed:
        return _of_reference(answer, book, pointed.group(1), pointed.group(2), pointed.group(3))
    if what in {claim.id for claim in _claims(answer)} or not any(c.isdigit() for c in what):
        return _of_claim(answer, book, _claim(answer, what))
    printed = occurrences(answer, what)
    if not printed:
        if CLAIM_ID.fullmatch(what):
            return _of_claim(answer, book, _claim(answer, what))
        raise NotFoundError(
            f"the answer of run {answer.run_id!r} prints no {what!r}",
            fix=f"Give a number as it is printed, a reference, or a claim: {_known(answer)}",
        )
    numbers = tuple(dict.fromkeys((o.evidence, o.path, o.format) for o in printed))
    said = sorted({o.claim for o in printed if o.claim}, key=[c.id for c in _claims(answer)].index)
    where = f"is said in {', '.join(said)}" if said else "is in the evidence"
    return Explanation(
        run_id=answer.run_id,
        claim=what,
        text=f"{what} {where}",
        numbers=tuple(book.explained(*number) for number in numbers),
        decisions=tuple(
            record for claim in _claims(answer) if claim.id in said for record in book.about(claim)
        ),
    )


def _of_claim(answer: Answer, book: _Book, claim: Claim) -> Explanation:
    return Explanation(
        run_id=answer.run_id,
        claim=claim.id,
        text=claim.text,
        agent=claim.agent,
        numbers=tuple(book.explained(r.evidence, r.path, r.format) for r in references(claim.source)),
        decisions=book.about(claim),
    )


def _of_reference(answer: Answer, book: _Book, start: str, path: str, format_name: str | None) -> Explanation:
    found = [identifier for identifier in book.found if identifier.startswith(start)]
    if len(found) != 1:
        raise NotFoundError(
            f"evidence {start!r} is not in the answer" if not found else f"several begin with {start!r}",
            fix=f"It rests on {', '.join(book.found)}" if book.found else "It rests on no evidence",
        )
    try:
        number = book.explained(found[0], path, format_name)
    except NotFoundError as error:
        keys = ", ".join(book.found[found[0]].result)
        raise NotFoundError(f"{found[0]} has no value at {path!r}", fix=f"It has: {keys}") from error
    said = [c.id for c in _claims(answer) if any(r.path == path for r in references(c.source))]
    text = f"{number.shown}, said in {', '.join(said)}" if said else number.shown
    return Explanation(run_id=answer.run_id, claim=f"{found[0]}:{path}", text=text, numbers=(number,))


@dataclass(frozen=True)
class _Book:
    """What is known of a run: its evidence, its decisions, its data."""

    found: Mapping[str, Evidence]
    decisions: Sequence[DecisionRecord]
    briefs: Mapping[str, Mapping[str, Any]]

    def about(self, claim: Claim) -> tuple[DecisionRecord, ...]:
        """What was decided about a claim itself."""
        return tuple(
            r
            for r in self.decisions
            if r.decision.kind != "tool_call"
            and claim.id in (r.decision.chosen, r.decision.detail.get("claim"))
        )

    def explained(self, identifier: str, path: str, format_name: str | None) -> NumberExplained:
        """One value with its origin."""
        evidence = self.found.get(identifier)
        if evidence is None:
            raise NotFoundError(
                f"evidence {identifier!r} is not in the answer", fix="The stored run is damaged"
            )
        try:
            shown, value = show(evidence.result, path, format_name), resolve(evidence.result, path)
        except ReferenceFault as fault:
            raise NotFoundError(f"{fault} in {identifier!r}", fix="The stored run is damaged") from fault
        return NumberExplained(
            shown=shown,
            value=value,
            unit=unit_of(evidence.result, path),
            path=path,
            evidence=identifier,
            tool=evidence.tool,
            version=evidence.version,
            arguments=evidence.arguments,
            datasets=evidence.datasets,
            data=tuple(self._used(reference, evidence) for reference in evidence.datasets),
            decisions=self._asked(identifier),
        )

    def _asked(self, identifier: str) -> tuple[DecisionRecord, ...]:
        """Who asked for a call; of one that another call made within itself, who asked for that one."""
        calls = [r for r in self.decisions if r.decision.kind == "tool_call"]
        asked = tuple(r for r in calls if identifier in r.decision.evidence)
        if asked:
            return asked
        outer = {e.id for e in self.found.values() if identifier in e.result.values()}
        return tuple(r for r in calls if outer & set(r.decision.evidence))

    def _used(self, reference: DatasetRef, evidence: Evidence) -> DataUsed:
        brief = self.briefs.get(reference.id, {})
        roles = cast("dict[str, Any]", evidence.arguments.get("roles") or {})
        named = [c for name, value in roles.items() if name != "notes" for c in _columns(value)]
        known = brief.get("columns") or ()
        return DataUsed(
            id=reference.id,
            name=reference.name,
            rows=brief.get("rows"),
            columns=len(known) if brief else None,
            used=tuple(dict.fromkeys(c for c in named if not known or c in known)),
            start=brief.get("start"),
            end=brief.get("end"),
            frequency=brief.get("frequency"),
        )


def _columns(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [c for part in cast("Mapping[str, Any]", value).values() for c in _columns(part)]
    return [c for part in cast("list[Any]", value) for c in _columns(part)] if isinstance(value, list) else []


def _claims(answer: Answer) -> tuple[Claim, ...]:
    return (*answer.answer.claims, *answer.answer.recommendations)


def _known(answer: Answer) -> str:
    return ", ".join(claim.id for claim in _claims(answer)) or "it makes none"


def _claim(answer: Answer, claim_id: str) -> Claim:
    for claim in _claims(answer):
        if claim.id == claim_id:
            return claim
    known = _known(answer)
    raise NotFoundError(
        f"no claim {claim_id!r} in run {answer.run_id!r}",
        fix=f"Its claims are {known}" if _claims(answer) else "It makes no claim",
    )
