"""What is nobody's business here, what is too vague to route, and what tries to give orders."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, cast

import yaml

from liftos_agents.models.offline.spelling import fold
from liftos_agents.models.offline.words import concept_of


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
    return _Scope(
        tuple(subjects),
        re.compile("|".join(f"(?:{p})" for p in cast("list[str]", content["injection"]))),
        re.compile("|".join(f"(?:{p})" for p in cast("list[str]", content["vague"]))),
    )
