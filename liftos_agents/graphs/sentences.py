"""A text with its references shown: which words are prose, which are values, and where each sentence ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from liftos_agents.domain.reference import (
    Reference,
    ReferenceFault,
    references,
    resolve,
    show,
    unit_of,
)

Results = Mapping[str, Mapping[str, Any]]

_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-Z“\"(]|\s*$)|\n")


@dataclass(frozen=True)
class Shown:
    """A reference with its value as shown, and its place in the shown text.

    Attributes:
        value: Number, text or estimate that the path holds.
        unit: Unit that the result states for it.
        entity: The channel, platform or component that the path speaks of.
        siblings: The other entities of the same group.
    """

    reference: Reference
    text: str
    start: int
    end: int
    value: Any
    unit: str | None
    entity: str | None
    siblings: tuple[str, ...]

    @property
    def estimate(self) -> Mapping[str, float] | None:
        """The value as an estimate with its interval, or None."""
        estimate = cast("Mapping[str, float]", self.value)
        return estimate if isinstance(self.value, Mapping) else None

    @property
    def number(self) -> float | None:
        """The value as one number: an estimate's mean, or None for a text."""
        if self.estimate is not None:
            return float(self.estimate["mean"])
        plain = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        return float(self.value) if plain else None


@dataclass(frozen=True)
class ShownText:
    """A whole text, rendered."""

    text: str
    values: tuple[Shown, ...]
    faults: tuple[str, ...]

    def sentence(self, position: int) -> tuple[int, int]:
        """Where the sentence around `position` starts and ends; values never end a sentence."""
        ends = [
            m.end()
            for m in _SENTENCE_END.finditer(self.text)
            if not any(v.start <= m.start() < v.end for v in self.values)
        ]
        start = max((e for e in ends if e <= position), default=0)
        end = min((e for e in ends if e > position), default=len(self.text))
        return start, end

    def within(self, span: tuple[int, int]) -> tuple[Shown, ...]:
        """Values that stand in `span`."""
        return tuple(v for v in self.values if span[0] <= v.start < span[1])

    def prose(self) -> str:
        """The text with every value blanked out; positions stay."""
        letters = list(self.text)
        for value in self.values:
            letters[value.start : value.end] = " " * (value.end - value.start)
        return "".join(letters)


class Reader:
    """Reads texts with the evidence of one run; a text that it could read is not read again.

    Args:
        results: Evidence id to result; may grow while the run goes on.
    """

    def __init__(self, results: Results) -> None:
        self.results = results
        self._read: dict[str, ShownText] = {}

    def read(self, text: str) -> ShownText:
        """`text` with each reference replaced by its value."""
        known = self._read.get(text)
        if known is None:
            known = shown(text, self.results)
            if not known.faults:
                self._read[text] = known
        return known


def shown(text: str, results: Results) -> ShownText:
    """`text` with each reference replaced by its value; a reference that cannot be shown is a fault."""
    pieces: list[str] = []
    values: list[Shown] = []
    faults: list[str] = []
    last = length = 0
    for reference in references(text):
        pieces.append(text[last : reference.start])
        length += reference.start - last
        last = reference.end
        written = text[reference.start : reference.end]
        result = results.get(reference.evidence)
        try:
            if result is None:
                raise ReferenceFault(f"no evidence {reference.evidence!r} in this run")
            value = show(result, reference.path, reference.format)
            if value.endswith(".") and text.startswith(".", reference.end):
                value = value[:-1]
            entity, siblings = entity_of(result, reference.path)
            values.append(
                Shown(
                    reference,
                    value,
                    length,
                    length + len(value),
                    resolve(result, reference.path),
                    unit_of(result, reference.path),
                    entity,
                    siblings,
                )
            )
            pieces.append(value)
            length += len(value)
        except ReferenceFault as fault:
            faults.append(f"{written}: {fault}")
    pieces.append(text[last:])
    return ShownText("".join(pieces), tuple(values), tuple(faults))


def entity_of(result: Mapping[str, Any], path: str) -> tuple[str | None, tuple[str, ...]]:
    """The entity that `path` speaks of, and its siblings.

    An entity is the key where a unit pattern of the result has `*` (`channels.*.roas` makes `tv` one in
    `channels.tv.roas`). For a list, it is what the item names as its `channel`, `platform` or `name`.
    """
    keys = path.split(".")
    units = cast("Mapping[str, str]", result.get("units") or {})
    for depth in _entity_depths(tuple(units), path):
        parent = resolve(result, ".".join(keys[:depth])) if depth else result
        if isinstance(parent, Mapping):
            names = tuple(str(k) for k in cast("Mapping[str, Any]", parent))
            return keys[depth], tuple(n for n in names if n != keys[depth])
        named = [_name_of(item) for item in cast("list[Any]", parent)]
        name = named[int(keys[depth])]
        if name is not None:
            return name, tuple(n for n in named if n is not None and n != name)
    return None, ()


@lru_cache(maxsize=8_192)
def _entity_depths(patterns: tuple[str, ...], path: str) -> tuple[int, ...]:
    keys = path.split(".")
    depths: set[int] = set()
    for pattern in patterns:
        parts = pattern.split(".")
        overlap = min(len(parts), len(keys))
        if all(p in ("*", k) for p, k in zip(parts[:overlap], keys[:overlap], strict=True)):
            depths |= {i for i in range(overlap) if parts[i] == "*"}
    return tuple(d for d in sorted(depths) if not _is_statistic(keys, d))


def _is_statistic(keys: list[str], depth: int) -> bool:
    return keys[depth] in {"mean", "p05", "p50", "p95"}


def _name_of(item: Any) -> str | None:
    if not isinstance(item, Mapping):
        return None
    fields = cast("Mapping[str, Any]", item)
    return next(
        (str(fields[k]) for k in ("channel", "platform", "name") if isinstance(fields.get(k), str)), None
    )
