"""Reads Parquet through DuckDB, Stata through pandas."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from liftos_agents.data.limits import Limits
from liftos_agents.data.parquet import connect
from liftos_agents.data.raw_table import LARGEST_EXACT, Column, Part, RawTable
from liftos_agents.errors import DataError

_LONG_INTEGERS = ("BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT")
_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
    "U",
    "BOOLEAN",
)
_BYTES_OF_A_CELL = 8


def read_parquet(path: Path, *, limits: Limits) -> RawTable:
    """The rows of a Parquet file.

    Raises:
        DataError: Not Parquet, nested columns, or more than the limits allow.
    """
    return _read("read_parquet(?)", path, limits)


def read_stata(path: Path, *, limits: Limits) -> RawTable:
    """The rows of a Stata file, value labels in place of codes.

    Raises:
        DataError: Not Stata, or more than the limits allow.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = pd.read_stata(path, convert_missing=False)
    except (
        ValueError,
        LookupError,
        TypeError,
        ArithmeticError,
        EOFError,
        MemoryError,
        struct.error,
    ) as error:
        raise DataError("this is no whole Stata file", where=path.name, fix="Write it anew") from error
    return raw_frame(frame, path.name, limits)


def raw_frame(frame: pd.DataFrame, file: str, limits: Limits) -> RawTable:
    """A pandas frame as a raw table; an index that carries anything becomes columns.

    Raises:
        DataError: No rows, or more than the limits allow.
    """
    if not isinstance(frame.index, pd.RangeIndex) and (
        frame.index.names != [None] or isinstance(frame.index, pd.DatetimeIndex)
    ):
        unnamed = isinstance(frame.index, pd.DatetimeIndex) and frame.index.name is None
        frame = (frame.rename_axis("date") if unnamed else frame).reset_index()
    _check_shape(len(frame), frame.shape[1], file, limits)
    columns = tuple(
        _frame_column(frame.iloc[:, i], str(frame.columns[i]), file) for i in range(frame.shape[1])
    )
    return RawTable(tuple(map(str, frame.columns)), columns, (Part(file, len(frame), 1),))


def _frame_column(column: pd.Series, name: str, file: str) -> Column:
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_localize(None)
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.to_numpy().astype("datetime64[us]")
    if pd.api.types.is_numeric_dtype(column):
        if pd.api.types.is_complex_dtype(column):
            raise DataError("complex numbers", where=f"{file}, column {name!r}")
        if not (pd.api.types.is_integer_dtype(column) and _is_long(column.min(), column.max())):
            return column.to_numpy(dtype=np.float64, na_value=np.nan)
    missing = column.isna().to_numpy()
    texts = [None if gone else str(value) for value, gone in zip(column, missing, strict=True)]
    result = np.empty(len(texts), dtype=object)
    result[:] = texts
    return result


def _read(source: str, path: Path, limits: Limits) -> RawTable:
    with connect(path) as connection:
        try:
            described = connection.execute(f"DESCRIBE SELECT * FROM {source}", [str(path)]).fetchall()
            counted = connection.execute(f"SELECT count(*) FROM {source}", [str(path)]).fetchone()
            assert counted is not None
            _check_shape(int(counted[0]), len(described), path.name, limits)
            _check_size(connection, source, described, int(counted[0]), path, limits)
            described = [(row[0], _kind(connection, source, row, path)) for row in described]
            chosen = ", ".join(
                f"{_expression(str(row[0]), str(row[1]), path)} AS c{i}" for i, row in enumerate(described)
            )
            found = connection.execute(f"SELECT {chosen} FROM {source}", [str(path)]).fetchnumpy()
        except duckdb.Error:
            # What the database says names paths and its own options.
            raise DataError(
                "this is no whole Parquet file", where=path.name, fix="Write it anew, or give CSV"
            ) from None
    columns = tuple(_column(found[f"c{i}"]) for i in range(len(described)))
    return RawTable(tuple(str(row[0]) for row in described), columns, (Part(path.name, len(columns[0]), 1),))


def _check_size(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    described: list[tuple[Any, ...]],
    rows: int,
    path: Path,
    limits: Limits,
) -> None:
    """Refuses what unpacks to more than may be held, before it is: a file of a kilobyte can say a cell a million times."""
    size = rows * len(described) * _BYTES_OF_A_CELL
    for name, kind, *_ in described:
        expression = _expression(str(name), str(kind), path)
        if size > limits.bytes or not expression.endswith("VARCHAR)"):
            continue
        query = f"SELECT max(length({expression})), sum(strlen({expression})) FROM {source}"
        longest, total = connection.execute(query, [str(path)]).fetchone() or (0, 0)
        if (longest or 0) > limits.cell:
            raise DataError(
                f"a cell of {longest:,} characters, more than the limit of {limits.cell:,}",
                where=f"{path.name}, column {name!r}",
            )
        size += int(total or 0)
    if size > limits.bytes:
        raise DataError(
            f"the table unpacks to {size:,} bytes or more, above the limit of {limits.bytes:,}",
            where=path.name,
            fix="Aggregate the data to weeks, or load it in parts",
        )


def _kind(connection: duckdb.DuckDBPyConnection, source: str, row: tuple[Any, ...], path: Path) -> str:
    """A column's type; a text where it holds whole numbers that a float would change, which are identifiers."""
    name, kind = str(row[0]), str(row[1])
    if kind not in _LONG_INTEGERS:
        return kind
    quoted = '"' + name.replace('"', '""') + '"'
    query = f"SELECT min({quoted}), max({quoted}) FROM {source}"
    least, most = connection.execute(query, [str(path)]).fetchone() or (None, None)
    return "VARCHAR" if _is_long(least, most) else kind


def _is_long(least: Any, most: Any) -> bool:
    return any(not pd.isna(bound) and abs(int(bound)) > LARGEST_EXACT for bound in (least, most))


def _expression(name: str, kind: str, path: Path) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if "[" in kind or kind.startswith(("STRUCT", "MAP", "UNION")):
        raise DataError(
            f"nested values ({kind})", where=f"{path.name}, column {name!r}", fix="Flatten the column first"
        )
    if kind.startswith(_NUMBERS) and kind != "UUID":
        return f"CAST({quoted} AS DOUBLE)"
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return f"CAST({quoted} AS TIMESTAMP)"
    return f"CAST({quoted} AS VARCHAR)"


def _column(found: Any) -> Column:
    masked = isinstance(found, np.ma.MaskedArray)
    gone = np.ma.getmaskarray(found) if masked else np.zeros(len(found), dtype=bool)
    values = np.asarray(found.data if masked else found)
    if values.dtype.kind == "M":
        return np.where(gone, np.datetime64("NaT"), values.astype("datetime64[us]"))
    if values.dtype.kind == "f":
        return np.where(gone, np.nan, values.astype(np.float64))
    texts = values.astype(object)
    texts[gone] = None
    return texts


def _check_shape(rows: int, columns: int, file: str, limits: Limits) -> None:
    if rows == 0 or columns == 0:
        raise DataError("the table has no rows", where=file)
    if rows > limits.rows:
        raise DataError(f"{rows:,} rows are more than the limit of {limits.rows:,}", where=file)
    if columns > limits.columns:
        raise DataError(f"{columns:,} columns are more than the limit of {limits.columns:,}", where=file)
