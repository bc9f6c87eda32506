"""Columns of a table by name, as numbers, with errors that say what to change."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects.treated import Treated, coded, zero_and_one
from liftos_agents.tools.errors import ToolFailed, ToolRetry

Array = NDArray[np.float64]

MOST_LEVELS = 60
"""Of a text column used as a control: with more values it is an identifier, not a characteristic."""


@dataclass(frozen=True)
class Rows:
    """The complete rows of the columns asked for.

    Attributes:
        frame: Columns by their names in the data: numbers as float64, keys as they are; row order as in the data.
        controls: (rows, k) numeric controls, text ones as indicators without their first value.
        control_names: The k names (`region=north` for an indicator).
        dropped: Rows left out because a value was missing.
        words: Column to what its 0 and 1 stand for, where a text or a pair of values was turned into 0 and 1.
        notes: What a reader must know of how the treatment was coded.
        turned: Whether the treatment's column counts the untreated, so that its yes became 0.
    """

    frame: pd.DataFrame
    controls: Array
    control_names: tuple[str, ...]
    dropped: int
    words: dict[str, tuple[str, str]]
    notes: tuple[str, ...] = ()
    turned: bool = False

    def __len__(self) -> int:
        return len(self.frame)

    def numbers(self, column: str) -> Array:
        """A numeric column's values."""
        return self.frame[column].to_numpy(np.float64)


def take(
    context: ToolContext,
    tool: str,
    *,
    numbers: Mapping[str, str | None],
    keys: Mapping[str, str | None] | None = None,
    controls: Sequence[str] = (),
    optional: Sequence[str] = (),
    treated: Treated | None = None,
    least: int = 20,
) -> Rows:
    """The complete rows of the named columns.

    Args:
        tool: Name of the tool, for errors.
        numbers: Argument name to a numeric column; a text or date column of exactly two values becomes 0 and 1. None is
            left out.
        keys: Argument name to a column that is only compared or ordered (unit, time, cluster).
        controls: Columns to adjust for; text ones become indicators.
        optional: Columns whose missing values drop no row (they stay NaN).
        treated: Which of `numbers` is the treatment, and which of its values mean treated; it is then coded so that 1 is treated.
        least: Fewest complete rows to go on with.

    Raises:
        ToolRetry: A column is not there, not of its type, does not vary, or is named twice; or a value of `treated` is not there.
        ToolFailed: The data are no table, or too few rows are complete.
    """
    source = context.dataset.frame
    if source is None:
        raise ToolFailed(f"{tool} needs a table and {context.dataset.name!r} is a text", fix="Give a table")
    wanted = {argument: name for argument, name in numbers.items() if name is not None}
    keyed = {argument: name for argument, name in (keys or {}).items() if name is not None}
    for argument, name in (*wanted.items(), *keyed.items(), *(("controls", c) for c in controls)):
        _check_there(source, name, f"{tool} argument {argument}")
    columns = list(dict.fromkeys((*wanted.values(), *keyed.values(), *controls)))
    needed = [c for c in columns if c not in optional]
    whole = source[columns]
    frame = whole[whole[needed].notna().all(axis=1)].copy()
    if len(frame) < least:
        raise ToolFailed(
            f"{len(frame)} rows have a value in each of {', '.join(needed)}, and at least {least} are needed",
            where=context.dataset.name,
            fix="Give more rows, or leave out a column with many gaps",
        )
    words: dict[str, tuple[str, str]] = {}
    treatment = coded(frame[treated.column], treated, tool) if treated is not None else None
    for argument, name in wanted.items():
        if treated is not None and name == treated.column and treatment is not None:
            frame[name] = treatment.values
            words |= {name: treatment.words} if treatment.words else {}
        else:
            frame[name] = _as_numbers(frame[name], name, f"{tool} argument {argument}", words)
    matrix, labels = _controls(frame, [c for c in dict.fromkeys(controls) if c not in wanted.values()], tool)
    notes = (treatment.note,) if treatment is not None and treatment.note else ()
    turned = treatment is not None and treatment.turned
    return Rows(frame, matrix, labels, len(source) - len(frame), words, notes, turned)


