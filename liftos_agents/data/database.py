"""The database: one engine, migrated when it opens."""

from __future__ import annotations

import contextlib
import importlib
import importlib.resources
import pkgutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError as UrlError
from sqlalchemy.exc import DatabaseError, NoSuchModuleError

from liftos_agents.data import tables
from liftos_agents.errors import ConfigurationError

_MIGRATIONS = "liftos_agents.data.migrations"
_BUSY_SECONDS = 30.0
_RETRY_SECONDS = 0.005


class Database:
    """SQLite (WAL) by default, any SQLAlchemy URL otherwise; its schema is current once it is open.

    Opening a database whose schema is current reads one row and imports no migration tool. Several
    processes may open the same new file at once: the first to lock it migrates, the others wait.

    Args:
        url: SQLAlchemy URL such as `sqlite:///.liftos/liftos.sqlite`.

    Raises:
        ConfigurationError: The URL cannot be used, or the schema is newer than this package.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        try:
            self._migrate()
        except DatabaseError as error:
            self.engine.dispose()
            raise ConfigurationError(
                f"the database cannot be opened ({error.orig})",
                where=make_url(url).render_as_string(hide_password=True),
                fix="Check that the file is a database and that its folder can be written",
            ) from error
        except BaseException:
            self.engine.dispose()
            raise

    def begin(self) -> contextlib.AbstractContextManager[Connection]:
        """A connection in a writing transaction, committed at the end of the block."""
        return self.engine.execution_options(liftos_writes=True).begin()

    def connect(self) -> Connection:
        """A connection for reading."""
        return self.engine.connect()

    def close(self) -> None:
        """Closes every pooled connection."""
        self.engine.dispose()

    @property
    def revision(self) -> str | None:
        """The schema's revision as stamped in the database, or None before the first migration."""
        with self.connect() as connection:
            return _stamped(connection)

    def _migrate(self) -> None:
        head = packaged_head()
        if self.revision == head:
            return
        with self.begin() as connection:
            stamped = _stamped(connection)
            if stamped is not None and stamped > head:
                raise ConfigurationError(
                    f"the database has schema {stamped!r}, newer than {head!r} of this package",
                    fix="Upgrade liftos-agents, or use another LIFTOS_HOME",
                )
            if stamped != head:
                _upgrade(connection)


def packaged_head() -> str:
    """The newest revision that ships with the package."""
    versions = importlib.resources.files(_MIGRATIONS) / "versions"
    names = [entry.name for entry in versions.iterdir() if entry.name[:4].isdigit()]
    return max(names)[:4]


def every_table() -> MetaData:
    """The shared metadata with the tables of every room declared."""
    for module in pkgutil.iter_modules(tables.__path__):
        importlib.import_module(f"{tables.__name__}.{module.name}")
    return tables.metadata


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True)
        engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS})
    except (UrlError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigurationError(
            f"{url!r} is no usable database URL ({error})",
            where="LIFTOS_DATABASE_URL",
            fix="Use a URL such as sqlite:///.liftos/liftos.sqlite",
        ) from error
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(_BUSY_SECONDS * 1000)}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        switch_to_wal(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def switch_to_wal(cursor: Any) -> None:
    """Sets the journal mode that lasts; several openers of a new database may try at once.

    SQLite does not wait for its busy time-out here: the switch fails at once while another opener holds a lock.
    """
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("liftos_writes")
    # A deferred transaction that turns into a writer fails at once when another wrote meanwhile.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _stamped(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    every_table()
    with _folder(_MIGRATIONS) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextlib.contextmanager
def _folder(package: str) -> Iterator[Path]:
    with importlib.resources.as_file(importlib.resources.files(package)) as folder:
        yield folder
