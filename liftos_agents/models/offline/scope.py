"""What is nobody's business here, what is too vague to route, and what tries to give orders."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, cast

import yaml

from liftos_agents.models.offline.glossary import FOREIGN
from liftos_agents.models.offline.spelling import fold
from liftos_agents.models.offline.words import concept_of

ALWAYS = ("secrets", "personal", "personal_data")
MADE = frozenset(("code", "jobs", "entertainment", "translation", "literature", "knowledge", "law"))
_TEXTS = frozenset(("ad", "copy", "headline", "mail", "subject_line", "snippet", "post", "description_line"))
_WEIGHTS = {
    "code": 2.6,
    "translation": 2.6,
    "jobs": 2.6,
    "medicine": 2.4,
    "tax": 2.4,
    "travel": 1.8,
    "errands": 1.8,
    "household": 4.5,
}
_FIRM = 3.4
_UNANCHORED = 1.6
ANCHORS = frozenset(
    ("channel", "tv", "radio", "print", "ooh", "search", "social", "cinema", "activity", "mail", "ad", "copy", "headline", "snippet", "post", "campaign", "marketing", "budget", "media", "listing", "catalogue", "assistant", "keyword", "roi", "attribution", "saturation", "subject_line", "competitor", "character_limit", "seo")
)  # fmt: skip


def foreign_subject(clause: str, knows: Callable[[str], bool], *, only_always: bool = False) -> str | None:
    """What `clause` is about when that is nobody's business, in a few words; None when it may be.

    Args:
        knows: Whether some specialist speaks of a concept; such a word never counts against a request.
        only_always: Look only for what is nobody's business even as the product of an ad.
    """
    folded = fold(clause)
    for subject in _scope().subjects:
        if only_always and not subject.always:
            continue
        for match in subject.pattern.finditer(folded):
            if not all(knows(concept_of(word)) for word in match.group(0).split()):
                return subject.about
    return None


@dataclass(frozen=True)
class Foreign:
    """A part of a request that is nobody's business here."""

    kind: str
    about: str


def foreign_in(
    text: str,
    subjects: Sequence[str],
    strongest: float,
    writing: float,
    language: str,
    knows: Callable[[str], bool],
) -> Foreign | None:
    """What a sentence is about when that is nobody's business; None when somebody here is spoken to.

    Args:
        subjects: Its subjects, those of other trades marked.
        strongest: How strongly it speaks to somebody here.
        writing: How strongly it asks for a text to be made or judged: its subject may be anything then.
        knows: Whether a specialist of the host's own speaks of a subject.
    """
    found = [s.removeprefix(FOREIGN) for s in subjects if s.startswith(FOREIGN) and not knows(s)]
    if language == "en":
        subject = foreign_subject(text, knows, only_always=strongest >= _FIRM)
        if subject is not None:
            found.append(_scope().kind_of[subject])
    kinds = list(dict.fromkeys(found))
    if not kinds:
        return None
    guarded = [kind for kind in kinds if kind in ALWAYS]
    if guarded:
        return Foreign(guarded[0], _scope().abouts[guarded[0]])
    weight = sum(_WEIGHTS.get(kind, 2.0) for kind in kinds) + 0.5 * (len(found) - len(kinds))
    if any(kind in MADE for kind in kinds) and _made_first(subjects, language):
        weight += 2.5
    if not ANCHORS & set(subjects):
        weight *= _UNANCHORED
    if weight > strongest:
        return Foreign(kinds[0], _scope().abouts[kinds[0]])
    return None


def _made_first(subjects: Sequence[str], language: str) -> bool:
    """Whether what is to be made is something else than an ad: it stands nearer to the verb than any ad."""
    foreign = [i for i, s in enumerate(subjects) if s.removeprefix(FOREIGN) in MADE and s.startswith(FOREIGN)]
    ours = [i for i, s in enumerate(subjects) if s in _TEXTS]
    if not foreign:
        return False
    return not ours or (foreign[-1] > ours[-1] if language in ("ja", "zh") else foreign[0] < ours[0])


def is_vague(question: str) -> bool:
    """Whether `question` asks for nothing in particular."""
    return _scope().vague.fullmatch(fold(question).strip(" .!?,")) is not None


def without_orders(question: str) -> tuple[str, bool]:
    """`question` without sentences that try to change the instructions, and whether there were any."""
    parts = re.split(r"(?<=[.!?;\n])\s+|\s+(?:and then|then)\s+", question)
    kept = [part for part in parts if _scope().injection.search(fold(part)) is None]
    return (" ".join(kept).strip(), True) if len(kept) < len(parts) else (question, False)


@dataclass(frozen=True)
class _Subject:
    about: str
    pattern: re.Pattern[str]
    always: bool


@dataclass(frozen=True)
class _Scope:
    abouts: dict[str, str]
    kind_of: dict[str, str]
    subjects: tuple[_Subject, ...]
    injection: re.Pattern[str]
    vague: re.Pattern[str]


@lru_cache(maxsize=1)
def _scope() -> _Scope:
    text = resources.files(__package__ or "").joinpath("scope.yaml").read_text(encoding="utf-8")
    content = cast("dict[str, Any]", yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    subjects: list[_Subject] = []
    for entry in cast("dict[str, dict[str, Any]]", content["refused"]).values():
        phrases = sorted((fold(p) for p in str(entry["phrases"]).split(",")), key=lambda p: (-len(p), p))
        pattern = re.compile(r"\b(?:" + "|".join(re.escape(p) for p in phrases) + r")\b")
        subjects.append(_Subject(entry["about"], pattern, bool(entry.get("always"))))
    abouts = cast("dict[str, str]", content["abouts"])
    return _Scope(
        abouts,
        {about: kind for kind, about in abouts.items()}
        | {e["about"]: k for k, e in content["refused"].items()},
        tuple(subjects),
        re.compile("|".join(f"(?:{p})" for p in cast("list[str]", content["injection"]))),
        re.compile("|".join(f"(?:{p})" for p in cast("list[str]", content["vague"]))),
    )
