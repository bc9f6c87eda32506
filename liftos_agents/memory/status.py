"""How a memory stands, for `doctor` and for people."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

IndexState = Literal["open", "not opened", "owned by another process", "failed"]


class OrganisationStatus(BaseModel):
    """Counts of one organisation's records.

    Attributes:
        records: All of them; `standing` leaves out the superseded.
        kinds: Number of each kind.
        indexed: Vectors that the index holds.
        behind: Records that the index does not hold yet; recall scans those exactly.
    """

    model_config = ConfigDict(frozen=True)

    records: int
    standing: int
    kinds: dict[str, int]
    indexed: int
    behind: int


class MemoryStatus(BaseModel):
    """Embedding and index in use, and each organisation's counts.

    Attributes:
        embedder: Name of the embedding; every recall carries it too.
        reason: Why it is this one, in words.
        index_error: What failed in the index, if anything did; recall works without it.
    """

    model_config = ConfigDict(frozen=True)

    embedder: str
    reason: str
    dimensions: int
    index: IndexState
    index_error: str | None = None
    organisations: dict[str, OrganisationStatus]
