"""Texts as vectors: what an embedder is, the one that needs no weights, and the choice between them."""

from __future__ import annotations

import itertools
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from liftos_agents.data.lexical import terms
from liftos_agents.memory.minilm import MiniLMEmbedder, find_weights

WORD_WEIGHT = 1.0
PAIR_WEIGHT = 0.4
PIECE_WEIGHT = 1.0


class Embedder(Protocol):
    """Turns texts into unit vectors; a vector depends on its own text alone."""

    @property
    def name(self) -> str:
        """Model and version; vectors of different names never meet."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, one row a text."""
        ...


@dataclass(frozen=True)
class EmbedderChoice:
    """The embedder in use, and in words why it is this one."""

    embedder: Embedder
    reason: str


def choose_embedder(path: Path | None = None) -> EmbedderChoice:
    """MiniLM where its weights are on this machine, else the lexical embedding; nothing is downloaded.

    Weights are looked for in `path`, then in Chroma's own cache.

    Raises:
        ConfigurationError: `path` is given and holds no weights.
    """
    found = find_weights(path)
    if found.folder is None:
        return EmbedderChoice(LexicalEmbedder(), found.reason)
    return EmbedderChoice(MiniLMEmbedder(found.folder), found.reason)


class LexicalEmbedder:
    """Hashed words, word pairs and letter n-grams: it sees spelling, not meaning.

    Signed feature hashing after Weinberger et al. (2009) with sublinear counts. It tells `tv spend` from
    `search clicks` and forgives inflection and typing errors, but knows no synonyms.
    """

    name = "lexical-hash-1"

    def __init__(self, dimensions: int = 256) -> None:
        self._dimensions = dimensions

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors `(len(texts), dimensions)`; a text without words is a zero vector."""
        vectors = np.zeros((len(texts), self._dimensions), dtype=np.float64)
        for row, text in zip(vectors, texts, strict=True):
            found = terms(text)
            weights: Counter[str] = Counter(found)
            for word, count in weights.items():
                slots, signs = _features(word, self._dimensions)
                np.add.at(row, slots, signs * (1.0 + np.log(count)))
            for pair in itertools.pairwise(found):
                slot, sign = _slot(" ".join(pair), self._dimensions)
                row[slot] += PAIR_WEIGHT * sign
            length = np.sqrt(np.sum(row * row))
            if length > 0:
                row /= length
        return vectors.astype(np.float32)


@lru_cache(maxsize=50_000)
def _features(word: str, dimensions: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    bounded = f"^{word}$"
    pieces = [bounded[i : i + n] for n in (3, 4) for i in range(len(bounded) - n + 1)]
    scale = PIECE_WEIGHT / max(len(pieces), 1) ** 0.5
    hashed = [_slot(f"w:{word}", dimensions)] + [_slot(f"p:{piece}", dimensions) for piece in pieces]
    weights = [WORD_WEIGHT] + [scale] * len(pieces)
    return (
        np.array([slot for slot, _ in hashed], dtype=np.int64),
        np.array([sign * weight for (_, sign), weight in zip(hashed, weights, strict=True)]),
    )


def _slot(feature: str, dimensions: int) -> tuple[int, float]:
    value = zlib.crc32(feature.encode())
    return (value >> 1) % dimensions, 1.0 if value & 1 else -1.0
