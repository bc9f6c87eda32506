"""Keeps the vector index in step with the record, and asks it only what it can answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liftos_agents.data.database import Database
from liftos_agents.memory import ledger
from liftos_agents.memory.shelf import Shelf
from liftos_agents.memory.status import IndexState
from liftos_agents.memory.vector_index import VectorIndex

NEIGHBOURS = 100


class IndexKeeper:
    """The one user of a `VectorIndex`. Marks in the database say how far it has come.

    An index whose mark, count or answer to a probe does not fit the record is built anew.
    """

    def __init__(self, database: Database, index: VectorIndex, embedder: str) -> None:
        self._database = database
        self._index = index
        self._embedder = embedder
        self._lock = threading.RLock()
        self._marks: dict[str, ledger.IndexMark] = {}
        self._refused = False

    @property
    def state(self) -> IndexState:
        """Whether the index is open here."""
        if self._index.is_open:
            return "open"
        return "owned by another process" if self._refused else "not opened"

    def catch_up(self, shelf: Shelf, *, rebuild: bool = False) -> bool:
        """Adds what the index lacks, or builds it anew; false when another process owns it."""
        with self._lock:
            self._refused = not self._index.open()
            if self._refused:
                return False
            with shelf.lock, self._database.connect() as connection:
                shelf.refresh(connection)
                mark = ledger.index_mark(connection, shelf.organisation, self._embedder)
                ids, vectors = list(shelf.ids), shelf.matrix.copy()
                start = self._first_missing(shelf, mark, rebuild=rebuild)
                now = ledger.IndexMark(shelf.last_sequence, len(ids), shelf.rewritten)
            if start == 0:
                self._index.drop(shelf.organisation)
            if start < len(ids):
                self._index.add(shelf.organisation, ids[start:], vectors[start:])
            if now != mark:
                with self._database.begin() as connection:
                    ledger.set_index_mark(connection, shelf.organisation, self._embedder, now)
            self._marks[shelf.organisation] = now
            return True

    def nearest(self, shelf: Shelf, vector: NDArray[np.float32]) -> Sequence[str] | None:
        """Ids near `vector` and all that the index does not hold yet; None when the index cannot say."""
        mark = self._marks.get(shelf.organisation)
        if mark is None or mark.rewritten != shelf.rewritten or not self._index.is_open:
            return None
        with self._lock:
            near = self._index.nearest(shelf.organisation, vector, NEIGHBOURS)
        return [*near, *shelf.ids[mark.vectors :]]

    def forget(self, organisation: str, ids: Sequence[str]) -> None:
        """Takes ids out of the index at once if it holds the organisation and this process may open it.

        Where another process owns the index, that one builds it anew when it next looks at the record.
        """
        with self._lock:
            with self._database.connect() as connection:
                mark = ledger.index_mark(connection, organisation, self._embedder)
            if mark is None:
                return
            self._refused = not self._index.open()
            if not self._refused:
                self._index.delete(organisation, list(ids))

    def close(self) -> None:
        """Closes the index."""
        with self._lock:
            self._index.close()

    def _first_missing(self, shelf: Shelf, mark: ledger.IndexMark | None, *, rebuild: bool) -> int:
        if rebuild or mark is None or mark.rewritten != shelf.rewritten or mark.vectors > len(shelf):
            return 0
        held = shelf.ids[: mark.vectors]
        if held and shelf.sequences[len(held) - 1] != mark.sequence:
            return 0
        if shelf.organisation not in self._marks:
            probe = (held[-1], shelf.matrix[len(held) - 1]) if held else None
            if not self._index.agrees(shelf.organisation, len(held), probe):
                return 0
        return len(held)
