"""Finds where an answer prints a number: in which claims, and which values of the evidence look like it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from liftos_agents.domain.answer import Answer
from liftos_agents.domain.reference import UNIT_FORMATS, ReferenceFault, references, show, unit_of

_JOINTS = re.compile(r" \(90 % interval | to |\)")


@dataclass(frozen=True)
class Occurrence:
    """A value that reads as the number looked for; `claim` is empty where no claim refers to it."""

    claim: str
    evidence: str
    path: str
    format: str | None


def occurrences(answer: Answer, printed: str) -> tuple[Occurrence, ...]:
    """Every reference of a claim that is shown as `printed`; where there is none, every value of the evidence."""
    wanted = _normal(printed)
    results = {e.id: e.result for e in answer.evidence}
    found: list[Occurrence] = []
    for claim in (*answer.answer.claims, *answer.answer.recommendations):
        for reference in references(claim.source):
            result = results.get(reference.evidence, {})
            if wanted in _shown(result, reference.path, reference.format):
                found.append(Occurrence(claim.id, reference.evidence, reference.path, reference.format))
    if found:
        return tuple(found)
    return tuple(
        Occurrence("", identifier, path, format_name)
        for identifier, result in results.items()
        for path in _leaves(result)
        for format_name in UNIT_FORMATS.get(unit_of(result, path) or "", ())
        if wanted in _shown(result, path, format_name)
    )


def _shown(result: Mapping[str, Any], path: str, format_name: str | None) -> set[str]:
    """What a reader may read at a path: the whole, or of an estimate its mean and either bound."""
    try:
        text = show(result, path, format_name)
    except ReferenceFault:
        return set()
    return {_normal(text), *(_normal(part) for part in _JOINTS.split(text) if part)}


def _leaves(value: Any, path: str = "") -> Iterator[str]:
    """Paths to single numbers; long lists are series, which no answer prints one by one."""
    if isinstance(value, Mapping):
        for name, part in cast("Mapping[str, Any]", value).items():
            yield from _leaves(part, f"{path}.{name}" if path else name)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def _normal(text: str) -> str:
    return "".join(text.split()).replace("−", "-").replace("x", "×").lower()
