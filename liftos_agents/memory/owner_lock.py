"""One owner of the vector index: Chroma loses vectors silently when two processes write to it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

if os.name == "nt":
    import msvcrt
else:
    import fcntl


class OwnerLock:
    """An exclusive lock on a file, held until released or until the process ends, however it ends.

    A forked child does not own what its parent owns.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._process = 0

    @property
    def held(self) -> bool:
        """Whether this very process holds the lock."""
        return self._file is not None and self._process == os.getpid()

    def acquire(self) -> bool:
        """Takes the lock if it is free; true when this process holds it."""
        if self.held:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("ab")
        try:
            _lock(file)
        except OSError:
            file.close()
            return False
        self._file, self._process = file, os.getpid()
        return True

    def release(self) -> None:
        """Gives the lock back."""
        if self._file is not None:
            self._file.close()
        self._file = None


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
