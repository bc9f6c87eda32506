"""BM25 over a handful of texts, titles counted twice; nothing but the given texts takes part."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from liftos_agents.tools.surfacing.lexicon import is_content_word, tokens

_K1 = 1.2
_B = 0.75


class Ranking:
    """Texts that can be ranked for a query.

    Follows Robertson and Zaragoza (2009) with Lucene's idf, which is never negative.

    Args:
        documents: Terms of each text, as `terms` makes them.
    """

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._counts = [Counter(document) for document in documents]
        self._lengths = [max(1, len(document)) for document in documents]
        self._mean = sum(self._lengths) / max(1, len(self._lengths))
        self._spread: Counter[str] = Counter(term for counts in self._counts for term in counts)

    def scores(self, query: Iterable[str]) -> list[float]:
        """The score of each text for the terms of a query, 0 where it holds none of them."""
        total = [0.0] * len(self._counts)
        for term in dict.fromkeys(query):
            spread = self._spread.get(term, 0)
            if not spread:
                continue
            idf = math.log(1.0 + (len(self._counts) - spread + 0.5) / (spread + 0.5))
            for i, counts in enumerate(self._counts):
                if f := counts.get(term, 0):
                    norm = _K1 * (1.0 - _B + _B * self._lengths[i] / self._mean)
                    total[i] += idf * f * (_K1 + 1.0) / (f + norm)
        return total


def terms(title: str, text: str) -> list[str]:
    """The terms of a text with its title: content words without the plural's s, the title's twice."""
    return [*query_terms(title), *query_terms(title), *query_terms(text)]


def query_terms(text: str) -> list[str]:
    """Content words of a query, case folded and without the plural's s."""
    return [singular(t) for t in tokens(text) if is_content_word(t)]


def singular(token: str) -> str:
    """`token` without the s of a plural."""
    return (
        token[:-1]
        if len(token) > 3 and token.endswith("s") and not token.endswith(("ss", "us", "is"))
        else token
    )


def place(scores: Sequence[float], own: int) -> float:
    """The rank of `own`, 1 for the best; texts that score alike share the mean of their ranks."""
    better = sum(s > scores[own] + 1e-12 for s in scores)
    alike = sum(abs(s - scores[own]) <= 1e-12 for s in scores)
    return better + (alike + 1) / 2
