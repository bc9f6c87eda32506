"""Insert statements compiled once: most of what a small write costs is building its statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler


class Inserts:
    """Whole rows into tables whose every column is plain text or a number."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._compiled: dict[tuple[str, bool], SQLCompiler] = {}

    def put(
        self, connection: Connection, table: Table, rows: list[dict[str, Any]], *, first_stays: bool = False
    ) -> None:
        """Inserts `rows`; with `first_stays` a row whose key is there already is left out."""
        if not rows:
            return
        statement = self._compiled.get((table.name, first_stays))
        if statement is None:
            room = sqlite if self._dialect.name == "sqlite" else postgresql
            insert = room.insert(table)
            whole = insert.on_conflict_do_nothing() if first_stays else insert
            statement = whole.compile(dialect=self._dialect, column_keys=list(table.c.keys()))
            self._compiled[(table.name, first_stays)] = statement
        order = statement.positiontup
        parameters = [tuple(row[name] for name in order) for row in rows] if order else rows
        connection.exec_driver_sql(statement.string, parameters)
