"""What an audit of one product says."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class ComponentScore(BaseModel):
    """One component: `score` from 0 to 100, or None where it was not measured, with the reason."""

    model_config = ConfigDict(frozen=True)

    label: str
    score: float | None
    weight: float
    grade: str
    source: str
    measured: bool
    reason: str | None = None
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class GateCheck(BaseModel):
    """One check of the gate; `passed` is None where it was not measured; only scored ones cap the score."""

    model_config = ConfigDict(frozen=True)

    label: str
    measured: bool
    passed: bool | None
    scored: bool
    detail: str


class PenaltyPoints(BaseModel):
    """Points taken off the score."""

    model_config = ConfigDict(frozen=True)

    name: str
    points: float
    detail: str


class AuditRecommendation(BaseModel):
    """A change and what it alone would add to the score, worked out by scoring again with it made."""

    model_config = ConfigDict(frozen=True)

    text: str
    component: str
    expected_gain: float
    fix: str


class AuditResult(BaseModel):
    """Readiness of a product: no prediction of citations, and nothing counted that was not measured.

    Attributes:
        score: 0 to 100 over the measured weight, penalties taken off, capped where the gate fails.
        ungated_score: The same without the cap.
        capped: Whether a scored check of the gate failed.
        kind: What was audited: a `text`, a `page` with its markup, or a `row` of a catalogue.
        gate: Check to its outcome.
    """

    model_config = ConfigDict(frozen=True)

    score: float
    ungated_score: float
    capped: bool
    gate_cap: float = 20.0
    measured_weight: float
    full_weight: float = 100.0
    kind: Literal["text", "page", "row"]
    product: str
    title: str
    id: str | None
    brand: str | None
    category: str
    language: str
    words: int
    components: dict[str, ComponentScore]
    gate: dict[str, GateCheck]
    penalties: tuple[PenaltyPoints, ...]
    recommendations: tuple[AuditRecommendation, ...]
    caveats: tuple[str, ...]
    units: dict[str, str]


UNITS = {
    "score": "score",
    "ungated_score": "score",
    "gate_cap": "score",
    "measured_weight": "score",
    "full_weight": "score",
    "kind": "text",
    "product": "text",
    "title": "text",
    "id": "text",
    "brand": "text",
    "category": "text",
    "language": "text",
    "words": "count",
    "components.*.score": "score",
    "components.*.weight": "score",
    "components.*.label": "text",
    "components.*.grade": "text",
    "components.*.source": "text",
    "components.*.reason": "text",
    "components.*.found": "text",
    "components.*.missing": "text",
    "gate.*.label": "text",
    "gate.*.detail": "text",
    "penalties.*.name": "text",
    "penalties.*.points": "score",
    "penalties.*.detail": "text",
    "recommendations.*.text": "text",
    "recommendations.*.component": "text",
    "recommendations.*.expected_gain": "score",
    "caveats": "text",
}
