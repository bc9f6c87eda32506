"""The wording around facts in each language, and facts put into words."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from liftos_agents.tools.content.fact_words import is_measure, is_neutral_word
from liftos_agents.tools.content.facts import Fact
from liftos_agents.tools.surfacing.lexicon import mentions, stop_words

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SLOT = re.compile(r"\{\w+\}")
_PROPER = re.compile(r"(?:sh|ch|ese|ian|can|man)$")
_ARTICLE = re.compile(
    r"^(?:der|die|das|den|dem|ein|eine|einen|einem|le|la|les|l['’]|un|une|el|los|las|una|il|lo|gli|i|o|a|os|as|um|uma|de|het|een)\b",
    re.IGNORECASE,
)
_GERMAN_PLAIN = re.compile(r"(?:[A-ZÄÖÜ][\w-]*|[a-zäöüß]+e|und|oder|&|,)")


class Phrases(BaseModel):
    """One language's wording; patterns with `{name}`, `{brand}`, `{value}` or `{label}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: dict[str, tuple[str, ...]]
    show: dict[str, tuple[str, ...]]
    brand: tuple[str, ...]
    by_brand: str
    both: str
    glance: tuple[str, ...]
    material: str
    material_label: str
    colour: str
    colour_label: str
    audience: str
    audience_label: str
    price: str
    property: str
    listed: str
    measure: str
    colon: str


@cache
def phrases(language: str) -> Phrases:
    """The wording of `language`.

    Raises:
        KeyError: Adverts are not written in it.
    """
    return Phrases.model_validate(_table()[language])


@cache
def neutral_words(language: str) -> frozenset[str]:
    """Words of the language's patterns, case folded: they say nothing of a product."""
    found: set[str] = set()
    for entry in phrases(language).model_dump().values():
        texts = [entry] if isinstance(entry, str) else [t for e in _lists(entry) for t in e]
        found |= {w.casefold() for text in texts for w in re.findall(r"[^\W_]+", _SLOT.sub(" ", text))}
    return frozenset(found)


def in_list(fact: Fact, language: str, brand: str = "") -> str:
    """The fact within a list: `made of oak`, `in navy`, `for hikers`, `capacity of 12 cups`."""
    own = phrases(language)
    value = lowered(fact.value, language, brand)
    if fact.kind == "material":
        return own.material.format(value=value) if not _ARTICLE.match(value) else value
    if fact.kind == "colour":
        plain = language != "en" or mentions("colours", value)
        pattern = own.colour if plain else own.colour_label.replace(own.colon, " ")
        return lowered(pattern.format(value=value), language, brand)
    if fact.kind == "audience":
        return _for(fact.value, value, language)
    if fact.kind == "property":
        label = capitalised(fact.name) if language == "de" else lowered(fact.name, language, brand)
        counted = is_measure(fact.name) and fact.value[:1].isdigit()
        return (own.measure if counted else own.listed).format(label=label, value=fact.value)
    return value


def alone(fact: Fact, language: str) -> str:
    """The fact as a line of its own: `Capacity: 12 cups`, `Price: €129`, `Made of oak`."""
    own = phrases(language)
    if fact.kind == "property":
        return own.property.format(label=capitalised(fact.name), value=fact.value)
    if fact.kind == "price":
        return own.price.format(value=fact.value)
    if fact.kind == "colour" and (language != "en" or not mentions("colours", fact.value)):
        return own.colour_label.format(value=fact.value)
    if fact.kind == "material" and not _ARTICLE.match(fact.value):
        return capitalised(own.material_label.format(value=lowered(fact.value, language)))
    return capitalised(in_list(fact, language) if fact.kind != "phrase" else fact.value)


def capitalised(text: str) -> str:
    """`text` with a capital first letter, unless its first word is written otherwise on purpose (`iPhone`)."""
    first = text.split(maxsplit=1)[0] if text else ""
    return text[:1].upper() + text[1:] if first.islower() else text


def lowered(text: str, language: str, brand: str = "") -> str:
    """`text` as it stands within a sentence: a first word that is no name loses its capital."""
    words = text.split()
    if not words or not words[0].istitle() or not words[0].isalpha():
        return text
    first, plain = words[0], words[0].lower()
    if language == "de":
        adjective = len(words) > 1 and words[1][:1].isupper() and _GERMAN_ADJECTIVE.fullmatch(plain)
        named = plain not in stop_words("de") | _GERMAN_SMALL and not adjective
    else:
        followed = len(words) > 1 and words[1][:1].isupper()
        known = is_neutral_word(first) or first.casefold() in brand.casefold().split()
        named = followed or known or (language == "en" and bool(_PROPER.search(plain)))
    return text if named else plain + text[len(first) :]


def title_case(text: str) -> str:
    """`text` with a capital on each word but small ones, as English headlines have it."""

    def cased(match: re.Match[str]) -> str:
        word, before = match.group(0), text[: match.start()].rstrip()
        unit = len(word) <= 3 and before[-1:].isdigit()
        keep = not word.isalpha() or not word.islower() or unit or (match.start() and word in _SMALL)
        return word if keep else word[:1].upper() + word[1:]

    return re.sub(r"(?<![\w'’])[^\W_]+", cased, text)


_SMALL = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "of",
    "on",
    "or",
    "per",
    "the",
    "to",
    "with",
}
# What feeds say of buyers in one word: it stands by itself, for "for unisex" is no English.
_ADJECTIVES = {
    "unisex",
    "male",
    "female",
    "adult",
    "infant",
    "newborn",
    "toddler",
    "men's",
    "women's",
    "men’s",
    "women’s",
}
# fmt: off
_GERMAN_SMALL = frozenset((
    "an", "auch", "auf", "aus", "bei", "besonders", "bis", "durch", "enthält", "extra", "gegen", "hält", "hat", "im", "in", "inkl",
    "inklusive", "ist", "nach", "nicht", "nur", "ohne", "passt", "sehr", "über", "um", "unter", "vom", "vor", "zu", "zum", "zur",
))
# fmt: on
_COUNTED = "zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf"
_GERMAN_ADJECTIVE = re.compile(
    rf"(?:{_COUNTED}|[a-zäöüß-]{{2,}}(?:isch|lich|ig|bar|los|sam|haft|iert|fach)(?:e|er|es|en|em))"
)


def _for(value: str, said: str, language: str) -> str:
    own = phrases(language)
    opening = own.audience.split("{", maxsplit=1)[0].strip().casefold()
    if value.casefold().startswith(opening + " ") or value.casefold() in _ADJECTIVES:
        return said
    if language == "de" and (_ARTICLE.match(value) or not all(map(_GERMAN_PLAIN.fullmatch, value.split()))):
        return own.audience_label.format(value=value)
    return own.audience.format(value=said)


def _lists(entry: dict[str, tuple[str, ...]] | tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(entry.values()) if isinstance(entry, dict) else [entry]


@cache
def _table() -> dict[str, dict[str, object]]:
    source = resources.files("liftos_agents.tools.content").joinpath("phrases.toml").read_text("utf-8")
    return tomllib.loads(source)
