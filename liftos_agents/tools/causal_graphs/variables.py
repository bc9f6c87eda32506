"""The columns of a table that a search for causes can use, and why others cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from liftos_agents.tools.causal_graphs.dependence import Array
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects.columns import take
from liftos_agents.tools.errors import ToolFailed, ToolRetry

FEW_VALUES = 8
MOST_LEVELS = 12
LEAST_ROWS = 50

Measure = Literal["numbers", "categories"]


@dataclass(frozen=True)
class Variables:
    """Complete rows of the usable columns.

    Attributes:
        names: Sorted, so that no result depends on the order of columns.
        values: (n, p); categories are numbered from 0 in the order of their values. Rows are sorted by time where a time is
            given, else by their values, so that no result depends on their order.
        measure: What the values are.
        notes: Columns and rows left out, a sentence each.
    """

    names: tuple[str, ...]
    values: Array
    measure: Measure
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.values)


def take_variables(
    context: ToolContext,
    chosen: Sequence[str],
    *,
    wanted: Measure | None,
    time: str | None,
    most: int,
    continuous: bool = False,
) -> Variables:
    """The usable columns among `chosen`, or among all when none is chosen.

    A column that cannot be used is left out with a note when none was chosen by name, and an error otherwise.

    Args:
        wanted: Numbers or categories; None takes categories when every column has few values.
        time: Column that orders the rows; never a variable.
        most: Most columns that the method can carry.
        continuous: Columns with few values cannot be used.

    Raises:
        ToolRetry: A chosen column cannot be used, two say the same, or there are too many or too few.
        ToolFailed: Too few complete rows.
    """
    source = context.dataset.frame
    if source is None:
        raise ToolFailed(
            f"discover_causes needs a table and {context.dataset.name!r} is a text", fix="Give a table"
        )
    names = sorted(dict.fromkeys(chosen or (str(c) for c in source.columns if str(c) != time)))
    if time is not None and time in chosen:
        raise ToolRetry(
            f"{time!r} is given as time and among the variables",
            where="discover_causes argument variables",
            fix="Leave it out of the variables",
        )
    take(
        context,
        "discover_causes",
        numbers={},
        keys={"time": time, **{f"variables[{k}]": n for k, n in enumerate(names)}},
        least=0,
    )
    measure = wanted or (
        "categories" if all(_few(source[n]) for n in names if not _is_date(source[n])) else "numbers"
    )
    reasons = {n: _unusable(source[n], measure, continuous) for n in names}
    notes = _left_out({n: r for n, r in reasons.items() if r}, bool(chosen))
    names = [n for n in names if not reasons[n]]
    if not 2 <= len(names) <= most:
        few = len(names) < 2
        raise ToolRetry(
            f"{len(names)} usable column(s){'' if few else f'; the most that this method can carry are {most}'}"
            + (f" ({' '.join(notes)})" if few and notes else ""),
            where="discover_causes argument variables",
            fix="Name at least two columns that vary" if few else "Name the ones that matter in `variables`",
        )
    whole = source[[*names, *([time] if time else [])]].dropna()
    if len(whole) < len(source):
        notes.append(f"{len(source) - len(whole)} of {len(source)} rows lack a value and are left out.")
    needed = max(LEAST_ROWS, 3 * len(names))
    if len(whole) < needed:
        raise ToolFailed(
            f"{len(whole)} rows have a value in each of {len(names)} columns, and at least {needed} are needed",
            where=context.dataset.name,
            fix="Give more rows, or name fewer columns in `variables`",
        )
    ordered = _by_time(whole, time) if time else whole
    values = np.column_stack([_coded(ordered[n], measure) for n in names])
    names, values = _varying(names, values, notes, bool(chosen))
    if measure == "numbers":
        names, values = _apart(names, values, notes, bool(chosen))
    if len(names) < 2:
        raise ToolRetry(
            f"fewer than two columns are left ({' '.join(notes)})",
            where="discover_causes argument variables",
            fix="Name at least two columns that vary, and that do not say the same",
        )
    if not time:
        values = values[np.lexsort(values.T[::-1])]
    return Variables(tuple(names), values, measure, tuple(notes))


def _few(column: pd.Series) -> bool:
    return column.nunique() <= (FEW_VALUES if pd.api.types.is_numeric_dtype(column) else MOST_LEVELS)


def _is_date(column: pd.Series) -> bool:
    return bool(pd.api.types.is_datetime64_any_dtype(column))


def _unusable(column: pd.Series, measure: Measure, continuous: bool) -> str:
    """Why a column cannot be used, or nothing."""
    levels = int(column.nunique())
    if levels < 2:
        return "it has one value only"
    if _is_date(column):
        return "it holds dates"
    if pd.api.types.is_numeric_dtype(column):
        if measure == "categories" and levels > MOST_LEVELS:
            return f"it has {levels} values, and a table of counts carries {MOST_LEVELS}"
        if continuous and levels <= FEW_VALUES:
            return f"it has {levels} values only, and this method needs continuous ones"
        return "it numbers the rows" if _numbers_rows(column) else ""
    if measure == "numbers" and (levels > 2 or continuous):
        return f"it holds words ({levels} values), and this test needs numbers"
    return f"it holds {levels} different words, more than {MOST_LEVELS}" if levels > MOST_LEVELS else ""


def _numbers_rows(column: pd.Series) -> bool:
    values = np.sort(column.dropna().to_numpy(np.float64))
    return len(values) > FEW_VALUES and bool(np.all(np.diff(values) == 1.0))


def _left_out(reasons: dict[str, str], chosen: bool) -> list[str]:
    if chosen:
        for name, reason in reasons.items():
            raise ToolRetry(
                f"{name!r} cannot be used: {reason}",
                where="discover_causes argument variables",
                fix=f"Leave {name!r} out, or give it in another form",
            )
    return [f"{name} is left out: {reason}." for name, reason in reasons.items()]


def _by_time(frame: pd.DataFrame, time: str) -> pd.DataFrame:
    twice = frame[time].duplicated()
    if twice.any():
        raise ToolRetry(
            f"{time!r} has the value {str(frame[time][twice].iloc[0])!r} more than once, so the rows are not one series",
            where="discover_causes argument time",
            fix="Give the rows of one unit, or sums over units",
        )
    return frame.sort_values(time)


def _coded(column: pd.Series, measure: Measure) -> Array:
    if pd.api.types.is_numeric_dtype(column) and measure == "numbers":
        return column.to_numpy(np.float64)
    values = (
        column.to_numpy()
        if pd.api.types.is_numeric_dtype(column)
        else column.astype(str).to_numpy(dtype=object)
    )
    return np.unique(values, return_inverse=True)[1].astype(np.float64)


def _varying(names: list[str], values: Array, notes: list[str], chosen: bool) -> tuple[list[str], Array]:
    """The columns that vary in the complete rows."""
    varies = np.ptp(values, axis=0) > 0.0
    constant = {
        n: "it has one value only in the complete rows" for n, v in zip(names, varies, strict=True) if not v
    }
    notes += _left_out(constant, chosen)
    return [n for n in names if n not in constant], values[:, varies]


def _apart(names: list[str], values: Array, notes: list[str], chosen: bool) -> tuple[list[str], Array]:
    """The columns that are not, but for rounding, sums of others before them."""
    centred = values - values.mean(axis=0)
    scaled = centred / np.sqrt((centred**2).sum(axis=0))
    kept: list[int] = []
    basis = np.empty((len(values), 0))
    for k in range(len(names)):
        left = scaled[:, k] - basis @ (basis.T @ scaled[:, k])
        left -= basis @ (basis.T @ left)
        size = float(np.sqrt(left @ left))
        if size > 1e-5:
            kept.append(k)
            basis = np.column_stack([basis, left / size])
            continue
        weights = np.abs(np.linalg.lstsq(scaled[:, kept], scaled[:, k], rcond=None)[0])
        same = " and ".join(names[kept[j]] for j in np.flatnonzero(weights > 1e-6))
        notes += _left_out({names[k]: f"it follows exactly from {same}"}, chosen)
    return [names[k] for k in kept], values[:, kept]
