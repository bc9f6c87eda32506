"""A tool's result as a model needs it: every value that a sentence may name, without the long arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

LONGEST_SERIES = 24
LONGEST_LIST = 60
LONGEST_TEXT = 2_000


def compact(result: Mapping[str, Any]) -> dict[str, Any]:
    """`result` with series longer than 24 values and lists longer than 60 items replaced by a note.

    What stays keeps its path, so that references into the full result work.
    """
    return {key: _compact(value) for key, value in result.items()}


def _compact(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _compact(v) for k, v in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        items = cast("list[Any]", value)
        scalar = all(not isinstance(i, Mapping | list | tuple) for i in items)
        if len(items) > (LONGEST_SERIES if scalar else LONGEST_LIST):
            return f"({len(items)} values, kept in the evidence)"
        return [_compact(i) for i in items]
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return value[:LONGEST_TEXT] + "…"
    return value
