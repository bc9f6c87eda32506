"""Which of ten languages a text is in, told by script and function words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache

from liftos_agents.tools.surfacing.lexicon import stop_words, tokens

WORD_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_MIN_HITS = 2


def detect(text: str) -> str:
    """Language code of `text`: en, de, fr, es, it, pt, nl, pl, ja, zh, or `und` where nothing tells."""
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if kana or han:
        letters = max(sum(c.isalpha() for c in text), 1)
        if kana and kana + han > 0.2 * letters:
            return "ja"
        if han > 0.2 * letters:
            return "zh"
    hits = _hits(text)
    best = max(WORD_LANGUAGES, key=lambda code: (hits[code], -WORD_LANGUAGES.index(code)))
    return best if hits[best] >= _MIN_HITS else "und"


def hits(text: str, language: str) -> float:
    """How many function words of `language` the text holds, words shared with others counted in part."""
    return _hits(text)[language]


def consistency(sentences: Sequence[str], language: str) -> float:
    """Share of the words that stand in sentences of `language` (or of no telling language)."""
    total = other = 0
    for sentence in sentences:
        size = max(len(tokens(sentence)), 1)
        total += size
        spoken = detect(sentence)
        if spoken not in (language, "und") and _hits(sentence)[spoken] >= _hits(sentence)[language] + 2:
            other += size
    return 1.0 - other / total if total else 1.0


@lru_cache(maxsize=256)
def _hits(text: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    speakers = _speakers()
    for token in tokens(text):
        for code in speakers.get(token, ()):
            counted[code] += 1.0 / len(speakers[token])  # pyright: ignore[reportArgumentType]
    if _KANA.search(text):
        counted["ja"] = 10
    elif _HAN.search(text):
        counted["zh"] = 10
    return counted


@cache
def _speakers() -> dict[str, tuple[str, ...]]:
    """Function word to the languages that have it."""
    known = {word for code in WORD_LANGUAGES for word in stop_words(code)}
    return {word: tuple(c for c in WORD_LANGUAGES if word in stop_words(c)) for word in sorted(known)}
