"""Cutting a text where what is left still says what the whole said."""

from __future__ import annotations

import re

from liftos_agents.tools.content.counting import Counting, measured_length
from liftos_agents.tools.content.fact_words import is_privative, qualified

_CLAUSE = re.compile(r"\s*[,;–—(]\s*|\s-\s|(?<!\d)\.\s")
_ENGLISH_LIKE = ("en", "de", "nl")
_PREPOSITION = re.compile(
    r"\s+(?:for|with|without|by|in|of|to|from|and|&|mit|für|aus|ohne|und|avec|pour|sans|et|con|para|sin|y|per|senza|e|com|sem|met|voor|zonder|en|dla|z|bez|i)\s+|\s*[,;(–—|]\s*|\s-\s",
    re.IGNORECASE,
)
_DANGLING = {
    "en": {"of", "the", "a", "an"},
    "de": {"der", "die", "das", "zum", "zur", "im", "am", "von"},
    "fr": {"de", "du", "des", "d", "la", "le", "les", "à", "au", "aux", "en"},
    "es": {"de", "del", "la", "el", "los", "las", "a", "al", "en", "y"},
    "it": {"di", "da", "del", "della", "dei", "a", "al", "in", "e", "la", "il"},
    "pt": {"de", "do", "da", "dos", "das", "a", "ao", "em", "e", "o"},
    "nl": {"de", "het", "een", "van", "op", "in"},
    "pl": {"z", "ze", "na", "do", "w", "i", "dla"},
}


def leading_clauses(
    value: str, room: int, language: str = "en", counting: Counting = "characters"
) -> str | None:
    """`value`, or its leading clauses, within `room`; None where no clause can be cut off safely.

    A clause that qualifies the rest ("not for …", "only with …") is never parted from it.
    """
    if measured_length(value, counting) <= room:
        return value
    best: str | None = None
    for cut in _CLAUSE.finditer(value):
        if measured_length(value[: cut.start()], counting) > room:
            break
        if not qualified(value, language) and len(value[: cut.start()].split()) >= 2:
            best = value[: cut.start()]
    return best


def short_name(name: str, room: int, language: str, counting: Counting = "characters") -> str | None:
    """`name`, or the part of it that says what the thing is, within `room`; None where none can be told.

    Germanic names carry that at their end, Romance and Slavic ones at their start. Nothing is taken from a name with a word
    that makes the thing another one (`faux leather jacket`), and nothing before a preposition (`case for a phone`).
    """
    if measured_length(name, counting) <= room:
        return name
    head = _PREPOSITION.split(name)[0].strip()
    words = _units(head)
    if not words or any(is_privative(w) for w in name.split()):
        return None
    from_start = language in _ENGLISH_LIKE and not any(c.isdigit() for c in words[-1])
    fewest = min(2, len(words)) if from_start else 1
    while len(words) > fewest and measured_length(" ".join(words), counting) > room:
        words = words[1:] if from_start else words[:-1]
    while len(words) > fewest and (words[0].isdigit() or not words[0][0].isalnum()):
        words = words[1:]
    while len(words) > 1 and words[-1].casefold() in _DANGLING.get(language, set()):
        words = words[:-1]
    cut = " ".join(words)
    whole = bool(re.search(r"[^\W\d_]{3}|[぀-鿿]{2}", cut))
    return cut if whole and measured_length(cut, counting) <= room else None


def _units(name: str) -> list[str]:
    """Words of a name; a number stays with the capitalised word before it (`Trail 40`)."""
    units: list[str] = []
    for word in name.split():
        if units and word[0].isdigit() and units[-1][:1].isupper():
            units[-1] += f" {word}"
        else:
            units.append(word)
    return units
