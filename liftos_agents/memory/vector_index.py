"""Chroma as an index over the vectors: one collection an organisation, rebuilt from the record at need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.canonical import content_hash
from liftos_agents.memory.owner_lock import OwnerLock
from liftos_agents.memory.vectors import SCALE

_BATCH = 1000
_DISTANCES = {"hnsw:space": "ip", "hnsw:search_ef": 200, "hnsw:construction_ef": 200, "hnsw:M": 24}


class VectorIndex:
    """Nearest neighbours for organisations that are too large to scan.

    Chroma opens on first use, which takes a second or more: never on the path of a request. It embeds nothing,
    reports nothing and opens no socket. Only the process that holds the owner's lock may open it.
    """

    def __init__(self, folder: Path, embedder: str) -> None:
        self._folder = folder
        self._embedder = embedder
        self._client: Any = None
        self._lock = OwnerLock(folder / "owner.lock")

    @property
    def is_open(self) -> bool:
        """Whether Chroma is open in this process."""
        return self._client is not None and self._lock.held

    def open(self) -> bool:
        """Opens Chroma if no other process owns it; true when it is open."""
        if self.is_open:
            return True
        if not self._lock.acquire():
            return False
        import chromadb
        from chromadb.config import Settings

        self._client = chromadb.PersistentClient(
            path=str(self._folder / "chroma"), settings=Settings(anonymized_telemetry=False)
        )
        return True

    def add(self, organisation: str, ids: list[str], vectors: NDArray[np.float32]) -> None:
        """Adds vectors (quantised, one row an id), replacing those of the same id."""
        collection = self._collection(organisation)
        for start in range(0, len(ids), _BATCH):
            part = slice(start, start + _BATCH)
            collection.upsert(ids=ids[part], embeddings=vectors[part] / SCALE)

    def nearest(self, organisation: str, query: NDArray[np.float32], limit: int) -> list[str]:
        """Ids of about the `limit` vectors nearest to `query` (quantised)."""
        found = self._collection(organisation).query(
            query_embeddings=(query / SCALE)[None, :], n_results=limit, include=[]
        )
        return list(found["ids"][0])

    def agrees(self, organisation: str, expected: int, probe: tuple[str, NDArray[np.float32]] | None) -> bool:
        """Whether the index holds as many vectors as it should, and finds `probe` (an id and its vector)."""
        collection = self._collection(organisation)
        if collection.count() != expected:
            return False
        if probe is None:
            return expected == 0
        return bool(collection.get(ids=[probe[0]], include=[])["ids"]) and bool(
            self.nearest(organisation, probe[1], 1)
        )

    def delete(self, organisation: str, ids: list[str]) -> None:
        """Takes vectors out; unknown ids are no error."""
        collection = self._collection(organisation)
        for start in range(0, len(ids), _BATCH):
            collection.delete(ids=ids[start : start + _BATCH])

    def drop(self, organisation: str) -> None:
        """Removes the organisation's collection."""
        name = self._name(organisation)
        if name in {collection.name for collection in self._client.list_collections()}:
            self._client.delete_collection(name)

    def close(self) -> None:
        """Closes Chroma and lets another process own it."""
        try:
            # In a forked child Chroma's threads are gone, and closing its client would wait for them.
            if self.is_open:
                self._client.close()
        finally:
            self._client = None
            self._lock.release()

    def _collection(self, organisation: str) -> Any:
        return self._client.get_or_create_collection(
            self._name(organisation), metadata=_DISTANCES, embedding_function=None
        )

    def _name(self, organisation: str) -> str:
        return "m" + content_hash({"organisation": organisation, "embedder": self._embedder})[:40]
