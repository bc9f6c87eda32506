"""Finding again: dense, lexical, conceptual and graph signals over one organisation's shelf, fused and explained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from liftos_agents.data.lexical import LexicalIndex, terms
from liftos_agents.domain.memory_record import MemoryKind, Recall
from liftos_agents.memory import ledger
from liftos_agents.memory.activation import named_entities, spread
from liftos_agents.memory.concepts import concepts_of, kindred
from liftos_agents.memory.embedding import LexicalEmbedder
from liftos_agents.memory.fusion import fuse, weights_for
from liftos_agents.memory.shelf import Shelf, embedded_text
from liftos_agents.memory.vectors import similarities

EXACT_LIMIT = 20_000
LEXICAL_HITS = 30
CONCEPT_HITS = 10
MOST_POSTINGS = 1000
KINDRED_POSTINGS = 500

Nearest = Callable[[NDArray[np.float32]], Sequence[str] | None]


@dataclass(frozen=True)
class Query:
    """What to find.

    Attributes:
        text: The question.
        vector: Its quantised vector.
        kinds: Kinds to find, or None for all.
        superseded: Whether records that a newer one superseded are found too.
    """

    text: str
    vector: NDArray[np.float32]
    limit: int = 5
    kinds: tuple[MemoryKind, ...] | None = None
    superseded: bool = False


def recall(
    shelf: Shelf,
    connection: Connection,
    lexical: LexicalIndex,
    query: Query,
    *,
    nearest: Nearest | None = None,
) -> tuple[Recall, ...]:
    """The records that bear on `query`, best first; ties by id.

    Up to 20,000 records every vector is compared. Above that, `nearest` (ids of approximate neighbours and of
    whatever the index does not hold yet) narrows the dense signal, and the score of a candidate stays exact;
    without it, or when it answers None, every vector is compared all the same.
    """
    if not len(shelf):
        return ()
    words = _word_signals(shelf, connection, lexical, query.text, query.limit)
    seeds = named_entities(query.text, shelf.aliases)
    active = spread(seeds, shelf.neighbours, shelf.mentions, len(shelf))
    positions = _candidates(shelf, query, words.lexical + words.conceptual, active, nearest)
    if not len(positions):
        return ()
    graph = _graph_signal(shelf, active)
    last_day = int(shelf.ends.max())
    found = fuse(
        _IdsAt(shelf.ids, positions),
        dense=similarities(_rows(shelf, positions), query.vector),
        lexical=words.lexical[positions],
        conceptual=words.conceptual[positions],
        graph=graph[positions],
        age_days=(last_day - shelf.ends[positions]).astype(np.float64),
        confidence=shelf.confidence[positions],
        weights=weights_for(
            meaning=not isinstance(shelf.embedder, LexicalEmbedder),
            names_entity=bool(seeds),
            names_concept=words.about,
            known_words=words.known,
        ),
        limit=query.limit,
    )
    sequences = [shelf.sequences[positions[f.position]] for f in found]
    held = ledger.by_sequence(connection, sequences)
    return tuple(
        Recall(record=held[sequence], score=f.score, signals=dict(f.signals), embedding=shelf.embedder.name)
        for f, sequence in zip(found, sequences, strict=True)
    )


class _IdsAt(Sequence[str]):
    """Ids at positions, looked up only for those that are asked for."""

    def __init__(self, ids: Sequence[str], positions: NDArray[np.int64]) -> None:
        self._ids, self._positions = ids, positions

    def __len__(self) -> int:
        return len(self._positions)

    def __getitem__(self, index: Any) -> Any:
        return self._ids[int(self._positions[index])]


@dataclass(frozen=True)
class _Words:
    lexical: NDArray[np.float64]
    conceptual: NDArray[np.float64]
    known: float
    about: bool


def _word_signals(shelf: Shelf, connection: Connection, index: LexicalIndex, text: str, limit: int) -> _Words:
    """Match of words and of concepts by position, each 0 to 1, for what the word index finds.

    Words: coverage of the query's words (its root) × half at least, and whole for the best hit of BM25. Concepts:
    cosine between what the query and the record are about; records that speak of the query's concepts in other
    words are searched for too.
    """
    lexical, conceptual = np.zeros(len(shelf)), np.zeros(len(shelf))
    asked = set(terms(text))
    about = concepts_of(asked)
    telling = shelf.rarest(asked, MOST_POSTINGS)
    bm25 = _search(shelf, connection, index, telling, max(LEXICAL_HITS, 2 * limit))
    best = max(bm25.values(), default=0.0)
    akin = shelf.rarest(kindred(asked), KINDRED_POSTINGS, likely=True)
    kin = _search(shelf, connection, index, akin, max(CONCEPT_HITS, limit))
    known: set[str] = set()
    for row in ledger.texts(connection, [shelf.sequences[p] for p in {**bm25, **kin}]):
        position = shelf.position_of[row.sequence]
        said = _said(embedded_text(row))
        if position in bm25:
            shared = asked & said
            known |= shared
            beside = bm25[position] / best if best > 0 else 1.0
            lexical[position] = sqrt(len(shared) / len(asked)) * (0.5 + 0.5 * beside)
        conceptual[position] = float(concepts_of(said) @ about)
    return _Words(lexical, conceptual, len(known) / max(len(asked), 1), bool(about.any()))


@lru_cache(maxsize=4096)
def _said(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _search(
    shelf: Shelf, connection: Connection, index: LexicalIndex, words: Sequence[str], limit: int
) -> dict[int, float]:
    hits = index.search(shelf.organisation, " ".join(words), limit=limit, connection=connection)
    return {shelf.position_of_id[i]: score for i, score in hits if i in shelf.position_of_id}


def _graph_signal(shelf: Shelf, active: dict[str, float]) -> NDArray[np.float64]:
    signal = np.zeros(len(shelf))
    for entity, strength in active.items():
        at = np.asarray(shelf.mentions.get(entity, ()), dtype=np.int64)
        signal[at] = np.maximum(signal[at], strength)
    return signal


def _candidates(
    shelf: Shelf,
    query: Query,
    words: NDArray[np.float64],
    active: dict[str, float],
    nearest: Nearest | None,
) -> NDArray[np.int64]:
    wanted = np.ones(len(shelf), dtype=bool) if query.superseded else shelf.stands.copy()
    if query.kinds is not None:
        wanted &= np.isin(shelf.kinds, list(query.kinds))
    neighbours = nearest(query.vector) if nearest is not None and len(shelf) > EXACT_LIMIT else None
    if neighbours is not None:
        near = np.zeros(len(shelf), dtype=bool)
        near[[shelf.position_of_id[i] for i in neighbours if i in shelf.position_of_id]] = True
        near |= words > 0
        for entity in active:
            near[shelf.mentions.get(entity, [])] = True
        wanted &= near
    return np.flatnonzero(wanted)


def _rows(shelf: Shelf, positions: NDArray[np.int64]) -> NDArray[np.float32]:
    return shelf.matrix if len(positions) == len(shelf) else shelf.matrix[positions]
