"""Two runs side by side: what was asked, planned, called, found and claimed, and why findings differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.findings import Claim
from liftos_agents.domain.reference import REFERENCE, ReferenceFault, references, show
from liftos_agents.tracing.reader import RunReader
from liftos_agents.tracing.records import DecisionRecord, RunRecord

Side = Literal["same", "changed", "left", "right"]


class FieldDiff(BaseModel):
    """One thing that differs; empty where a run has none."""

    model_config = ConfigDict(frozen=True)

    name: str
    left: str
    right: str


class CallDiff(BaseModel):
    """One tool call in both runs, or in one (`left`, `right`).

    Attributes:
        evidence: Its evidence id on the left and on the right.
        why: What makes the evidence differ: version, arguments, data.
    """

    model_config = ConfigDict(frozen=True)

    side: Side
    agent: str
    tool: str
    arguments: dict[str, Any]
    evidence: tuple[str, str]
    why: tuple[FieldDiff, ...] = ()


class ClaimDiff(BaseModel):
    """One sentence in both runs, or in one; `numbers` are those that changed."""

    model_config = ConfigDict(frozen=True)

    side: Side
    left: str = ""
    right: str = ""
    numbers: tuple[FieldDiff, ...] = ()


class RunDiff(BaseModel):
    """How two runs differ."""

    model_config = ConfigDict(frozen=True)

    left: str
    right: str
    fields: tuple[FieldDiff, ...] = ()
    calls: tuple[CallDiff, ...] = ()
    claims: tuple[ClaimDiff, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.fields and all(part.side == "same" for part in (*self.calls, *self.claims))


def diff(store: RunReader, left: str, right: str, *, organisation: str | None = None) -> RunDiff:
    """How two stored runs differ.

    Raises:
        NotFoundError: No such run.
    """
    runs = [store.run(identifier, organisation=organisation) for identifier in (left, right)]
    bodies = [Answer.model_validate(run.answer) if run.answer else None for run in runs]
    found = [{e.id: e for e in body.evidence} if body else {} for body in bodies]
    calls = [_calls(store.decisions(run.id)) for run in runs]
    claims = [(*b.answer.claims, *b.answer.recommendations) if b else () for b in bodies]
    return RunDiff(
        left=runs[0].id,
        right=runs[1].id,
        fields=_fields(runs[0], runs[1], bodies[0], bodies[1]),
        calls=_compare_calls(calls[0], calls[1], {**found[0], **found[1]}),
        claims=_compare_claims(claims[0], claims[1], found[0], found[1]),
    )


def why_differs(one: Evidence, other: Evidence) -> tuple[FieldDiff, ...]:
    """What makes two evidence ids differ: tool, version, arguments, data."""
    return (
        *_changed("tool", one.tool, other.tool),
        *_changed("version", one.version, other.version),
        *argument_changes(one.arguments, other.arguments),
        *_changed("data", _data(one), _data(other)),
    )


def argument_changes(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[FieldDiff, ...]:
    """Arguments that differ, roles of columns one by one."""
    left, right = _flat(one), _flat(other)
    names = sorted({*left, *right})
    return tuple(
        change for name in names for change in _changed(name, left.get(name, ""), right.get(name, ""))
    )


def _calls(decisions: Sequence[DecisionRecord]) -> list[DecisionRecord]:
    return [record for record in decisions if record.decision.kind == "tool_call"]


def _fields(
    left: RunRecord, right: RunRecord, one: Answer | None, other: Answer | None
) -> tuple[FieldDiff, ...]:
    versions = {*left.versions, *right.versions}
    return (
        *_changed("question", left.question, right.question),
        *_changed("status", left.status, right.status),
        *_changed("model", left.model, right.model),
        *_changed("plan", _plan(left), _plan(right)),
        *_changed("headline", one.answer.headline if one else "", other.answer.headline if other else ""),
        *(
            change
            for name in sorted(versions)
            for change in _changed(name, left.versions.get(name, ""), right.versions.get(name, ""))
        ),
    )


def _plan(run: RunRecord) -> str:
    steps = cast("list[dict[str, Any]]", run.plan.get("steps") or [])
    return " → ".join(f"{step.get('agent')}: {step.get('goal')}" for step in steps)


def _compare_calls(
    left: list[DecisionRecord], right: list[DecisionRecord], found: Mapping[str, Evidence]
) -> tuple[CallDiff, ...]:
    """Calls with the same evidence first, then the same arguments, then the same tool of the same agent."""
    rest, pairs = list(right), dict[int, DecisionRecord]()
    for alike in (_same_evidence, _same_arguments, _same_tool):
        for position, record in enumerate(left):
            if position in pairs:
                continue
            match = next((other for other in rest if alike(record, other)), None)
            if match is not None:
                pairs[position] = match
                rest.remove(match)
    compared = [_call_diff(record, pairs.get(position), found) for position, record in enumerate(left)]
    return (*compared, *(_call_diff(None, record, found) for record in rest))


def _same_evidence(one: DecisionRecord, other: DecisionRecord) -> bool:
    return _same_tool(one, other) and bool(_evidence(one)) and _evidence(one) == _evidence(other)


def _same_arguments(one: DecisionRecord, other: DecisionRecord) -> bool:
    return _same_tool(one, other) and canonical_json(_given(one)) == canonical_json(_given(other))


def _same_tool(one: DecisionRecord, other: DecisionRecord) -> bool:
    return (one.decision.actor, one.decision.chosen) == (other.decision.actor, other.decision.chosen)


def _call_diff(
    left: DecisionRecord | None, right: DecisionRecord | None, found: Mapping[str, Evidence]
) -> CallDiff:
    one, other = _evidence(left), _evidence(right)
    side: Side = "left" if right is None else "right" if left is None else "same"
    why: tuple[FieldDiff, ...] = ()
    if left is not None and right is not None and one != other:
        side = "changed"
        if one in found and other in found:
            why = why_differs(found[one], found[other])
        else:
            why = argument_changes(_given(left), _given(right)) or _changed(
                "outcome", left.decision.reason or one, right.decision.reason or other
            )
    shown = left or right
    assert shown is not None
    return CallDiff(
        side=side,
        agent=shown.decision.actor,
        tool=shown.decision.chosen,
        arguments=_given(shown),
        evidence=(one, other),
        why=why,
    )


def _compare_claims(
    left: Sequence[Claim],
    right: Sequence[Claim],
    ours: Mapping[str, Evidence],
    theirs: Mapping[str, Evidence],
) -> tuple[ClaimDiff, ...]:
    rest, pairs = list(right), dict[int, Claim]()
    for key in (_words, _form):
        for position, claim in enumerate(left):
            if position not in pairs:
                match = next((other for other in rest if key(other) == key(claim)), None)
                if match is not None:
                    pairs[position] = match
                    rest.remove(match)
    compared: list[ClaimDiff] = []
    for position, claim in enumerate(left):
        other = pairs.get(position)
        if other is None:
            compared.append(ClaimDiff(side="left", left=claim.text))
        elif other.text == claim.text:
            compared.append(ClaimDiff(side="same", left=claim.text, right=other.text))
        else:
            numbers = _number_changes(claim, other, ours, theirs)
            compared.append(ClaimDiff(side="changed", left=claim.text, right=other.text, numbers=numbers))
    return (*compared, *(ClaimDiff(side="right", right=claim.text) for claim in rest))


def _words(claim: Claim) -> str:
    return claim.text


def _form(claim: Claim) -> str:
    """A claim's words without its values: two that differ in numbers alone have the same."""
    return REFERENCE.sub(lambda match: f"{{{match.group(2)}}}", claim.source)


