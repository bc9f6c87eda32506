"""Placeholders in a line, filled in before it is measured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liftos_agents.tools.content.counting import Counting, measured_length

_PLACEHOLDER = re.compile(
    r"\{\{\s*(?P<liquid>[\w.]+)\s*(?:\|\s*default\s*:?\s*\(?[\"'](?P<liquid_default>[^\"']*)[\"']\)?\s*)?\}\}"
    r"|\*\|(?P<chimp>[\w:]+)\|\*"
    r"|%%(?P<percent>[\w.]+)%%|%(?P<upper>[A-Z][A-Z_]{2,})%"
    r"|\$\{(?P<dollar>[\w.]+)\}"
    r"|\{(?P<google>(?:key\s?word|location\([^)]*\)|customizer\.[^:{}]+|countdown\([^{}]*\)|if\([^{}]*\)))(?::(?P<google_default>[^{}]*))?\}"
    r"|\{(?P<plain>[A-Za-z_][\w.]*)\}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Expansion:
    """A line with its placeholders filled in.

    Attributes:
        text: The longest text that the known values give.
        unknown: Names of placeholders without a value or default; they count nothing in `text`.
        filled: How many placeholders were filled in.
    """

    text: str
    unknown: tuple[str, ...]
    filled: int


def expand(text: str, values: Mapping[str, str | Sequence[str]], counting: Counting) -> Expansion:
    """`text` with each placeholder replaced by the longest of its values, else by the default that it states."""
    unknown: list[str] = []
    filled = 0

    def put(match: re.Match[str]) -> str:
        nonlocal filled
        name = next(v for k, v in match.groupdict().items() if v is not None and not k.endswith("_default"))
        given = values.get(name, values.get(name.casefold()))
        choices = [given] if isinstance(given, str) else list(given or ())
        choices += [d for k in ("liquid_default", "google_default") if (d := match.group(k)) is not None]
        if not choices:
            unknown.append(name)
            return ""
        filled += 1
        return max(choices, key=lambda choice: measured_length(choice, counting))

    # A default may stand beside given values: the longer one decides whether the line still fits.
    return Expansion(_PLACEHOLDER.sub(put, text), tuple(dict.fromkeys(unknown)), filled)


def has_placeholder(text: str) -> bool:
    """Whether `text` holds a placeholder, or a brace that could be one."""
    return bool(_PLACEHOLDER.search(text)) or any(c in text for c in "{}")
