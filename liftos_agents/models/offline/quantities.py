"""Money, percentages, spans of time and plain numbers in a sentence of English, German, French or Spanish."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from liftos_agents.models.offline.spelling import unaccented

Kind = Literal["money", "share", "period", "number"]
Unit = Literal["day", "week", "month", "quarter", "half", "year"]

_NUMBER = r"\d{1,3}(?:[,.'’\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_SIGN = r"[€$£¥]"
_CODE = r"(?:eur|usd|gbp|chf|jpy|euros?|dollars?|dolares|pounds?|franken|libras|yen|zl|zlot\w+|pln|reais|brl|rmb)\b"
_SCALES = (
    (
        r"(?:k|tsd\.?|tys\.?|tysiac\w*|tysiec\w*|thousand|tausend|duizend|mille|mila|mil|grand)(?:\b|(?<=\.))",
        1e3,
    ),
    (
        r"(?:millions?|millionen|millones|millon|miljoen|milion\w*|milhao|milhoes|mio\.?|mill\.?|mln|mn|mm|m)\b",
        1e6,
    ),
    (r"(?:billions?|milliarden?|milliards?|mrd\.?|bn)\b", 1e9),
)
_SCALE = "|".join(f"(?:{pattern})" for pattern, _ in _SCALES)
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?P<sign>[-+])?(?P<before>{_SIGN}|{_CODE})?\s?(?P<number>{_NUMBER})"
    rf"(?:\s?(?P<share>%|percent\b|per cent\b|prozent\b|pour cent\b|por ciento\b|pct\b|procent\w*|per cento\b|por cento\b)|\s?(?P<scale>{_SCALE})(?:\s(?:de |d'))?)?"
    rf"(?:\s?(?P<after>{_SIGN}|{_CODE}))?"
)
_UNITS: tuple[tuple[str, Unit], ...] = (
    (r"days?|tagen?|tage|jours?|dias?", "day"),
    (r"weeks?|wochen?|semaines?|semanas?|wk|wks", "week"),
    (r"months?|monate?n?|mois|mes|meses", "month"),
    (r"quarters?|quartale?n?s?|trimestres?", "quarter"),
    (r"half years?|halbjahre?|semestres?|semesters?", "half"),
    (r"years?|jahre?n?|ans?|annees?|anos?", "year"),
)
_UNIT = "|".join(pattern for pattern, _ in _UNITS)
_NEXT = (
    r"next|coming|upcoming|following|the|this|one|a|per|each|every|nachste[nsr]?|kommende[nsr]?|das|ein|pro|prochaine?s?|le|par|un|"
    r"proximo|proxima|el|por|al"
)
_SPAN = re.compile(
    rf"(?<!\w)(?P<rate>(?:per|each|every|pro|par|por|al|/)\s?)?(?:(?P<count>\d+)[ -]?|(?:(?:{_NEXT})\s+)+)?(?P<unit>{_UNIT})\b"
    rf"|\bq[1-4]\b|\b(?P<ly>weekly|monthly|quarterly|yearly|annually|daily|wochentlich|monatlich|mensuel|mensual)\b"
)
_LY: dict[str, Unit] = {"w": "week", "m": "month", "q": "quarter", "y": "year", "a": "year", "d": "day"}
_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "twenty": 20, "fifty": 50, "hundred": 100,
    "ein": 1, "eine": 1, "einen": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8,
    "neun": 9, "zehn": 10, "zwolf": 12, "anderthalb": 1.5, "eineinhalb": 1.5, "un": 1, "une": 1, "deux": 2, "trois": 3,
    "quatre": 4, "cinq": 5, "huit": 8, "neuf": 9, "dix": 10, "douze": 12, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4,
    "cinco": 5, "seis": 6, "ocho": 8, "nueve": 9, "diez": 10, "doce": 12,
}  # fmt: skip
_SPELT = re.compile(
    rf"\b(?P<word>{'|'.join(sorted((w for w in _WORDS if w not in ('a', 'an')), key=len, reverse=True))})[ -]"
    rf"(?=(?:{_UNIT}|{_SCALE}|percent|per cent|prozent|pour cent|por ciento)\b)"
)
_PHRASES = (
    (r"\b(?:one|a) and a half million\b|\bun million et demi\b|\bmillon y medio\b", "1500000 eur"),
    (r"\b(?:half a|half of a|a half|eine halbe|un demi|medio|demi) ?-?(?:million|millon)\b", "500000 eur"),
    (r"\b(?:a |one )?quarter (?:of a )?million\b", "250000 eur"),
    (r"\bthree quarters of a million\b", "750000 eur"),
    (r"\ba million\b", "1 million"),
    (r"\ba hundred thousand\b", "100 thousand"),
    (r"\bby (?:a )?half\b|\bum die halfte\b|\bde moitie\b|\ba la mitad\b", "by 50%"),
    (r"\bby (?:a|one) third\b|\bum ein drittel\b|\bd'un tiers\b|\bun tercio\b", "by 33.3333333333%"),
    (r"\bby (?:a|one) quarter\b(?! of)|\bum ein viertel\b|\bd'un quart\b", "by 25%"),
    (r"\bby (?:a|one) fifth\b", "by 20%"),
    (r"\bby (?:a|one) tenth\b", "by 10%"),
    (r"\b(?:two thirds)\b", "66.6666666667%"),
    (r"\bhalf (?:of )?(?:the|my|our) (?:budget|money|total)\b", "50% budget"),
)
_ASIAN = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)*|[一二两兩三四五六七八九十百千]+)\s?(?P<scale>百万|千万|百億|十億|万|萬|億|亿|千)?\s?(?P<code>円|元|块钱|块|欧元|ユーロ|美元|ドル)?"
)
_ASIAN_SCALES = {
    "千": 1e3,
    "万": 1e4,
    "萬": 1e4,
    "百万": 1e6,
    "千万": 1e7,
    "億": 1e8,
    "亿": 1e8,
    "十億": 1e9,
    "百億": 1e10,
}
_ASIAN_DIGITS = {c: i for i, c in enumerate("一二三四五六七八九", start=1)} | {"两": 2, "兩": 2}
_ASIAN_TENS = {"十": 10, "百": 100, "千": 1000}
_RUN_ON = re.compile(r"(?<=[\u3040-\u30ff\u3400-\u9fff])(?=\d)|(?<=[\d%])(?=[\u3040-\u30ff\u3400-\u9fff])")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Quantity:
    """A quantity in a sentence.

    Attributes:
        kind: `share` is a fraction, `period` a count of `unit`.
        value: In its own unit; a signed share keeps its sign.
        start, end: Its place in the plain text.
        unit: Of a period.
        rate: A period said as a rate: `per month`.
        signed: A share written with + or −.
    """

    kind: Kind
    value: float
    start: int
    end: int
    unit: Unit | None = None
    rate: bool = False
    signed: bool = False


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """`text` in lower case without accents, signs kept, numbers in words written as digits where they count something."""
    flat = unaccented(text.casefold().replace("−", "-").replace("–", "-"))
    flat = re.sub(r"[ \t\r\n\u00a0\u202f]+", " ", flat).strip()
    if not flat.isascii():
        flat = _RUN_ON.sub(" ", _ASIAN.sub(_asian_amount, flat))
    for pattern, replacement in _PHRASES:
        flat = re.sub(pattern, replacement, flat)
    return _SPELT.sub(lambda m: f"{_WORDS[m.group('word')]:g} ", flat)


def _asian_amount(match: re.Match[str]) -> str:
    """`3000万円` as `30000000 eur`: an amount of money by its currency or its large scale."""
    scale, code, number = match.group("scale"), match.group("code"), match.group("number")
    if not code and scale in (None, "千"):
        return match.group(0)
    value = read_number(number) if number[0].isdigit() else _asian_number(number)
    return f" {value * _ASIAN_SCALES.get(scale or '', 1.0):.10g} eur "


def _asian_number(said: str) -> float:
    total, digit = 0, 0
    for character in said:
        if character in _ASIAN_TENS:
            total += max(digit, 1) * _ASIAN_TENS[character]
            digit = 0
        else:
            digit = _ASIAN_DIGITS[character]
    return float(total + digit)


@lru_cache(maxsize=1024)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of `text`, which is plain already, in order."""
    found = [*_periods(text)]
    taken = [(q.start, q.end) for q in found]
    for match in _AMOUNT.finditer(text):
        if any(start < match.end() and match.start("number") < end for start, end in taken):
            continue
        quantity = _amount(match, text)
        if quantity is not None:
            found.append(quantity)
    return tuple(sorted(found, key=lambda q: q.start))


