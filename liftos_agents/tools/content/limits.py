"""How many lines a platform takes, how long each may be, and how it counts."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict


class LineLimit(BaseModel):
    """How many lines of one sort, and how long each may be."""

    model_config = ConfigDict(frozen=True)

    least: int
    most: int
    characters: int


class PlatformLimits(BaseModel):
    """A platform's hard limits, with where and when they were read."""

    model_config = ConfigDict(frozen=True)

    headlines: LineLimit
    descriptions: LineLimit
    paths: LineLimit
    double_width: bool
    source: str
    retrieved: str


def limits_of(platform: str) -> PlatformLimits:
    """The limits of `platform`.

    Raises:
        KeyError: No limits are known for it.
    """
    return PlatformLimits.model_validate(_table()[platform])


def measured_length(text: str, *, double_width: bool = True) -> int:
    """Length of `text` as the platform counts it: wide characters count two where `double_width`.

    The text is composed (NFC) first, as a platform stores it.
    """
    composed = unicodedata.normalize("NFC", text)
    if not double_width:
        return len(composed)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in composed)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(
        resources.files("liftos_agents.tools.content").joinpath("limits.toml").read_text("utf-8")
    )
