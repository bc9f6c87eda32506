"""Why a claim says what it says: from each number back to tool, arguments, data and the decision to ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import DatasetRef, Evidence
from liftos_agents.domain.findings import Claim
from liftos_agents.domain.reference import ReferenceFault, references, resolve, show, unit_of
from liftos_agents.errors import NotFoundError
from liftos_agents.tracing.records import DecisionRecord
from liftos_agents.tracing.store import TraceStore


class Branch(BaseModel):
    """A line of an explanation with the lines below it."""

    model_config = ConfigDict(frozen=True)

    label: str
    below: tuple[Branch, ...] = ()


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
    decisions: tuple[DecisionRecord, ...] = ()


class Explanation(BaseModel):
    """A claim of a run with the origin of every number in it."""

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
        by_evidence: dict[str, list[NumberExplained]] = {}
        for number in self.numbers:
            by_evidence.setdefault(number.evidence, []).append(number)
        below = [_evidence_branch(numbers) for numbers in by_evidence.values()]
        below += [_decision_branch(record) for record in self.decisions]
        by = f" ({self.agent})" if self.agent else ""
        return Branch(label=f"{self.claim}{by}: {self.text}", below=tuple(below))


def why(store: TraceStore, run_id: str, claim_id: str, *, organisation: str | None = None) -> Explanation:
    """Where the numbers of a claim or recommendation of a stored run come from.

    Args:
        run_id: A run's id, or enough of its beginning.
        claim_id: `c1`, `r2`.
        organisation: Look in this organisation's runs alone.

    Raises:
        NotFoundError: No such run, a run without an answer, or no such claim in it.
    """
    run = store.run(run_id, organisation=organisation)
    if not run.answer:
        raise NotFoundError(f"run {run.id!r} has no answer ({run.status})", where="liftos trace why")
    return explain(Answer.model_validate(run.answer), claim_id, store.decisions(run.id))


def explain(answer: Answer, claim_id: str, decisions: Sequence[DecisionRecord] = ()) -> Explanation:
    """As `why`, from an answer at hand and the decisions of its run.

    Raises:
        NotFoundError: The answer has no such claim.
    """
    claim = _claim(answer, claim_id)
    found = {evidence.id: evidence for evidence in answer.evidence}
    numbers = tuple(
        _explained(found, reference.evidence, reference.path, reference.format, decisions)
        for reference in references(claim.source)
    )
    about = tuple(r for r in decisions if r.decision.kind != "tool_call" and _concerns(r, claim))
    return Explanation(
        run_id=answer.run_id,
        claim=claim.id,
        text=claim.text,
        agent=claim.agent,
        numbers=numbers,
        decisions=about,
    )


def _claim(answer: Answer, claim_id: str) -> Claim:
    body = answer.answer
    every = (*body.claims, *body.recommendations)
    for claim in every:
        if claim.id == claim_id:
            return claim
    known = ", ".join(claim.id for claim in every)
    raise NotFoundError(
        f"no claim {claim_id!r} in run {answer.run_id!r}",
        fix=f"Its claims are {known}" if known else "It makes no claim",
    )


def _explained(
    found: dict[str, Evidence],
    identifier: str,
    path: str,
    format_name: str | None,
    decisions: Sequence[DecisionRecord],
) -> NumberExplained:
    evidence = found.get(identifier)
    if evidence is None:
        raise NotFoundError(f"evidence {identifier!r} is not in the answer", fix="The stored run is damaged")
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
        decisions=tuple(
            r for r in decisions if r.decision.kind == "tool_call" and identifier in r.decision.evidence
        ),
    )


def _concerns(record: DecisionRecord, claim: Claim) -> bool:
    return claim.id in (record.decision.chosen, record.decision.detail.get("claim"))


def _evidence_branch(numbers: list[NumberExplained]) -> Branch:
    """One tool call with every value of the claim that came from it."""
    first = numbers[0]
    below = [_number_branch(number) for number in numbers]
    given = {name: value for name, value in first.arguments.items() if value not in (None, [], {}, "")}
    roles = given.pop("roles", None)
    if given:
        below.append(Branch(label=f"arguments: {_pairs(given)}"))
    if isinstance(roles, dict):
        used = {
            name: value
            for name, value in cast("dict[str, Any]", roles).items()
            if name != "notes" and value not in (None, [], {}, "")
        }
        below.append(Branch(label=f"columns: {_pairs(used)}"))
    below += [Branch(label=f"data: {data.name}, sha256 {data.id}") for data in first.datasets]
    below += [_decision_branch(record) for record in first.decisions]
    return Branch(label=f"{first.evidence}: {first.tool} version {first.version}", below=tuple(below))


def _number_branch(number: NumberExplained) -> Branch:
    unit = f" ({number.unit})" if number.unit else ""
    return Branch(label=f"{number.shown} is {number.path}{unit}")


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {_plain(value)}" for name, value in values.items())


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        inner = (f"{name}: {_plain(part)}" for name, part in cast("dict[str, Any]", value).items())
        return f"({'; '.join(inner)})"
    if isinstance(value, list | tuple):
        return " + ".join(_plain(part) for part in cast("list[Any]", value))
    return str(value)


def _decision_branch(record: DecisionRecord) -> Branch:
    decision = record.decision
    reason = f": {decision.reason}" if decision.reason else ""
    if decision.kind == "claim":
        return Branch(label=f"decision {record.position}: {decision.actor} claimed this{reason}")
    asked = f", asked {decision.asked!r}" if decision.asked else ""
    return Branch(
        label=f"decision {record.position}: {decision.actor} chose {decision.chosen}{asked}{reason}"
    )
