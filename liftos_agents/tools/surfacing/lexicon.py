"""The word lists by which product texts are read, and matching against them."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Any, cast

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


@cache
def words(name: str) -> frozenset[str]:
    """The list `name` of the lexicon, lower case."""
    return frozenset(cast("list[str]", _lexicon()[name]))


@cache
def stop_words(language: str) -> frozenset[str]:
    """Function words of a language; empty for one whose script already tells it apart."""
    return frozenset(cast("dict[str, list[str]]", _lexicon()["stop_words"]).get(language, ()))


@cache
def category_facts() -> dict[str, tuple[frozenset[str], tuple[str, ...]]]:
    """Category to the words that tell it and the facts that its shoppers ask about."""
    return {
        name: (frozenset(entry["words"]), tuple(entry["facts"]))
        for name, entry in cast("dict[str, dict[str, list[str]]]", _lexicon()["categories"]).items()
    }


def mentions(name: str, text: str) -> tuple[str, ...]:
    """Entries of the list `name` that occur in `text` as whole words, in order of first occurrence."""
    found = (m.group(0).casefold() for m in _pattern(name).finditer(text))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=256)
def tokens(text: str) -> tuple[str, ...]:
    """Words and numbers of `text`, case folded."""
    return tuple(m.group(0).casefold() for m in WORD.finditer(text))


def is_content_word(token: str) -> bool:
    """Whether a token carries meaning: no English function word, no single letter, no bare number."""
    return len(token) > 1 and not token.isdigit() and token not in stop_words("en")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    entries = sorted(words(name), key=lambda w: (-len(w), w))
    return re.compile(
        r"(?<![\w-])(?:" + "|".join(re.escape(w) for w in entries) + r")(?![\w-])", re.IGNORECASE
    )


@cache
def _lexicon() -> dict[str, Any]:
    return tomllib.loads(
        resources.files("liftos_agents.tools.surfacing").joinpath("lexicon.toml").read_text("utf-8")
    )
