"""A decision: who chose what, among which options, why, and on which evidence."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Decision(BaseModel):
    """One choice made during a run, as the trace keeps it.

    Attributes:
        kind: `route`, `tool_call`, `claim`, `drop`, `refuse`, `clarify`, `guardrail`.
        actor: Who chose: `user`, an agent's name, `router`, `verifier`.
        asked: What was asked of the actor.
        options: What could have been chosen.
        chosen: What was.
        reason: Why, in a sentence.
        evidence: Evidence ids it rests on.
        confidence: 0 to 1 where the actor states one.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    actor: str
    asked: str = ""
    options: tuple[str, ...] = ()
    chosen: str = ""
    reason: str = ""
    evidence: tuple[str, ...] = ()
    confidence: float | None = None
    detail: dict[str, Any] = Field(default_factory=dict)
