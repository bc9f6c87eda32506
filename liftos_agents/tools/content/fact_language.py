"""Which language given facts are in, and which of them may stand in an advert of another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from liftos_agents.tools.content.fact_words import (
    LANGUAGES,
    has_unit,
    is_measure,
    is_neutral_word,
    named_in,
    telling,
)
from liftos_agents.tools.content.facts import Fact
from liftos_agents.tools.surfacing.language import detect, hits
from liftos_agents.tools.surfacing.lexicon import tokens

_LETTERS = {
    "de": re.compile("[äöüß]"),
    "fr": re.compile("[èêëœîûù]|ç"),
    "es": re.compile("[ñ¿¡]|ción\\b"),
    "it": re.compile("[òì]|zione\\b"),
    "pt": re.compile("[ãõ]"),
    "nl": re.compile("ij\\b|oe[nk]"),
    "pl": re.compile("[łąęśźżćń]"),
}
_LEAST, _CLEARLY, _SURE = 1.0, 1.25, 2.0
_WORD = re.compile(r"[^\W_]+(?:[.-][^\W_]+)*")


def spoken(names: Iterable[str], values: Iterable[str]) -> str:
    """Language of facts by their names and values: a code, or `und` where nothing tells clearly."""
    text = ". ".join(values)
    script = detect(text)
    if script in ("ja", "zh"):
        return script
    counted = {code: hits(text, code) for code in LANGUAGES}
    for name in names:
        for code in (found := named_in(name)):
            counted[code] += 1.0 / len(found)
    for word in tokens(text):
        for code in (found := telling(word)):
            counted[code] += 1.0 / len(found)
        for code, letters in _LETTERS.items():
            counted[code] += 0.4 if letters.search(word) else 0.0
    ranked = sorted(LANGUAGES, key=lambda code: (-counted[code], LANGUAGES.index(code)))
    best, second = counted[ranked[0]], counted[ranked[1]]
    return ranked[0] if best >= _LEAST and best >= _CLEARLY * second else "und"


def clearly_other(fact: Fact, language: str) -> bool:
    """Whether a fact is beyond doubt in another language than `language`."""
    if fact.kind in ("product", "brand", "price"):
        return False
    own = spoken((fact.name,), (fact.value,))
    return own not in ("und", language) and hits(fact.value, own) >= max(
        _SURE, 2 * hits(fact.value, language)
    )


def usable_in_any(facts: Sequence[Fact]) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Facts that read the same in every language, and the others.

    Names of product and brand are quoted as they are; a measure stands without its name where its unit says
    enough and no other fact has the same unit.
    """
    units = Counter(_unit(f.value) for f in facts if f.kind == "property")
    kept: list[Fact] = []
    left: list[Fact] = []
    for fact in facts:
        neutral = _is_neutral(fact.value)
        if fact.kind in ("product", "brand") or (
            neutral and (fact.kind == "price" or (fact.kind == "property" and _is_neutral(fact.name)))
        ):
            kept.append(fact)
        elif (
            neutral
            and has_unit(fact.value)
            and units[_unit(fact.value)] < 2
            and (fact.kind == "phrase" or (fact.kind == "property" and is_measure(fact.name)))
        ):
            kept.append(Fact(fact.id, "phrase", "", fact.value, fact.source))
        else:
            left.append(fact)
    return tuple(kept), tuple(left)


def _is_neutral(text: str) -> bool:
    return all(is_neutral_word(w) or not any(c.isalpha() for c in w) for w in _WORD.findall(text))


def _unit(value: str) -> str:
    return re.sub(r"[\d.,\s+-]", "", value).casefold()
