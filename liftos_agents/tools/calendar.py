"""The calendar as a tool: sixty-one features of every day, for a country, and the user's own marketing features."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.data import parquet
from liftos_agents.domain.estimate import significant
from liftos_agents.domain.panel import Panel
from liftos_agents.errors import ArgumentError
from liftos_agents.tools.calendar_features.conventions import CalendarConventions
from liftos_agents.tools.calendar_features.day_frame import (
    CalendarFrame,
    ColumnType,
    calendar_columns,
    calendar_frame,
)
from liftos_agents.tools.calendar_features.own_marketing import MEANINGS, marketing_features
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import tool

FIRST_ROWS = 3
MOST_LISTED = 400

Cell = str | int | float | bool | None


class CalendarArguments(CalendarConventions):
    """Arguments of `calendar`; without dates, those of the table count."""

    start: date | None = Field(default=None, description="First day; that of the table when absent.")
    end: date | None = Field(default=None, description="Last day, included; that of the table when absent.")
    country: str | None = Field(
        default=None,
        max_length=80,
        description="ISO code or name of the country, in English or its own language.",
    )
    audience_availability: str | None = Field(
        default=None, description="Column of the table that says how many of the audience can be reached."
    )
    competitive_pressure: str | None = Field(
        default=None, description="Column of the table that says how strongly competitors advertise."
    )


class Frozen(BaseModel):
    """A result part: immutable, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Frozen):
    """One column of the stored table."""

    name: str
    type: ColumnType
    meaning: str


class NamedDay(Frozen):
    """A holiday: `estimated` as its date is, `moved` where the day is off only because a holiday was moved to it."""

    date: str
    name: str
    estimated: bool
    moved: bool


class TradeDay(Frozen):
    """A day of an event of trade."""

    date: str
    name: str


class Summary(Frozen):
    """Counts of days; None where they need a country and none was given."""

    days: int
    business_days: int
    weekend_days: int
    holidays: int | None
    estimated_holidays: int | None
    half_days: int | None
    long_weekend_days: int | None
    peak_shopping_days: int
    retail_53_week_days: int


class OwnMarketing(Frozen):
    """The marketing features of the table's own periods.

    Attributes:
        table: Artifact id of the Parquet file.
        latest: The last period's values, rounded to ten digits.
    """

    table: str
    columns: tuple[Column, ...]
    rows: int
    latest: dict[str, Cell]


class CalendarResult(Frozen):
    """A calendar.

    Attributes:
        table: Artifact id of the whole table, a Parquet file.
        columns: Its columns with their meaning, in order.
        first_rows: Its first three rows.
        holidays, events: Named days in order of time, at most 400 of each.
    """

    start: str
    end: str
    country: str | None
    country_name: str | None
    subdivision: str | None
    hemisphere: Literal["north", "south"]
    summary: Summary
    holidays: tuple[NamedDay, ...]
    events: tuple[TradeDay, ...]
    table: str
    columns: tuple[Column, ...]
    first_rows: tuple[dict[str, Cell], ...]
    own_marketing: OwnMarketing | None
    notes: tuple[str, ...]
    units: dict[str, str]


