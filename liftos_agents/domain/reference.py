"""References into evidence: how a number gets into a sentence.

`{ev_7f3a12:channels.tv.roas.mean|x}` names the evidence, the path within its result and how to show it.
A path that ends on an estimate (`channels.tv.roas`) shows its mean with its interval.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from liftos_agents.domain.amount import format_count, format_money, format_number, format_share

REFERENCE = re.compile(r"\{(ev_[0-9a-f]{4,64}):([^|{}]+?)(?:\|([a-z_]+))?\}")

UNIT_FORMATS: dict[str, tuple[str, ...]] = {
    "ratio": ("x", "number"),
    "money": ("money", "money_exact"),
    "share": ("pct", "number"),
    "probability": ("pct", "number"),
    "count": ("count", "number"),
    "periods": ("number", "count"),
    "score": ("number", "count"),
    "number": ("number",),
    "outcome": ("number", "count"),
    "outcome_per_spend": ("number",),
    "text": ("text",),
    "date": ("text",),
}
FORMATS = ("x", "money", "money_exact", "pct", "count", "number", "text")


class ReferenceFault(ValueError):
    """A reference that does not lead to a value, or shows it in the wrong unit."""


@dataclass(frozen=True)
class Reference:
    """One parsed reference; `start` and `end` are its place in the text."""

    evidence: str
    path: str
    format: str | None
    start: int
    end: int

    @property
    def keys(self) -> tuple[str, ...]:
        """The path's parts."""
        return tuple(self.path.split("."))


def references(text: str) -> tuple[Reference, ...]:
    """All references in `text`, in order."""
    return tuple(
        Reference(m.group(1), m.group(2).strip(), m.group(3), m.start(), m.end())
        for m in REFERENCE.finditer(text)
    )


def resolve(result: Mapping[str, Any], path: str) -> Any:
    """The value at `path`, keys of maps and positions of lists parted by dots.

    Raises:
        ReferenceFault: The path leads nowhere.
    """
    value: Any = result
    for key in path.split("."):
        if isinstance(value, Mapping) and key in value:
            value = cast("Mapping[str, Any]", value)[key]
        elif isinstance(value, list | tuple) and key.isdigit() and int(key) < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[int(key)]
        else:
            raise ReferenceFault(f"no {key!r} at {path!r}")
    return value


def unit_of(result: Mapping[str, Any], path: str) -> str | None:
    """The unit that the result states for `path`, by its most specific matching pattern.

    `result["units"]` maps patterns to units; `*` stands for one key, and a pattern also covers what
    lies below it (`channels.*.roas` covers `channels.tv.roas.mean`).
    """
    units = cast("Mapping[str, str]", result.get("units") or {})
    pattern = path if path in units else _most_specific(tuple(units), path)
    return units[pattern] if pattern is not None else None


@lru_cache(maxsize=8_192)
def _most_specific(patterns: tuple[str, ...], path: str) -> str | None:
    keys = path.split(".")
    best: tuple[int, int, str] | None = None
    for pattern in patterns:
        parts = pattern.split(".")
        while len(parts) > len(keys) and parts[-1] == "*":
            parts.pop()
        if len(parts) <= len(keys) and all(p in ("*", k) for p, k in zip(parts, keys, strict=False)):
            rank = (len(parts), sum(p != "*" for p in parts), pattern)
            if best is None or rank[:2] > best[:2]:
                best = rank
    return best[2] if best else None


def show(result: Mapping[str, Any], path: str, format_name: str | None = None) -> str:
    """The value at `path` as a reader sees it.

    Raises:
        ReferenceFault: No such value, an unknown format, or a format that the unit does not allow.
    """
    value = resolve(result, path)
    unit = None if isinstance(value, str) else unit_of(result, path)
    chosen = format_name or (UNIT_FORMATS.get(unit, ("number",))[0] if unit else _plain_format(value))
    if chosen not in FORMATS:
        raise ReferenceFault(f"unknown format {chosen!r}: use one of {', '.join(FORMATS)}")
    if unit and chosen not in UNIT_FORMATS.get(unit, FORMATS):
        raise ReferenceFault(f"{path!r} is in unit {unit!r} and cannot be shown as {chosen!r}")
    currency = cast("str | None", result.get("currency"))
    if isinstance(value, Mapping):
        estimate = cast("Mapping[str, Any]", value)
        if not {"mean", "p05", "p95"} <= set(estimate):
            raise ReferenceFault(f"{path!r} is a group, not a value")
        mean, low, high = (_one(estimate[k], chosen, currency, path) for k in ("mean", "p05", "p95"))
        return f"{mean} (90 % interval {low} to {high})"
    return _one(value, chosen, currency, path)


def render(text: str, results: Mapping[str, Mapping[str, Any]]) -> str:
    """`text` with every reference replaced by its value.

    Args:
        text: A sentence with references.
        results: Evidence id to result.

    Raises:
        ReferenceFault: As `show`, or evidence that is not in `results`.
    """

    def value(match: re.Match[str]) -> str:
        identifier, path, format_name = match.group(1), match.group(2).strip(), match.group(3)
        if identifier not in results:
            raise ReferenceFault(f"no evidence {identifier!r}")
        return show(results[identifier], path, format_name)

    return REFERENCE.sub(value, text)


def _plain_format(value: Any) -> str:
    return "number" if isinstance(value, int | float | Mapping) and not isinstance(value, bool) else "text"


def _one(value: Any, format_name: str, currency: str | None, path: str) -> str:
    if format_name == "text":
        if isinstance(value, list | tuple):
            return ", ".join(str(v) for v in cast("list[Any]", value))
        if isinstance(value, Mapping) or value is None:
            raise ReferenceFault(f"{path!r} holds no text")
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ReferenceFault(f"{path!r} holds {value!r}, not a number")
    number = float(value)
    if format_name == "x":
        return f"{format_number(number, decimals=2)}×"
    if format_name == "money":
        return format_money(number, currency)
    if format_name == "money_exact":
        return format_money(number, currency, exact=True)
    if format_name == "pct":
        return format_share(number)
    return format_count(number) if format_name == "count" else format_number(number)
