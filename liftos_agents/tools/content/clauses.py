"""Cutting a text where what is left still says what the whole said."""

from __future__ import annotations

import re

from liftos_agents.tools.content.counting import Counting, measured_length
from liftos_agents.tools.content.fact_words import is_privative, qualified

_CLAUSE = re.compile(r"\s*(?:[;–—(]|,(?!\d))\s*|\s-\s|(?<!\d)\.\s")
HEAD_AT_END = ("en", "de", "nl")
_PREPOSITIONS = "for|with|without|by|in|of|to|from|mit|für|aus|ohne|avec|pour|sans|con|para|sin|per|senza|com|sem|met|voor|zonder|dla|z|bez"
_PAUSE = r"\s*(?:[;(–—|]|,(?!\d))\s*|\s-\s"
_END_OF_NAME = re.compile(rf"\s+(?:{_PREPOSITIONS}|en|and|&|und|et|y|e|i)\s+|{_PAUSE}", re.IGNORECASE)
# Where the thing stands at the end, "and" parts nothing: "A & B receiver" is a receiver.
_END_BEFORE_HEAD = re.compile(rf"\s+(?:{_PREPOSITIONS})\s+|{_PAUSE}", re.IGNORECASE)
_AND = frozenset(("and", "&", "und", "en", "+"))
# Whom a name says it is for, behind the thing: `Base Layer Women's Long Sleeve`.
_BUYERS = re.compile(
    r"(?<=\w)\s+(?:(?:wo)?men['’]?s|boys['’]?|girls['’]?|kids['’]?|children['’]s|unisex)(?=\s|$)", re.I
)
_UNITS = frozenset(("zoll", "liter", "watt", "volt", "inch", "teile", "teilig"))
# Without one of these, the word behind it says another thing: double din, queen bed, rear camera.
_BOUND = frozenset(
    (
        "single",
        "double",
        "dual",
        "twin",
        "triple",
        "half",
        "king",
        "queen",
        "left",
        "right",
        "front",
        "rear",
        "low",
        "high",
    )
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
    that makes the thing another one (`faux leather jacket`), nothing before a preposition (`case for a phone`), and one of two
    joined things never stands for both (`salt and pepper mill`).
    """
    if measured_length(name, counting) <= room:
        return name
    ends = _END_BEFORE_HEAD if language in HEAD_AT_END else _END_OF_NAME
    head = _BUYERS.split(ends.split(name)[0])[0].strip()
    words = _units(head)
    if not words or any(is_privative(w) for w in name.split()):
        return None
    from_start = language in HEAD_AT_END and not any(c.isdigit() for c in words[-1])
    joined = language in HEAD_AT_END and any(w.casefold() in _AND for w in words)
    if joined and not from_start:
        return None
    fewest = min(2, len(words)) if from_start else 1
    while len(words) > fewest and measured_length(" ".join(words), counting) > room:
        words = words[1:] if from_start else words[:-1]
    while len(words) > fewest and (words[0].isdigit() or not words[0][0].isalnum()):
        words = words[1:]
    while words[0].casefold() in _AND:
        words = words[1:]
    if joined and len(words) < 3:
        return None
    while len(words) > 1 and words[-1].casefold() in _DANGLING.get(language, set()):
        words = words[:-1]
    cut = " ".join(words)
    whole = bool(re.search(r"[^\W\d_]{3}|[぀-鿿]{2}", cut))
    return cut if whole and measured_length(cut, counting) <= room else None


def _units(name: str) -> list[str]:
    """Words of a name; a number stays with its unit (`20 pouces`), else with the capitalised word before it (`Trail 40`)."""
    units: list[str] = []
    words = name.split()
    for i, word in enumerate(words):
        counts = i > 0 and words[i - 1].replace(",", "").replace(".", "").isdigit() and _is_unit(word)
        named = (
            i > 0
            and word[0].isdigit()
            and words[i - 1][:1].isupper()
            and not _is_unit("".join(words[i + 1 : i + 2]))
        )
        bound = i > 0 and words[i - 1].casefold() in _BOUND
        if counts or named or bound:
            units[-1] += f" {word}"
        else:
            units.append(word)
    return units


def _is_unit(word: str) -> bool:
    """Whether what follows a number is counted by it: `pouces`, `Zoll`."""
    return word.islower() or word.casefold() in _UNITS
