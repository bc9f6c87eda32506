"""The last head of each chain, kept beside the key and outside the database, so that a cut chain shows."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pydantic import ValidationError

from liftos_agents.tracing.chain import ChainHead


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
        """Keeps `head` in place of the one before; other processes see it whole or not at all."""
        path = self._path(head.organisation)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        draft.write_text(head.model_dump_json(), encoding="utf-8")
        draft.replace(path)

    def _path(self, organisation: str) -> Path:
        return self.folder / f"{hashlib.sha256(organisation.encode()).hexdigest()[:32]}.json"
