"""The word lists by which facts are sorted: their kinds, their language, what qualifies them."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any, cast

from liftos_agents.tools.surfacing.lexicon import stop_words

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")


def kind_of(name: str) -> str:
    """`product`, `brand`, `price`, `colour`, `material`, `audience`, `aside`, `property`, or `phrase` for an unnamed fact."""
    key = name.casefold().strip(" .:")
    if not key:
        return "phrase"
    kind = _kinds().get(key, "property")
    return "property" if kind == "measure" else kind


def is_measure(name: str) -> bool:
    """Whether the unit of such a fact alone says what is measured."""
    return _kinds().get(name.casefold().strip(" .:")) == "measure"


def named_in(name: str) -> tuple[str, ...]:
    """Languages in which a fact is called `name`."""
    return _name_languages().get(name.casefold().strip(" .:"), ())


def says_yes(value: str) -> bool:
    """Whether `value` only affirms its name: `yes`, `oui`."""
    return value.casefold().strip(" .") in _listed("yes", "words")


def says_no(value: str) -> bool:
    """Whether `value` only denies its name, or says nothing: `no`, `n/a`."""
    return value.casefold().strip(" .") in _listed("no", "words")


def qualified(text: str, language: str = "en") -> bool:
    """Whether `text` holds a word that changes what it stands beside: `not`, `ohne`, `jusqu'à`."""
    return bool(_pattern("qualifies", language).search(text))


def needs_context(text: str, language: str = "en") -> bool:
    """Whether `text` speaks of something that stands elsewhere: `it`, `diese`, `votre`."""
    return bool(_pattern("prose", language).search(text))


def is_privative(word: str) -> bool:
    """Whether a name without `word` would name another thing: `faux`, `refurbished`."""
    return word.casefold().strip(".,") in _listed("privative", "words")


def telling(word: str) -> tuple[str, ...]:
    """Languages of which `word`, a word of products, is one."""
    return _telling().get(word, ())


def is_neutral_word(word: str) -> bool:
    """Whether `word` reads the same in every language: a unit, a technical name, a code, a size."""
    bare = word.casefold().strip(".")
    if bare in _listed("neutral", "units") or bare in _listed("neutral", "names"):
        return True
    return bool(re.fullmatch(r"(?=.*\d)[A-Za-z\d][A-Za-z\d.-]*|[A-Z]{2,6}", word))


def has_unit(value: str) -> bool:
    """Whether `value` is a number with a unit that reads the same in every language."""
    match = re.fullmatch(r"[+-]?\d[\d.,  ]*\s?([A-Za-z°µ]{1,5}|%|″|\")(?:²|³)?", value.strip())
    return match is not None and (
        not match.group(1).isalpha() or match.group(1).casefold() in _listed("neutral", "units")
    )


def says_nothing(language: str) -> frozenset[str]:
    """Words of an advert in `language` that state nothing of the product: function words and calls, English ones too."""
    calls = cast("dict[str, list[str]]", _words()["calls"])
    return (
        frozenset(calls["en"]) | frozenset(calls.get(language, ())) | stop_words("en") | stop_words(language)
    )


def unit_of(value: str) -> str:
    """The unit of a value that is one number with a unit of one word: `kg`, `cups`; else nothing."""
    match = re.fullmatch(r"[+-]?\d[\d.,]*[\s-]?([^\W\d]{1,14}|%|″|\")", value.strip())
    return match.group(1).casefold() if match else ""


@cache
def _listed(table: str, name: str) -> frozenset[str]:
    return frozenset(cast("list[str]", _words()[table][name]))


@cache
def _kinds() -> dict[str, str]:
    kinds = cast("dict[str, dict[str, list[str]]]", _words()["kinds"])
    return {name: kind for kind, by in kinds.items() for names in by.values() for name in names}


@cache
def _name_languages() -> dict[str, tuple[str, ...]]:
    kinds = cast("dict[str, dict[str, list[str]]]", _words()["kinds"])
    found: dict[str, list[str]] = {}
    for by in kinds.values():
        for language, names in by.items():
            for name in names:
                found.setdefault(name, []).append(language)
    return {name: tuple(dict.fromkeys(languages)) for name, languages in found.items()}


@cache
def _telling() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, words in cast("dict[str, list[str]]", _words()["telling"]).items():
        for word in words:
            found.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}


@cache
def _pattern(table: str, language: str) -> re.Pattern[str]:
    entries = cast("dict[str, list[str]]", _words()[table])
    longest_first = sorted(entries.get(language, entries["en"]), key=lambda w: (-len(w), w))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.IGNORECASE)


@cache
def _words() -> dict[str, Any]:
    source = resources.files("liftos_agents.tools.content").joinpath("fact_words.toml").read_text("utf-8")
    return tomllib.loads(source)
