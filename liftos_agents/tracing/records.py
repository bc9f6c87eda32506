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
