"""Which files a request may name: those within the allowed folders, reached without links."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from liftos_agents.errors import ArgumentError, NotFoundError

_DATASET_ID = re.compile(r"[0-9a-f]{64}")
_MOST_FILES = 1_000
_FIX = "Name a file within the folders that the server reads data from"


def allowed_sources(sources: Iterable[str], roots: Sequence[Path]) -> tuple[str, ...]:
    """The sources with each path absolute and safe to open; dataset ids pass as they are.

    A relative path is looked for in each root in turn; a glob becomes the files that it matches.

    Raises:
        ArgumentError: A path leads out of the roots, through a link, or into a hidden file or folder.
            It is said alike whether such a file exists or not.
        NotFoundError: No such file within the roots.
    """
    return tuple(path for source in sources for path in _resolved(source, roots))


def _resolved(source: str, roots: Sequence[Path]) -> list[str]:
    if _DATASET_ID.fullmatch(source):
        return [source]
    parts = Path(source).parts
    if not parts or "\x00" in source or ".." in parts or re.match(r"[a-z][a-z0-9+.-]+:", source, re.I):
        raise _refused(source)
    for root in roots:
        base = Path(os.path.abspath(root))
        within = _below(Path(source), base)
        if within is None:
            continue
        found = _matches(base, within)
        if found:
            for path in found:
                _require_plain(path, base, source)
            return [str(path) for path in found]
    if all(_below(Path(source), Path(os.path.abspath(root))) is None for root in roots):
        raise _refused(source)
    raise NotFoundError(f"there is no file {source!r}", where="data", fix=_FIX)


def _below(path: Path, base: Path) -> Path | None:
    """`path` relative to `base`, or None where it lies elsewhere."""
    if not path.is_absolute():
        return path
    for start in (base, Path(os.path.realpath(base))):
        if path.is_relative_to(start):
            return path.relative_to(start)
    return None


def _matches(base: Path, within: Path) -> list[Path]:
    if any(part.startswith(".") for part in within.parts):
        return [base / within]
    if os.path.lexists(base / within):
        return [base / within]
    if not glob.has_magic(str(within)):
        return []
    names = sorted(glob.glob(str(within), root_dir=base))
    if len(names) > _MOST_FILES:
        raise ArgumentError(
            f"{str(within)!r} matches {len(names)} files", where="data", fix=f"Name {_MOST_FILES} at most"
        )
    return [base / name for name in names]


def _require_plain(path: Path, base: Path, source: str) -> None:
    """Refuses hidden parts, and links anywhere below the root; those above it are the host's own choice."""
    within = path.relative_to(base)
    if any(part.startswith(".") for part in within.parts):
        raise _refused(source)
    if os.path.realpath(path) != os.path.join(os.path.realpath(base), within):
        raise _refused(source)
    if not path.is_file():
        raise NotFoundError(f"{source!r} is no file", where="data", fix=_FIX)


def _refused(source: str) -> ArgumentError:
    return ArgumentError(f"{source!r} is outside the folders that may be read", where="data", fix=_FIX)
