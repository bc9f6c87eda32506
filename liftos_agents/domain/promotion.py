"""A gate's verdict: what was looked at, what it was worth, and for what alone it is valid."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.canonical import canonical_json, content_hash
from liftos_agents.domain.evidence import Evidence

GateKind = Literal["plan", "policy"]
GateVerdict = Literal["promote", "hold_back"]
Sense = Literal["at least", "above", "at most"]
Unit = Literal["count", "share", "money", "flag", "p"]

PLAN, POLICY = "plan", "policy and scenario set"
NO_RECORD = "No valid promotion record for this {what}."
"""Filled with `PLAN` or `POLICY`."""


class GateCheck(BaseModel):
    """One condition of a gate; all must pass.

    Attributes:
        value: None where there is none, which never passes.
        bound: What the value is held against.
        meaning: What is asked, in words.
        sense: On which side of the bound the value must lie.
        unit: Of value and bound.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    value: float | None
    bound: float
    passed: bool
    meaning: str
    sense: Sense = "at least"
    unit: Unit = "count"

    @classmethod
    def held(
        cls,
        name: str,
        value: float | None,
        bound: float,
        meaning: str,
        *,
        sense: Sense = "at least",
        unit: Unit = "count",
    ) -> GateCheck:
        """The check of `value` against `bound`."""
        if value is None:
            passed = False
        elif sense == "at least":
            passed = value >= bound
        else:
            passed = value > bound if sense == "above" else value <= bound
        return cls(
            name=name, value=value, bound=bound, passed=passed, meaning=meaning, sense=sense, unit=unit
        )


class Verdict(BaseModel):
    """What a gate says, before it is signed.

    Attributes:
        subject: What is judged: a plan's evidence id, or a policy's name.
        valid_for: Content hashes for which alone it holds: of plan or policy, scenarios, seeds, data; by what they are of.
        code: Version of this software that judged.
        label: What the verdict is conditional on.
        seeds: Of the worlds played, by scenario; a plan has none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: GateKind
    subject: str
    verdict: GateVerdict
    checks: tuple[GateCheck, ...]
    valid_for: dict[str, str]
    code: str
    label: str
    seeds: dict[str, tuple[int, ...]] = {}

    @property
    def failed(self) -> tuple[GateCheck, ...]:
        """What stands in the way."""
        return tuple(check for check in self.checks if not check.passed)


class PromotionRecord(BaseModel):
    """A signed verdict.

    Attributes:
        id: Of the verdict's content.
        organisation: Whose it is.
        signed_at: Seconds since 1970.
        public_key, signature: Ed25519, hexadecimal, over `signed_content`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    verdict: Verdict
    organisation: str
    signed_at: float
    public_key: str
    signature: str


class KeptRecord(BaseModel):
    """A row of the records, whatever it is worth.

    Attributes:
        holds: Whether it is whole, of this organisation, and signed with this house's key.
        record: None where the row holds none that can be read.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    holds: bool
    record: PromotionRecord | None


def promotion_id(verdict: Verdict) -> str:
    """The id of a verdict: the same content has the same id."""
    return f"pro_{content_hash(verdict)[:16]}"


def signed_content(verdict: Verdict, organisation: str, signed_at: float) -> bytes:
    """The bytes that are signed: a record can neither change hands nor its place in time."""
    return canonical_json({"organisation": organisation, "signed_at": signed_at, "verdict": verdict}).encode()


def plan_hashes(plan: Evidence) -> dict[str, str]:
    """What a verdict on a plan is valid for: just this plan, made of just these data."""
    return {
        "plan": content_hash(plan.result),
        "data": content_hash(sorted(ref.id for ref in plan.datasets)),
    }
