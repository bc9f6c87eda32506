"""Fixes for what `check_quality` finds, each by name and none applied unasked."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from liftos_agents.data.column_values import one_value
from liftos_agents.data.dataset import Dataset
from liftos_agents.data.layout import RoleTable, find_date
from liftos_agents.data.periods import calendar_of
from liftos_agents.data.role_overrides import Overrides
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import DataError, NotFoundError

Apply = Callable[[pd.DataFrame, ColumnRoles | None, str], pd.DataFrame]


@dataclass(frozen=True)
class Fix:
    """One fix: its summary says what it does to the rows; some need the columns' roles."""

    name: str
    summary: str
    apply: Apply
    needs_roles: bool = False


def clean(dataset: Dataset, fixes: Sequence[str], roles: ColumnRoles | None = None) -> Dataset:
    """The dataset with `fixes` applied in the order given; its notes say what each of them changed.

    Args:
        roles: Roles of the columns; worked out when a fix needs them and they are not given.

    Raises:
        NotFoundError: No such fix.
        AmbiguousRoleError: A fix needs roles and they are unclear.
        DataError: The dataset is a text, or nothing is left of it.
    """
    if dataset.frame is None:
        raise DataError("a text has no rows to clean", where=dataset.name)
    frame = dataset.frame
    notes = list(dataset.notes)
    for name in fixes:
        fix = find_fix(name)
        known = (roles or dataset.roles) if fix.needs_roles else roles
        before = frame
        frame = fix.apply(before, known, dataset.name)
        notes.append(f"{name}: {_difference(before, frame)}.")
        if frame.empty:
            raise DataError(f"{name} leaves no row", where=dataset.name)
    kept = {column: code for column, code in dataset.currencies.items() if column in frame.columns}
    return Dataset.of_frame(frame.reset_index(drop=True), dataset.name, tuple(notes), kept)


def find_fix(name: str) -> Fix:
    """The fix called `name`.

    Raises:
        NotFoundError: There is none; the message lists them.
    """
    if name not in FIXES:
        close = difflib.get_close_matches(name, list(FIXES), 1)
        raise NotFoundError(
            f"no fix {name!r}", fix=f"Did you mean {close[0]!r}?" if close else f"Fixes: {', '.join(FIXES)}"
        )
    return FIXES[name]


def _drop_duplicates(frame: pd.DataFrame, roles: ColumnRoles | None, name: str) -> pd.DataFrame:
    return frame[~frame.duplicated()]


def _sum_duplicates(frame: pd.DataFrame, roles: ColumnRoles | None, name: str) -> pd.DataFrame:
    assert roles is not None
    keys = [c for c in (roles.date, roles.geo, roles.channel_column) if c is not None]
    amounts = {c for columns in roles.spend.values() for c in columns}
    amounts |= {*roles.impressions.values(), *roles.clicks.values(), *roles.claimed.values(), *roles.organic}
    amounts.add(roles.outcome)
    grouped = frame.groupby(keys, sort=True, dropna=False)
    parts: list[pd.Series] = []
    for column in [c for c in map(str, frame.columns) if c not in keys]:
        if column in amounts:
            parts.append(grouped[column].sum(min_count=1))
        elif pd.api.types.is_numeric_dtype(frame[column]):
            parts.append(grouped[column].mean())
        else:
            parts.append(grouped[column].first())
    return pd.concat(parts, axis=1).reset_index()[list(frame.columns)]


def _zero_negative_spend(frame: pd.DataFrame, roles: ColumnRoles | None, name: str) -> pd.DataFrame:
    assert roles is not None
    columns = [c for columns in roles.spend.values() for c in columns]
    return frame.assign(**{c: frame[c].mask(frame[c] < 0, 0.0) for c in columns})


def _fill_missing_spend(frame: pd.DataFrame, roles: ColumnRoles | None, name: str) -> pd.DataFrame:
    assert roles is not None
    columns = [c for columns in roles.spend.values() for c in columns]
    return frame.assign(**{c: frame[c].fillna(0.0) for c in columns})


def _drop_constant_columns(frame: pd.DataFrame, roles: ColumnRoles | None, name: str) -> pd.DataFrame:
    return frame[[c for c in frame.columns if not one_value(frame[c])]]


def _start_after_gaps(frame: pd.DataFrame, roles: ColumnRoles | None, name: str) -> pd.DataFrame:
    date = roles.date if roles is not None else find_date(RoleTable.of(name, frame, Overrides()))
    known = frame[frame[date].notna()]
    if roles is not None:
        # A period whose outcome is unknown is a gap as much as one without a row.
        known = known[known[roles.outcome].notna()]
    days = np.unique(known[date].to_numpy().astype("datetime64[D]"))
    missing = calendar_of(days, name).missing
    return known[known[date] > missing[-1]] if len(missing) else known


def _difference(before: pd.DataFrame, after: pd.DataFrame) -> str:
    rows, columns = len(before) - len(after), before.shape[1] - after.shape[1]
    if rows or columns:
        parts = [f"{rows} row(s) fewer"] if rows else []
        return " and ".join([*parts, *([f"{columns} column(s) fewer"] if columns else [])])
    if len(before) == 0:
        return "nothing to change"
    same = (before.to_numpy() == after.to_numpy()) | (before.isna().to_numpy() & after.isna().to_numpy())
    changed = int((~same.astype(bool)).sum())
    return f"{changed} cell(s) changed" if changed else "nothing to change"


FIXES: dict[str, Fix] = {
    fix.name: fix
    for fix in (
        Fix("drop_duplicates", "Keep the first of rows that are the same in every column", _drop_duplicates),
        Fix("sum_duplicates", "Sum amounts over the rows of one period and region", _sum_duplicates, True),
        Fix("zero_negative_spend", "Count negative spend as none", _zero_negative_spend, True),
        Fix("fill_missing_spend", "Count missing spend as none", _fill_missing_spend, True),
        Fix("drop_constant_columns", "Leave out columns that never change", _drop_constant_columns),
        Fix("start_after_gaps", "Keep the periods after the last gap", _start_after_gaps),
    )
}
