"""Which language a text is in: by its script, else by the small words that every sentence holds."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from typing import cast

import yaml

from liftos_agents.models.offline.glossary import FOREIGN, glossary, words_of
from liftos_agents.models.offline.spelling import fold

LANGUAGES: tuple[str, ...] = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "zh")
_SPACED: tuple[str, ...] = tuple(code for code in LANGUAGES if code not in ("ja", "zh"))
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_MARKS = (
    ("pt", re.compile(r"[ãõ]|ções\b|ção\b|lh[aeo]|\bnão\b", re.IGNORECASE)),
    ("es", re.compile(r"[¿¡ñ]|ción\b|ciones\b", re.IGNORECASE)),
    ("pl", re.compile(r"[ąęłśźżćń]|\bcz|sz[cy]", re.IGNORECASE)),
    ("de", re.compile(r"[äöüß]", re.IGNORECASE)),
    ("fr", re.compile(r"[œèêçû]|\b[jnmst]['’]|qu['’]", re.IGNORECASE)),
    ("it", re.compile(r"\b(?:dell|all|nell|sull|un|quest|cos)['’]|zion[ei]\b|[ìò]", re.IGNORECASE)),
    ("nl", re.compile(r"ij|aa|\boo|eeu", re.IGNORECASE)),
)


@lru_cache(maxsize=4096)
def language_of(text: str) -> str:
    """The code of the language that `text` is written in; English when nothing tells."""
    if _KANA.search(text):
        return "ja"
    if _HAN.search(text):
        return "zh"
    folded = fold(text)
    words = [w.text for w in words_of(folded, "")]
    scores: dict[str, float] = dict.fromkeys(_SPACED, 0.0)
    for word in words:
        languages = _function_words().get(word, ())
        for language in languages:
            scores[language] += 1.0 / len(languages) ** 0.5
    for language, mark in _MARKS:
        if mark.search(text):
            scores[language] += 0.6
    best = max(_SPACED, key=lambda language: scores[language])
    ranked = sorted(scores.values(), reverse=True)
    if ranked[0] >= 1.0 and ranked[0] - ranked[1] >= 0.5:
        return best
    return _by_words(words, scores)


def function_words(language: str) -> frozenset[str]:
    """The small words of a language, folded."""
    return _tables()[language]


def _by_words(words: list[str], scores: dict[str, float]) -> str:
    """Where the small words leave it open: the language that knows most of the others."""
    for language in _SPACED:
        known = glossary(language)
        hits = [known.exact(w) or known.concept(w) for w in words if len(w) > 2]
        scores[language] += 0.35 * sum(h is not None and not h.startswith(FOREIGN) for h in hits)
        scores[language] += 0.3 * sum(h is not None and h.startswith(FOREIGN) for h in hits)
    scores["en"] += 0.1
    return max(_SPACED, key=lambda language: scores[language])


@lru_cache(maxsize=1)
def _tables() -> dict[str, frozenset[str]]:
    text = resources.files(__package__ or "").joinpath("function_words.yaml").read_text("utf-8")
    content = cast("dict[str, str]", yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    return {
        language: frozenset(
            word for word in fold(listed).replace("'", " " if language != "en" else "'").split()
        )
        for language, listed in content.items()
    }


@lru_cache(maxsize=1)
def _function_words() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language in _SPACED:
        for word in sorted(_tables()[language]):
            found.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}