def refuse_same(tool: str, **roles: str | Sequence[str] | None) -> None:
    """Refuses a column that two roles name.

    Raises:
        ToolRetry: The column and both roles are named.
    """
    seen: dict[str, str] = {}
    for role, given in roles.items():
        for name in [given] if isinstance(given, str) else (given or ()):
            if name in seen and seen[name] != role:
                raise ToolRetry(
                    f"{name!r} is given as {seen[name]} and as {role}",
                    where=f"{tool} argument {role}",
                    fix=f"Name another column as {role}, or leave it out",
                )
            seen[name] = role


def refuse_constant(rows: Rows, tool: str, argument: str, column: str) -> None:
    """Refuses a numeric column with one value only.

    Raises:
        ToolRetry: It does not vary over the complete rows.
    """
    values = rows.numbers(column)
    if np.ptp(values[~np.isnan(values)]) == 0.0:
        raise ToolRetry(
            f"{column!r} has one value only ({values[0]:g}), so nothing can be learnt from it",
            where=f"{tool} argument {argument}",
            fix=f"Name a column that varies as {argument}, or give rows in which it does",
        )


def _check_there(frame: pd.DataFrame, name: str, where: str) -> None:
    names = [str(c) for c in frame.columns]
    if name in names:
        return
    close = difflib.get_close_matches(name, names, 3, 0.5)
    folded = [c for c in names if c.casefold() == name.casefold()]
    near = folded or close
    there = ", ".join(names[:30]) + (", …" if len(names) > 30 else "")
    raise ToolRetry(
        f"no column {name!r}",
        where=where,
        fix=f"Did you mean {' or '.join(map(repr, near))}? The data has {there}"
        if near
        else f"The data has {there}",
    )


def _as_numbers(values: pd.Series, name: str, where: str, words: dict[str, tuple[str, str]]) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(np.float64)
    levels = sorted(map(str, values.dropna().unique()))
    if len(levels) != 2:
        raise ToolRetry(
            f"{name!r} holds {'dates' if pd.api.types.is_datetime64_any_dtype(values) else 'words'}, not numbers "
            f"({len(levels)} values, such as {levels[0]!r})",
            where=where,
            fix="Name a column of numbers, or one with exactly two values",
        )
    (zero, one), _ = zero_and_one(levels)
    words[name] = (zero, one)
    return (values.astype(str) == one).astype(np.float64).where(values.notna())


def _controls(frame: pd.DataFrame, names: Sequence[str], tool: str) -> tuple[Array, tuple[str, ...]]:
    parts: list[Array] = []
    labels: list[str] = []
    for name in names:
        values = frame[name]
        if pd.api.types.is_numeric_dtype(values):
            parts.append(values.to_numpy(np.float64)[:, None])
            labels.append(name)
        elif pd.api.types.is_datetime64_any_dtype(values):
            parts.append(values.to_numpy().astype("datetime64[D]").astype(np.float64)[:, None])
            labels.append(name)
        else:
            levels = sorted(map(str, values.unique()))
            if len(levels) > MOST_LEVELS:
                raise ToolRetry(
                    f"{name!r} has {len(levels)} different values, which is more than a control can have ({MOST_LEVELS})",
                    where=f"{tool} argument controls",
                    fix="Leave it out, or group its values",
                )
            text = values.astype(str).to_numpy()
            parts.extend((text == level).astype(np.float64)[:, None] for level in levels[1:])
            labels.extend(f"{name}={level}" for level in levels[1:])
    matrix = np.hstack(parts) if parts else np.empty((len(frame), 0))
    varies = np.ptp(matrix, axis=0) > 0.0 if matrix.shape[1] else np.zeros(0, dtype=bool)
    return matrix[:, varies], tuple(label for label, kept in zip(labels, varies, strict=True) if kept)
