"""The one object that every way in returns."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.findings import Claim, Recommendation
from liftos_agents.domain.plan import Plan
from liftos_agents.domain.task import Recalled

SCHEMA_VERSION = "1.0"
Status = Literal["complete", "needs_approval", "needs_clarification", "refused"]


class AnswerBody(BaseModel):
    """What the user reads.

    Attributes:
        headline_source: The headline with its references, for explaining and checking; empty when not kept.
        caveat_sources: The caveats with theirs, in the same order; empty when not kept.
    """

    model_config = ConfigDict(frozen=True)

    headline: str = ""
    claims: tuple[Claim, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    caveats: tuple[str, ...] = ()
    headline_source: str = ""
    caveat_sources: tuple[str, ...] = ()


class Dropped(BaseModel):
    """A sentence that could not be verified, and why it was left out."""

    model_config = ConfigDict(frozen=True)

    text: str
    agent: str
    reasons: tuple[str, ...]


class Grounding(BaseModel):
    """How the numbers of the answer stand: `numbers` shown, of which `bound` to evidence."""

    model_config = ConfigDict(frozen=True)

    numbers: int = 0
    bound: int = 0
    dropped: tuple[Dropped, ...] = ()


class Timings(BaseModel):
    """Wall time in milliseconds; overhead is what the tools did not use."""

    model_config = ConfigDict(frozen=True)

    total_ms: float = 0.0
    tools_ms: float = 0.0
    overhead_ms: float = 0.0


class Cost(BaseModel):
    """What the models charged; `usd` is 0 for the offline model."""

    model_config = ConfigDict(frozen=True)

    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0


class Answer(BaseModel):
    """An answered question, or what stands in an answer's way.

    `answer` and `evidence` (less `seconds`) are a function of question, data, memory and versions.

    Attributes:
        recalled: What the organisation had learnt before and the specialists were told.
    """

    model_config = ConfigDict(frozen=True)

    schema_version: str = SCHEMA_VERSION
    status: Status
    run_id: str
    thread_id: str
    question: str
    model: str
    plan: Plan
    answer: AnswerBody = Field(default_factory=AnswerBody)
    evidence: tuple[Evidence, ...] = ()
    recalled: tuple[Recalled, ...] = ()
    grounding: Grounding = Field(default_factory=Grounding)
    timings: Timings = Field(default_factory=Timings)
    cost: Cost = Field(default_factory=Cost)
    pending_approval: dict[str, Any] | None = None
    artifacts: dict[str, str] = Field(default_factory=dict)
