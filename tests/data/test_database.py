"""A database is current once it is open, whoever opens it and how often."""

from __future__ import annotations

import contextlib
import multiprocessing
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from liftos_agents.config import Settings
from liftos_agents.data import Database, open_home
from liftos_agents.data.database import every_table, packaged_head
from liftos_agents.data.lexical import TABLE_PREFIX, SqliteLexicalIndex
from liftos_agents.data.tables.evidence import artifacts
from liftos_agents.errors import ConfigurationError


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'a.sqlite'}"


def test_the_migrated_schema_is_the_declared_one(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    SqliteLexicalIndex(database).add("acme", [("a", "word")])

    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name is None or not name.startswith(TABLE_PREFIX)

    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": ours})
        assert compare_metadata(context, every_table()) == []
    database.close()


def test_the_head_is_read_from_the_names_of_the_revisions() -> None:
    import liftos_agents.data.migrations as migrations

    config = Config()
    config.set_main_option("script_location", str(Path(str(migrations.__file__)).parent))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [packaged_head()]


def test_settings_of_sqlite(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    with database.connect() as connection:
        pragmas = {
            p: connection.exec_driver_sql(f"PRAGMA {p}").scalar()
            for p in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1}
    database.close()


def test_a_failing_block_writes_nothing(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    with contextlib.suppress(ZeroDivisionError), database.begin() as connection:
        connection.execute(sa.insert(artifacts).values(id="a", bytes=1))
        _ = 1 / 0
    with database.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(artifacts)).scalar() == 0
    database.close()


def test_opening_again_needs_no_migration_tool(tmp_path: Path) -> None:
    Database(url(tmp_path)).close()
    code = (
        "import sys; from liftos_agents.data.database import Database;"
        f"Database({url(tmp_path)!r}).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_two_processes_may_open_the_same_new_home(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=open_and_write, args=(str(tmp_path / "home"), n)) for n in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 2
    with open_home(tmp_path / "home") as home, home.database.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(artifacts)).scalar() == 3


def test_many_threads_may_open_the_same_new_home(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: open_and_write(str(tmp_path / "home"), n), range(8)))
    with open_home(tmp_path / "home") as home, home.database.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(artifacts)).scalar() == 9


def open_and_write(folder: str, number: int) -> None:
    """Opens a home and keeps one artifact of its own and one that all processes keep."""
    with open_home(folder) as home:
        home.evidence.put_artifact(b"shared")
        home.evidence.put_artifact(str(number).encode())


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(ConfigurationError, match="newer"):
        Database(url(tmp_path))


def test_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_text("hello" * 1000)
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        Database(url(tmp_path))
    for bad in ("nonsense", "nosuch://x"):
        with pytest.raises(ConfigurationError, match="URL"):
            Database(bad)


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigurationError, match="LIFTOS_HOME"):
        open_home(tmp_path / "file" / "home")


def test_a_home_by_settings(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "h", database_url=f"sqlite:///{tmp_path / 'other.sqlite'}")
    with open_home(settings) as home:
        assert (tmp_path / "other.sqlite").exists()
        assert home.folder("memory").is_dir()
