"""The concepts of a sentence: its words folded, matched against the glossary of their language, and stemmed."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz, process

from liftos_agents.models.offline.glossary import FOREIGN, Glossary, Word, glossary, words_of
from liftos_agents.models.offline.language import function_words, language_of
from liftos_agents.models.offline.lexicon import lexicon
from liftos_agents.models.offline.spelling import fold, stem

_FUZZY_LENGTH = 5
_ENDING = 3
_FUZZY_SCORE = 87.0
_ASIAN = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff]+")
_TELLING = re.compile(r"[\u30a1-\u30ff\u3400-\u9fff]{2,}")


def concepts(text: str, language: str | None = None) -> tuple[str, ...]:
    """The concepts of `text` in order of reading, stop words, numbers and what is nobody's business left out.

    Phrases are matched first, then words, then stems; what the glossary of the text's language and the English one do
    not know stays as its stem.
    """
    found = subjects(text, language)
    return tuple(c for c in found if not c.startswith(FOREIGN) and c != "vague")


@lru_cache(maxsize=4096)
def subjects(text: str, language: str | None = None) -> tuple[str, ...]:
    """As `concepts`, with `vague` words and those of other subjects, marked `not:`, among them."""
    spoken = language or language_of(text)
    folded = fold(text)
    found: list[tuple[int, str]] = []
    if spoken in ("ja", "zh"):
        for run in _ASIAN.finditer(folded):
            found += [
                (run.start() + at, concept) for at, concept in _unspaced(run.group(0), glossary(spoken))
            ]
        folded = _ASIAN.sub(lambda m: " " * len(m.group(0)), folded)
        spoken = "en"
    found += _spaced(folded, spoken)
    return tuple(concept for _, concept in sorted(found))


@lru_cache(maxsize=8192)
def concept_of(word: str) -> str:
    """The concept of one folded English word: by the glossary, by its stem, by the nearest spelling, or its stem."""
    return _known(word, glossary("en")) or _guessed(word, "en") or stem(word)


def _spaced(folded: str, language: str) -> list[tuple[int, str]]:
    own, english = glossary(language), glossary("en")
    phrases = lexicon().phrases_of
    stops = function_words(language) | function_words("en") if language != "en" else function_words("en")
    words = words_of(folded, language)
    found: list[tuple[int, str]] = []
    index = 0
    while index < len(words):
        best: tuple[int, str] | None = None
        for known in (own, english, phrases) if own is not english else (own, phrases):
            match = known.phrase(words, index)
            if match is not None and (best is None or match[0] > best[0]):
                best = match
        if best is not None:
            found.append((words[index].start, best[1]))
            index += best[0]
            continue
        split = own.apart(words, index)
        if split is not None:
            found.append((words[index].start, split[1]))
            index += split[0]
            continue
        found += [(words[index].start, concept) for concept in _of_word(words[index], own, stops)]
        index += 1
    return found


def _of_word(word: Word, own: Glossary, stops: frozenset[str]) -> tuple[str, ...]:
    text = word.text.removesuffix("'s").strip("'")
    if not text or text in stops or (text[0].isdigit() and own.exact(text) is None):
        return ()
    concept = own.exact(text)
    if concept is None:
        concept = own.concept(text, max(2, len(text) - _ENDING))
    if concept is None:
        parts = own.parts(text)
        if parts:
            return parts
        concept = own.concept(text)
    if concept is None:
        concept = _known(text, glossary("en"))
    if concept is not None:
        return (concept,)
    if len(text) < 3 and own.language != "en":
        return ()
    return (_guessed(text, own.language) or stem(text),)


def _known(word: str, english: Glossary) -> str | None:
    known = lexicon()
    found = english.exact(word) or known.words.get(word)
    if found is not None:
        return found
    return english.concept(word) or known.stems.get(stem(word))


@lru_cache(maxsize=8192)
def _guessed(word: str, language: str) -> str | None:
    """The concept of the nearest spelling, of a word long enough to be known again in spite of a typing error."""
    known = lexicon()
    if (
        len(word) < (_FUZZY_LENGTH if language == "en" else _FUZZY_LENGTH + 1)
        or not word.isalpha()
        or word in known.plain
    ):
        return None
    own = glossary(language)
    for spellings, concept in ((own.long_words, own.exact), (known.long_words, known.words.get)):
        near = process.extractOne(word, spellings, scorer=fuzz.ratio, score_cutoff=_FUZZY_SCORE)
        if near is not None and near[0][0] == word[0]:
            return concept(near[0])
    return None


def _unspaced(run: str, own: Glossary) -> list[tuple[int, str]]:
    """Concepts of a run of characters without spaces: the longest form at each place; what is left over is a word of its own."""
    found: list[tuple[int, str]] = []
    left: list[str] = list(run)
    stops = function_words(own.language)
    at = 0
    while at < len(run):
        for size in range(min(own.longest, len(run) - at), 0, -1):
            piece = run[at : at + size]
            concept = own.exact(piece)
            if concept is not None or (size > 1 and piece in stops):
                if concept is not None:
                    found.append((at, concept))
                left[at : at + size] = " " * size
                at += size
                break
        else:
            at += 1
    rest = "".join(" " if c in stops else c for c in left)
    found += [(m.start(), m.group(0)) for m in _TELLING.finditer(rest)]
    return found
