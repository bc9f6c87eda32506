"""How many lines a platform takes, how long each may be, and how it counts."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict
from rapidfuzz import process

from liftos_agents.tools.content.counting import Counting
from liftos_agents.tools.errors import ToolRetry

_NEAR = 82.0
# A single letter names a platform only as a capital behind a word of place.
_ON_X = re.compile(
    r"\b(?:for|on|to|für|auf|bei|sur|pour|en|para|per|su|em|no|op|voor|na|do|w)\s+X\b(?![-\w])"
)


class FieldLimit(BaseModel):
    """One sort of line: how many, how long, and which writer drafts it.

    Attributes:
        hard: The most that the platform accepts or shows whole; None where there is no such limit.
        recommended: What most readers see without a cut.
        shortest: The fewest characters that make sense or are accepted.
        pixels: The widest that is shown, in pixels at 20 px.
        segments: For short messages, the most parts and `recommended_segments` the parts of one price.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str
    role: str
    least: int
    most: int
    hard: int | None = None
    recommended: int | None = None
    shortest: int = 1
    pixels: int | None = None
    segments: int | None = None
    recommended_segments: int | None = None


class PlatformLimits(BaseModel):
    """A platform's limits, with where and when they were read.

    Attributes:
        emoji: Whether pictograms are taken.
        forbidden: Characters that are refused anywhere.
        effect: What happens to a line beyond its hard limit.
        verified: Whether the values were confirmed at the source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    aliases: tuple[str, ...]
    counting: Counting
    emoji: bool
    forbidden: str = ""
    effect: str
    source: str
    retrieved: str
    verified: bool
    fields: tuple[FieldLimit, ...]

    def field(self, name: str) -> FieldLimit | None:
        """The field called `name`, its label or its singular, or None."""
        key = _folded(name)
        for field in self.fields:
            own = _folded(field.name)
            if key in (own, own.removesuffix("s"), _folded(field.label), f"{_folded(field.label)}s"):
                return field
        return None


def platforms() -> tuple[str, ...]:
    """Keys of all platforms in the order of the table."""
    return tuple(_table())


def limits_of(platform: str) -> PlatformLimits:
    """The limits of `platform`, given by its key.

    Raises:
        KeyError: No limits are known for it.
    """
    return _table()[platform]


def platform_named(name: str) -> str:
    """The key of the platform that `name` means: its key, its title, or another name of it.

    Raises:
        ToolRetry: No platform is called so; those there are are named.
    """
    known = _names()
    key = _folded(name)
    if key in known:
        return known[key]
    near = process.extractOne(key, list(known), score_cutoff=_NEAR) if key else None
    raise ToolRetry(
        f"there are no limits for the platform {name!r}",
        fix=(f"Did you mean {known[near[0]]!r}? " if near else "") + f"There are: {', '.join(platforms())}",
    )


def platforms_for(named: str | list[str] | None, request: str | None) -> tuple[str, ...]:
    """Keys of the platforms named, else of those that the request's words name, else Google's search ads.

    Raises:
        ToolRetry: A name means no platform.
    """
    given = [named] if isinstance(named, str) else named or []
    keys = [platform_named(name) for name in given] or _spoken_of(request or "")
    return tuple(dict.fromkeys(keys)) or (platforms()[0],)


def _spoken_of(request: str) -> list[str]:
    """Platforms whose names stand in the request, the longest names first, each word read once."""
    said = " " + re.sub(r"[^\w]+", " ", request.casefold()) + " "
    found = [(match.start(), "x") for match in _ON_X.finditer(request)]
    for name, key in sorted(_names().items(), key=lambda pair: (-len(pair[0]), pair[0])):
        if len(name) > 1 and (place := said.find(f" {name} ")) >= 0:
            found.append((place, key))
            said = said.replace(f" {name} ", " " + "·" * len(name) + " ")
    return [key for _, key in sorted(found)]


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


@cache
def _names() -> dict[str, str]:
    named: dict[str, str] = {}
    for key, limits in _table().items():
        for name in (key, limits.title, *limits.aliases):
            named.setdefault(_folded(name), key)
    return named


@cache
def _table() -> dict[str, PlatformLimits]:
    source = resources.files("liftos_agents.tools.content").joinpath("limits.toml").read_text("utf-8")
    return {name: PlatformLimits.model_validate(entry) for name, entry in tomllib.loads(source).items()}
