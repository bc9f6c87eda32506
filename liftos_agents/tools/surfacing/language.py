"""Which of ten languages a text is in, told by script and function words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from liftos_agents.tools.surfacing.lexicon import stop_words, tokens

WORD_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_MIN_HITS = 2


def detect(text: str) -> str:
    """Language code of `text`: en, de, fr, es, it, pt, nl, pl, ja, zh, or `und` where nothing tells."""
    letters = sum(c.isalpha() for c in text)
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if kana and kana + han > 0.2 * letters:
        return "ja"
    if han > 0.2 * max(letters, 1):
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


def _hits(text: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    for token in tokens(text):
        speakers = [code for code in WORD_LANGUAGES if token in stop_words(code)]
        for code in speakers:
            counted[code] += 1.0 / len(speakers)  # pyright: ignore[reportArgumentType]
    if _KANA.search(text):
        counted["ja"] = 10
    elif _HAN.search(text):
        counted["zh"] = 10
    return counted
