"""Phrases that carry a text: runs of content words, scored by how much company their words keep."""
# ruff: noqa: SIM905 (word lists read better as words)

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from liftos_agents.tools.surfacing.lexicon import stop_words, tokens

LONGEST = 3
_PARTS = re.compile(r"[^\w\s'’.-]+|[.](?=\s|$)|\n")
_WEAK = frozenset(
    "also any each easily enjoy every get great have here high just like make makes many may more most need new one only other perfect "
    "please provide provides quality quick simple suitable support supports take than that there these they thing this use used using very "
    "want well will your".split()
)


def phrases(text: str, language: str) -> Counter[str]:
    """How often each phrase of one to three content words stands in `text`; numbers alone are no phrase."""
    stops = stop_words(language) | stop_words("en") | _WEAK
    counted: Counter[str] = Counter()
    for part in _PARTS.split(text):
        run: list[str] = []
        for token in (*tokens(part), ""):
            if token and token not in stops and len(token) > 1:
                run.append(token)
                continue
            counted.update(_grams(run))
            run = []
    return counted


def weights(counts: Sequence[Counter[str]]) -> dict[str, float]:
    """Phrase to weight: the degree of its words over their frequency, summed (RAKE), by the texts that hold it.

    Follows Rose, Engel, Cramer and Cowley (2010); a phrase counts once a text.
    """
    spread: Counter[str] = Counter(phrase for counted in counts for phrase in counted)
    frequency: Counter[str] = Counter()
    degree: Counter[str] = Counter()
    for phrase, texts in spread.items():
        words = phrase.split()
        for word in words:
            frequency[word] += texts
            degree[word] += texts * len(words)
    return {
        phrase: texts * sum(degree[w] / frequency[w] for w in phrase.split())
        for phrase, texts in spread.items()
    }


def _grams(run: Sequence[str]) -> list[str]:
    """Runs of one to three words; a number stands in one only before a single word, as in `7 inch`."""
    grams = (run[i : i + size] for size in range(1, LONGEST + 1) for i in range(len(run) - size + 1))
    return [" ".join(g) for g in grams if all(map(_has_letter, g)) or (len(g) == 2 and _has_letter(g[1]))]


def _has_letter(word: str) -> bool:
    return any(c.isalpha() for c in word)
