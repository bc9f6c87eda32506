"""What a replay is held against: the calls, evidence and answer on record, and each way in which it differs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.data.store import ordered_json
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.decision import Decision
from liftos_agents.domain.evidence import Evidence
from liftos_agents.graphs.services import Stores, Untraced
from liftos_agents.tracing.redaction import redact
from liftos_agents.tracing.seals import result_hash

DifferenceKind = Literal["record", "evidence", "result", "call", "request", "plan", "answer", "status"]


class Difference(BaseModel):
    """One way in which a replay is not what was recorded.

    Attributes:
        kind: `record`: the record itself was changed; `evidence`: a call has another id; `result`: the same id and
            another result; `call`: a call on one side only; `request`: a model was asked something else; `plan`,
            `answer`, `status`: what came out.
        expected, got: On record, and now.
    """

    model_config = ConfigDict(frozen=True)

    kind: DifferenceKind
    message: str
    agent: str = ""
    tool: str = ""
    arguments: dict[str, Any] = Field(default_factory=dict)
    expected: str = ""
    got: str = ""


class Replay(BaseModel):
    """A run done again.

    Attributes:
        calls: Tool calls that were made again.
        reproduced: Evidence ids that came out as recorded, in order.
        differences: In the order in which they showed; the first is the one to look at.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str
    question: str
    calls: int = 0
    reproduced: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything came out as recorded."""
        return not self.differences


class Reproduction(Untraced):
    """The trace of a replay: holds each call against those on record as it is made.

    Args:
        decisions: On record.
        sealed: Evidence id to the hash of its result, on record.
        stores: The replay's own, where its evidence is.
    """

    def __init__(self, decisions: Iterable[Decision], sealed: Mapping[str, str], stores: Stores) -> None:
        self.calls = 0
        self.reproduced: dict[str, None] = {}
        self.differences: list[Difference] = []
        self._sealed = sealed
        self._stores = stores
        self._left: dict[str, list[Decision]] = {}
        for decision in decisions:
            if decision.kind == "tool_call":
                self._left.setdefault(_key(decision), []).append(decision)

    def decide(self, decision: Decision) -> None:
        """Compares a tool call with the one on record; other decisions follow from calls and replies."""
        if decision.kind != "tool_call":
            return
        self.calls += 1
        recorded = self._left.get(_key(decision))
        if not recorded:
            what = "is called now and was not when the run was recorded"
            self._differ("call", decision, what, "", _outcome(decision))
            return
        before = recorded.pop(0)
        if bool(before.evidence) != bool(decision.evidence):
            self._differ("call", decision, "ends otherwise", _outcome(before), _outcome(decision))
        elif before.evidence != decision.evidence:
            self._differ("evidence", decision, "gives other evidence", _outcome(before), _outcome(decision))
        else:
            for identifier in decision.evidence:
                found = self._stores.home.evidence.get(identifier)
                if found is not None:
                    self.compare(found, decision)

    def compare(self, found: Evidence, decision: Decision) -> None:
        """Holds a result that was computed again against the one on record."""
        expected, got = self._sealed.get(found.id, ""), result_hash(ordered_json(found.result))
        if expected not in ("", got, result_hash(canonical_json(found.result))):
            self._differ("result", decision, f"gives another result for {found.id}", expected, got)
        else:
            self.reproduced[found.id] = None

    def not_called(self) -> list[Difference]:
        """Calls on record that the replay did not make."""
        return [
            _difference("call", decision, "was called when the run was recorded", _outcome(decision), "")
            for left in self._left.values()
            for decision in left
        ]

    def _differ(self, kind: DifferenceKind, decision: Decision, what: str, expected: str, got: str) -> None:
        self.differences.append(_difference(kind, decision, what, expected, got))


def outcome_differences(recorded: Mapping[str, Any], replayed: Mapping[str, Any]) -> list[Difference]:
    """Where status, plan, answer or the list of evidence differ; both JSON-plain, with the same keys."""
    found: list[Difference] = []
    kinds: dict[str, DifferenceKind] = {"status": "status", "plan": "plan", "evidence": "evidence"}
    for name, before in recorded.items():
        left, right = _normal(before), _normal(replayed.get(name))
        if left != right:
            place, one, other = _first(left, right, name)
            found.append(
                Difference(
                    kind=kinds.get(name, "answer"),
                    message=f"{place} is not as recorded",
                    expected=_text(one),
                    got=_text(other),
                )
            )
    return found


def _difference(kind: DifferenceKind, decision: Decision, what: str, expected: str, got: str) -> Difference:
    return Difference(
        kind=kind,
        message=f"{decision.chosen} {what}",
        agent=decision.actor,
        tool=decision.chosen,
        arguments=decision.detail.get("arguments") or {},
        expected=expected,
        got=got,
    )


def _key(decision: Decision) -> str:
    """What a call is known by on record, free of secrets as the record is."""
    arguments: Any = decision.detail.get("arguments") or {}
    return redact(canonical_json([decision.actor, decision.asked, decision.chosen, arguments]))


def _outcome(decision: Decision) -> str:
    return ", ".join(decision.evidence) or f"no evidence: {decision.reason}"


def _normal(value: Any) -> Any:
    return json.loads(redact(canonical_json(value)))


def _first(left: Any, right: Any, place: str) -> tuple[str, Any, Any]:
    """The first place at which two JSON values differ."""
    both: tuple[Any, Any] = (left, right)
    if isinstance(left, dict) and isinstance(right, dict):
        return _first_of(cast("dict[Any, Any]", left), cast("dict[Any, Any]", right), place)
    if isinstance(left, list) and isinstance(right, list):
        one, other = cast("list[Any]", left), cast("list[Any]", right)
        return _first_of(dict(enumerate(one)), dict(enumerate(other)), place)
    return place, *both


def _first_of(left: dict[Any, Any], right: dict[Any, Any], place: str) -> tuple[str, Any, Any]:
    for key in dict.fromkeys([*left, *right]):
        if left.get(key) != right.get(key):
            return _first(left.get(key), right.get(key), f"{place}.{key}")
    return place, left, right


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else canonical_json(value)
