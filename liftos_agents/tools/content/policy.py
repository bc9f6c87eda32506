"""What an ad line may not hold: shouting, gimmicks, contact details, superlatives, words that no fact supports."""

from __future__ import annotations

import re
from collections.abc import Iterable

from liftos_agents.tools.surfacing.lexicon import mentions, words

NEUTRAL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "by",
        "details",
        "discover",
        "explore",
        "find",
        "for",
        "from",
        "here",
        "in",
        "look",
        "made",
        "more",
        "of",
        "on",
        "see",
        "shop",
        "take",
        "the",
        "to",
        "today",
        "view",
        "with",
    ]
)
_WORD = re.compile(r"[^\W_]+")
_REPEATED = re.compile(r"([^\w\s])\s*\1|[?.,;:][?,;:]|\.{2,}")
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+|00)?(?:\(?\d{2,5}\)?[ /.-]){2,}\d{2,8}(?!\w)|\+\d{8,15}|(?<![\d.,])\d{9,15}(?!\d)"
)
_ADDRESS = re.compile(
    r"https?://|\bwww\.|\b[\w.-]+@[\w-]+\.\w+|\b[\w-]+\.(?:com|net|org|io|shop|store|de|fr|co\.uk)\b", re.I
)
_GIMMICK = re.compile(r"[*#~^_|<>\\={}\[\]•●★☆→✓✔©®™]|[\U0001f000-\U0001faff\u2600-\u27bf]")
_CLAIM = re.compile(
    r"\b(?:guarantee[ds]?|cures?|heals?|proven|clinically|miracle|100 ?% (?:safe|effective|satisfaction)|lose weight|(?:risk|worry|hassle)[- ]free|no side effects|doctor recommended"
    r"|click here|limited time|act now|hurry|last chance)\b",
    re.I,
)


def fault(text: str, *, headline: bool = False, brand: str | None = None) -> str | None:
    """Why `text` cannot be an ad line, or None."""
    if "!" in text and (headline or text.count("!") > 1):
        return "exclamation mark"
    if _REPEATED.search(text):
        return "repeated punctuation"
    if _PHONE.search(text):
        return "phone number"
    if _ADDRESS.search(text):
        return "web or mail address"
    if _GIMMICK.search(text):
        return "symbols"
    if shouted(text, brand):
        return "capitals"
    if found := unsupported(text):
        return f"superlative or claim: {found}"
    return None


def unsupported(text: str) -> str | None:
    """The first superlative or claim that no ad of ours makes, whatever the facts say."""
    if said := mentions("superlatives", text):
        return said[0]
    match = _CLAIM.search(text)
    return match.group(0).casefold() if match else None


def shouted(text: str, brand: str | None = None) -> tuple[str, ...]:
    """Words of five letters and more that are all capitals, the brand and known short forms apart."""
    kept = {w.casefold() for w in _WORD.findall(brand or "")} | words("acronyms")
    return tuple(
        w
        for w in _WORD.findall(text)
        if len(w) >= 5 and w.isalpha() and w.isupper() and w.casefold() not in kept
    )


def untraceable(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """Words, numbers and signs of `text` that stand in none of `sources` and are no neutral word."""
    given = " ".join(sources)
    known = {w.casefold() for w in _WORD.findall(given)} | NEUTRAL_WORDS
    loose = [w for w in _WORD.findall(text) if w.casefold() not in known]
    loose += [sign for sign in "€$£¥%+°½¼¾" if sign in text and sign not in given]
    numbers = set(re.findall(r"\d+(?:[.,]\d+)*", given))
    loose += [n for n in re.findall(r"\d+(?:[.,]\d+)*", text) if n not in numbers]
    return tuple(dict.fromkeys(loose))
