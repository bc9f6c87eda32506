"""How near a request lies to what a specialist, or an intent of a playbook, says of itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liftos_agents.models.offline.lexicon import lexicon
from liftos_agents.models.offline.quantities import plain, quantities
from liftos_agents.models.offline.words import subjects

_GENERIC_WEIGHT = 0.25
_UNKNOWN_WEIGHT = 0.9
_ALONE_FACTOR = 0.5
_QUANTITY_WEIGHT = 0.5
_QUANTITY_MARK = "#"
REQUESTS = frozenset(
    ("write", "show", "explain", "compare", "recommend", "improve", "increase", "cut", "next_period")
)


@dataclass(frozen=True)
class Candidate:
    """A name with its phrases, each a tuple of concepts."""

    name: str
    phrases: tuple[frozenset[str], ...]
    vocabulary: frozenset[str]


@dataclass(frozen=True)
class Score:
    """How near a candidate is: 0 to about 1, and the concepts that made it so."""

    name: str
    value: float
    shared: frozenset[str]


class Similarity:
    """Candidates compared with a request by the concepts that tell them apart.

    A concept counts by its inverse frequency over the candidates; generic ones count little. A
    candidate scores by its nearest phrase (cosine) and by how much of the request its vocabulary
    covers.
    """

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        self.candidates = tuple(_candidate(name, texts) for name, texts in phrases.items())
        self._frequency: dict[str, int] = {}
        for candidate in self.candidates:
            for concept in candidate.vocabulary:
                self._frequency[concept] = self._frequency.get(concept, 0) + 1

    def knows(self, concept: str) -> bool:
        """Whether any candidate speaks of `concept`."""
        return concept in self._frequency

    def scores(self, text: str, *, any_concept: bool = False) -> tuple[Score, ...]:
        """Each candidate's score for `text`, the best first, ties in the order given.

        Args:
            any_concept: Generic concepts alone may score too.
        """
        asked = _subjects(text)
        found = [self._score(candidate, asked, any_concept) for candidate in self.candidates]
        return tuple(sorted(found, key=lambda s: -s.value))

    def _score(self, candidate: Candidate, asked: frozenset[str], any_concept: bool) -> Score:
        shared = asked & candidate.vocabulary
        telling = any(c not in lexicon().generic and not c.startswith(_QUANTITY_MARK) for c in shared)
        if not shared or not (telling or any_concept):
            return Score(candidate.name, 0.0, shared)
        total = sum(self._weight(c) for c in sorted(asked))
        covered = sum(self._weight(c) for c in sorted(shared))
        nearest = max((self._cosine(asked, phrase) for phrase in candidate.phrases), default=0.0)
        value = 0.6 * nearest + 0.4 * covered / total
        return Score(
            candidate.name, value * (_ALONE_FACTOR if self._stands_alone(asked, shared) else 1.0), shared
        )

    def _stands_alone(self, asked: frozenset[str], shared: frozenset[str]) -> bool:
        """Whether one everyday word is all that speaks for a candidate, beside words that nobody knows."""
        telling = shared - REQUESTS
        strange = any(c not in self._frequency and c not in lexicon().generic for c in asked)
        return len(telling) == 1 and telling <= lexicon().everyday and strange

    def _cosine(self, left: frozenset[str], right: frozenset[str]) -> float:
        both = sum(self._weight(c) ** 2 for c in sorted(left & right))
        if not both:
            return 0.0
        norms = [math.sqrt(sum(self._weight(c) ** 2 for c in sorted(side))) for side in (left, right)]
        return both / (norms[0] * norms[1])

    def _weight(self, concept: str) -> float:
        frequency = self._frequency.get(concept)
        if concept.startswith(_QUANTITY_MARK):
            return _QUANTITY_WEIGHT if frequency else 0.0
        if frequency is None:
            return _UNKNOWN_WEIGHT
        rarity = 0.35 + math.log(1.0 + len(self.candidates) / frequency)
        return rarity * (_GENERIC_WEIGHT if concept in lexicon().generic else 1.0)


def _candidate(name: str, texts: Sequence[str]) -> Candidate:
    phrases = tuple(_subjects(text, "en") for text in texts)
    return Candidate(name, phrases, frozenset[str]().union(*phrases))


def _subjects(text: str, language: str | None = None) -> frozenset[str]:
    kinds = {q.kind for q in quantities(plain(text))} & {"money", "share"}
    return frozenset(s for s in subjects(text, language) if s != "vague") | {
        _QUANTITY_MARK + kind for kind in kinds
    }
