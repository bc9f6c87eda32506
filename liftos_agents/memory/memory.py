"""The memory of every organisation in one home: remember, recall, graph, forget."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from liftos_agents.data.database import Database
from liftos_agents.data.home import Home
from liftos_agents.data.lexical import SqliteLexicalIndex
from liftos_agents.domain.memory_record import MemoryKind, MemoryRecord, Recall
from liftos_agents.errors import ArgumentError
from liftos_agents.memory import ledger
from liftos_agents.memory.causal_graph import CausalGraph
from liftos_agents.memory.embedding import Embedder, EmbedderChoice, choose_embedder
from liftos_agents.memory.index_keeper import IndexKeeper
from liftos_agents.memory.indexer import Indexer
from liftos_agents.memory.recall import Query, recall
from liftos_agents.memory.shelf import Shelf, embedded_text
from liftos_agents.memory.status import MemoryStatus, OrganisationStatus
from liftos_agents.memory.transfer import from_lines, to_lines
from liftos_agents.memory.vector_index import VectorIndex
from liftos_agents.memory.vectors import quantise

_PAGE = 400
MOST_SHELVES = 64
LONGEST_QUERY = 4000


class Memory:
    """What organisations have learnt, in one database; a context manager.

    Opening reads no table and starts no thread. The database is the record: what `recall` finds depends on the
    rows alone. Vectors are kept by a background thread, and Chroma, which takes a second to open, is opened
    there too once writing pauses.

    Args:
        source: The home, or a database of it.
        root: Folder of the home; needed with a database.
        embedder: Text to vectors; by default MiniLM where its weights are here, else the lexical embedding.
        embedding_path: Folder with MiniLM's ONNX weights, looked at first.
        index_after: Seconds without a write after which the index catches up; None leaves that to
            `rebuild_index` and `settle`.
    """

    def __init__(
        self,
        source: Home | Database,
        *,
        root: Path | None = None,
        embedder: Embedder | None = None,
        embedding_path: Path | None = None,
        index_after: float | None = 5.0,
    ) -> None:
        self._database = source if isinstance(source, Database) else source.database
        folder = (root if root is not None else _root_of(source)) / "memory"
        self._choice = (
            EmbedderChoice(embedder, "set by the host") if embedder else choose_embedder(embedding_path)
        )
        self._lexical = SqliteLexicalIndex(self._database)
        name = self._choice.embedder.name
        self._index = IndexKeeper(self._database, VectorIndex(folder, name), name)
        self._shelves: OrderedDict[str, Shelf] = OrderedDict()
        self._shelves_lock = threading.Lock()
        self._worker = Indexer(self._keep_vectors, self._catch_up, quiet=index_after)

    @property
    def embedder(self) -> Embedder:
        """The embedding in use."""
        return self._choice.embedder

    def remember(self, records: Sequence[MemoryRecord]) -> int:
        """Writes records and returns how many were new; recording twice changes nothing.

        It returns once they are committed; vectors and index follow in the background, and `recall` finds
        the records meanwhile all the same.
        """
        groups: dict[str, list[MemoryRecord]] = {}
        for record in records:
            groups.setdefault(record.organisation, []).append(record)
        new = 0
        for organisation, group in groups.items():
            for start in range(0, len(group), _PAGE):
                new += self._write(organisation, group[start : start + _PAGE])
        return new

    def recall(
        self,
        organisation: str,
        query: str,
        *,
        limit: int = 5,
        kinds: Sequence[MemoryKind] | None = None,
        superseded: bool = False,
    ) -> tuple[Recall, ...]:
        """Records that bear on `query`, best first, each with what every signal gave to its score.

        Args:
            organisation: Whose memory; no other organisation's is looked at.
            query: A question; only its first 4,000 characters count.
            limit: How many at most.
            kinds: Kinds to find, all by default.
            superseded: Whether to find records that a newer one has superseded, too.
        """
        shelf = self._shelf(organisation)
        with self._database.connect() as connection, shelf.lock:
            if shelf.refresh(connection):
                self._worker.written(organisation)
            if not len(shelf) or limit < 1:
                return ()
            text = query[:LONGEST_QUERY]
            asked = Query(
                text=text,
                vector=quantise(self.embedder.embed([text]))[0],
                limit=limit,
                kinds=None if kinds is None else tuple(kinds),
                superseded=superseded,
            )

            return recall(
                shelf,
                connection,
                self._lexical,
                asked,
                nearest=lambda vector: self._index.nearest(shelf, vector),
            )

    def records(self, organisation: str) -> list[MemoryRecord]:
        """Every record of the organisation, in the order written, the superseded included."""
        with self._database.connect() as connection:
            return ledger.records(connection, organisation)

    def standing(
        self, organisation: str, kinds: Sequence[MemoryKind], limit: int = 5
    ) -> tuple[MemoryRecord, ...]:
        """The newest records of these kinds that still stand, whatever the question."""
        with self._database.connect() as connection:
            return tuple(ledger.of_kinds(connection, organisation, kinds, limit))

    def graph(self, organisation: str) -> CausalGraph:
        """The causal graph that the organisation's evidence has built up."""
        with self._database.connect() as connection:
            return CausalGraph.of(ledger.edges(connection, organisation))

    def forget(
        self,
        organisation: str,
        *,
        ids: Sequence[str] | None = None,
        subject: str | None = None,
        everything: bool = False,
    ) -> int:
        """Deletes for good and returns how many records went: by id, by subject (or entity), or all.

        What a deleted record had superseded stands again.

        Raises:
            ArgumentError: None of the three is given, or more than one.
        """
        if sum((ids is not None, subject is not None, everything)) != 1:
            raise ArgumentError("say what to forget: ids, a subject, or everything", where="forget")
        gone: list[str] = []
        with self._database.begin() as connection:
            pages = (
                [list(ids[i : i + _PAGE]) for i in range(0, len(ids), _PAGE)] if ids is not None else [None]
            )
            for page in pages:
                gone += ledger.remove(connection, organisation, ids=page, subject=subject)
            self._lexical.delete(organisation, gone, connection=connection)
        if gone:
            self._index.forget(organisation, gone)
            self._worker.written(organisation)
        return len(gone)

    def export(self, organisation: str) -> str:
        """Every record as JSON lines, in the order written."""
        return to_lines(self.records(organisation))

    def import_(self, organisation: str, lines: str) -> int:
        """Takes in what `export` wrote, for this organisation, and returns how many records were new.

        Raises:
            DataError: A line is no record; nothing is taken in.
        """
        return self.remember(from_lines(organisation, lines))

    def rebuild_index(self, organisation: str | None = None) -> None:
        """Builds the vector index anew from the record, of one organisation or of all.

        Raises:
            ArgumentError: Another process owns the index.
        """
        with self._database.connect() as connection:
            names = [organisation] if organisation is not None else ledger.organisations(connection)
        for name in names:
            if not self._index.catch_up(self._shelf(name), rebuild=True):
                raise ArgumentError(
                    "another process owns the index", where="rebuild_index", fix="Stop it, or let it rebuild"
                )

    def settle(self, *, index: bool = False) -> None:
        """Waits until the background has kept what was written; with `index`, until the index holds it too."""
        self._worker.drain(index=index)

    def status(self) -> MemoryStatus:
        """Embedding, index and counts, as they stand."""
        found: dict[str, OrganisationStatus] = {}
        with self._database.connect() as connection:
            for name in ledger.organisations(connection):
                counts = ledger.counts(connection, name)
                mark = ledger.index_mark(connection, name, self.embedder.name) or ledger.IndexMark()
                total, standing = counts.pop("records"), counts.pop("standing")
                found[name] = OrganisationStatus(
                    records=total,
                    standing=standing,
                    kinds=counts,
                    indexed=mark.vectors,
                    behind=max(total - mark.vectors, 0),
                )
        return MemoryStatus(
            embedder=self.embedder.name,
            reason=self._choice.reason,
            dimensions=self.embedder.dimensions,
            index="failed" if self._worker.error else self._index.state,
            index_error=self._worker.error,
            organisations=found,
        )

    def close(self) -> None:
        """Keeps the last vectors and closes the index; the database is the caller's."""
        self._worker.close()
        self._index.close()

    def __enter__(self) -> Memory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, organisation: str, records: Sequence[MemoryRecord]) -> int:
        with self._database.begin() as connection:
            written = ledger.write(connection, organisation, records)
            if written:
                texts = [(r.id, embedded_text(r)) for r in written]
                self._lexical.add(organisation, texts, connection=connection)
        if written:
            self._worker.written(organisation)
        return len(written)

    def _shelf(self, organisation: str) -> Shelf:
        with self._shelves_lock:
            shelf = self._shelves.get(organisation)
            if shelf is None:
                shelf = self._shelves[organisation] = Shelf(organisation, self.embedder)
                if len(self._shelves) > MOST_SHELVES:
                    self._shelves.popitem(last=False)
            self._shelves.move_to_end(organisation)
            return shelf

    def _keep_vectors(self, organisation: str) -> None:
        shelf = self._shelf(organisation)
        with shelf.lock:
            with self._database.connect() as connection:
                shelf.refresh(connection)
            unsaved = list(shelf.take_unsaved().items())
        for start in range(0, len(unsaved), _PAGE):
            with self._database.begin() as connection:
                ledger.save_vectors(connection, self.embedder.name, unsaved[start : start + _PAGE])

    def _catch_up(self, organisation: str) -> None:
        self._index.catch_up(self._shelf(organisation))


def _root_of(source: Home | Database) -> Path:
    if isinstance(source, Database):
        raise ArgumentError("a database alone does not say where the index lies", where="root")
    return source.root
