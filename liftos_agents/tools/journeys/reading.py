"""Journeys from a table: rows of touches, or one row a path."""

from __future__ import annotations

import numpy as np
import pandas as pd

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import refuse_same, take
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.journeys.journeys import Journeys, gathered
from liftos_agents.tools.journeys.person_flags import once_a_person

TOOL = "attribute_paths"
_SECONDS_A_DAY = 86_400.0
_DIGITS = 6


def from_touches(
    context: ToolContext,
    *,
    user: str,
    time: str,
    channel: str,
    conversion: str,
    value: str | None,
    cost: str | None,
    lookback: float | None,
) -> Journeys:
    """Journeys from rows of touches: each conversion ends one, what is left of a person is one without conversion.

    A row may be a touch, a conversion (its channel empty), or both. Touches at the same time are ordered by name. A conversion
    column that is the same in every row of a person marks the person, and is counted once, at the last touch.

    Raises:
        ToolRetry: A column is missing, of another type, or holds negative amounts.
    """
    refuse_same(TOOL, user=user, time=time, channel=channel, conversion=conversion, value=value, cost=cost)
    optional = [name for name in (channel, value, cost) if name is not None]
    rows = take(
        context,
        TOOL,
        numbers={"conversion": conversion, "value": value, "cost": cost},
        keys={"user": user, "time": time, "channel": channel},
        optional=optional,
        least=1,
    )
    for role, name in (("conversion", conversion), ("value", value), ("cost", cost)):
        if name is not None:
            _refuse_negative(rows.numbers(name), role, name)
    when = _times(rows.frame[time], time)
    names = [None if pd.isna(v) or not str(v).strip() else str(v).strip() for v in rows.frame[channel]]
    converted = rows.numbers(conversion)
    worth = np.nan_to_num(rows.numbers(value)) if value else np.zeros(len(rows))
    spent = np.nan_to_num(rows.numbers(cost)) if cost else np.zeros(len(rows))
    people = rows.frame[user].astype(str).to_numpy()
    order = sorted(
        range(len(rows)),
        key=lambda i: (people[i], when[i], converted[i] > 0.0, names[i] or "", worth[i], spent[i]),
    )
    converted, worth, marked = once_a_person(people, order, names, converted, worth)
    found: list[tuple[tuple[str, ...], tuple[float, ...], float, float, float]] = []
    open_: list[tuple[str, float]] = []
    bare = 0

    def close(end: float, conversions: float, value: float) -> None:
        nonlocal bare
        kept = [(name, end - at) for name, at in open_ if lookback is None or end - at <= lookback]
        open_.clear()
        if not kept:
            bare += conversions > 0.0
            return
        path, ages = zip(*kept, strict=True)
        lost = 0.0 if conversions > 0.0 else 1.0
        found.append((path, tuple(round(float(a), _DIGITS) for a in ages), conversions, value, lost))

    for i, previous in zip(order, [None, *order], strict=False):
        if previous is not None and people[previous] != people[i] and open_:
            close(open_[-1][1], 0.0, 0.0)
        name = names[i]
        if name is not None:
            open_.append((name, float(when[i])))
        if converted[i] > 0.0:
            close(float(when[i]), float(converted[i]), float(worth[i]))
    if open_:
        close(open_[-1][1], 0.0, 0.0)
    by_channel: dict[str, list[float]] = {}
    for name, amount in zip(names, spent, strict=True):
        if name is not None:
            by_channel.setdefault(name, []).append(float(amount))
    notes = [_marked(conversion, marked)] if marked else []
    notes += [f"{bare} conversions had no touch before them and are credited to no channel."] if bare else []
    if rows.dropped:
        notes.append(f"{rows.dropped} rows without person, time or conversion were left out.")
    _refuse_empty(found, conversion)
    costs = {name: float(np.sum(sorted(amounts))) for name, amounts in by_channel.items()} if cost else None
    return gathered(found, with_value=value is not None, cost=costs, notes=notes)


