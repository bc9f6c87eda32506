"""One language's words for what the trade speaks of, and for what is nobody's business here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, cast

import yaml

from liftos_agents.models.offline.spelling import fold

FOREIGN = "not:"
_WORD = re.compile(r"[a-z0-9][a-z0-9&_+]*")
_ENGLISH_WORD = re.compile(r"[a-z0-9][a-z0-9'&_+]*")
_PLAIN_FORM = re.compile(r"[a-z0-9* ]+")
_SHORTEST_PART = 4
_GAP = " .. "
_WIDEST_GAP = 6
_LINKS = ("", "s", "es", "n", "en", "e")


@dataclass(frozen=True)
class Word:
    """A folded word and its place in the folded text."""

    text: str
    start: int
    end: int


class Glossary:
    """Forms of one language and their concepts.

    Args:
        forms: Form to concept; words of a form may end in `*`, which stands for any ending; ` .. ` for up to six words.
        spaced: Whether the language parts its words; else forms are found anywhere.
        follow, point, vague: Forms that open a follow-up, point back, or ask for nothing in particular.
        compounds: Whether unknown words may be two known ones written together.
    """

    def __init__(
        self,
        language: str,
        forms: dict[str, str],
        *,
        spaced: bool,
        follow: tuple[str, ...] = (),
        point: tuple[str, ...] = (),
        vague: tuple[str, ...] = (),
        compounds: bool = False,
    ) -> None:
        self.language, self.spaced, self.follow, self.compounds = language, spaced, follow, compounds
        self._exact: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._stem_phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._apart: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], str]]] = {}
        for form, concept in forms.items():
            self._add(form, concept)
        for table in (self._phrases, self._stem_phrases):
            for entries in table.values():
                entries.sort(key=lambda entry: (-len(entry[0]), -sum(map(len, entry[0]))))
        self.longest = max((len(form) for form in self._exact), default=0)
        self.point, self.vague = point, vague
        self.long_words = tuple(sorted(w for w in self._exact if len(w) >= 6))

    def _add(self, form: str, concept: str) -> None:
        if not self.spaced:
            self._exact.setdefault(form, concept)
            return
        if _GAP in form:
            left, right = (tuple(_pattern_words(side, self.language)) for side in form.split(_GAP, 1))
            self._apart.setdefault(left[0], []).append((left, right, concept))
            return
        parts = tuple(_pattern_words(form, self.language))
        if not parts:
            return
        if len(parts) == 1:
            table = self._stems if parts[0].endswith("*") else self._exact
            table.setdefault(parts[0].removesuffix("*"), concept)
        else:
            phrases = self._stem_phrases if parts[0].endswith("*") else self._phrases
            phrases.setdefault(parts[0].removesuffix("*"), []).append((parts, concept))

    def phrase(self, words: list[Word], index: int) -> tuple[int, str] | None:
        """How many words from `index` on are a phrase, and its concept: the longest one."""
        first = words[index].text
        best: tuple[int, str] | None = None
        for parts, concept in self._phrase_candidates(first):
            size = len(parts)
            if (best is None or size > best[0]) and index + size <= len(words):
                following = words[index + 1 : index + size]
                if all(_fits(word.text, part) for word, part in zip(following, parts[1:], strict=True)):
                    best = (size, concept)
        return best

    def apart(self, words: list[Word], index: int) -> tuple[int, str] | None:
        """As `phrase`, for two parts with other words between them: how many words the first part has."""
        for left, right, concept in self._apart.get(words[index].text, ()):
            said = tuple(w.text for w in words[index : index + len(left) + _WIDEST_GAP + len(right)])
            ends = range(len(left), len(said) - len(right) + 1)
            if said[: len(left)] == left and any(said[i : i + len(right)] == right for i in ends):
                return len(left), concept
        return None

    def _phrase_candidates(self, first: str) -> Iterator[tuple[tuple[str, ...], str]]:
        yield from self._phrases.get(first, ())
        if self._stem_phrases:
            for size in range(len(first), 1, -1):
                yield from self._stem_phrases.get(first[:size], ())

    def concept(self, word: str, shortest: int = 2) -> str | None:
        """The concept of one word: as it stands, or by its longest known beginning of at least `shortest` letters."""
        found = self._exact.get(word)
        if found is not None:
            return found
        for size in range(len(word), shortest - 1, -1):
            found = self._stems.get(word[:size])
            if found is not None:
                return found
        return None

    def exact(self, word: str) -> str | None:
        """The concept of one word as it stands."""
        return self._exact.get(word)

    def parts(self, word: str) -> tuple[str, ...]:
        """Concepts of a compound's two halves, both known; none otherwise."""
        if not self.compounds or len(word) < 2 * _SHORTEST_PART:
            return ()
        for split in range(len(word) - _SHORTEST_PART, 2, -1):
            right = self.concept(word[split:], _SHORTEST_PART)
            if right is None:
                continue
            for link in _LINKS:
                left = word[:split].removesuffix(link) if link else word[:split]
                if link and left == word[:split]:
                    continue
                known = self.concept(left, _SHORTEST_PART - 1) if len(left) > 2 else None
                if known is not None:
                    return (known, right)
        return ()


def words_of(folded: str, language: str) -> list[Word]:
    """The words of a folded text; elided articles are words of their own where the language has them."""
    pattern = _ENGLISH_WORD if language == "en" else _WORD
    found = (Word(m.group(0).removesuffix("'s"), m.start(), m.end()) for m in pattern.finditer(folded))
    return [word for word in found if word.text]


@lru_cache(maxsize=16)
def glossary(language: str) -> Glossary:
    """The glossary of a language, read once."""
    text = resources.files(__package__ or "").joinpath("glossary", f"{language}.yaml").read_text("utf-8")
    content = cast("dict[str, Any]", yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    forms: dict[str, str] = {}
    for mark, section in (("", "concepts"), (FOREIGN, "foreign")):
        for concept, listed in cast("dict[str, str]", content[section]).items():
            for form in str(listed).split(","):
                folded = fold(form)
                if folded:
                    forms.setdefault(folded, mark + concept)
    for form in _listed(content, "vague"):
        forms.setdefault(form, "vague")
    return Glossary(
        language,
        forms,
        spaced=language not in ("ja", "zh"),
        follow=_listed(content, "follow"),
        point=_listed(content, "point"),
        vague=_listed(content, "vague"),
        compounds=language in ("de", "nl"),
    )


def _listed(content: dict[str, Any], key: str) -> tuple[str, ...]:
    return tuple(folded for form in str(content.get(key, "")).split(",") if (folded := fold(form)))


def _pattern_words(form: str, language: str) -> Iterator[str]:
    if _PLAIN_FORM.fullmatch(form):
        yield from form.split()
        return
    for piece in form.split():
        found = [w.text for w in words_of(piece.replace("*", ""), language)]
        if found:
            yield from found[:-1]
            yield found[-1] + ("*" if piece.endswith("*") else "")


def _fits(word: str, part: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part
