"""One byte form for each value, so that equal content has an equal hash."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

from pydantic import BaseModel


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no spaces and shortest floats.

    Pydantic models are dumped in JSON mode first. Negative zero becomes zero.

    Raises:
        ValueError: A float is not finite; such a value has no JSON form.
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def content_hash(value: Any) -> str:
    """sha256 of bytes as they are, or of the canonical JSON of anything else (64 hex digits)."""
    data = value if isinstance(value, bytes) else canonical_json(value).encode()
    return hashlib.sha256(data).hexdigest()


def seed_from(value: str) -> int:
    """A 63-bit seed that depends on `value` alone."""
    return int.from_bytes(hashlib.sha256(value.encode()).digest()[:8], "big") >> 1


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(mode="json"))
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value!r} has no JSON form")
        return value + 0.0
    return value
