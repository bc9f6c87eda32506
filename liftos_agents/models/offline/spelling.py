"""One spelling for each word: folded to plain lower case, and stemmed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACES = re.compile(r"\s+")
_PLURALS = (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"))
_VOICED = "\u3099\u309a"
_BARRED = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "’": "'", "‘": "'", "ʼ": "'"})


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """`text` in lower case without accents, hyphens as spaces, one space between words; ß is ss."""
    return _SPACES.sub(" ", unaccented(text.casefold().replace("-", " "))).strip()


def unaccented(text: str) -> str:
    """`text` without accents; kana keep their voicing, full-width forms become plain ones."""
    if text.isascii():
        return text
    flat = unicodedata.normalize("NFKD", text.translate(_BARRED))
    return unicodedata.normalize(
        "NFC", "".join(c for c in flat if c in _VOICED or not unicodedata.combining(c))
    )


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A light English stem: plural, -ing, -ed, a doubled consonant and a final e taken off."""
    if len(word) <= 3 or not word.isalpha():
        return word
    for suffix, replacement in _PLURALS:
        if word.endswith(suffix):
            return word[: -len(suffix)] + replacement
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix in ("ing", "ed"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word
