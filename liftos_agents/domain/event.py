"""What happens during a run, as a stream of small JSON-plain envelopes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

EventKind = Literal[
    "run_started",
    "dataset_loaded",
    "plan",
    "agent_started",
    "tool_started",
    "tool_progress",
    "tool_finished",
    "agent_finished",
    "verified",
    "answer",
    "error",
]


class Event(BaseModel):
    """One step of a run; `sequence` counts from 0 within the run.

    `data` of the last event, `answer`, is the whole Answer.
    """

    model_config = ConfigDict(frozen=True)

    kind: EventKind
    run_id: str
    sequence: int
    data: dict[str, Any] = Field(default_factory=dict)
