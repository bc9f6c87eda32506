"""The calendar in the periods of a model."""

from __future__ import annotations

import numpy as np
import pytest

from liftos_agents.errors import ArgumentError
from liftos_agents.tools.calendar_features import frame, period_columns

WEEKS = np.datetime64("2020-01-06", "D") + 7 * np.arange(208)


def test_a_holiday_falls_into_its_week() -> None:
    columns = period_columns(WEEKS, "US").columns
    thanksgiving = columns["Thanksgiving Day"]
    assert [str(day) for day in WEEKS[thanksgiving > 0]] == [
        "2020-11-23",
        "2021-11-22",
        "2022-11-21",
        "2023-11-20",
    ]
    assert all((column > 0).sum() >= 2 for column in columns.values())


def test_holidays_that_are_rare_in_the_data_are_counted_by_kind() -> None:
    columns = period_columns(WEEKS[:104], "DE").columns
    assert "Karfreitag" not in columns
    fixed, movable = columns["holidays on fixed dates"], columns["movable holidays"]
    assert fixed[list(WEEKS).index(np.datetime64("2020-12-21"))] == 2.0
    assert movable[list(WEEKS).index(np.datetime64("2020-04-06"))] == 1.0
    assert fixed.sum() == 10.0
    assert movable.sum() == 8.0


def test_strong_events_have_columns_of_their_own() -> None:
    columns = period_columns(WEEKS, "US").columns
    peak = WEEKS[int(np.argmax(columns["Black Friday (trade)"]))]
    assert peak in (np.datetime64("2020-11-23"), np.datetime64("2021-11-22"), np.datetime64("2022-11-21"))
    assert "Valentine's Day (trade)" not in columns
    assert 0.0 < columns["other events of trade"].max() <= 0.75
    assert "Black Friday (trade)" not in period_columns(WEEKS[:52], "US").columns


def test_days_and_months_are_periods_too() -> None:
    days = np.datetime64("2021-01-01", "D") + np.arange(1200)
    christmas = period_columns(days, "Germany").columns["Erster Weihnachtstag"]
    assert [str(day) for day in days[christmas > 0]] == ["2021-12-25", "2022-12-25", "2023-12-25"]
    months = np.arange("2020-01", "2024-01", dtype="datetime64[M]").astype("datetime64[D]")
    columns = period_columns(months, "GB").columns
    assert set(np.flatnonzero(columns["Christmas Day"]) % 12) == {11}
    assert columns["Boxing Day"].sum() == 4.0
    shifted = frame("2020-01-01", "2023-12-31", "GB")
    moved = shifted[shifted["is_observed_shift"]]
    assert len(moved) > 0
    month = (moved["date_key"].dt.year - 2020) * 12 + moved["date_key"].dt.month - 1
    assert (columns["movable holidays"][month] > 0.0).all()


def test_an_unknown_country_is_told() -> None:
    with pytest.raises(ArgumentError, match="Germany"):
        period_columns(WEEKS, "Germny")


def test_a_holiday_is_one_column_whether_its_date_is_estimated_or_not() -> None:
    weeks = np.datetime64("2021-01-04", "D") + 7 * np.arange(500)
    columns = period_columns(weeks, "EG").columns
    assert any("الفطر" in name for name in columns)
    assert not any("تقديري" in name for name in columns)
