"""Periods and first treated periods, read from columns of numbers, dates or words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.data.date_format import read_dates
from liftos_agents.tools.errors import ToolRetry

Indices = NDArray[np.int64]

MOST_PERIODS = 400

_NEVER = frozenset(
    {"", "0", "never", "none", "nan", "na", "inf", "infinity", "control", "untreated", "never treated"}
)
_BEFORE = frozenset({"before", "pre", "baseline", "0", "false", "no"})


@dataclass(frozen=True)
class Periods:
    """The periods of a time column, in order.

    Attributes:
        names: As shown.
        values: Sorted values of the column.
        codes: (rows,) index of each row's period.
    """

    names: tuple[str, ...]
    values: tuple[Any, ...]
    codes: Indices

    def __len__(self) -> int:
        return len(self.names)


def read_periods(column: pd.Series, name: str, where: str) -> Periods:
    """The periods that `column` holds.

    Raises:
        ToolRetry: One period only, too many, or words without an order.
    """
    codes, values = pd.factorize(column, sort=True)
    ordered = list(values)
    if not _is_number(column) and not _is_date(column):
        ordered, codes = _ordered_words(ordered, codes, name, where)
    if len(ordered) < 2:
        raise ToolRetry(
            f"{name!r} holds one period only ({name_of(ordered[0])}), so there is nothing before the treatment",
            where=where,
            fix="Give rows from before and after the treatment began, or name the column that tells them apart",
        )
    if len(ordered) > MOST_PERIODS:
        raise ToolRetry(
            f"{name!r} holds {len(ordered)} different periods, and at most {MOST_PERIODS} are followed one by one",
            where=where,
            fix="Sum or average the data to weeks, months or years first",
        )
    return Periods(tuple(map(name_of, ordered)), tuple(ordered), codes.astype(np.int64))


def read_first_treated(column: pd.Series, periods: Periods, name: str, where: str) -> Indices:
    """(rows,) index of the first treated period: −1 when before the second period, `len(periods)` when never in them.

    Raises:
        ToolRetry: A value is no period, lies between periods, or all lie before the first one.
    """
    values = list(column.drop_duplicates())
    index = {value: _first_treated(value, periods, name, where) for value in values if not _missing(value)}
    found = column.map(index).fillna(len(periods)).to_numpy().astype(np.int64)
    if (found < 0).all():
        shown = ", ".join(name_of(v) for v in sorted(index, key=str)[:3])
        raise ToolRetry(
            f"{name!r} ({shown}) lies at or before the first period {periods.names[0]} for every row: all are treated from "
            "the start",
            where=where,
            fix="Name the first treated period of each unit (0 or empty when never treated), check that it and the time "
            "column are not exchanged, or give earlier periods",
        )
    return found


def key_of(name: str) -> str:
    """A period's name as part of a key: letters, digits, `_` and `-`."""
    return re.sub(r"[^0-9A-Za-z_-]+", "_", name)


def _first_treated(value: Any, periods: Periods, name: str, where: str) -> int:
    never = len(periods)
    if isinstance(value, str) and value.strip().casefold() in _NEVER:
        return never
    given = _alike(value, periods.values[0])
    if given is None:
        raise ToolRetry(
            f"{name!r} holds {name_of(value)!r}, which is not of the kind of the periods (such as {periods.names[0]!r})",
            where=where,
            fix="Name a column that holds, for each unit, the value of the time column at its first treated period, and 0 "
            "or nothing for units never treated",
        )
    if isinstance(given, float) and (given == 0.0 or np.isinf(given)):
        return never
    if given in periods.values:
        place = periods.values.index(given)
        return place if place > 0 else -1
    if not isinstance(given, str) and given < periods.values[0]:
        return -1
    if not isinstance(given, str) and given > periods.values[-1]:
        return never
    raise ToolRetry(
        f"{name!r} holds {name_of(value)!r}, which is no period of the data",
        where=where,
        fix=f"Write it as the first period that is treated, one of {', '.join(periods.names[:6])}"
        + (", …" if never > 6 else ""),
    )


def _alike(value: Any, example: Any) -> Any:
    """`value` in the kind of `example`, or None."""
    try:
        if isinstance(example, pd.Timestamp):
            return _as_date(value)
        if isinstance(example, str):
            return value if isinstance(value, str) else None
        return float(value)
    except (TypeError, ValueError):
        return None


def _as_date(value: Any) -> pd.Timestamp | None:
    if isinstance(value, str):
        read = read_dates([value]).values[0]
        return None if read is None else pd.Timestamp(read)
    return value if isinstance(value, pd.Timestamp) else None


def _ordered_words(
    values: list[str], codes: NDArray[np.intp], name: str, where: str
) -> tuple[list[str], NDArray[np.intp]]:
    order = sorted(
        range(len(values)), key=lambda k: (str(values[k]).strip().casefold() not in _BEFORE, values[k])
    )
    dated = all(re.match(r"\d{4}\D?", str(v)) for v in values) and len({len(str(v)) for v in values}) == 1
    if not dated and not (len(values) == 2 and str(values[order[0]]).strip().casefold() in _BEFORE):
        raise ToolRetry(
            f"{name!r} holds words without an order, such as {values[0]!r}",
            where=where,
            fix="Name a column of numbers, dates, or words that begin with the year (2024Q1), or 'before' and 'after'",
        )
    place = np.empty(len(values), dtype=np.intp)
    place[order] = np.arange(len(values))
    return [values[k] for k in order], place[codes]


def name_of(value: Any) -> str:
    """A period, a first treated period or a unit as shown: whole numbers without decimals, dates as ISO."""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:g}"
    return str(value)


def _missing(value: Any) -> bool:
    return bool(pd.isna(value))


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column)


def _is_date(column: pd.Series) -> bool:
    return pd.api.types.is_datetime64_any_dtype(column)
