"""What a router or a specialist is told: JSON in a human message, the same for every model."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class DatasetBrief(BaseModel):
    """A dataset as a model sees it: names and shape, no rows.

    Attributes:
        catalogue: The table lists products; `products` are the first titles, shortened.
        problem: Why the table makes no panel of media.
        descriptions: Column to what it holds, in the user's words.
        graph: A causal graph over the columns that the user gave.
        notes: What was put right or assumed when it was read, and whether the question needs it; no figures.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    kind: Literal["table", "text"] = "table"
    rows: int = 0
    columns: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    frequency: str | None = None
    periods: int | None = None
    outcome: str | None = None
    channels: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    currency: str | None = None
    margin: str | float | None = None
    claimed: tuple[str, ...] = ()
    text: str | None = None
    problem: str | None = None
    descriptions: dict[str, str] = Field(default_factory=dict)
    graph: str | None = None
    catalogue: bool = False
    products: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Turn(BaseModel):
    """An earlier question of the same thread and what was done about it."""

    model_config = ConfigDict(frozen=True)

    question: str
    agents: tuple[str, ...] = ()
    headline: str = ""
    calls: tuple[dict[str, Any], ...] = ()
    clarification: str | None = None


class Recalled(BaseModel):
    """Something that the organisation had learnt before."""

    model_config = ConfigDict(frozen=True)

    id: str
    text: str
    kind: str = ""
    source_run: str = ""
    score: float = 0.0


class SpecialistBrief(BaseModel):
    """A specialist as the router sees it."""

    model_config = ConfigDict(frozen=True)

    name: str
    purpose: str
    handles: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    needs: Literal["table", "text", "nothing"] = "nothing"


class RoutingTask(BaseModel):
    """The human message to the router."""

    model_config = ConfigDict(frozen=True)

    question: str
    datasets: tuple[DatasetBrief, ...] = ()
    thread: tuple[Turn, ...] = ()
    recalled: tuple[Recalled, ...] = ()


class SpecialistTask(BaseModel):
    """The human message to a specialist.

    Attributes:
        goal: The step's goal.
        question: The whole question as the user put it.
        prior: Tool calls of the steps that this one builds on: evidence id, tool, arguments.
    """

    model_config = ConfigDict(frozen=True)

    agent: str
    goal: str
    question: str
    datasets: tuple[DatasetBrief, ...] = ()
    thread: tuple[Turn, ...] = ()
    recalled: tuple[Recalled, ...] = ()
    prior: tuple[dict[str, Any], ...] = ()
