"""Unit words beside a value must be those of the value's unit."""

from __future__ import annotations

import re

from liftos_agents.domain.amount import SYMBOLS
from liftos_agents.graphs.sentences import Shown, ShownText

_PERCENT_AFTER = re.compile(
    r"\s?(?:%|percent\b|per cent\b|prozent\b|pour cent\b|por ciento\b)", re.IGNORECASE
)
_SIGNS = "".join(sorted({s for s in SYMBOLS.values() if len(s) == 1}))
_SIGN_BEFORE = re.compile(rf"[{_SIGNS}]\s?$")
_MINUS_BEFORE = re.compile(r"(?:(?:^|[\s(])[-−–]|\bminus\s)$", re.IGNORECASE)
_SIGN_AFTER = re.compile(rf"\s?(?:[{_SIGNS}]|(?:EUR|USD|GBP|euros?|dollars?|pounds)\b)", re.IGNORECASE)
_TIME_AFTER = re.compile(
    r"[\s-](?P<word>days?|weeks?|months?|quarters?|years?|periods?|tage?n?|wochen?|monate?n?)\b",
    re.IGNORECASE,
)
_TIMES_AFTER = re.compile(r"\s?(?:×|x\b|times\b|-fold\b|fold\b)", re.IGNORECASE)
_SCALE_AFTER = re.compile(r"\s?(?:k|m|bn|mn|thousand|million|billion|mio|mrd)\b", re.IGNORECASE)
_MEASURE_BEFORE = re.compile(
    r"\b(?P<word>roas|return on ad spend|half-life|probability|chance|share)\b"
    r"(?:\s+(?:of|is|was|at|being|about|equal to)){0,2}[\s:(]*$",
    re.IGNORECASE,
)
_MEASURES: dict[str, frozenset[str]] = {
    "roas": frozenset({"ratio", "outcome_per_spend"}),
    "return on ad spend": frozenset({"ratio", "outcome_per_spend"}),
    "half-life": frozenset({"periods"}),
    "probability": frozenset({"probability", "share"}),
    "chance": frozenset({"probability", "share"}),
    "share": frozenset({"share", "probability"}),
}
_LENGTHS = {"d": "day", "t": "day", "w": "week", "m": "month", "q": "quarter", "y": "year", "p": "period"}


def unit_faults(text: ShownText, frequencies: dict[str, str]) -> tuple[str, ...]:
    """Why words beside the values of `text` do not fit their units.

    Args:
        text: The rendered text.
        frequencies: Evidence id to the length of a period (`week`), where the result says so.
    """
    faults: list[str] = []
    for value in text.values:
        if value.number is not None:
            faults += _faults(text, value, frequencies.get(value.reference.evidence))
    return tuple(faults)


def _faults(text: ShownText, value: Shown, frequency: str | None) -> list[str]:
    before, after = text.text[: value.start], text.text[value.end :]
    faults: list[str] = []
    if _MINUS_BEFORE.search(before):
        faults.append(f"a minus stands before {value.text!r}, which brings its own sign")
    if any(other.end == value.start for other in text.values):
        faults.append(f"{value.text!r} follows another value at once; a reader would take them for one")
    if _PERCENT_AFTER.match(after):
        faults.append(f"a percent sign follows {value.text!r}; the format `pct` brings its own")
    if _SIGN_BEFORE.search(before) or _SIGN_AFTER.match(after):
        faults.append(f"a currency stands beside {value.text!r}; the format `money` brings the data's own")
    if _TIMES_AFTER.match(after) and value.unit not in ("ratio", None):
        faults.append(f"{value.text!r} is said to be a multiple, but its unit is {value.unit!r}")
    if _SCALE_AFTER.match(after):
        faults.append(f"a scale word follows {value.text!r}, which is the whole value already")
    length = _TIME_AFTER.match(after)
    if length is not None:
        faults += _time_faults(value, length.group("word"), frequency)
    measure = _MEASURE_BEFORE.search(before)
    if measure is not None and value.unit is not None:
        word = measure.group("word").lower()
        if value.unit not in _MEASURES[word]:
            faults.append(f"{value.text!r} is said to be a {word}, but its unit is {value.unit!r}")
    return faults


def _time_faults(value: Shown, word: str, frequency: str | None) -> list[str]:
    if value.unit not in ("periods", "count", None):
        return [f"{value.text!r} is said to be in {word}, but its unit is {value.unit!r}"]
    said = _LENGTHS[word[0].lower()]
    if value.unit == "periods" and frequency and said not in ("period", frequency):
        return [f"{value.text!r} is said to be in {word}, but a period of this data is a {frequency}"]
    return []
