"""Which files a source names, and whether they may be read."""

from __future__ import annotations

import difflib
import glob
import re
from collections.abc import Sequence
from pathlib import Path

from liftos_agents.data.limits import Limits
from liftos_agents.errors import DataError, NotFoundError

_LONGEST_SHOWN = 120


def source_paths(source: str | Path, *, limits: Limits, roots: Sequence[Path] = ()) -> list[Path]:
    """The files that `source`, a path or a glob, names, sorted by name.

    Args:
        roots: Folders that files must lie in once symbolic links are followed; empty means anywhere.

    Raises:
        NotFoundError: No file matches.
        DataError: A file is outside `roots`, not a regular file, or all together are too large.
    """
    text = str(source)
    if not text.strip():
        raise DataError("no file was named", fix="Give its path, or a glob such as data/*.csv")
    try:
        return _paths(text, limits, roots)
    except (OSError, RuntimeError, ValueError) as error:
        # A link that leads to itself, a name that is too long, a NUL in it, a folder that may not be opened.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DataError(
            f"{_short(text)!r} cannot be opened ({_short(reason)})", fix="Check the path"
        ) from error


def _paths(text: str, limits: Limits, roots: Sequence[Path]) -> list[Path]:
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+://", text):
        raise DataError(f"{text!r} is an address, not a file", fix="Download the file and give its path")
    path = Path(text).expanduser()
    if path.is_dir():
        raise DataError(f"{text!r} is a folder", fix=f"Give a glob such as {text.rstrip('/')}/*.csv")
    is_glob = any(mark in text for mark in "*?[") and not path.exists()
    found = sorted(map(Path, glob.glob(str(path), recursive=True))) if is_glob else [path]
    files = [file for file in found if not file.is_dir()]
    if not files:
        raise NotFoundError(f"no file matches {text!r}")
    # Where a reader may look is settled before whether the file is there, which would tell of its existence.
    resolved = [_within(file, roots) for file in files]
    for given, file in zip(files, resolved, strict=True):
        if not file.exists():
            raise NotFoundError(f"no file {str(given)!r}", fix=_close_files(given))
        if not file.is_file():
            raise DataError("not a regular file", where=str(given))
    total = sum(file.stat().st_size for file in resolved)
    if total > limits.bytes:
        raise DataError(
            f"{total:,} bytes are more than the limit of {limits.bytes:,}",
            where=text,
            fix="Aggregate the data to weeks, or load it in parts",
        )
    return resolved


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _within(file: Path, roots: Sequence[Path]) -> Path:
    resolved = file.resolve()
    if roots and not any(resolved.is_relative_to(root.resolve()) for root in roots):
        raise DataError(
            "the file lies outside the folders that may be read",
            where=file.name,
            fix="Upload it, or move it into a data folder",
        )
    return resolved


def _close_files(path: Path) -> str | None:
    if not path.parent.is_dir():
        return f"There is no folder {str(path.parent)!r}"
    names = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    close = difflib.get_close_matches(path.name, names, 3)
    return f"Did you mean {' or '.join(close)}?" if close else None
