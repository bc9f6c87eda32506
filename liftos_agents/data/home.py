"""The folder of the embedded stores (`LIFTOS_HOME`), opened as one object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from liftos_agents.config import Settings
from liftos_agents.data.database import Database
from liftos_agents.data.store import EvidenceStore
from liftos_agents.errors import ConfigurationError


@dataclass(frozen=True)
class Home:
    """Database, evidence store and folders of one `LIFTOS_HOME`; a context manager."""

    root: Path
    database: Database
    evidence: EvidenceStore

    def folder(self, name: str) -> Path:
        """The folder `name` within the home, made when missing."""
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def close(self) -> None:
        """Closes the database."""
        self.database.close()

    def __enter__(self) -> Home:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_home(home: str | Path | Settings) -> Home:
    """The home at a path, or the one that settings name; made and migrated when new.

    Raises:
        ConfigurationError: The folder cannot be made or written, or its database cannot be opened.
    """
    settings = home if isinstance(home, Settings) else Settings(home=Path(home))
    root = settings.home.expanduser().absolute()
    try:
        root.mkdir(parents=True, exist_ok=True)
        probe = root / ".writable"
        probe.touch()
        probe.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"the home folder cannot be written ({error.strerror})",
            where=str(root),
            fix="Set LIFTOS_HOME to a folder that you may write to",
        ) from error
    database = Database(settings.database_url or f"sqlite:///{root / 'liftos.sqlite'}")
    return Home(root=root, database=database, evidence=EvidenceStore(database, root))
