"""The arguments of a tool call as a reader sees them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LONGEST = 160
LONGEST_IN_FULL = 1_200


def brief(arguments: Mapping[str, Any]) -> str:
    """What was asked of a tool in one line: without what was left open, and without the column roles."""
    return ", ".join(f"{name} {said}" for name, said in stated(arguments) if name != "roles")


def stated(arguments: Mapping[str, Any], longest: int = LONGEST) -> list[tuple[str, str]]:
    """Name and value of each argument that was not left open, those above `longest` characters cut."""
    return [(name, _cut(written(value), longest)) for name, value in arguments.items() if not _open(value)]


def written(value: Any) -> str:
    """A JSON-plain value in words: yes and no for truth, parts of a group joined by commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {written(v)}" for k, v in value.items() if not _open(v))
    if isinstance(value, list | tuple):
        return ", ".join(written(v) for v in value)
    return json.dumps(value, ensure_ascii=False)


def _open(value: Any) -> bool:
    return value is None or (isinstance(value, str | Mapping | list | tuple) and not value)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
