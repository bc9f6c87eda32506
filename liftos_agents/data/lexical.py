"""Search by words: one interface, SQLite's FTS5 behind it."""
# ruff: noqa: SIM905 (word lists read better as words)

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Protocol

from sqlalchemy import Connection

from liftos_agents.data.database import Database
from liftos_agents.domain.canonical import content_hash, seed_from

MOST_TERMS = 8
TABLE_PREFIX = "lexical_"
STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be been but by can could did do does for from had has have how i "
    "if in into is it its just me more most my no not of on or our over so some than that the their them then there "
    "these they this to up us was we were what when where which while who why will with would you your "
    "aber als am an auch auf aus bei bin bis das dass dem den der des die doch du ein eine einem einen einer eines er "
    "es fur hat ich im in ist mit nach nicht noch nur ob oder sich sie sind so uber um und uns vom von vor war was "
    "welche wenn wer wie wir wird zu zum zur "
    "au aux avec ce ces dans de des du elle en est et eux il je la le les leur lui mais ne nous on ou par pas pour qu "
    "que qui sa se ses son sur un une vous "
    "al como con del desde donde el ella ese esta este hay las lo los mas muy nos o para pero por que se si sin su sus "
    "una unas uno y ya".split()
)


class LexicalIndex(Protocol):
    """A word index with one separate part for each organisation."""

    def add(
        self, organisation: str, entries: Sequence[tuple[str, str]], *, connection: Connection | None = None
    ) -> None:
        """Indexes (id, text) pairs; an id that is there already gets its new text."""
        ...

    def delete(self, organisation: str, ids: Sequence[str], *, connection: Connection | None = None) -> None:
        """Forgets ids; unknown ones are no error."""
        ...

    def search(
        self, organisation: str, query: str, *, limit: int = 20, connection: Connection | None = None
    ) -> list[tuple[str, float]]:
        """(id, score) of texts with any of the query's words, best first, ties by id."""
        ...


class SqliteLexicalIndex:
    """FTS5 with BM25 scores, one table an organisation, made on first use.

    Words are compared in lower case and without accents. Of a long query the eight rarest words count.
    `connection` joins a transaction that is open already.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(
        self, organisation: str, entries: Sequence[tuple[str, str]], *, connection: Connection | None = None
    ) -> None:
        """Indexes (id, text) pairs; an id that is there already gets its new text."""
        table = table_name(organisation)
        with self._writing(connection) as session:
            session.exec_driver_sql(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5(id UNINDEXED, body, tokenize='unicode61')"
            )
            session.exec_driver_sql(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS {table}_words USING fts5vocab({table}, 'row')"
            )
            for identifier, text in entries:
                session.exec_driver_sql(
                    f"INSERT OR REPLACE INTO {table} (rowid, id, body) VALUES (?, ?, ?)",
                    (seed_from(identifier), identifier, " ".join(terms(text, keep_stop_words=True))),
                )

    def delete(self, organisation: str, ids: Sequence[str], *, connection: Connection | None = None) -> None:
        """Forgets ids; unknown ones are no error."""
        table = table_name(organisation)
        with self._writing(connection) as session:
            if _exists(session, table):
                for identifier in ids:
                    session.exec_driver_sql(f"DELETE FROM {table} WHERE rowid = ?", (seed_from(identifier),))

    def search(
        self, organisation: str, query: str, *, limit: int = 20, connection: Connection | None = None
    ) -> list[tuple[str, float]]:
        """(id, score) of texts with any of the query's words, best first, ties by id."""
        table = table_name(organisation)
        wanted = list(dict.fromkeys(terms(query)))
        if not wanted:
            return []
        with self._reading(connection) as session:
            if not _exists(session, table):
                return []
            words = _rarest(session, table, wanted)
            if not words:
                return []
            match = " OR ".join(f'"{word}"' for word in words)
            rows = session.exec_driver_sql(
                f"SELECT id, bm25({table}) AS score FROM {table} WHERE {table} MATCH ? ORDER BY score, id LIMIT ?",
                (match, limit),
            ).all()
        return [(str(row[0]), round(-float(row[1]), 9)) for row in rows]

    @contextlib.contextmanager
    def _writing(self, connection: Connection | None) -> Iterator[Connection]:
        if connection is not None:
            yield connection
        else:
            with self.database.begin() as own:
                yield own

    @contextlib.contextmanager
    def _reading(self, connection: Connection | None) -> Iterator[Connection]:
        if connection is not None:
            yield connection
        else:
            with self.database.connect() as own:
                yield own


def terms(text: str, *, keep_stop_words: bool = False) -> list[str]:
    """The words of `text` in lower case and without accents, in order, stop words dropped."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    found = re.findall(r"[^\W_]+", letters)
    return found if keep_stop_words else [word for word in found if word not in STOP_WORDS]


def table_name(organisation: str) -> str:
    """The table of one organisation; its name gives nothing away and needs no quoting."""
    return TABLE_PREFIX + content_hash(organisation.encode())[:16]


def _exists(session: Connection, table: str) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return session.exec_driver_sql(query, (table,)).first() is not None


def _rarest(session: Connection, table: str, wanted: Sequence[str]) -> list[str]:
    counted: list[tuple[int, str]] = []
    for word in wanted:
        row = session.exec_driver_sql(f"SELECT doc FROM {table}_words WHERE term = ?", (word,)).first()
        if row is not None:
            counted.append((int(row[0]), word))
    return [word for _, word in sorted(counted)[:MOST_TERMS]]
