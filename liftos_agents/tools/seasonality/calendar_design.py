"""Columns of the calendar for a regular series: which of them its frequency lets one tell apart, and which it does not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from liftos_agents.errors import ArgumentError
from liftos_agents.tools.calendar_features.model_columns import OTHER_EVENTS, TRADE, period_columns
from liftos_agents.tools.errors import ToolRetry

Array = NDArray[np.float64]
Dates = NDArray[np.datetime64]

YEAR = 365.2425
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
FEWEST_YEARS = 1.9
ALIKE = 0.95
"""R² on the season from which a holiday cannot be told from it."""
MOST_HOLIDAYS = 30


@dataclass(frozen=True)
class Contrast:
    """A linear combination of the coefficients, (K,), with its meaning; `cautious` where few periods carry it, or slow ones."""

    meaning: str
    weights: Array
    cautious: bool = False


@dataclass
class CalendarDesign:
    """Columns (T, K) and what is read off their coefficients.

    Attributes:
        groups: Name of a group of columns to their places, for joint tests.
        untold: What this series cannot tell, a sentence each.
    """

    columns: Array
    contrasts: dict[str, Contrast] = field(default_factory=dict)
    groups: dict[str, list[int]] = field(default_factory=dict)
    untold: list[str] = field(default_factory=list)


def calendar_design(dates: Dates, frequency: str, country: str | None, controls: Array) -> CalendarDesign:
    """Intercept, straight trend, days of the week, months, holidays and controls of T periods.

    Raises:
        ToolRetry: The country is unknown.
    """
    days = (dates - dates[0]).astype("timedelta64[D]").astype(np.float64)
    blocks: list[Array] = [np.ones((len(dates), 1)), ((days - days.mean()) / YEAR)[:, None]]
    places = {"trend": [1]}
    untold: list[str] = []
    if frequency == "day":
        weekday = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
        places["day_of_week"] = _append(blocks, np.eye(7)[weekday][:, 1:] - np.eye(7)[weekday][:, :1])
    else:
        untold.append(
            f"Days of the week cannot be told from data by the {frequency}: give daily rows for that."
        )
    years = float(days[-1]) / YEAR
    if years >= FEWEST_YEARS:
        share = month_shares(dates, frequency)
        places["month"] = _append(blocks, share[:, 1:] - share[:, :1])
    else:
        untold.append(
            f"The data cover {years:.1f} years: a month's own effect cannot be told from what happened in that month once; two years are needed."
        )
    holidays = _holidays(dates, country, np.hstack(blocks), frequency, untold)
    if holidays:
        places["holidays"] = _append(blocks, np.column_stack(list(holidays.values())))
    if controls.shape[1]:
        places["controls"] = _append(blocks, controls)
    design = CalendarDesign(np.hstack(blocks), groups=places, untold=untold)
    _read_off(design, list(holidays))
    return design


def month_shares(dates: Dates, frequency: str) -> Array:
    """(T, 12) the share of each period's days that lies in each month."""
    if frequency == "month":
        return np.eye(12)[dates.astype("datetime64[M]").astype(np.int64) % 12]
    length = 7 if frequency == "week" else 1
    each = dates.astype("datetime64[D]")[:, None] + np.arange(length)
    return np.eye(12)[each.astype("datetime64[M]").astype(np.int64) % 12].mean(axis=1)


def slug(name: str) -> str:
    """A name as a key: letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def _append(blocks: list[Array], columns: Array) -> list[int]:
    start = sum(block.shape[1] for block in blocks)
    blocks.append(columns)
    return list(range(start, start + columns.shape[1]))


def _holidays(
    dates: Dates, country: str | None, season: Array, frequency: str, untold: list[str]
) -> dict[str, Array]:
    """Holidays and events of trade that the season's columns do not already tell."""
    if country is None:
        untold.append("No country was given, so holidays are not told apart from the season.")
        return {}
    try:
        found = period_columns(dates, country)
    except ArgumentError as error:
        raise ToolRetry(error.what, where="measure_seasonality argument country", fix=error.fix) from error
    kept: dict[str, Array] = {}
    alike: list[str] = []
    for name, column in found.columns.items():
        beside = np.column_stack([season, *kept.values()]) if kept else season
        if len(kept) >= MOST_HOLIDAYS or _explained(column, beside) > ALIKE:
            alike.append(name.removesuffix(TRADE))
        else:
            kept[name] = column
    if alike:
        untold.append(
            f"At this frequency the effect of {', '.join(alike[:8])}{' and others' if len(alike) > 8 else ''} cannot be told from that of "
            "the season."
        )
    return kept


def _explained(column: Array, season: Array) -> float:
    spread = float(((column - column.mean()) ** 2).sum())
    if spread == 0.0:
        return 1.0
    rest = column - season @ np.linalg.lstsq(season, column, rcond=None)[0]
    return 1.0 - float(rest @ rest) / spread


def _read_off(design: CalendarDesign, holidays: list[str]) -> None:
    """The contrasts: each day and month against the mean of all, the weekend, the last quarter, each holiday, the trend."""
    width = design.columns.shape[1]

    def vector(places: list[int], values: Array) -> Array:
        weights = np.zeros(width)
        weights[places] = values
        return weights

    found = design.contrasts
    found["trend_per_year"] = Contrast(
        "Change a year along a straight line", vector([1], np.ones(1)), cautious=True
    )
    if "day_of_week" in design.groups:
        places, day = design.groups["day_of_week"], np.vstack([-np.ones(6), np.eye(6)])
        for index, name in enumerate(DAYS):
            found[f"day_of_week_{name}"] = Contrast(
                f"{name.capitalize()} against the mean of the seven days", vector(places, day[index])
            )
        weekend = day[5:].mean(axis=0) - day[:5].mean(axis=0)
        found["weekend"] = Contrast(
            "Saturday and Sunday against Monday to Friday, per day", vector(places, weekend)
        )
    if "month" in design.groups:
        places, month = design.groups["month"], np.vstack([-np.ones(11), np.eye(11)])
        for index, name in enumerate(MONTHS):
            found[f"month_{index + 1}"] = Contrast(
                f"{name} against the mean of the twelve months, per period",
                vector(places, month[index]),
                cautious=True,
            )
        late = month[9:].mean(axis=0) - month[:9].mean(axis=0)
        found["last_quarter"] = Contrast(
            "October to December against the other months, per period", vector(places, late), cautious=True
        )
    for place, name in zip(design.groups.get("holidays", []), holidays, strict=True):
        kind = "event" if name.endswith(TRADE) or name == OTHER_EVENTS else "holiday"
        plain = name.removesuffix(TRADE)
        found[f"{kind}_{slug(plain)}"] = Contrast(
            f"A period with {plain}, beyond its day and month", vector([place], np.ones(1)), cautious=True
        )
