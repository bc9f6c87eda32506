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
        12: "twelve dozen dozens",
        13: "thirteen",
        14: "fourteen",
        15: "fifteen",
        16: "sixteen",
        17: "seventeen",
        18: "eighteen",
        19: "nineteen",
        20: "twenty",
        30: "thirty",
        40: "forty",
        50: "fifty",
        60: "sixty",
        70: "seventy",
        80: "eighty",
        90: "ninety",
        100: "hundred hundreds",
        1000: "thousand thousands",
        1000000: "million millions",
        1000000000: "billion billions",
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
_LOOSE_DIGIT = re.compile(r"\d+(?:[.,]\d+)*|[²³¹¼-¾⁰⁴-⁹₀-₉⅐-ↈ①-⒛⓪-⓿❶-➓]+")
_WORD = re.compile(r"\b(?:" + "|".join(_WORDS) + r")\b", re.IGNORECASE)
_PARTS = re.compile(
    r"\bhalf (?:of (?!(?:an|the|its) effect\b)|the\b|as\b)|\ba (?:half|third|fourth|fifth|tenth)\b(?!-life)"
    rf"|\ba quarter of\b|\b(?:{'|'.join(_WORDS)})-?fold\b",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|(?-i:Mar(?:ch)?)|apr(?:il)?|(?-i:May)|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:19|20)\d{2}\b(?!\s?(?:%|[€$£×]|(?:k|m|x|percent|per cent|times)\b))(?![.,]\d|-(?:\d\d?\b|W|Q))"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATES = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{4}-W\d{2}\b|\b(?:19|20)\d{2}-(?:0[1-9]|1[0-2])\b|\b\d{4}-?Q[1-4]\b"
    r"|\bQ[1-4](?:\s+\d{4})?\b"
    rf"|\b{_DAY}(?:st|nd|rd|th)?\s+{_MONTH}(?:\s+\d{{4}})?\b"
    rf"|\b{_MONTH}\s+{_DAY}\b(?:,?\s+\d{{4}}\b)?(?!\s?(?:%|[€$£×]|(?:k|m|x|percent|per cent|times)\b))(?![.,]\d)"
    rf"|\b{_MONTH}\s+\d{{4}}\b"
    # Four digits are a year where the words before them speak of time, not of an amount.
    rf"|\b(?:in|since|during|until|till|before|after|from|between|(?:end|start|middle|rest|summer|winter|autumn"
    rf"|spring|quarter|half) of|years?|seit|bis)\s+{_YEAR}(?:\s?(?:to|and|or|until|[-–/])\s?{_YEAR})?",
    re.IGNORECASE,
)
_MARKERS = re.compile(r"(?m)^\s*(?P<number>\d{1,2})[.)]\s")


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
    blank = _blank(text, [*(m.span() for m in _DATES.finditer(text)), *_list_markers(text)])
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
        rest = _blank(rest, (m.span() for m in _WORD.finditer(rest)))
        found += [Numeral(m.group(), *m.span(), None) for m in _PARTS.finditer(rest)]
    return tuple(sorted(found, key=lambda n: n.start))


def dates(text: str) -> frozenset[str]:
    """Dates in `text`, as written."""
    return frozenset(m.group() for m in _DATES.finditer(text))


def blank_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with `spans` blanked out, so that every other position stays."""
    return _blank(text, spans)


def _list_markers(text: str) -> list[tuple[int, int]]:
    """Numbers that count lines: 1, 2, 3, … at their starts; any other number there is a figure."""
    found: list[tuple[int, int]] = []
    for match in _MARKERS.finditer(text):
        if int(match.group("number")) == len(found) + 1:
            found.append(match.span())
    return found


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
