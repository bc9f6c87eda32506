"""What a request gives to work on: a quoted or pasted text, a list of facts, sentences that ask for nothing."""

from __future__ import annotations

import re

from liftos_agents.models.offline.clauses import asks
from liftos_agents.models.offline.words import concepts

_FACTS = re.compile(
    r"(?:facts?|fakten|faits|datos|features?|details|using|given|with these facts|about it)\s*[:=]\s*(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"[\"“„«](?P<rest>[^\"”“»]{3,})[\"”“»]")
_COLON = re.compile(r"(?<!\d)[:：](?!//)\s*(?P<rest>\S.+)", re.DOTALL)
_DASH = re.compile(r"(?<=\S)[ \t]+[-–—][ \t]+(?P<rest>\S.+)", re.DOTALL)
_ADDRESS = re.compile(r"(?:\w+://|www\.)\S+")
_BRACKET = re.compile(r"\((?P<rest>[^()]{3,})\)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)|\s*\n\s*")
_PART = re.compile(
    r"\s*[;\n•]+\s*|,(?!\d)(?:\s*and\b)?\s*|\s+-\s+|\s+(?:that|which)\s+(?=is|are|has|have|comes?\b)|(?<=[\w)%]{2})\.\s+(?=[A-ZÄÖÜ\d])"
)
_SUBJECT = re.compile(
    r"^(?:(?:it|this|they|he|she|the product)(?:\b|(?='))\s*)?(?:and\s+)?(?:(?:is|are|'s|'re|has|have|'s got)\s+)?(?:(?:a|an|the)\s+)?",
    re.IGNORECASE,
)
_WORDS_OF_A_FACT = 12
_LONGEST_LIST = 500
_NAME_WORDS = 4
_FORM = {
    "ad",
    "campaign",
    "character_limit",
    "description_line",
    "google",
    "headline",
    "listing",
    "product",
    "write",
}


def explicit_facts(said: str) -> list[str]:
    """The facts after `facts:` or a word like it."""
    match = _FACTS.search(said)
    return _parts(match.group("rest")) if match else []


def material(said: str) -> str | None:
    """What `said` gives to work on, word for word: after a colon, in quotes, after a dash, in brackets, or in sentences of its own."""
    quoted = _QUOTED.search(said)
    if quoted and (len(quoted.group("rest").split()) > _NAME_WORDS or _COLON.search(said) is None):
        return quoted.group("rest").strip()
    for pattern in (_COLON, _BRACKET, _DASH):
        match = pattern.search(said)
        given = _without_questions(match.group("rest")) if match else ""
        if _ADDRESS.fullmatch(given):
            return None
        of_form = set(concepts(given)) & _FORM
        if (
            given
            and not asks(given)
            and len(of_form) < (len(set(concepts(given))) if pattern is _COLON else 1)
        ):
            return _unquoted(given)
    first, *others = _SENTENCE.split(said.strip())
    stated = [s for s in others if not asks(s)] if asks(first) else []
    return ("\n" if "\n" in said else " ").join(stated) or None


def listed(given: str) -> list[str]:
    """`given` as short facts, none when it is running text."""
    parts = _parts(given)
    short = len(given) <= _LONGEST_LIST and all(len(p.split()) <= _WORDS_OF_A_FACT for p in parts)
    return parts if short else []


def _parts(given: str) -> list[str]:
    stripped = (_SUBJECT.sub("", part.strip(" .-*"), count=1) for part in _PART.split(given.strip()))
    return [part for part in stripped if part]


def _without_questions(given: str) -> str:
    """`given` without the questions that follow it."""
    sentences = _SENTENCE.split(given.strip())
    while len(sentences) > 1 and sentences[-1].endswith("?"):
        sentences.pop()
    return ("\n" if "\n" in given else " ").join(sentences)


def _unquoted(given: str) -> str:
    return given.strip('"“”„«» ') if given[0] in '"“„«' else given
