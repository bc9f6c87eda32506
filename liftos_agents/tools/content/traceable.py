"""Whether each word, number and sign of a line stands in a fact."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from liftos_agents.tools.content.phrases import neutral_words

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SIGNS = "€$£¥%+°½¼¾²³±"


def untraceable(text: str, sources: Iterable[str], neutral: str | None = None) -> tuple[str, ...]:
    """Words, numbers and signs of `text` that stand in none of `sources`, nor in the wording of language `neutral`."""
    given = unicodedata.normalize("NFC", " ".join(sources))
    known = {w.casefold() for w in _WORD.findall(given)}
    if neutral is not None:
        known |= neutral_words(neutral)
    loose = [w for w in _WORD.findall(text) if w.casefold() not in known]
    loose += [sign for sign in _SIGNS if sign in text and sign not in given]
    numbers = set(_NUMBER.findall(given))
    loose += [n for n in _NUMBER.findall(text) if n not in numbers]
    return tuple(dict.fromkeys(loose))
