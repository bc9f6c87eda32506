"""Making records: the id that says two of them are the same."""

from __future__ import annotations

from collections.abc import Sequence

from liftos_agents.domain.canonical import content_hash
from liftos_agents.domain.memory_record import CausalEdge, MemoryKind, MemoryRecord

RECORD_PREFIX = "mem_"


def new_record(
    organisation: str,
    kind: MemoryKind,
    subject: str,
    content: str,
    *,
    entities: Sequence[str] = (),
    source_run: str = "",
    evidence: Sequence[str] = (),
    datasets: Sequence[str] = (),
    valid_from: str | None = None,
    valid_to: str | None = None,
    confidence: float = 1.0,
    edge: CausalEdge | None = None,
) -> MemoryRecord:
    """A record whose id is the hash of organisation, kind, subject, content and evidence."""
    return MemoryRecord(
        id=record_id(organisation, kind, subject, content, evidence),
        organisation=organisation,
        kind=kind,
        subject=subject,
        content=content,
        entities=tuple(entities),
        source_run=source_run,
        evidence=tuple(evidence),
        datasets=tuple(datasets),
        valid_from=valid_from,
        valid_to=valid_to,
        confidence=confidence,
        edge=edge,
    )


def record_id(organisation: str, kind: str, subject: str, content: str, evidence: Sequence[str]) -> str:
    """`mem_` and 24 hex digits."""
    key = {
        "organisation": organisation,
        "kind": kind,
        "subject": subject,
        "content": content,
        "evidence": sorted(evidence),
    }
    return RECORD_PREFIX + content_hash(key)[:24]