def _amount(match: re.Match[str], text: str) -> Quantity | None:
    value = read_number(match.group("number"), scaled=match.group("scale") is not None)
    scale, sign = match.group("scale"), match.group("sign")
    factor = -1.0 if sign == "-" else 1.0
    if match.group("share"):
        return Quantity("share", factor * value / 100, match.start(), match.end(), signed=sign is not None)
    if scale:
        value *= next(size for pattern, size in _SCALES if re.fullmatch(pattern, scale))
    currency = match.group("before") or match.group("after")
    bare = match.group("number")
    if re.match(r"\w", text[match.end() :]):
        return None
    if scale or currency or (value >= 1000 and not _YEAR.fullmatch(bare)):
        return Quantity("money", factor * value, match.start(), match.end(), signed=sign is not None)
    if _YEAR.fullmatch(bare):
        return None
    return Quantity("number", factor * value, match.start(), match.end())


def _periods(text: str) -> list[Quantity]:
    found: list[Quantity] = []
    for match in _SPAN.finditer(text):
        if match.group("ly"):
            each: Unit = "day" if match.group("ly") == "daily" else _LY[match.group("ly")[0]]
            found.append(Quantity("period", 1.0, match.start(), match.end(), each, rate=True))
        elif match.group("unit"):
            whole = match.group(0).strip()
            if whole in ("mes", "an", "ans", "mois"):
                continue
            unit: Unit = next(u for pattern, u in _UNITS if re.fullmatch(pattern, match.group("unit")))
            count = float(match.group("count") or 1)
            article = re.match(r"(?:a|ein|un) ", whole) is not None and _after_money(text, match.start())
            rate = (
                match.group("rate") is not None
                or re.match(r"(?:per|each|every|pro|par|por|al) ", whole) is not None
            )
            found.append(Quantity("period", count, match.start(), match.end(), unit, rate=rate or article))
        else:
            found.append(Quantity("period", 1.0, match.start(), match.end(), "quarter"))
    return found


def _after_money(text: str, position: int) -> bool:
    return re.search(rf"\d\s?(?:{_SCALE}|{_SIGN}|{_CODE})?\s*$", text[:position]) is not None


def read_number(text: str, *, scaled: bool = False) -> float:
    """The number in `text` with decimal point or comma and any thousands separator.

    A single separator followed by three digits parts thousands, unless the number is `scaled`
    by a word such as million.
    """
    compact = re.sub(r"['’\u00a0\u202f ]", "", text)
    marks = [c for c in compact if c in ",."]
    if len(set(marks)) == 2:
        decimal = marks[-1]
        return float(compact.replace("." if decimal == "," else ",", "").replace(decimal, "."))
    if not marks:
        return float(compact)
    groups = compact.split(marks[0])
    if len(marks) > 1 or (len(groups[-1]) == 3 and not scaled and groups[0] != "0"):
        return float("".join(groups))
    return float(compact.replace(marks[0], "."))
