"""The concepts of a sentence: its words folded, stemmed, and translated by the lexicon."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz, process

from liftos_agents.models.offline.lexicon import lexicon
from liftos_agents.models.offline.spelling import fold, stem

_WORD = re.compile(r"[a-z0-9][a-z0-9'&_]*")
_FUZZY_LENGTH = 5
_FUZZY_SCORE = 87.0


@lru_cache(maxsize=4096)
def concepts(text: str) -> tuple[str, ...]:
    """The concepts of `text` in order of reading, stop words and numbers left out.

    Phrases of the lexicon are matched first, then words, then stems; what the lexicon does not know
    stays as its stem.
    """
    words = lexicon()
    found: list[tuple[int, str]] = []

    def take(match: re.Match[str]) -> str:
        found.append((match.start(), words.phrases[match.group(0)]))
        return " " * len(match.group(0))

    rest = words.phrase_pattern.sub(take, fold(text))
    for match in _WORD.finditer(rest):
        word = match.group(0).removesuffix("'s").strip("'")
        if not word or word in words.stop_words or word[0].isdigit():
            continue
        found.append((match.start(), concept_of(word)))
    return tuple(concept for _, concept in sorted(found))


@lru_cache(maxsize=8192)
def concept_of(word: str) -> str:
    """The concept of one folded word: by the lexicon, by its stem, by the nearest spelling, or its stem."""
    words = lexicon()
    if word in words.words:
        return words.words[word]
    root = stem(word)
    if root in words.stems:
        return words.stems[root]
    if len(word) >= _FUZZY_LENGTH and word.isalpha() and word not in words.plain:
        near = process.extractOne(word, words.long_words, scorer=fuzz.ratio, score_cutoff=_FUZZY_SCORE)
        if near is not None and near[0][0] == word[0]:
            return words.words[near[0]]
    return root
