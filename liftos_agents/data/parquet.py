"""Parquet in and out through DuckDB, which may touch that one file and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd


def connect(*paths: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that may open `paths` alone: no other file, no network, no extension."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
        },
    )
    allowed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    connection.execute(f"SET allowed_paths = [{allowed}]")
    # A long query would draw its bar on standard output, in the middle of what a command prints there.
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def write(frame: pd.DataFrame, path: Path, *, keep_names: bool = False) -> None:
    """Writes `frame` to a Parquet file whose columns are called `c0`, `c1`, … unless `keep_names`.

    DuckDB takes `Date` and `date` for one name, so the store keeps the names elsewhere and hands them to `read`.
    """
    place = str(path).replace("'", "''")
    numbered = frame.set_axis([f"c{position}" for position in range(frame.shape[1])], axis=1)
    names = [str(name).replace('"', '""') for name in frame.columns] if keep_names else list(numbered.columns)
    chosen = ", ".join(f'c{position} AS "{name}"' for position, name in enumerate(names))
    with connect(path) as connection:
        connection.register("frame", numbered)
        connection.execute(
            f"COPY (SELECT {chosen} FROM frame) TO '{place}' (FORMAT parquet, USE_TMP_FILE false)"
        )


def read(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """The frame that `write` put into a Parquet file, its columns called `columns` again."""
    with connect(path) as connection:
        frame = connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).df()
    frame.columns = pd.Index(list(columns))
    return frame
