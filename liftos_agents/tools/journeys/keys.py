"""Keys that a path in a result can hold: letters, digits, `_` and `-` alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

_OTHER = re.compile(r"[^A-Za-z0-9_-]+")


def keys(names: Sequence[str]) -> tuple[str, ...]:
    """A key for each name, told apart by a number where two come out alike."""
    found: list[str] = []
    for name in names:
        base = _OTHER.sub("_", name).strip("_") or "channel"
        key, n = base, 1
        while key in found:
            n += 1
            key = f"{base}_{n}"
        found.append(key)
    return tuple(found)
