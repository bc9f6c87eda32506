"""One organisation's memory as this process holds it for recall: vectors, entities and what stands."""

from __future__ import annotations

import json
import threading
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from liftos_agents.data.lexical import terms
from liftos_agents.memory import ledger
from liftos_agents.memory.embedding import Embedder
from liftos_agents.memory.vectors import pack, quantise, unpack

_PAGE = 500
_SAMPLE = 16
_FAIR_SAMPLE = 30
_UNDATED = 0


class Shelf:
    """Arrays over the records in the order written; position is a record's place in them.

    `refresh` follows the record: what recall sees depends on the rows in the database alone, never on how far
    a background thread has come. Vectors that it had to compute are handed out once by `take_unsaved`.
    """

    def __init__(self, organisation: str, embedder: Embedder) -> None:
        self.organisation = organisation
        self.embedder = embedder
        self.lock = threading.RLock()
        self._unsaved: dict[int, bytes] = {}
        self._empty(ledger.Revision(rewritten=-1))

    def __len__(self) -> int:
        return self.size

    @property
    def matrix(self) -> NDArray[np.float32]:
        """Quantised vectors, (records, dimensions)."""
        return self._matrix[: self.size]

    @property
    def stands(self) -> NDArray[np.bool_]:
        """Which records are not superseded."""
        return self._stands[: self.size]

    @property
    def ends(self) -> NDArray[np.int64]:
        """Last day that each record speaks of, as an ordinal; 0 when it has none."""
        return self._ends[: self.size]

    @property
    def confidence(self) -> NDArray[np.float64]:
        """Confidence of each record."""
        return self._confidence[: self.size]

    @property
    def kinds(self) -> NDArray[np.str_]:
        """Kind of each record."""
        return self._kinds[: self.size]

    def refresh(self, connection: Connection) -> bool:
        """Takes in what was written or deleted since the last time; true when there was something."""
        now = ledger.revision(connection, self.organisation)
        if now == self._seen:
            return False
        if now.rewritten != self._seen.rewritten:
            self._empty(now)
        first = self.last_sequence == 0
        rows = ledger.rows_after(connection, self.organisation, self.last_sequence, self.embedder.name)
        for page in _pages(rows):
            self._append(page)
            if first:
                continue
            changed = ledger.standing(connection, self.organisation, page)
            for sequence, stands in changed.items():
                if sequence in self.position_of:
                    self._stands[self.position_of[sequence]] = stands
        self._seen = now
        return True

    def rarest(self, words: Iterable[str], postings: int, *, likely: bool = False) -> list[str]:
        """Those of `words` that occur in about `postings` records together, rare ones first; at least one of
        them if there is any.

        How common a word is, is judged from every sixteenth record by id. With `likely`, words that none of a
        fair number of these has are left out.
        """
        scale = len(self) / max(self._sampled, 1)
        chosen: list[str] = []
        room = float(postings)
        for word in sorted(set(words), key=lambda word: (self._common[word], word)):
            if likely and self._sampled >= _FAIR_SAMPLE and not self._common[word]:
                continue
            room -= self._common[word] * scale
            if room < 0 and chosen:
                break
            chosen.append(word)
        return chosen

    def take_unsaved(self) -> dict[int, bytes]:
        """Vectors by sequence that no row holds yet; the caller saves them."""
        taken, self._unsaved = self._unsaved, {}
        return taken

    @property
    def last_sequence(self) -> int:
        """Sequence of the newest record held; 0 when empty."""
        return self.sequences[-1] if self.sequences else 0

    @property
    def rewritten(self) -> int:
        """Number of deletions that these arrays have followed."""
        return self._seen.rewritten

    def _empty(self, seen: ledger.Revision) -> None:
        self._seen = ledger.Revision(0, seen.rewritten)
        self.size = 0
        self.ids: list[str] = []
        self.sequences: list[int] = []
        self.position_of: dict[int, int] = {}
        self.position_of_id: dict[str, int] = {}
        self.mentions: defaultdict[str, list[int]] = defaultdict(list)
        self.neighbours: defaultdict[str, set[str]] = defaultdict(set)
        self.aliases: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        self._common: Counter[str] = Counter()
        self._sampled = 0
        self._matrix = np.zeros((64, self.embedder.dimensions), dtype=np.float32)
        self._stands = np.zeros(64, dtype=bool)
        self._ends = np.zeros(64, dtype=np.int64)
        self._confidence = np.zeros(64)
        self._kinds = np.zeros(64, dtype="U16")

    def _append(self, rows: Sequence[Any]) -> None:
        self._grow(self.size + len(rows))
        missing = [i for i, row in enumerate(rows) if row.vector is None]
        computed = quantise(self.embedder.embed([embedded_text(rows[i]) for i in missing])) if missing else ()
        fresh = dict(zip(missing, computed, strict=True))
        for i, row in enumerate(rows):
            position = self.size
            if i in fresh:
                self._matrix[position] = fresh[i]
                self._unsaved[row.sequence] = pack(fresh[i])
            else:
                self._matrix[position] = unpack(row.vector)
            self._stands[position] = row.superseded_by is None
            self._ends[position] = _ordinal(row.valid_to)
            self._confidence[position] = row.confidence
            self._kinds[position] = row.kind
            self.ids.append(row.id)
            self.sequences.append(row.sequence)
            self.position_of[row.sequence] = position
            self.position_of_id[row.id] = position
            if zlib.crc32(row.id.encode()) % _SAMPLE == 0:
                self._common.update(set(terms(embedded_text(row))))
                self._sampled += 1
            self._connect(position, json.loads(row.entities), row.edge)
            self.size += 1

    def _connect(self, position: int, entities: list[str], edge: str | None) -> None:
        named = dict.fromkeys(entities)
        if edge:
            ends = json.loads(edge)
            source, target = str(ends["source"]), str(ends["target"])
            named |= {source: None, target: None}
            self.neighbours[source].add(target)
            self.neighbours[target].add(source)
        for entity in named:
            self.mentions[entity].append(position)
            self.aliases[tuple(terms(entity))].add(entity)

    def _grow(self, size: int) -> None:
        if size <= len(self._matrix):
            return
        room = max(size, 2 * len(self._matrix))
        for name in ("_matrix", "_stands", "_ends", "_confidence", "_kinds"):
            old = getattr(self, name)
            new = np.zeros((room, *old.shape[1:]), dtype=old.dtype)
            new[: self.size] = old[: self.size]
            setattr(self, name, new)


def embedded_text(row: Any) -> str:
    """The text of a row or record that its vector stands for."""
    return f"{row.subject}\n{row.content}"


def _pages(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), _PAGE):
        yield rows[start : start + _PAGE]


def _ordinal(day: str | None) -> int:
    try:
        return date.fromisoformat(day[:10]).toordinal() if day else _UNDATED
    except ValueError:
        return _UNDATED
