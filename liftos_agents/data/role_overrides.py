"""Roles that the user gives, checked against the table."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from liftos_agents.data.column_names import channel_name, media_column
from liftos_agents.data.countries import find_country
from liftos_agents.data.role_options import SINGLE, WORDS, role_name
from liftos_agents.errors import ArgumentError

_PER_CHANNEL = ("spend", "impressions", "clicks", "claimed")
ABOUT_COLUMNS = ("descriptions", "graph")
"""What a user says of the table beside roles: column to words, and a causal graph over the columns."""
_FREE_TEXT = ("currency", "country", *WORDS)


@dataclass(frozen=True)
class Overrides:
    """What the user says of the roles.

    Attributes:
        single: Role to its column (`margin` and `value` may be numbers, `currency` and `country` are codes).
        several: Role to its columns, for `controls`, `events`, `organic`, `ignored`, `demand_proxies`.
        media: Measure to a map of channel to columns.
    """

    single: dict[str, Any] = field(default_factory=dict[str, Any])
    several: dict[str, tuple[str, ...]] = field(default_factory=dict[str, Any])
    media: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict[str, Any])

    @property
    def columns(self) -> set[str]:
        """Every column named."""
        named = {v for k, v in self.single.items() if isinstance(v, str) and k not in _FREE_TEXT}
        named.update(c for columns in self.several.values() for c in columns)
        named.update(c for channels in self.media.values() for columns in channels.values() for c in columns)
        return named


def check_overrides(frame: pd.DataFrame, given: Mapping[str, Any]) -> Overrides:
    """The overrides with every column looked up in `frame`.

    Raises:
        ArgumentError: No such role or column, or a column of the wrong type.
    """
    result = Overrides()
    for key, value in given.items():
        role = key if key in ABOUT_COLUMNS else role_name(key)
        if value is None or key in ABOUT_COLUMNS:
            continue
        if role in _PER_CHANNEL:
            result.media[role] = _channels(frame, role, value)
        elif role in SINGLE:
            result.single[role] = _single(frame, role, value)
        else:
            columns = [value] if isinstance(value, str) else list(value)
            result.several[role] = tuple(_column(frame, role, column) for column in columns)
    return result


def numeric(frame: pd.DataFrame, column: str) -> bool:
    """Whether a column holds numbers."""
    return pd.api.types.is_numeric_dtype(frame[column])


def _single(frame: pd.DataFrame, role: str, value: Any) -> Any:
    if role in WORDS:
        if value not in WORDS[role]:
            raise ArgumentError(
                f"{value!r} is no {role}", where=f"role {role}", fix=f"Use {' or '.join(WORDS[role])}"
            )
        return value
    if role == "currency":
        return str(value).upper()
    if role == "country":
        return _country(str(value))
    if role in ("margin", "value") and isinstance(value, int | float) and not isinstance(value, bool):
        if value <= 0:
            raise ArgumentError(f"{role} must be above 0, got {value!r}", where=f"role {role}")
        return float(value)
    column = _column(frame, role, value)
    if role == "date" and not pd.api.types.is_datetime64_any_dtype(frame[column]):
        raise ArgumentError(
            f"column {column!r} holds no dates", where="role date", fix="Write them as 2024-12-31"
        )
    if role in ("outcome", "margin", "value"):
        _need_numbers(frame, role, column)
    return column


def _country(text: str) -> str:
    try:
        return find_country(text).code
    except ArgumentError as error:
        raise ArgumentError(error.what, where="role country", fix=error.fix) from error


def _channels(frame: pd.DataFrame, role: str, value: Any) -> dict[str, tuple[str, ...]]:
    channels: dict[str, tuple[str, ...]] = {}
    if isinstance(value, Mapping):
        for channel, columns in value.items():
            listed = [columns] if isinstance(columns, str) else list(columns)
            found = tuple(_column(frame, role, column) for column in listed)
            channels[str(channel) if channel == "*" else channel_name(str(channel))] = found
    else:
        for entry in [value] if isinstance(value, str) else list(value):
            columns = _columns_of_channel(frame, role, entry) or (_column(frame, role, entry),)
            media = media_column(columns[0])
            channel = media.channel if media and media.channel else channel_name(columns[0])
            channels[channel] = (*channels.get(channel, ()), *columns)
    for columns in channels.values():
        for column in columns:
            _need_numbers(frame, role, column)
    return channels


def _columns_of_channel(frame: pd.DataFrame, role: str, entry: str) -> tuple[str, ...]:
    if entry in frame.columns:
        return ()
    found = [media_column(str(column)) for column in frame.columns]
    return tuple(m.column for m in found if m and m.measure == role and m.channel.lower() == entry.lower())


def _column(frame: pd.DataFrame, role: str, value: Any) -> str:
    names = [str(column) for column in frame.columns]
    if value in names:
        return str(value)
    folded = [name for name in names if name.lower() == str(value).lower()]
    if len(folded) == 1:
        return folded[0]
    raise ArgumentError(f"no column {value!r}", where=f"role {role}", fix=_closest(str(value), names))


def _closest(value: str, names: Sequence[str]) -> str:
    lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(value.lower(), list(lower), 3)
    within = [name for name in lower if value and (value.lower() in name or name in value.lower())]
    close = [lower[name] for name in dict.fromkeys((*near, *within))][:3]
    listed = ", ".join(names[:30]) + (", …" if len(names) > 30 else "")
    guess = f"Did you mean {' or '.join(map(repr, close))}? " if close else ""
    return f"{guess}Columns: {listed}"


def _need_numbers(frame: pd.DataFrame, role: str, column: str) -> None:
    if not numeric(frame, column):
        example = next((v for v in frame[column] if isinstance(v, str)), None)
        raise ArgumentError(f"column {column!r} holds no numbers (such as {example!r})", where=f"role {role}")
