"""Periods and names as an experiment's data and its arguments spell them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from liftos_agents.tools.errors import ToolRetry


def label(value: Any) -> str:
    """A name as text: whole numbers without point, dates as ISO."""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def ordered_time(values: pd.Series, name: str, tool: str) -> pd.Series:
    """The column as dates or numbers.

    Raises:
        ToolRetry: It holds words.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return values
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float)
    raise ToolRetry(
        f"{name!r} holds words such as {str(values.iloc[0])!r}, which have no order in time",
        where=f"{tool} argument time",
        fix="Name a column of dates or of period numbers",
    )


def as_period(given: str | float, moment: pd.Series, argument: str, tool: str) -> pd.Timestamp | float:
    """An argument as a date or a number, whichever the data has.

    Raises:
        ToolRetry: It is not one.
    """
    where = f"{tool} argument {argument}"
    if pd.api.types.is_datetime64_any_dtype(moment):
        try:
            return pd.Timestamp(given)
        except (ValueError, TypeError) as error:
            raise ToolRetry(f"{given!r} is no date", where=where, fix="Write it as 2026-03-30") from error
    try:
        return float(given)
    except ValueError as error:
        raise ToolRetry(
            f"{given!r} is no number, and the periods of the data are numbers",
            where=where,
            fix=f"Give a number between {label(moment.min())} and {label(moment.max())}",
        ) from error
