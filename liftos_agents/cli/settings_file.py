"""The project's settings file: found from the folder that a command is started in, read, checked."""

from __future__ import annotations

import difflib
import math
import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from liftos_agents.config import Guardrails, Settings
from liftos_agents.errors import ConfigurationError

FILE_NAME = "liftos.toml"
_SECTIONS = ("settings", "roles", "guardrails")
_SETTINGS: dict[str, type | tuple[type, ...]] = {
    "organisation": str,
    "model": str,
    "home": str,
    "database_url": str,
    "embedding_path": str,
    "max_usd": (int, float),
    "max_seconds": (int, float),
}
_PATHS = ("home", "embedding_path")


@dataclass(frozen=True)
class Project:
    """What a project's file says.

    Attributes:
        path: The file, or None where there is none.
        settings: Defaults with the file's over them.
        roles: Column roles and margin for every question of the project.
    """

    path: Path | None = None
    settings: Settings = field(default_factory=Settings)
    roles: dict[str, Any] = field(default_factory=dict[str, Any])


def current(folder: Path | None = None) -> Project:
    """The project of `folder` (the present one), from it or the nearest folder above.

    Raises:
        ConfigurationError: The file cannot be read, or holds what is not known.
    """
    start = (folder or Path.cwd()).resolve()
    found = next((f for f in (d / FILE_NAME for d in (start, *start.parents)) if f.is_file()), None)
    return Project() if found is None else read(found)


def read(path: Path) -> Project:
    """The project that the file at `path` describes.

    Raises:
        ConfigurationError: The file cannot be read, or holds what is not known.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"the settings cannot be read: {error}",
            where=str(path),
            fix="Mend the file, or make one: liftos init",
        ) from error
    _known(content, _SECTIONS, path, "section")
    for section in content:
        if not isinstance(content[section], dict):
            raise ConfigurationError(
                f"{section} is no section", where=str(path), fix=f"Write it as [{section}]"
            )
    given = dict(content.get("settings", {}))
    _known(given, _SETTINGS, path, "setting")
    for name, value in given.items():
        amount = isinstance(value, int | float)
        if (
            isinstance(value, bool)
            or not isinstance(value, _SETTINGS[name])
            or (amount and not 0 <= value < math.inf)
        ):
            raise ConfigurationError(
                f"{value!r} is no value for {name}", where=str(path), fix="See: liftos init"
            )
    given.setdefault("home", str(Settings().home))
    for name in _PATHS:
        if name in given:
            given[name] = path.parent / os.path.expanduser(given[name])
    try:
        guardrails = Guardrails.model_validate(content.get("guardrails", {}))
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise ConfigurationError(
            f"guardrails: {where}: {wrong['msg']}",
            where=str(path),
            fix=f"Known: {', '.join(Guardrails.model_fields)}",
        ) from error
    return Project(path, Settings().with_(guardrails=guardrails, **given), dict(content.get("roles", {})))


def _known(given: dict[str, Any], known: Iterable[str], path: Path, what: str) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, list(known), 1)
            meant = f"Did you mean {near[0]!r}? " if near else ""
            raise ConfigurationError(
                f"there is no {what} {name!r}", where=str(path), fix=f"{meant}Known: {', '.join(known)}"
            )
