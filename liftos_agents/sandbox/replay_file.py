"""Replays as files: JSON, versioned, the same bytes for the same replay."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from liftos_agents.domain.replay import REPLAY_FORMAT, Replay
from liftos_agents.errors import ArgumentError, DataError, NotFoundError


def save(replay: Replay, path: Path) -> Path:
    """The file written, replaced whole or not at all.

    Raises:
        ArgumentError: Nothing can be written there.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(replay.model_dump_json() + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ArgumentError(
            f"the replay cannot be written: {error.strerror or error}",
            where=str(path),
            fix="Name a file in a folder that exists and that you may write to",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return path


def load(path: Path) -> Replay:
    """The replay in a file.

    Raises:
        NotFoundError: No such file.
        DataError: It cannot be read, is no replay, or has a format that this program does not know.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFoundError("no such file", where=str(path)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise DataError("no replay: the file cannot be read as JSON", where=str(path)) from error
    if not isinstance(body, dict) or "format" not in body or "agents" not in body:
        raise DataError("no replay", where=str(path), fix="Make one: liftos simulate replay --out FILE.json")
    if body["format"] != REPLAY_FORMAT:
        raise DataError(
            f"format {body['format']!r} is not known; this program reads {REPLAY_FORMAT}", where=str(path)
        )
    try:
        return Replay.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{place}: {first['msg']}", where=str(path)) from error
