"""What an organisation has learnt: typed records and causal edges."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MemoryKind = Literal["finding", "decision", "experiment", "causal_edge", "preference", "fact"]
NodeKind = Literal["channel", "campaign", "product", "segment", "kpi", "season", "experiment"]


class CausalEdge(BaseModel):
    """An effect of one thing on another, as some evidence measured it."""

    model_config = ConfigDict(frozen=True)

    source: str
    source_kind: NodeKind
    target: str
    target_kind: NodeKind
    measure: str
    effect: float
    low: float
    high: float
    level: float = 0.9
    method: str
    evidence: str


class MemoryRecord(BaseModel):
    """One thing learnt; content is kept verbatim.

    Attributes:
        id: Hash of organisation, kind, subject, content and evidence: recording twice changes nothing.
        subject: What it is about (`tv → revenue`); a newer record on the same subject supersedes.
        valid_from, valid_to: ISO dates of the data window it speaks of.
        confidence: 0 to 1.
        edge: Filled for `causal_edge`.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    organisation: str
    kind: MemoryKind
    subject: str
    content: str
    entities: tuple[str, ...] = ()
    source_run: str = ""
    evidence: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None
    confidence: float = 1.0
    superseded_by: str | None = None
    edge: CausalEdge | None = None


class Recall(BaseModel):
    """A record found again, with the score of each signal that found it."""

    model_config = ConfigDict(frozen=True)

    record: MemoryRecord
    score: float
    signals: dict[str, float] = Field(default_factory=dict)
    embedding: str = ""
