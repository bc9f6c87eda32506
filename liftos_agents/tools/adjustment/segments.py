"""Segments of the rows: levels of a column, or thirds of a numeric one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.errors import ToolRetry

MOST_LEVELS = 12
MOST_NUMERIC_LEVELS = 6


@dataclass(frozen=True)
class Segment:
    """One group of rows.

    Attributes:
        key: `segment_<column>_<level>`, of letters, digits, `_` and `-`.
        words: `region is north`.
    """

    key: str
    column: str
    words: str
    rows: NDArray[np.bool_]


def segments_of(frame: pd.DataFrame, columns: tuple[str, ...]) -> tuple[Segment, ...]:
    """The segments of each column; a row without a value is in none of them.

    Raises:
        ToolRetry: A column has more levels than can be told apart.
    """
    found: list[Segment] = []
    for column in dict.fromkeys(columns):
        values = frame[column]
        there = values.notna().to_numpy()
        if pd.api.types.is_numeric_dtype(values):
            numbers = values.to_numpy(np.float64)
            levels = np.unique(numbers[there])
            if len(levels) > MOST_NUMERIC_LEVELS:
                found.extend(_thirds(column, numbers, there))
                continue
            pairs = [(f"{level:g}", there & (numbers == level)) for level in levels]
        else:
            text = values.astype(str).to_numpy()
            pairs = [(level, there & (text == level)) for level in sorted(set(text[there]))]
        if len(pairs) > MOST_LEVELS:
            raise ToolRetry(
                f"{column!r} has {len(pairs)} values, and at most {MOST_LEVELS} segments can be told apart",
                where="estimate_effect argument segments",
                fix="Name a column with fewer values, or group them",
            )
        found.extend(
            Segment(_key(column, level), column, f"{column} is {level}", rows) for level, rows in pairs
        )
    return tuple(_numbered(found))


def _numbered(found: list[Segment]) -> list[Segment]:
    """Segments whose keys differ: levels that are written alike but for signs are numbered."""
    seen: dict[str, int] = {}
    out: list[Segment] = []
    for segment in found:
        number = seen[segment.key] = seen.get(segment.key, 0) + 1
        out.append(segment if number == 1 else replace(segment, key=f"{segment.key}_{number}"))
    return out


def _thirds(column: str, numbers: NDArray[np.float64], there: NDArray[np.bool_]) -> list[Segment]:
    low, high = np.quantile(numbers[there], [1 / 3, 2 / 3])
    cuts = (
        ("low", f"{column} up to {low:g}", there & (numbers <= low)),
        ("middle", f"{column} above {low:g} up to {high:g}", there & (numbers > low) & (numbers <= high)),
        ("high", f"{column} above {high:g}", there & (numbers > high)),
    )
    return [Segment(_key(column, name), column, words, rows) for name, words, rows in cuts if rows.any()]


def _key(column: str, level: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", f"segment_{column}_{level}").strip("_")
