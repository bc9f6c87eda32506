"""Statements compiled once: most of what a small read or write costs is building its statement."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler


class Statements:
    """Runs statements over tables whose every column is plain text or a number."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._compiled: dict[object, SQLCompiler] = {}

    def put(
        self, connection: Connection, table: Table, rows: list[dict[str, Any]], *, first_stays: bool = False
    ) -> None:
        """Inserts `rows`; with `first_stays` a row whose key is there already is left out."""
        if not rows:
            return
        compiled = self._compiled.get((table.name, first_stays))
        if compiled is None:
            room = sqlite if self._dialect.name == "sqlite" else postgresql
            insert = room.insert(table)
            whole = insert.on_conflict_do_nothing() if first_stays else insert
            compiled = whole.compile(dialect=self._dialect, column_keys=list(table.c.keys()))
            self._compiled[(table.name, first_stays)] = compiled
        order = compiled.positiontup
        parameters = [tuple(row[name] for name in order) for row in rows] if order else rows
        connection.exec_driver_sql(compiled.string, parameters)

    def run(self, connection: Connection, statement: ClauseElement, **values: Any) -> CursorResult[Any]:
        """The result of a statement, one of a module's own, with `values` for its parameters."""
        compiled = self._compiled.get(statement)
        if compiled is None:
            compiled = cast("SQLCompiler", statement.compile(dialect=self._dialect))
            self._compiled[statement] = compiled
        order = compiled.positiontup
        parameters = tuple(values[name] for name in order) if order else values
        return connection.exec_driver_sql(compiled.string, parameters)
