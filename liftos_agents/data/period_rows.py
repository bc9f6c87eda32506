"""One row a period: regions, platforms and campaigns summed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from liftos_agents.data.column_names import channel_name
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import DataError

_ALL = "*"
_MOST_LABELS = 60


@dataclass(frozen=True)
class Rows:
    """Rows by period.

    Attributes:
        frame: Index the period's day, ascending, unique; columns `outcome`, `money` (the outcome in
            money) and those that `groups` names.
        groups: `spend`, `impressions`, `clicks`, `claimed`, `controls`, `events`, `organic` to a map
            of name to column of `frame`.
        notes: What was summed.
    """

    frame: pd.DataFrame
    groups: dict[str, dict[str, str]]
    notes: tuple[str, ...]


def rows_by_period(frame: pd.DataFrame, roles: ColumnRoles, name: str) -> Rows:
    """The rows of `frame` by period.

    Amounts are summed over regions and platforms (conversions are multiplied by their value first);
    controls and events are averaged over regions.

    Raises:
        DataError: Several rows of one period that no region, platform or label tells apart.
    """
    dated = frame[frame[roles.date].notna()]
    notes = []
    if len(dated) < len(frame):
        notes.append(f"Rows without a date are left out ({len(frame) - len(dated)}).")
    if dated.empty:
        raise DataError("no row has a date", where=name)
    days = dated[roles.date].to_numpy().astype("datetime64[D]")
    sums, means, groups = _columns(dated, roles)
    repeated = len(np.unique(days)) < len(days)
    if not repeated:
        plain = {column: series.to_numpy(dtype=np.float64) for column, series in {**sums, **means}.items()}
        table = pd.DataFrame(plain, index=pd.DatetimeIndex(days)).sort_index()
        return Rows(table, groups, tuple(notes))
    once = _stands_once(dated, roles, days)
    _check_told_apart(dated, roles, name, notes)
    by_day = pd.DataFrame(sums, index=dated.index).groupby(days).sum(min_count=1)
    if once:
        first = (
            pd.DataFrame({k: sums[k] for k in ("outcome", "money")}, index=dated.index).groupby(days).first()
        )
        by_day = by_day.assign(outcome=first["outcome"], money=first["money"])
        notes.append(f"{roles.outcome!r} stands once a date in several rows and is counted once.")
    if means:
        by_day = pd.concat([by_day, pd.DataFrame(means, index=dated.index).groupby(days).mean()], axis=1)
        if roles.geo:
            notes.append("Controls and events are averaged over the regions.")
    gaps = int(dated[roles.outcome].isna().sum())
    if gaps:
        notes.append(f"Rows without {roles.outcome!r} add nothing to their period ({gaps}).")
    by_day.index = pd.DatetimeIndex(by_day.index)
    return Rows(by_day, groups, tuple(notes))


def _columns(
    dated: pd.DataFrame, roles: ColumnRoles
) -> tuple[dict[str, pd.Series], dict[str, pd.Series], dict[str, dict[str, str]]]:
    outcome = dated[roles.outcome]
    value = roles.value_per_outcome
    worth = dated[value] if isinstance(value, str) else (1.0 if value is None else float(value))
    sums: dict[str, pd.Series] = {"outcome": outcome, "money": outcome * worth}
    means: dict[str, pd.Series] = {}
    groups: dict[str, dict[str, str]] = {}
    kinds: dict[str, dict[str, tuple[str, ...]]] = {
        "spend": roles.spend,
        "impressions": {k: (v,) for k, v in roles.impressions.items()},
        "clicks": {k: (v,) for k, v in roles.clicks.items()},
        "claimed": {k: (v,) for k, v in roles.claimed.items()},
        "organic": {c: (c,) for c in roles.organic},
    }
    for kind, columns in kinds.items():
        groups[kind] = {}
        for channel, series in _series(dated, roles, columns):
            groups[kind][channel] = f"{kind}:{channel}"
            sums[f"{kind}:{channel}"] = series
    groups["controls"] = {channel_name(c): f"controls:{c}" for c in roles.controls}
    means.update({f"controls:{c}": dated[c] for c in roles.controls})
    groups["events"] = {}
    for column in roles.events:
        for label, series in _event_series(dated[column], column):
            groups["events"][label] = f"events:{label}"
            means[f"events:{label}"] = series
    return sums, means, groups


def _series(
    dated: pd.DataFrame, roles: ColumnRoles, columns: dict[str, tuple[str, ...]]
) -> list[tuple[str, pd.Series]]:
    found: list[tuple[str, pd.Series]] = []
    for channel, names in columns.items():
        total = dated[names[0]] if len(names) == 1 else dated[list(names)].sum(axis=1, min_count=1)
        if channel != _ALL or roles.channel_column is None:
            found.append((channel_name(channel), total))
            continue
        platforms = dated[roles.channel_column].fillna("unknown").astype(str)
        for platform in sorted(platforms.unique()):
            # Rows of other platforms hold nothing of this one, which is zero and not missing.
            found.append((channel_name(platform), total.fillna(0.0).where(platforms == platform, 0.0)))
    return found


def _event_series(column: pd.Series, name: str) -> list[tuple[str, pd.Series]]:
    if pd.api.types.is_numeric_dtype(column):
        return [(channel_name(name), column)]
    labels = column.dropna().astype(str).value_counts()
    kept = sorted(labels.index[:_MOST_LABELS])
    return [(channel_name(label), (column == label).astype(np.float64)) for label in kept]


def _stands_once(dated: pd.DataFrame, roles: ColumnRoles, days: np.ndarray) -> bool:
    if roles.channel_column is None or roles.geo is not None:
        return False
    groups = dated[roles.outcome].groupby(days)
    return bool((groups.nunique(dropna=False) <= 1).all()) and bool((dated[roles.outcome] != 0).any())


def _check_told_apart(dated: pd.DataFrame, roles: ColumnRoles, name: str, notes: list[str]) -> None:
    known = [c for c in (roles.date, roles.geo, roles.channel_column) if c is not None]
    twice = dated.duplicated(subset=known)
    if not bool(twice.any()):
        return
    labels = [
        str(c)
        for c in dated.columns
        if c not in known and c not in roles.events and not pd.api.types.is_numeric_dtype(dated[c])
    ]
    identifiers = [c for c in roles.ignored if c in dated.columns and c not in labels and _is_identifier(c)]
    if (labels or identifiers) and not bool(dated.duplicated(subset=[*known, *labels, *identifiers]).any()):
        notes.append(f"Rows that differ in {', '.join((*labels, *identifiers))} are summed.")
        return
    if roles.layout == "long":
        notes.append(f"Rows of the same date and channel are summed ({int(twice.sum())}).")
        return
    row = int(np.flatnonzero(twice.to_numpy())[0])
    date = str(dated[roles.date].iloc[row])[:10]
    raise DataError(
        f"rows repeat a period ({int(twice.sum())} of them, {date} is the first) and nothing tells them apart",
        where=name,
        fix="Delete them, or: liftos data clean --fix drop_duplicates or sum_duplicates",
    )


def _is_identifier(column: str) -> bool:
    return "id" in column.lower().replace("-", "_").split("_")
