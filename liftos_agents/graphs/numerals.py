"""Numbers in prose: where they stand, what they are worth, and which of them are dates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_SCALES = {
    "k": 1e3,
    "thousand": 1e3,
    "tausend": 1e3,
    "mille": 1e3,
    "mil": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "millions": 1e6,
    "millionen": 1e6,
    "millones": 1e6,
    "bn": 1e9,
    "billion": 1e9,
    "mrd": 1e9,
}
_WORDS = {
    word: float(value)
    for value, words in {
        2: "two",
        3: "three",
        4: "four",
        5: "five",
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
        10: "ten",
        11: "eleven",
        12: "twelve dozen",
        20: "twenty",
        30: "thirty",
        40: "forty",
        50: "fifty",
        60: "sixty",
        70: "seventy",
        80: "eighty",
        90: "ninety",
        100: "hundred",
        1000: "thousand",
        1000000: "million",
        1000000000: "billion",
    }.items()
    for word in words.split()
}
_DIGITS = re.compile(
    r"(?<![\w.,])(?P<number>\d{1,3}(?:[,'  ]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?)"
    r"(?:\s?(?P<scale>(?:" + "|".join(sorted(_SCALES, key=len, reverse=True)) + r")\b))?"
    r"(?P<percent>\s?(?:%|percent\b|per cent\b|prozent\b|pour cent\b|por ciento\b))?"
    r"(?!\w)",
    re.IGNORECASE,
)
_LOOSE_DIGIT = re.compile(r"\d+(?:[.,]\d+)*|[¼-¾⅐-⅞①-⒛]")
_WORD = re.compile(r"\b(?:" + "|".join(_WORDS) + r")\b", re.IGNORECASE)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATES = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{4}-W\d{2}\b|\b\d{4}-\d{2}\b|\b\d{4}-?Q[1-4]\b|\bQ[1-4](?:\s+\d{4})?\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}(?:\s+\d{{4}})?\b|\b{_MONTH}\s+\d{{1,2}}(?:,?\s+\d{{4}})?\b"
    rf"|\b{_MONTH}\s+\d{{4}}\b|(?<![\d.,€$£])\b(?:19|20)\d{{2}}\b(?!\s?(?:%|[€$£]|k\b|m\b|percent))(?![.,]\d)",
    re.IGNORECASE,
)
_MARKERS = re.compile(r"(?m)^\s*\d{1,2}[.)]\s")


@dataclass(frozen=True)
class Numeral:
    """One number in a text; `value` is None where the digits cannot be read as one."""

    text: str
    start: int
    end: int
    value: float | None
    percent: bool = False


@lru_cache(maxsize=4_096)
def numerals(text: str, *, words: bool = True) -> tuple[Numeral, ...]:
    """Numbers in `text` in order, dates and list markers left out.

    Args:
        text: Prose.
        words: Whether number words from `two` upward count too.
    """
    blank = _blank(text, (m.span() for pattern in (_DATES, _MARKERS) for m in pattern.finditer(text)))
    found: list[Numeral] = []
    for match in _DIGITS.finditer(blank):
        scale = match.group("scale")
        value = _value(match.group("number"))
        if value is not None and scale:
            value *= _SCALES[scale.lower()]
        found.append(Numeral(match.group(), *match.span(), value, match.group("percent") is not None))
    rest = _blank(blank, ((n.start, n.end) for n in found))
    found += [Numeral(m.group(), *m.span(), None) for m in _LOOSE_DIGIT.finditer(rest)]
    if words:
        found += [Numeral(m.group(), *m.span(), _WORDS[m.group().lower()]) for m in _WORD.finditer(rest)]
    return tuple(sorted(found, key=lambda n: n.start))


def dates(text: str) -> frozenset[str]:
    """Dates in `text`, as written."""
    return frozenset(m.group() for m in _DATES.finditer(text))


def blank_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with `spans` blanked out, so that every other position stays."""
    return _blank(text, spans)


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    letters = list(text)
    for start, end in spans:
        letters[start:end] = " " * (end - start)
    return "".join(letters)


def _value(digits: str) -> float | None:
    plain = re.sub(r"[ '  ]", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+", plain):
        plain = plain.replace(".", "").replace(",", ".")
    else:
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None
