"""A run as the ledger knows it, and what waits for a person's decision."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

RunStatus = Literal[
    "running",
    "interrupted",
    "cancelled",
    "timed_out",
    "failed",
    "needs_approval",
    "needs_clarification",
    "refused",
    "complete",
]
"""`interrupted` is a run whose process is gone; it stands in no row, it is seen when one looks."""

FINISHED: frozenset[RunStatus] = frozenset({"complete", "refused", "needs_clarification"})
"""Runs with an answer that nothing is left to add to."""

ApprovalStatus = Literal["pending", "approved", "denied"]


class RunEntry(BaseModel):
    """One run of the ledger; times are seconds since 1970.

    Attributes:
        ended: When it last changed, which is its end once it has one.
        attempt: 1 for a run that was never resumed.
        problem: What stopped it, or an empty string.
        pending: How many approvals it waits for.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    organisation: str
    thread_id: str
    question: str
    model: str
    status: RunStatus
    started: float
    ended: float
    attempt: int = 1
    problem: str = ""
    pending: int = 0

    @property
    def seconds(self) -> float:
        """Time from its start to its last change."""
        return max(0.0, self.ended - self.started)

    @property
    def resumable(self) -> bool:
        """Whether `resume` would set it going again."""
        return self.status in ("interrupted", "cancelled", "timed_out", "failed")


class ApprovalReason(BaseModel):
    """Why a person must decide: a rule, what was found, and the figure behind it.

    Attributes:
        rule: Name of the guardrail's setting.
        text: What was found and what is allowed, for reading.
        value: The figure found, in the rule's unit.
        limit: The most that needs no decision.
        paths: Paths in the evidence that the figure comes from.
    """

    model_config = ConfigDict(frozen=True)

    rule: str
    text: str
    value: float
    limit: float
    paths: tuple[str, ...] = ()


class Approval(BaseModel):
    """A question to a person about moving money.

    Attributes:
        id: Hash of run, evidence and rules: asking again is the same question.
        evidence: Id of the plan's evidence.
        recommendations: What is withheld until the decision, as it would be read.
        by, note, decided_at: Who decided, why, and when; empty while pending.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    run_id: str
    organisation: str
    evidence: str
    tool: str
    reasons: tuple[ApprovalReason, ...]
    recommendations: tuple[str, ...] = ()
    status: ApprovalStatus = "pending"
    by: str = ""
    note: str = ""
    decided_at: float | None = None


class ThreadEntry(BaseModel):
    """One conversation: its last question, and how many of its runs have an answer."""

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    updated: float
    runs: int
