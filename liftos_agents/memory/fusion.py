"""Several signals as one score, each signal's part in it kept, so that a recall explains itself.

No fixed fusion is best on every kind of question, so the weights follow the query: an entity that the query
names makes the causal graph count for more, words that no record holds make spelling count for less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RELEVANT = 0.08
HALF_LIFE_DAYS = 730.0
RECENCY_WEIGHT = 0.05
DIGITS = 6


@dataclass(frozen=True)
class Weights:
    """Parts of the score that each signal may give; they sum to 1 with `RECENCY_WEIGHT`."""

    dense: float
    lexical: float
    conceptual: float
    graph: float


def weights_for(*, meaning: bool, names_entity: bool, names_concept: bool, known_words: float) -> Weights:
    """Weights for a query.

    Args:
        meaning: Whether the embedding knows meaning, or spelling alone.
        names_entity: Whether the query names an entity that some record is about.
        names_concept: Whether the query is about a concept of the domain.
        known_words: Share of the query's words that occur in some record, 0 to 1.
    """
    dense = 0.5 if meaning else 0.3
    lexical = (0.3 if meaning else 0.4) * (0.25 + 0.75 * known_words)
    conceptual = 0.2 if names_concept else 0.0
    graph = 0.3 if names_entity else 0.0
    scale = (1.0 - RECENCY_WEIGHT) / (dense + lexical + conceptual + graph)
    return Weights(dense * scale, lexical * scale, conceptual * scale, graph * scale)


@dataclass(frozen=True)
class Fused:
    """A candidate's place among those given, its score, and what each signal gave to it (they sum to it)."""

    position: int
    score: float
    signals: Mapping[str, float]


def fuse(
    ids: Sequence[str],
    *,
    dense: NDArray[np.float64],
    lexical: NDArray[np.float64],
    conceptual: NDArray[np.float64],
    graph: NDArray[np.float64],
    age_days: NDArray[np.float64],
    confidence: NDArray[np.float64],
    weights: Weights,
    limit: int,
) -> list[Fused]:
    """The best `limit` candidates that are relevant at all, by score and then by id.

    The score is confidence × (weighted dense, lexical, conceptual and graph signal, and a little for being
    recent), each part rounded to six decimals before it is added. Arrays run along `ids`; signals lie in 0 to 1.

    Args:
        ids: Record ids of the candidates.
        dense: Cosine with the query; below 0 counts as 0.
        lexical: Match of words.
        conceptual: Match of what both are about.
        graph: Activation over the causal graph.
        age_days: Days between the newest record and this one.
        confidence: 0 to 1.
        weights: As `weights_for` gives them.
        limit: How many to return.
    """
    parts = {
        "dense": weights.dense * np.maximum(dense, 0.0),
        "lexical": weights.lexical * lexical,
        "conceptual": weights.conceptual * conceptual,
        "graph": weights.graph * graph,
    }
    relevant = np.flatnonzero(sum(parts.values()) >= RELEVANT)
    recency = RECENCY_WEIGHT * np.exp2(-np.maximum(age_days, 0.0) / HALF_LIFE_DAYS)
    held = {
        name: np.round(part[relevant] * confidence[relevant], DIGITS)
        for name, part in {**parts, "recency": recency}.items()
    }
    total = np.round(np.sum(list(held.values()), axis=0), DIGITS)
    if len(total) > limit:
        reached = np.flatnonzero(total >= np.partition(total, -limit)[-limit])
    else:
        reached = np.arange(len(total))
    best = sorted((int(i) for i in reached), key=lambda i: (-total[i], ids[relevant[i]]))[:limit]
    return [
        Fused(
            position=int(relevant[i]),
            score=float(total[i]),
            signals={name: float(part[i]) for name, part in held.items() if part[i] > 0},
        )
        for i in best
    ]
