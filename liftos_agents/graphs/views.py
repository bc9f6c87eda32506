"""Typed views of the state's JSON."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from liftos_agents.domain.plan import Plan
from liftos_agents.domain.task import DatasetBrief, Recalled, Turn
from liftos_agents.graphs.state import RunState
from liftos_agents.graphs.verification import Vocabulary


def plain(value: BaseModel) -> dict[str, Any]:
    """A model as JSON-plain data."""
    return value.model_dump(mode="json")


def plan_of(state: RunState) -> Plan:
    """This run's plan."""
    return Plan.model_validate(state.get("plan") or {})


def briefs_of(state: RunState) -> tuple[DatasetBrief, ...]:
    """The datasets as a model sees them."""
    return tuple(DatasetBrief.model_validate(b) for b in state.get("briefs", []))


def turns_of(state: RunState) -> tuple[Turn, ...]:
    """Earlier questions of the thread."""
    return tuple(Turn.model_validate(t) for t in state.get("turns", []))


def recalled_of(state: RunState) -> tuple[Recalled, ...]:
    """What memory brought."""
    return tuple(Recalled.model_validate(r) for r in state.get("recalled", []))


def vocabulary_of(state: RunState) -> Vocabulary:
    """What a text may say without evidence: the user's words, and names in the data."""
    briefs = briefs_of(state)
    words = [turn.question for turn in turns_of(state)]
    words += [state.get("question", ""), state.get("asked", "")]
    return Vocabulary(
        quoted=" \n ".join(dict.fromkeys(words)),
        channels=tuple(dict.fromkeys(c for b in briefs for c in b.channels)),
        names=tuple(dict.fromkeys(n for b in briefs for n in (*b.columns, b.name, *b.notes))),
    )
