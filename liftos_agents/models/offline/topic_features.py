"""What the topic model sees of a question: its words, pieces of words and concepts, hashed into a fixed number of places.

After Weinberger et al. (2009), Feature hashing for large scale multitask learning, without their signs.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from liftos_agents.models.offline.topics import said_of

PLACES = 1 << 17
_WORD = re.compile(r"[a-z0-9&%$€\u00df-\u024f]+|[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]+")
_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")
_DIGITS = re.compile(r"\d+")
_PIECES = (3, 4, 5)
_CHARACTERS = (1, 2, 3, 4)
_MANY = 16
_CONCEPT, _PAIR = 2.0, 0.7


def places_of(text: str, language: str | None = None) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Places of the features of `text`, ascending, and the weight of each by its kind."""
    found: dict[int, float] = {}
    for name, weight in _named(text, said_of(text, language)):
        place = zlib.crc32(name.encode()) % PLACES
        found[place] = max(found.get(place, 0.0), weight)
    places = sorted(found)
    return np.array(places, dtype=np.intp), np.array([found[p] for p in places], dtype=np.float64)


def _named(text: str, concepts: Sequence[str]) -> Iterator[tuple[str, float]]:
    words = _WORD.findall(_plain(text))
    for word in words:
        if _ASIAN.search(word):
            yield from ((f"a{piece}", 1.0) for piece in _pieces(word, _CHARACTERS))
        else:
            yield f"w{word}", 1.0
            yield from ((f"c{piece}", 1.0) for piece in _pieces(f"<{word}>", _PIECES))
    yield from ((f"b{left} {right}", 1.0) for left, right in pairwise(words))
    yield from ((f"k{concept}", _CONCEPT) for concept in concepts)
    yield from ((f"q{left} {right}", 1.0) for left, right in pairwise(concepts))
    kinds = sorted(set(concepts))
    if len(kinds) <= _MANY:
        yield from ((f"p{left} {right}", _PAIR) for left, right in combinations(kinds, 2))


def _pieces(word: str, sizes: Sequence[int]) -> Iterator[str]:
    for size in sizes:
        yield from (word[i : i + size] for i in range(len(word) - size + 1))


def _plain(text: str) -> str:
    """Lower case without accents, every number a zero."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower())
    return _DIGITS.sub("0", "".join(c for c in folded if not unicodedata.combining(c)))
