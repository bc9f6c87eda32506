"""The vocabulary of marketing in four languages, read from `lexicon.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, cast

import yaml

from liftos_agents.models.offline.glossary import Glossary
from liftos_agents.models.offline.spelling import fold, stem


@dataclass(frozen=True)
class Lexicon:
    """Folded words and phrases to concepts.

    Attributes:
        words: One word to its concept.
        stems: Light English stem of a word to its concept.
        phrases: Several words to their concept.
        phrases_of: Finds the phrases, the longest first.
        long_words: Words long enough to be found again in spite of a typing error.
        stop_words: Words that carry no subject.
        generic: Concepts that any request may hold (`write`, `show`): they count for little.
        everyday: Concepts that other subjects have too (`plan`, `data`): alone among strangers they tell little.
        plain: Words that look like one of ours and are not.
    """

    words: dict[str, str]
    stems: dict[str, str]
    phrases: dict[str, str]
    phrases_of: Glossary
    long_words: tuple[str, ...]
    stop_words: frozenset[str]
    generic: frozenset[str]
    everyday: frozenset[str]
    plain: frozenset[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon, read once."""
    text = resources.files(__package__ or "").joinpath("lexicon.yaml").read_text(encoding="utf-8")
    content = cast("dict[str, Any]", yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    words: dict[str, str] = {}
    phrases: dict[str, str] = {}
    for concept, forms in cast("dict[str, str]", content["concepts"]).items():
        for form in [concept, *forms.split(",")]:
            folded = fold(form)
            if " " in folded:
                phrases[folded] = concept
            elif folded:
                words.setdefault(folded, concept)
    return Lexicon(
        words=words,
        stems={stem(word): concept for word, concept in reversed(words.items())},
        phrases=phrases,
        phrases_of=Glossary("en", phrases, spaced=True),
        long_words=tuple(sorted(w for w in words if len(w) >= 6)),
        stop_words=frozenset(fold(content["stop_words"]).split()),
        generic=frozenset(cast("str", content["generic"]).split()),
        everyday=frozenset(cast("str", content["everyday"]).split()),
        plain=frozenset(fold(content["plain"]).split()),
    )
