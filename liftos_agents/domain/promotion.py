"""A gate's verdict: what was looked at, what it was worth, and for what alone it is valid."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.canonical import canonical_json, content_hash
from liftos_agents.domain.evidence import Evidence

GateKind = Literal["plan", "policy"]
GateVerdict = Literal["promote", "hold_back"]

NO_RECORD = "No valid promotion record for this {what}."


class GateCheck(BaseModel):
    """One condition of a gate; all must pass.

    Attributes:
        bound: What the value is held against.
        meaning: What is asked, in words.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    value: float | None
    bound: float
    passed: bool
    meaning: str


class Verdict(BaseModel):
    """What a gate says, before it is signed.

    Attributes:
        subject: What is judged: a plan's evidence id, or a policy's name.
        valid_for: Content hashes for which alone it holds: of plan or policy, scenarios, seeds, data; by what they are of.
        code: Version of this software that judged.
        label: What the verdict is conditional on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: GateKind
    subject: str
    verdict: GateVerdict
    checks: tuple[GateCheck, ...]
    valid_for: dict[str, str]
    code: str
    label: str

    @property
    def failed(self) -> tuple[GateCheck, ...]:
        """What stands in the way."""
        return tuple(check for check in self.checks if not check.passed)


class PromotionRecord(BaseModel):
    """A signed verdict.

    Attributes:
        id: Of the verdict's content.
        public_key, signature: Ed25519, hexadecimal, over the verdict's canonical JSON.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    verdict: Verdict
    public_key: str
    signature: str


def promotion_id(verdict: Verdict) -> str:
    """The id of a verdict: the same content has the same id."""
    return f"pro_{content_hash(verdict)[:16]}"


def signed_content(verdict: Verdict) -> bytes:
    """The bytes that are signed."""
    return canonical_json(verdict).encode()


def plan_hashes(plan: Evidence) -> dict[str, str]:
    """What a verdict on a plan is valid for: just this plan, made of just these data."""
    return {
        "plan": content_hash(plan.result),
        "data": content_hash(sorted(ref.id for ref in plan.datasets)),
    }