def from_paths(
    context: ToolContext,
    *,
    path: str,
    conversions: str,
    value: str | None,
    lost: str | None,
    separator: str,
) -> Journeys:
    """Journeys from one row a path, such as `tv > search`, with how often it converted and how often it did not.

    Raises:
        ToolRetry: A column is missing, of another type, or holds negative amounts.
    """
    refuse_same(TOOL, path=path, conversions=conversions, value=value, non_conversions=lost)
    rows = take(
        context,
        TOOL,
        numbers={"conversions": conversions, "value": value, "non_conversions": lost},
        keys={"path": path},
        optional=[name for name in (value, lost) if name is not None],
        least=1,
    )
    for role, name in (("conversions", conversions), ("value", value), ("non_conversions", lost)):
        if name is not None:
            _refuse_negative(rows.numbers(name), role, name)
    worth = np.nan_to_num(rows.numbers(value)) if value else np.zeros(len(rows))
    missed = np.nan_to_num(rows.numbers(lost)) if lost else np.zeros(len(rows))
    found: list[tuple[tuple[str, ...], tuple[float, ...], float, float, float]] = []
    empty = 0
    for text, count, amount, gone in zip(
        rows.frame[path].astype(str), rows.numbers(conversions), worth, missed, strict=True
    ):
        steps = tuple(step.strip() for step in text.split(separator.strip() or separator) if step.strip())
        if not steps:
            empty += 1
            continue
        # Without a count of their own, rows that converted nobody are one journey each that did not.
        gone = 1.0 if lost is None and count == 0.0 else gone
        ages = tuple(float(len(steps) - 1 - i) for i in range(len(steps)))
        found.append((steps, ages, float(count), float(amount), float(gone)))
    _refuse_empty(found, conversions)
    notes = [f"{empty} rows with an empty path were left out."] if empty else []
    return gathered(found, with_value=value is not None, notes=notes)


def _marked(conversion: str, people: int) -> str:
    return (
        f"{conversion!r} is the same in every row of a person ({people} people who converted have several rows), so it is read as a "
        "mark of the person: one conversion, at the last touch. If each row is a conversion of its own, give value, or a column that "
        "is 1 only where a conversion happened."
    )


def _times(values: pd.Series, name: str) -> np.ndarray:
    """Times as numbers: days for dates, else as they are."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.to_numpy().astype("datetime64[s]").astype(np.float64) / _SECONDS_A_DAY
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(np.float64)
    raise ToolRetry(
        f"{name!r} holds words, not times (such as {str(values.iloc[0])!r})",
        where=f"{TOOL} argument time",
        fix="Name a column of dates or numbers",
    )


def _refuse_negative(values: np.ndarray, role: str, name: str) -> None:
    low = float(np.nanmin(values)) if len(values) and not np.isnan(values).all() else 0.0
    if low < 0.0:
        raise ToolRetry(
            f"{name!r} holds negative amounts, the lowest {low:g}",
            where=f"{TOOL} argument {role}",
            fix="Name a column of counts or amounts of 0 or more; leave refunds out of the table",
        )


def _refuse_empty(
    found: list[tuple[tuple[str, ...], tuple[float, ...], float, float, float]], name: str
) -> None:
    if not any(conversions > 0.0 for _, _, conversions, _, _ in found):
        raise ToolRetry(
            f"no journey ends in a conversion: {name!r} is 0 wherever there is a touch",
            where=f"{TOOL} argument conversion",
            fix="Name the column that is 1 (or a count) where a conversion happened",
        )
    if len({channel for path, *_ in found for channel in path}) < 2:
        only = found[0][0][0]
        raise ToolRetry(
            f"all touches are of one channel, {only!r}, so there is nothing to share out",
            where=f"{TOOL} argument channel",
            fix="Name a column with at least two channels, or a separator that parts the steps of a path",
        )
