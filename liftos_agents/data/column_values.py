"""What a column's values give away, whatever its name."""

from __future__ import annotations

import numpy as np
import pandas as pd


def one_value(column: pd.Series) -> bool:
    """Whether the column never changes (a text with gaps changes between label and none)."""
    if pd.api.types.is_numeric_dtype(column):
        return column.nunique(dropna=True) <= 1
    return column.nunique(dropna=False) <= 1


def zero_or_one(column: pd.Series) -> bool:
    """Whether a numeric column is a dummy."""
    return bool(column.dropna().isin([0.0, 1.0]).all()) and bool(column.notna().any())


def calendar_copy(column: pd.Series, dates: pd.Series) -> bool:
    """Whether a numeric column follows from the date: a trend, a row number, month, week or day of the year."""
    known = column.notna() & dates.notna()
    if int(known.sum()) < 8:
        return False
    values = column[known].to_numpy(dtype=np.float64)
    when = dates[known]
    if _is_line(values, np.arange(len(values), dtype=np.float64)):
        return True
    days = when.to_numpy().astype("datetime64[D]").astype(np.float64)
    if _is_line(values, days):
        return True
    week = when.dt.isocalendar().week
    for part in (
        when.dt.day_of_year,
        when.dt.month,
        week,
        when.dt.year,
        when.dt.quarter,
        when.dt.day_of_week,
        when.dt.day,
    ):
        gap = values - part.to_numpy(dtype=np.float64)
        if bool((gap == gap[0]).all()) and abs(gap[0]) <= 1:
            return True
    return _is_line(values, _dense_rank(days))


def _dense_rank(days: np.ndarray) -> np.ndarray:
    _, rank = np.unique(days, return_inverse=True)
    return rank.astype(np.float64)


def _is_line(values: np.ndarray, along: np.ndarray) -> bool:
    spread = along[-1] - along[0]
    if spread == 0 or values[-1] == values[0]:
        return False
    slope = (values[-1] - values[0]) / spread
    fitted = values[0] + slope * (along - along[0])
    return bool(np.max(np.abs(values - fitted)) <= 1e-9 * (np.max(np.abs(values)) + 1.0))
