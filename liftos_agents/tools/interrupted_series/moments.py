"""Points in time as a user writes them, against the times of a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftos_agents.tools.errors import ToolRetry


def ordered_times(values: pd.Series, column: str, tool: str) -> pd.Series:
    """The column as dates or numbers.

    Raises:
        ToolRetry: It holds words.
    """
    if pd.api.types.is_datetime64_any_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values
    raise ToolRetry(
        f"{column!r} holds words ({str(values.iloc[0])!r}), which have no order in time",
        where=f"{tool} argument time",
        fix="Name a column of dates or numbers",
    )


def moment(times: pd.Index, given: float | str, where: str) -> float | pd.Timestamp:
    """The point in time that `given` names, of the type of `times`.

    Raises:
        ToolRetry: It is no date where the times are dates, or no number where they are numbers.
    """
    dated = isinstance(times, pd.DatetimeIndex)
    if dated:
        text = f"{given:g}" if isinstance(given, float) else str(given)
        try:
            found = pd.Timestamp(text)
        except ValueError as problem:
            raise ToolRetry(
                f"{given!r} is no date",
                where=where,
                fix=f"Give a date such as {label_of(times[len(times) // 2])!r}",
            ) from problem
        if found.tzinfo is not None:
            found = found.tz_localize(None)
        return found
    try:
        number = float(given)
    except ValueError as problem:
        raise ToolRetry(
            f"{given!r} is no number, and the times are numbers from {label_of(times[0])} to {label_of(times[-1])}",
            where=where,
            fix=f"Give a number such as {label_of(times[len(times) // 2])}",
        ) from problem
    return number


def label_of(value: object) -> str:
    """A time as text: an ISO date, or a number without needless decimals."""
    if isinstance(value, pd.Timestamp | np.datetime64):
        stamp = pd.Timestamp(value)
        return stamp.date().isoformat() if stamp == stamp.normalize() else stamp.isoformat()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
