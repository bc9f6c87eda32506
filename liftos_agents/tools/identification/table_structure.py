"""How a table's rows hang together: units over time, one series, or a cross-section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from liftos_agents.tools.identification.column_profile import Column

Shape = Literal["panel", "series", "repeated_cross_section", "cross_section"]

_FILLED = 0.4
_ROWS_A_UNIT = 1.5
_COARSE_UNITS = 400


@dataclass(frozen=True)
class Structure:
    """The shape of a table.

    Attributes:
        unit, time: Columns, or None.
        units, periods: How many.
    """

    shape: Shape
    unit: str | None = None
    time: str | None = None
    units: int = 0
    periods: int = 0


def structure_of(frame: pd.DataFrame, columns: Mapping[str, Column]) -> Structure:
    """The shape that names and values of the key columns suggest."""
    times = [c for c in columns.values() if _may_be_time(c, frame)]
    best: tuple[float, Structure] | None = None
    for time in times:
        levels = int(frame[time.name].nunique())
        if (
            levels == frame[time.name].notna().sum()
            and levels >= 10
            and (time.kind == "date" or (time.names_time and not time.names_unit))
        ):
            found = Structure("series", None, time.name, 1, levels)
            best = _better(best, 2.0 + (time.kind == "date"), found)
        for unit in columns.values():
            if unit.name == time.name or not _may_be_unit(unit):
                continue
            score = _as_panel(frame, unit, time)
            if score is not None:
                units, periods = int(frame[unit.name].nunique()), levels
                best = _better(best, score, Structure("panel", unit.name, time.name, units, periods))
    if best is not None:
        return best[1]
    named = next((c for c in times if c.names_time or c.kind in ("date", "year")), None)
    if named is not None:
        unit = next((c.name for c in columns.values() if c.names_unit and c.kind == "category"), None)
        return Structure("repeated_cross_section", unit, named.name, 0, int(frame[named.name].nunique()))
    return Structure("cross_section")


def constant_within(frame: pd.DataFrame, column: str, key: str) -> bool:
    """Whether `column` has one value within each value of `key`."""
    return bool((frame.groupby(key, sort=False)[column].nunique(dropna=False) <= 1).all())


def _better(best: tuple[float, Structure] | None, score: float, found: Structure) -> tuple[float, Structure]:
    return (score, found) if best is None or score > best[0] else best


def _may_be_time(column: Column, frame: pd.DataFrame) -> bool:
    if column.kind in ("date", "year"):
        return True
    if not column.names_time or column.kind in ("category", "constant"):
        return False
    values = frame[column.name].dropna()
    return pd.api.types.is_numeric_dtype(values) and bool((values == np.round(values)).all())


def _may_be_unit(column: Column) -> bool:
    if column.kind in ("date", "constant", "year"):
        return False
    return column.kind == "category" or column.names_unit


def _as_panel(frame: pd.DataFrame, unit: Column, time: Column) -> float | None:
    """How well two columns key the rows: None when they do not."""
    keys = frame[[unit.name, time.name]].dropna()
    units, periods = int(keys[unit.name].nunique()), int(keys[time.name].nunique())
    if units < 2 or periods < 2 or len(keys) < 0.98 * len(frame) or bool(keys.duplicated().any()):
        return None
    filled = len(keys) / (units * periods)
    if filled < _FILLED or len(keys) < _ROWS_A_UNIT * units:
        return None
    score = 3.0 + filled + 0.5 * unit.names_unit + 0.5 * time.names_time + (time.kind in ("date", "year"))
    return score + (0.25 if unit.kind == "category" and units <= _COARSE_UNITS else 0.0)
