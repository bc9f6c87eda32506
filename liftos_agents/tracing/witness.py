"""The last head of each chain, kept beside the key and outside the database, so that a cut chain shows."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pydantic import ValidationError

from liftos_agents.tracing.chain import ChainHead

_LENGTH = 2_048


class HeadWitness:
    """Heads as files in `folder`, one an organisation.

    Args:
        folder: Made at the first `keep`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def seen(self, organisation: str) -> ChainHead | None:
        """The head kept last, or None when there is none that can be read."""
        try:
            return ChainHead.model_validate_json(self._path(organisation).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def keep(self, head: ChainHead) -> None:
        """Keeps `head` in place of the one before.

        Written in place, in one write of one length: replacing the file would cost a flush of the disk a run.
        """
        path = self._path(head.organisation)
        content = head.model_dump_json().encode().ljust(_LENGTH)
        try:
            descriptor = os.open(path, os.O_WRONLY)
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, content)
        finally:
            os.close(descriptor)

    def _path(self, organisation: str) -> Path:
        return self.folder / f"{hashlib.sha256(organisation.encode()).hexdigest()[:32]}.json"