def _number_changes(
    one: Claim, other: Claim, ours: Mapping[str, Evidence], theirs: Mapping[str, Evidence]
) -> tuple[FieldDiff, ...]:
    found: list[FieldDiff] = []
    for left, right in zip(references(one.source), references(other.source), strict=False):
        shown = [
            _shown(book.get(reference.evidence), reference.path, reference.format)
            for book, reference in ((ours, left), (theirs, right))
        ]
        found += _changed(left.path, shown[0], shown[1])
    return tuple(found)


def _shown(evidence: Evidence | None, path: str, format_name: str | None) -> str:
    try:
        return show(evidence.result, path, format_name) if evidence else ""
    except ReferenceFault:
        return ""


def _evidence(record: DecisionRecord | None) -> str:
    return record.decision.evidence[0] if record and record.decision.evidence else ""


def _given(record: DecisionRecord) -> dict[str, Any]:
    return cast("dict[str, Any]", record.decision.detail.get("arguments") or {})


def _data(evidence: Evidence) -> str:
    return ", ".join(f"{ref.name} ({ref.id[:12]})" for ref in evidence.datasets)


def _flat(arguments: Mapping[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in arguments.items():
        if isinstance(value, Mapping) and name == "roles":
            roles = cast("Mapping[str, Any]", value)
            flat |= {f"column {role}": _text(part) for role, part in roles.items() if role != "notes"}
        else:
            flat[name] = _text(value)
    return flat


def _text(value: Any) -> str:
    return value if isinstance(value, str) else canonical_json(value)


def _changed(name: str, left: str, right: str) -> tuple[FieldDiff, ...]:
    return () if left == right else (FieldDiff(name=name, left=left, right=right),)
