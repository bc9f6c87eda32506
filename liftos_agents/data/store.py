"""Where evidence, artifacts and datasets are kept, each under the hash of its content."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite

from liftos_agents.data import parquet
from liftos_agents.data.database import Database
from liftos_agents.data.dataset import Dataset
from liftos_agents.data.tables.evidence import artifacts, datasets, evidence
from liftos_agents.domain.canonical import canonical_json, content_hash
from liftos_agents.domain.evidence import Evidence
from liftos_agents.errors import NotFoundError

_REMEMBERED = 256


class Store(Protocol):
    """What tools need of a store."""

    def get(self, identifier: str) -> Evidence | None:
        """The evidence with this id, or None."""
        ...

    def put(self, found: Evidence) -> None:
        """Keeps evidence; the first with an id stays."""
        ...

    def put_artifact(self, content: bytes) -> str:
        """Keeps bytes and returns their sha256."""
        ...

    def get_artifact(self, identifier: str) -> bytes:
        """The bytes with this sha256."""
        ...


class TransientStore:
    """A store in memory, for a call that leaves nothing behind."""

    def __init__(self) -> None:
        self._evidence: dict[str, Evidence] = {}
        self._artifacts: dict[str, bytes] = {}

    def get(self, identifier: str) -> Evidence | None:
        """The evidence with this id, or None."""
        return self._evidence.get(identifier)

    def put(self, found: Evidence) -> None:
        """Keeps evidence; the first with an id stays."""
        self._evidence.setdefault(found.id, found)

    def put_artifact(self, content: bytes) -> str:
        """Keeps bytes and returns their sha256."""
        identifier = content_hash(content)
        self._artifacts[identifier] = content
        return identifier

    def get_artifact(self, identifier: str) -> bytes:
        """The bytes with this sha256.

        Raises:
            NotFoundError: Nothing was put under it.
        """
        if identifier not in self._artifacts:
            raise NotFoundError(f"no artifact {identifier!r}")
        return self._artifacts[identifier]


class EvidenceStore:
    """Evidence in the database, artifacts and datasets as files under `root`; safe across processes.

    Files lie at `artifacts/ab/<sha256>` and `workspace/ab/<id>.parquet` and appear whole or not at all.

    Args:
        database: Open database.
        root: Folder of the files; made when missing.
    """

    def __init__(self, database: Database, root: Path) -> None:
        self.database = database
        self.root = root
        self._seen: dict[str, Evidence] = {}
        self._lock = threading.Lock()

    def get(self, identifier: str) -> Evidence | None:
        """The evidence with this id, or None."""
        with self._lock:
            seen = self._seen.get(identifier)
        if seen is not None:
            return seen
        with self.database.connect() as connection:
            row = connection.execute(select(evidence).where(evidence.c.id == identifier)).first()
        if row is None:
            return None
        found = Evidence(
            id=row.id,
            tool=row.tool,
            version=row.version,
            arguments=json.loads(row.arguments),
            datasets=json.loads(row.datasets),
            result=json.loads(row.result),
            seconds=row.seconds,
        )
        self._remember(found)
        return found

    def put(self, found: Evidence) -> None:
        """Keeps evidence; the first with an id stays."""
        row = {
            "id": found.id,
            "tool": found.tool,
            "version": found.version,
            "arguments": ordered_json(found.arguments),
            "datasets": canonical_json(list(found.datasets)),
            "result": ordered_json(found.result),
            "seconds": found.seconds,
        }
        self._insert(evidence, row)
        self._remember(found)

    def put_artifact(self, content: bytes) -> str:
        """Keeps bytes and returns their sha256."""
        identifier = content_hash(content)
        path = self._path("artifacts", identifier)
        if not path.exists():
            write_whole(path, content)
            self._insert(artifacts, {"id": identifier, "bytes": len(content)})
        return identifier

    def get_artifact(self, identifier: str) -> bytes:
        """The bytes with this sha256.

        Raises:
            NotFoundError: No such artifact, or its file no longer has this hash.
        """
        path = self._path("artifacts", identifier)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise NotFoundError(f"no artifact {identifier!r}", where=str(self.root)) from None
        if content_hash(content) != identifier:
            raise NotFoundError(
                f"artifact {identifier!r} is damaged", where=str(path), fix="Delete the file and ask again"
            )
        return content

    def put_dataset(self, dataset: Dataset) -> str:
        """Keeps a dataset in the workspace and returns its id."""
        if dataset.frame is not None:
            path = self._path("workspace", dataset.id, ".parquet")
            if not path.exists():
                with temporary_beside(path) as temporary:
                    parquet.write(dataset.frame, temporary)
        else:
            path = self._path("workspace", dataset.id, ".txt")
            if not path.exists():
                write_whole(path, (dataset.text or "").encode())
        frame = dataset.frame
        row = {
            "id": dataset.id,
            "name": dataset.name,
            "kind": dataset.kind,
            "rows": 0 if frame is None else len(frame),
            "columns": canonical_json([] if frame is None else [str(c) for c in frame.columns]),
            "notes": canonical_json(list(dataset.notes)),
            "currencies": canonical_json(dataset.currencies),
        }
        self._insert(datasets, row)
        return dataset.id

    def get_dataset(self, identifier: str) -> Dataset:
        """The dataset with this id.

        Raises:
            NotFoundError: The workspace holds no such dataset.
        """
        with self.database.connect() as connection:
            row = connection.execute(select(datasets).where(datasets.c.id == identifier)).first()
        if row is None:
            raise NotFoundError(f"no dataset {identifier!r} in the workspace", where=str(self.root))
        notes = tuple(json.loads(row.notes))
        if row.kind == "text":
            text = self._path("workspace", identifier, ".txt").read_text(encoding="utf-8")
            return Dataset(identifier, row.name, "text", None, text, notes)
        frame = parquet.read(self._path("workspace", identifier, ".parquet"), json.loads(row.columns))
        return Dataset(identifier, row.name, "table", frame, None, notes, json.loads(row.currencies))

    def _remember(self, found: Evidence) -> None:
        with self._lock:
            if len(self._seen) >= _REMEMBERED:
                self._seen.pop(next(iter(self._seen)))
            self._seen.setdefault(found.id, found)

    def _insert(self, table: Table, row: dict[str, Any]) -> None:
        dialect = sqlite if self.database.engine.dialect.name == "sqlite" else postgresql
        with self.database.begin() as connection:
            connection.execute(dialect.insert(table).values(row).on_conflict_do_nothing())

    def _path(self, kind: str, identifier: str, ending: str = "") -> Path:
        if len(identifier) != 64 or not set(identifier) <= set("0123456789abcdef"):
            raise NotFoundError(f"{identifier!r} is no content hash", fix="Use 64 hexadecimal digits")
        return self.root / kind / identifier[:2] / f"{identifier}{ending}"


def ordered_json(value: Any) -> str:
    """JSON with keys in the order they have: evidence reads the same from the store as when it was computed."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file that other processes see whole or not at all."""
    with temporary_beside(path) as temporary:
        temporary.write_bytes(content)


@contextlib.contextmanager
def temporary_beside(path: Path) -> Any:
    """A path in the folder of `path` to write to; renamed onto `path` at the end of the block."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:16]}-")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
