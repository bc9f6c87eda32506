"""Builds the analysis-ready panel of a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.data.column_names import channel_name
from liftos_agents.data.period_rows import Rows, rows_by_period
from liftos_agents.data.periods import (
    EARLIEST_YEAR,
    FEWEST_WEEKS,
    LATEST_YEAR,
    calendar_of,
    name_dates,
    whole_weeks,
)
from liftos_agents.domain.panel import Floats, Frequency, Panel
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import DataError

if TYPE_CHECKING:
    from liftos_agents.data.dataset import Dataset


def build_panel(dataset: Dataset, roles: ColumnRoles) -> Panel:
    """The panel of `dataset` under `roles`: regular periods in order of time, one column a channel.

    Regions, campaigns and platforms are summed; days are summed to ISO weeks when there are at least
    thirty whole ones. Missing spend counts as none, periods without outcome at either end are left out,
    gaps in controls are interpolated; all of that is noted, nothing else is filled.

    Raises:
        DataError: No regular calendar, a gap, a missing outcome within the window, negative spend, or
            rows of one period that nothing tells apart.
    """
    if dataset.frame is None:
        raise DataError(f"{dataset.name!r} is a text, not a table")
    rows = rows_by_period(dataset.frame, roles, dataset.name)
    _check_spend(rows, dataset.name)
    work = _Work(rows, dataset.name, list(rows.notes))
    work.cut_ends_without_outcome()
    frequency = work.settle_calendar()
    work.fill()
    work.note_odd_years()
    frame = work.frame
    series: dict[str, dict[str, Floats]] = {kind: {} for kind in rows.groups}
    for kind, columns in rows.groups.items():
        for name, column in columns.items():
            series[kind][name] = frame[column].to_numpy(dtype=np.float64)
    outcome = frame["outcome"].to_numpy(dtype=np.float64)
    money = frame["money"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(outcome != 0.0, money / outcome, _plain_value(roles))
    channels = tuple(series["spend"])
    return Panel(
        dates=frame.index.to_numpy().astype("datetime64[D]"),
        outcome=outcome,
        value_per_outcome=value,
        channels=channels,
        spend=np.column_stack([series["spend"][c] for c in channels]),
        roles=roles,
        dataset=dataset.id,
        frequency=frequency,
        impressions=series["impressions"],
        clicks=series["clicks"],
        claimed=series["claimed"],
        controls=series["controls"],
        events=series["events"],
        organic=series["organic"],
        demand_proxies=tuple(channel_name(c) for c in roles.demand_proxies),
        margin=_margin(dataset.frame, roles, work.notes),
        currency=roles.currency,
        notes=tuple(dict.fromkeys((*roles.notes, *work.notes))),
    )


@dataclass
class _Work:
    """Rows by period while they are being made regular."""

    rows: Rows
    name: str
    notes: list[str]
    frame: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        self.frame = self.rows.frame

    def cut_ends_without_outcome(self) -> None:
        known = self.frame["outcome"].notna().to_numpy()
        if not known.any():
            raise DataError("the outcome has no value", where=self.name)
        first, last = int(known.argmax()), len(known) - int(known[::-1].argmax())
        if first > 0 or last < len(known):
            cut = first + len(known) - last
            self.notes.append(f"Periods at the ends without an outcome are left out ({cut}).")
            self.frame = self.frame.iloc[first:last]
        gone = self.frame.index[self.frame["outcome"].isna()]
        if len(gone):
            raise DataError(
                f"the outcome is missing in {name_dates(gone.to_numpy().astype('datetime64[D]'))}",
                where=self.name,
                fix="Fill in what was sold, or start after the gap: liftos data clean --fix start_after_gaps",
            )

    def settle_calendar(self) -> Frequency:
        calendar = calendar_of(self.frame.index.to_numpy().astype("datetime64[D]"), self.name)
        if len(calendar.missing):
            raise DataError(
                f"no row for {name_dates(calendar.missing)}",
                where=self.name,
                fix="Add those periods, or start after the gap: liftos data clean --fix start_after_gaps",
            )
        self.frame = self.frame.set_axis(pd.DatetimeIndex(calendar.dates), axis=0)
        if calendar.frequency != "day":
            return calendar.frequency
        if len(self.frame) < 7 * FEWEST_WEEKS + 6:
            self.notes.append("The days are too few for a model of weeks and stay days.")
            return "day"
        means = [*self.rows.groups["controls"].values(), *self.rows.groups["events"].values()]
        self.frame, notes = whole_weeks(
            self.frame.assign(**{c: self._interpolated(c) for c in self.rows.groups["controls"].values()}),
            [c for c in map(str, self.frame.columns) if c not in means],
            means,
        )
        self.notes.extend(notes)
        return "week"

    def fill(self) -> None:
        filled: dict[str, NDArray[np.float64]] = {}
        for kind, columns in self.rows.groups.items():
            for name, column in columns.items():
                gone = int(self.frame[column].isna().sum())
                if not gone:
                    continue
                if kind == "controls":
                    filled[column] = self._interpolated(column)
                    self.notes.append(f"Missing values of {name!r} are interpolated ({gone}).")
                else:
                    filled[column] = self.frame[column].fillna(0.0).to_numpy()
                    self.notes.append(f"Missing values of {name!r} ({kind}, {gone}) count as 0.")
        if filled:
            self.frame = self.frame.assign(**filled)

    def note_odd_years(self) -> None:
        years = self.frame.index.to_numpy().astype("datetime64[Y]").astype(int) + 1970
        if int(years.min()) < EARLIEST_YEAR or int(years.max()) > LATEST_YEAR:
            self.notes.append(f"Periods lie before {EARLIEST_YEAR} or after {LATEST_YEAR}: check the dates.")

    def _interpolated(self, column: str) -> NDArray[np.float64]:
        values = self.frame[column].to_numpy(dtype=np.float64)
        known = np.isfinite(values)
        if known.all():
            return values
        if not known.any():
            return np.zeros(len(values))
        places = np.arange(len(values), dtype=np.float64)
        return np.interp(places, places[known], values[known])


def _check_spend(rows: Rows, name: str) -> None:
    for channel, column in rows.groups["spend"].items():
        values = rows.frame[column].to_numpy(dtype=np.float64)
        below = np.flatnonzero(values < 0)
        if len(below):
            dates = rows.frame.index.to_numpy()[below].astype("datetime64[D]")
            raise DataError(
                f"spend of {channel!r} is negative (in {name_dates(dates)})",
                where=name,
                fix="Correct refunds at their source, or: liftos data clean --fix zero_negative_spend",
            )


def _plain_value(roles: ColumnRoles) -> float:
    value = roles.value_per_outcome
    return float(value) if isinstance(value, int | float) else 1.0


def _margin(frame: pd.DataFrame, roles: ColumnRoles, notes: list[str]) -> float | None:
    if roles.margin is None or isinstance(roles.margin, int | float):
        return roles.margin
    values = frame[roles.margin].dropna()
    if values.empty:
        return None
    mean = float(values.mean())
    if mean > 1.0:
        notes.append(f"Margins in {roles.margin!r} are read as percentages.")
        mean /= 100.0
    if values.nunique() > 1:
        notes.append("The margin varies; its mean over all rows is used.")
    return mean