@tool(
    "calendar",
    version="1",
    summary="Sixty-one features of every day for any country: weeks, fiscal and retail years, business days, holidays, events of trade.",
    data="optional_table",
)
def calendar(context: ToolContext, arguments: CalendarArguments) -> CalendarResult:
    """The calendar of the dates asked for, or of the table's; its table is stored as an artifact.

    Raises:
        ToolRetry: There are no dates, they make no sense, or the country or a convention is unknown.
    """
    panel = context.panel if context.given_roles is not None else None
    start, end = _range(arguments, panel)
    chosen = CalendarConventions(
        **{name: getattr(arguments, name) for name in CalendarConventions.model_fields}
    )
    try:
        country = arguments.country or (panel.roles.country if panel else None)
        found = calendar_frame(start, end, country, chosen)
    except ArgumentError as error:
        raise ToolRetry(error.what, where=f"calendar argument {error.where}", fix=error.fix) from error
    frame = found.frame
    return CalendarResult(
        start=str(start),
        end=str(end),
        country=found.country.code if found.country else None,
        country_name=found.country.name if found.country else None,
        subdivision=arguments.subdivision,
        hemisphere=arguments.hemisphere or (found.country.hemisphere if found.country else "north"),
        summary=_summary(frame),
        holidays=_holidays(frame),
        events=_events(frame),
        table=context.put_artifact(parquet_bytes(frame)),
        columns=tuple(
            Column(name=column.name, type=column.type, meaning=column.meaning)
            for column in calendar_columns()
        ),
        first_rows=tuple(_cells(frame.iloc[row]) for row in range(min(FIRST_ROWS, len(frame)))),
        own_marketing=None if panel is None else _own_marketing(context, panel, arguments),
        notes=_notes(found, panel, frame),
        units={"summary": "count", "own_marketing.rows": "periods"},
    )


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """The frame as a Parquet file: the same bytes for the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        parquet.write(frame, path, keep_names=True)
        return path.read_bytes()


def _range(arguments: CalendarArguments, panel: Panel | None) -> tuple[date, date]:
    start, end = arguments.start, arguments.end
    if panel is not None:
        step = panel.dates[-1] - panel.dates[-2] if panel.periods > 1 else np.timedelta64(1, "D")
        if panel.frequency == "month":
            last = (panel.dates[-1].astype("datetime64[M]") + 1).astype("datetime64[D]")
        else:
            last = panel.dates[-1] + step
        start = start or panel.dates[0].astype("datetime64[D]").astype(object)
        end = end or (last - np.timedelta64(1, "D")).astype("datetime64[D]").astype(object)
    if start is None or end is None:
        raise ToolRetry(
            "a calendar needs a first and a last day",
            where="calendar argument start" if start is None else "calendar argument end",
            fix="Give start and end as year-month-day, or a table with dates",
        )
    return start, end


def _summary(frame: pd.DataFrame) -> Summary:
    def days(name: str) -> int | None:
        return None if frame[name].isna().any() else int(frame[name].sum())

    return Summary(
        days=len(frame),
        business_days=int(frame["is_business_day"].sum()),
        weekend_days=int(frame["is_weekend"].sum()),
        holidays=days("is_holiday"),
        estimated_holidays=days("holiday_is_estimated"),
        half_days=days("is_half_day"),
        long_weekend_days=days("is_long_weekend"),
        peak_shopping_days=int(frame["is_peak_shopping"].sum()),
        retail_53_week_days=int(frame["is_53_week_year"].sum()),
    )


def _holidays(frame: pd.DataFrame) -> tuple[NamedDay, ...]:
    named = frame[frame["holiday_name"].notna()].head(MOST_LISTED)
    return tuple(
        NamedDay(date=str(day.date()), name=name, estimated=bool(estimated), moved=bool(moved))
        for day, name, estimated, moved in zip(
            named["date_key"],
            named["holiday_name"],
            named["holiday_is_estimated"],
            named["is_observed_shift"],
            strict=True,
        )
    )


def _events(frame: pd.DataFrame) -> tuple[TradeDay, ...]:
    named = frame[frame["marketing_event"].notna()].head(MOST_LISTED)
    return tuple(
        TradeDay(date=str(day.date()), name=name)
        for day, name in zip(named["date_key"], named["marketing_event"], strict=True)
    )


def _own_marketing(context: ToolContext, panel: Panel, arguments: CalendarArguments) -> OwnMarketing:
    given = {
        name: _series(panel, getattr(arguments, name), name)
        for name in ("audience_availability", "competitive_pressure")
    }
    own = marketing_features(panel, **given)
    return OwnMarketing(
        table=context.put_artifact(parquet_bytes(own)),
        columns=tuple(
            Column(
                name=str(name),
                type="date" if name == "date" else "number",
                meaning=MEANINGS[str(name).partition(".")[0]],
            )
            for name in own.columns
        ),
        rows=len(own),
        latest=_cells(own.iloc[-1]),
    )


def _series(panel: Panel, column: str | None, argument: str) -> Any:
    if column is None:
        return None
    known = {**panel.controls, **panel.events, **panel.organic}
    if column not in known:
        raise ToolRetry(
            f"there is no column {column!r} to take it from",
            where=f"calendar argument {argument}",
            fix=f"There are: {', '.join(known) or 'no control, event or organic columns'}",
        )
    return known[column]


def _notes(found: CalendarFrame, panel: Panel | None, frame: pd.DataFrame) -> tuple[str, ...]:
    notes = [*found.notes, *(() if panel is None else panel.notes)]
    if found.country is None:
        notes.append(
            "No country was given: holidays are unknown, and events are those of no country in particular."
        )
    for column, words in (("holiday_name", "holidays"), ("marketing_event", "events of trade")):
        count = int(frame[column].notna().sum())
        if count > MOST_LISTED:
            notes.append(
                f"There are {count} days of {words}; the first {MOST_LISTED} are listed, the table has all."
            )
    return tuple(notes)


def _cells(row: pd.Series) -> dict[str, Cell]:
    return {str(name): _cell(value) for name, value in row.items()}


def _cell(value: Any) -> Cell:
    if value is pd.NaT or value is pd.NA or value is None or value != value:
        return None
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    return significant(float(value)) if isinstance(value, float | np.floating) else str(value)
