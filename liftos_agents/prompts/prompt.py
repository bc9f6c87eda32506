"""Prompts read from the room's files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from liftos_agents.errors import ConfigurationError, NotFoundError

_FILE = re.compile(r"(?P<name>[a-z_]+)\.v(?P<version>\d+)\.md")
_PLACE = re.compile(r"\{\{\s*(?P<include>include:)?(?P<name>[a-z_]+)\s*\}\}")


@dataclass(frozen=True)
class Prompt:
    """A prompt file: `text` has its includes put in and its places still open."""

    name: str
    version: str
    text: str


def load(name: str) -> Prompt:
    """The newest version of the prompt `name`.

    Raises:
        NotFoundError: No such prompt.
    """
    return _load(name)


def render(name: str, **values: str) -> str:
    """The prompt `name` with `values` in its places `{{place}}`.

    Raises:
        NotFoundError: No such prompt.
        ConfigurationError: A place without a value, or a value without a place.
    """
    text = load(name).text
    places = {match.group("name") for match in _PLACE.finditer(text)}
    if places != set(values):
        odd = ", ".join(sorted(places ^ set(values)))
        raise ConfigurationError(
            f"values do not match the places of prompt {name!r}: {odd}", fix="Give one value a place"
        )
    return _PLACE.sub(lambda match: values[match.group("name")], text)


def names() -> tuple[str, ...]:
    """Names of the prompts there are, sorted."""
    return tuple(sorted(_versions()))


@lru_cache(maxsize=64)
def _load(name: str) -> Prompt:
    versions = _versions()
    if name not in versions:
        raise NotFoundError(f"no prompt {name!r}", fix=f"There are: {', '.join(sorted(versions))}")
    version = versions[name]
    text = (
        resources.files(__package__ or "")
        .joinpath("files", f"{name}.v{version}.md")
        .read_text(encoding="utf-8")
    )

    def included(match: re.Match[str]) -> str:
        return _load(match.group("name")).text.rstrip("\n") if match.group("include") else match.group(0)

    return Prompt(name, str(version), _PLACE.sub(included, text))


@lru_cache(maxsize=1)
def _versions() -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in resources.files(__package__ or "").joinpath("files").iterdir():
        if match := _FILE.fullmatch(entry.name):
            found[match["name"]] = max(found.get(match["name"], 0), int(match["version"]))
    return found
