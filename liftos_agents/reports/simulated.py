"""Whether an answer rests on simulated data, so that no reader takes it for a real market."""

from __future__ import annotations

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import Evidence


def is_simulated(answer: Answer) -> bool:
    """Whether any evidence says that its data is simulated: by its dataset's name, or in its result."""
    return any(evidence_is_simulated(item) for item in answer.evidence)


def evidence_is_simulated(item: Evidence) -> bool:
    """Whether this piece of evidence says so."""
    named = any("simulated" in dataset.name.casefold() for dataset in item.datasets)
    return named or item.result.get("simulated") is True
