"""Bodies that the routes take and give, with examples."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.engine import AskRequest

_EXAMPLE = {
    "question": "Which channels waste money, and how should I split 1.5m over them next quarter?",
    "data": ["weekly.csv"],
    "roles": {"outcome": "revenue"},
}


class ChatRequest(AskRequest):
    """A question; `stream` asks for server-sent events, as `Accept: text/event-stream` does."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{**_EXAMPLE, "stream": False}]}
    )

    stream: bool = Field(
        default=False, description="Send events while the run goes on; the last one holds the answer."
    )
    data: tuple[str, ...] = Field(
        default=(), max_length=50, description="Paths, globs or dataset ids that the server may read."
    )


class PlanRequest(AskRequest):
    """A question that is to be routed, not answered."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"question": _EXAMPLE["question"]}]}
    )

    data: tuple[str, ...] = Field(
        default=(), max_length=50, description="Paths, globs or dataset ids that the server may read."
    )


class Health(BaseModel):
    """Whether the server lives (`/health`) or can answer (`/ready`)."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [{"ok": True, "version": "0.1.0"}]})

    ok: bool
    version: str


class Modules(BaseModel):
    """What this server has: specialists, tools and models."""

    model_config = ConfigDict(frozen=True, extra="allow")

    agents: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    tools: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    models: list[Any] = Field(default_factory=list[Any])


class Runs(BaseModel):
    """The latest runs, newest first."""

    model_config = ConfigDict(frozen=True)

    runs: list[dict[str, Any]]
