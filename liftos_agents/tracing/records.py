"""What the run store hands out: runs, spans and decisions as frozen models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.decision import Decision


class RunSummary(BaseModel):
    """One run without its answer; `started` and `ended` are seconds since 1970."""

    model_config = ConfigDict(frozen=True)

    id: str
    organisation: str
    thread_id: str
    question: str
    model: str
    status: str
    started: float
    ended: float

    @property
    def seconds(self) -> float:
        """Wall time of the run."""
        return max(0.0, self.ended - self.started)


class RunRecord(RunSummary):
    """One run as it is kept.

    Attributes:
        plan: The plan as JSON-plain, empty when none was made.
        answer: The answer as JSON-plain, empty when the run failed.
        versions: Name to version of what produced it.
        error: What went wrong, or an empty string.
    """

    plan: dict[str, Any] = Field(default_factory=dict)
    answer: dict[str, Any] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    error: str = ""


class SpanEvent(BaseModel):
    """Something that happened at one moment within a span."""

    model_config = ConfigDict(frozen=True)

    name: str
    at_ns: int
    attributes: dict[str, Any] = Field(default_factory=dict)


class SpanRecord(BaseModel):
    """One finished span; `parent` is empty at a root, `position` counts spans by their start."""

    model_config = ConfigDict(frozen=True)

    id: str
    parent: str
    position: int
    name: str
    kind: str
    started_ns: int
    ended_ns: int
    status: str
    message: str = ""
    attributes: dict[str, Any] = Field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()

    @property
    def milliseconds(self) -> float:
        """Wall time of the span."""
        return (self.ended_ns - self.started_ns) / 1e6


class DecisionRecord(BaseModel):
    """One decision in the organisation's chain; `hash` covers it and `previous`."""

    model_config = ConfigDict(frozen=True)

    organisation: str
    position: int
    run_id: str
    span: str
    at_ns: int
    decision: Decision
    previous: str
    hash: str


class ReplyRecord(BaseModel):
    """One reply of a chat model, as it came.

    Attributes:
        request: Hash of the request: messages, tools, model.
        agent: Whose call it was.
        position: Order of arrival within the run.
        parts: Name and hash of each part of the request, so that two requests can be compared.
        reply: The message as JSON-plain.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str
    request: str
    agent: str
    position: int
    parts: tuple[tuple[str, str], ...] = ()
    reply: dict[str, Any]
    created_ns: int = 0


class EarlierWork(BaseModel):
    """What a run has on record from attempts before this one.

    Attributes:
        spans: Of all attempts.
        waiting: Decisions that have not joined the chain yet.
        chained: Decisions that have.
        inputs: What the run was given.
        final: Whether the run has ended for good.
    """

    model_config = ConfigDict(frozen=True)

    started_ns: int
    spans: tuple[SpanRecord, ...] = ()
    waiting: tuple[dict[str, Any], ...] = ()
    chained: tuple[Decision, ...] = ()
    inputs: dict[str, Any] = Field(default_factory=dict)
    final: bool = False
