"""What a run was given, as its record keeps it: enough to run it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.config import Guardrails
from liftos_agents.data import Dataset
from liftos_agents.domain.memory_record import Recall
from liftos_agents.graphs.services import Run

_OF_THE_RUN = frozenset({"version", "topology", "run", "asked"})


class GivenDataset(BaseModel):
    """A dataset by content, with what it was called."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    notes: tuple[str, ...] = ()
    currencies: dict[str, str] = Field(default_factory=dict)


class RunInputs(BaseModel):
    """What a run was given.

    Attributes:
        asked: The question as it was typed.
        carried: The part of the first state that came from the conversation.
        overrides: Column roles that the request named.
        sources: Ids of the data given with the request, in order.
        datasets: Every dataset that the run worked on.
        interactive: Whether it could ask back.
        max_tokens, max_usd: Its caps.
        guardrails: When a person was to be asked.
        recalled: What the memory had to say then; None when it was not asked.
    """

    model_config = ConfigDict(frozen=True)

    asked: str
    carried: dict[str, Any] = Field(default_factory=dict)
    overrides: dict[str, Any] = Field(default_factory=dict)
    sources: tuple[str, ...] = ()
    datasets: tuple[GivenDataset, ...] = ()
    interactive: bool = True
    max_tokens: int
    max_usd: float | None = None
    guardrails: Guardrails = Field(default_factory=Guardrails)
    recalled: tuple[Recall, ...] | None = None


def noted(run: Run, state: Mapping[str, Any], datasets: Sequence[Dataset], given: bool) -> dict[str, Any]:
    """What a run's record keeps of its intake.

    Args:
        datasets: Those that the run works on.
        given: Whether they came with the request, and not from its conversation.
    """
    kept = [
        GivenDataset(id=d.id, name=d.name, notes=d.notes, currencies=dict(d.currencies)) for d in datasets
    ]
    inputs = RunInputs(
        asked=str(state.get("asked", "")),
        carried={name: value for name, value in state.items() if name not in _OF_THE_RUN},
        overrides=run.overrides,
        sources=tuple(d.id for d in datasets) if given else (),
        datasets=tuple(kept),
        interactive=run.interactive,
        max_tokens=run.meter.max_tokens,
        max_usd=run.meter.max_usd,
        guardrails=run.guardrails,
    )
    return inputs.model_dump(mode="json", exclude={"recalled"}, fallback=str)
