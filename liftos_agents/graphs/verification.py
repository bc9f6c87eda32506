"""The first promise: every number that a reader sees is bound to evidence, with its entity and its unit.

Pure: texts and results in, reasons out. A bare number passes only as a date, as part of a name in the data
(`Channel0`), as a list marker, or as a quotation of the user's own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from liftos_agents.graphs.entities import entity_faults
from liftos_agents.graphs.numerals import Numeral, blank_spans, dates, numerals
from liftos_agents.graphs.sentences import Reader, Results, ShownText
from liftos_agents.graphs.strong_words import direction_faults, strong_word_faults
from liftos_agents.graphs.units import unit_faults

_BROKEN = re.compile(r"[{}]|\bev_[0-9a-f]{4,}")
# A name with digits: a column called `9.7` or `5x` is a figure to whoever reads it in a sentence.
_NAME = re.compile(r"^(?=.*\d)(?:[^\W\d]|.*[^\W\d]{3})", re.DOTALL)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_MONEY_PATHS = ("allocation.", "expected_gain", "expected_outcome", "largest_increase", "largest_decrease")


@dataclass(frozen=True)
class Vocabulary:
    """What a text may say without evidence.

    Attributes:
        quoted: The user's own words, in this question and earlier ones of the thread.
        channels: Channels of the data; their figures must stand beside their names.
        names: Other names that hold digits (columns, datasets).
    """

    quoted: str = ""
    channels: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """A text as a reader sees it, and why it may not be shown; no reasons means that it may."""

    source: str
    text: str
    reasons: tuple[str, ...]
    evidence: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the text may be shown."""
        return not self.reasons


def verify(text: str, reader: Reader, vocabulary: Vocabulary, *, recommendation: bool = False) -> Verdict:
    """The verdict on one text.

    Args:
        text: A headline, claim, recommendation or caveat with its references.
        reader: Reads it with the evidence there is.
        vocabulary: Names of the data and words of the user.
        recommendation: Whether the text says what to do; then the evidence must recommend it.
    """
    whole, results = reader.read(text), reader.results
    reasons = list(whole.faults)
    if not text.strip():
        reasons.append("an empty text")
    if not whole.faults and _BROKEN.search(whole.prose()):
        reasons.append("a reference that cannot be read; the form is {ev_…:path|format}")
    reasons += [f"bare number {n.text.strip()!r}" for n in bare_numbers(whole, vocabulary)]
    reasons += entity_faults(whole, vocabulary.channels)
    reasons += unit_faults(whole, _frequencies(results))
    reasons += strong_word_faults(whole, results, vocabulary.quoted)
    reasons += direction_faults(whole)
    if recommendation:
        reasons += _unsupported_moves(whole, results)
    used = tuple(dict.fromkeys(v.reference.evidence for v in whole.values))
    return Verdict(text, whole.text, tuple(dict.fromkeys(reasons)), used)


def bare_numbers(text: ShownText, vocabulary: Vocabulary) -> tuple[Numeral, ...]:
    """Numbers of `text` that neither evidence, a date, a name nor the user's words account for."""
    prose = text.prose()
    names, quoted = _allowed(vocabulary)
    if names is not None:
        prose = blank_spans(prose, (m.span() for m in names.finditer(prose)))
    return tuple(n for n in numerals(prose) if not any(_same(n, q) for q in quoted))


def count_numbers(text: ShownText, vocabulary: Vocabulary) -> tuple[int, int]:
    """How many numbers a reader sees in `text`, and how many of them evidence accounts for.

    Dates, names and quotations of the user are no findings and are not counted.
    """
    bound = sum(len(numerals(v.text, words=False)) for v in text.values)
    return bound + len(bare_numbers(text, vocabulary)), bound


def failed_checks(results: Results) -> tuple[tuple[str, int, str], ...]:
    """Diagnostics that failed: evidence id, position in its `checks`, and the check's name."""
    failed: list[tuple[str, int, str]] = []
    seen: set[str] = set()
    for identifier, result in results.items():
        checks = result.get("checks")
        for position, check in enumerate(cast("list[Any]", checks) if isinstance(checks, list) else []):
            if not isinstance(check, Mapping):
                continue
            fields = cast("Mapping[str, Any]", check)
            name = str(fields.get("name", position))
            if fields.get("passed") is False and name not in seen:
                seen.add(name)
                failed.append((identifier, position, name))
    return tuple(failed)


def mentions_check(source: str, failed: tuple[str, int, str]) -> bool:
    """Whether a text's references point at this failed diagnostic."""
    identifier, position, name = failed
    return f"{{{identifier}:checks.{position}." in source or f"{{{identifier}:diagnostics.{name}" in source


@lru_cache(maxsize=64)
def _allowed(vocabulary: Vocabulary) -> tuple[re.Pattern[str] | None, tuple[Numeral, ...]]:
    """Names that hold digits, the user's own years among them, and the user's own numbers."""
    names = {n for n in (*vocabulary.channels, *vocabulary.names) if _NAME.search(n)}
    names |= {year for date in dates(vocabulary.quoted) for year in _YEAR.findall(date)}
    longest_first = "|".join(re.escape(n) for n in sorted(names, key=lambda n: (-len(n), n)))
    pattern = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)", re.IGNORECASE) if names else None
    return pattern, numerals(vocabulary.quoted)


def _same(said: Numeral, quoted: Numeral) -> bool:
    if said.value is None or quoted.value is None:
        return said.text.strip().lower() == quoted.text.strip().lower()
    return said.percent == quoted.percent and abs(said.value - quoted.value) <= 1e-9 * max(
        1.0, abs(quoted.value)
    )


def _frequencies(results: Results) -> dict[str, str]:
    stated = {identifier: result.get("frequency") for identifier, result in results.items()}
    return {identifier: value for identifier, value in stated.items() if isinstance(value, str)}


def _unsupported_moves(text: ShownText, results: Results) -> list[str]:
    reasons: list[str] = []
    for value in text.values:
        result = results[value.reference.evidence]
        if not value.reference.path.startswith(_MONEY_PATHS):
            continue
        if result.get("status") == "refused":
            reasons.append("recommends on evidence that was refused")
        elif result.get("recommended") is False:
            reasons.append("recommends a plan that its own evidence does not recommend")
    return reasons
