"""Evidence: one tool call, what it was given, and what it found."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.canonical import content_hash, seed_from

EVIDENCE_PREFIX = "ev_"


class DatasetRef(BaseModel):
    """A dataset by content: `id` is the sha256 of its canonical content, `name` only a label."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str


class Evidence(BaseModel):
    """A finished tool call.

    Attributes:
        id: Hash of tool, version, arguments and dataset ids; the same id means the same result.
        arguments: The tool's arguments with defaults filled in, and the column roles used.
        result: JSON-plain result. `result["units"]` maps path patterns (`channels.*.roas.*`) to units.
        seconds: Wall time of the call that computed it; no part of the id.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    tool: str
    version: str
    arguments: dict[str, Any]
    datasets: tuple[DatasetRef, ...] = ()
    result: dict[str, Any]
    seconds: float = Field(default=0.0, ge=0.0)


def evidence_id(tool: str, version: str, arguments: dict[str, Any], datasets: tuple[str, ...]) -> str:
    """The id that evidence of this call has: `ev_` and 16 hex digits."""
    key = {"tool": tool, "version": version, "arguments": arguments, "datasets": sorted(datasets)}
    return EVIDENCE_PREFIX + content_hash(key)[:16]


def evidence_seed(identifier: str) -> int:
    """The seed that the tool call behind `identifier` draws from."""
    return seed_from(identifier)
