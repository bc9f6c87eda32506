"""Fiscal years, and the retail 4-5-4 calendar against published ones."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from liftos_agents.tools.calendar_features import frame
from liftos_agents.tools.calendar_features.business_years import retail_year_starts

STARTS = {
    2010: "2010-01-31",
    2011: "2011-01-30",
    2012: "2012-01-29",
    2013: "2013-02-03",
    2014: "2014-02-02",
    2015: "2015-02-01",
    2016: "2016-01-31",
    2017: "2017-01-29",
    2018: "2018-02-04",
    2019: "2019-02-03",
    2020: "2020-02-02",
    2021: "2021-01-31",
    2022: "2022-01-30",
    2023: "2023-01-29",
    2024: "2024-02-04",
    2025: "2025-02-02",
    2026: "2026-02-01",
    2027: "2027-01-31",
    2028: "2028-01-30",
    2029: "2029-02-04",
}


def test_retail_years_begin_as_published() -> None:
    starts = retail_year_starts(np.array(list(STARTS)))
    assert [str(day) for day in starts] == list(STARTS.values())


def test_years_of_53_weeks_are_those_published() -> None:
    days = frame("2010-01-31", "2030-02-02")
    new_year = (days["retail_week_454"] == 1) & (days["date_key"].dt.day_name() == "Sunday")
    long = days[new_year & days["is_53_week_year"]]["date_key"].dt.year
    assert list(long) == [2012, 2017, 2023, 2028]
    last = days[days["retail_week_454"] == 53]
    assert (last["retail_month_454"] == 12).all()
    assert list(last["date_key"].dt.strftime("%Y-%m-%d")[::7]) == [
        "2013-01-27",
        "2018-01-28",
        "2024-01-28",
        "2029-01-28",
    ]


def test_months_have_four_five_and_four_weeks() -> None:
    year = frame("2024-02-04", "2025-02-01")
    assert len(year) == 364
    weeks = year.groupby("retail_month_454")["retail_week_454"].nunique()
    assert list(weeks) == [4, 5, 4] * 4


def test_a_restated_year_of_53_weeks_lines_up_with_the_next() -> None:
    plain = frame("2022-12-01", "2024-03-01")
    restated = frame("2022-12-01", "2024-03-01", retail_restated=True)
    at = restated.set_index("date_key")
    assert at.loc["2023-01-29", "retail_week_454"] == 53
    assert at.loc["2023-02-05", "retail_week_454"] == 1
    assert at.loc["2024-02-03", "retail_week_454"] == 52
    assert at.loc["2022-12-15", "is_53_week_year"]
    assert not at.loc["2023-06-15", "is_53_week_year"]
    in_2023 = plain["date_key"].between("2023-02-05", "2024-01-27")
    assert (restated["retail_week_454"][in_2023] == plain["retail_week_454"][in_2023] - 1).all()


@pytest.mark.parametrize(
    ("day", "month", "named", "expected"),
    [
        ("2024-03-31", 4, "end", (2024, 4, 12)),
        ("2024-04-01", 4, "end", (2025, 1, 1)),
        ("2024-04-01", 4, "start", (2024, 1, 1)),
        ("2024-10-01", 10, "end", (2025, 1, 1)),
        ("2024-06-30", 7, "end", (2024, 4, 12)),
        ("2024-06-30", 1, "end", (2024, 2, 6)),
        ("2024-06-30", 1, "start", (2024, 2, 6)),
    ],
)
def test_fiscal_years(day: str, month: int, named: str, expected: tuple[int, int, int]) -> None:
    row = frame(day, day, fiscal_start_month=month, fiscal_year_named=named).iloc[0]
    assert (row["fiscal_year"], row["fiscal_quarter"], row["fiscal_month"]) == expected


@pytest.mark.parametrize(
    ("rule", "paid"),
    [
        ({}, ["2024-05-31", "2024-06-28", "2024-07-31"]),
        (
            {"payday": "mid_and_end"},
            ["2024-05-15", "2024-05-31", "2024-06-14", "2024-06-28", "2024-07-15", "2024-07-31"],
        ),
        ({"payday": "fixed_day", "payday_day": 1}, ["2024-05-31", "2024-07-01"]),
        ({"payday": "fixed_day", "payday_day": 31}, ["2024-05-31", "2024-06-28", "2024-07-31"]),
    ],
)
def test_paydays_fall_on_business_days(rule: dict[str, object], paid: list[str]) -> None:
    days = frame("2024-05-02", "2024-07-31", "DE", payday_window=1, **rule)
    found = days["date_key"][days["is_payday_window"]].dt.strftime("%Y-%m-%d")
    assert list(found) == paid


def test_the_payday_window_begins_with_payday() -> None:
    days = frame("2024-08-26", "2024-09-05", "US", payday_window=4)
    found = days["date_key"][days["is_payday_window"]].dt.strftime("%m-%d")
    assert list(found) == ["08-30", "08-31", "09-01", "09-02"]


def test_weekly_and_fortnightly_paydays() -> None:
    weekly = frame("2024-01-01", "2024-12-31", payday="weekly", payday_window=1)
    paid = weekly["date_key"][weekly["is_payday_window"]]
    assert set(paid.dt.day_name()) == {"Friday"}
    assert len(paid) == 52
    every_other = frame("2024-01-01", "2024-12-31", payday="fortnightly", payday_day=4, payday_window=1)
    dates = every_other["date_key"][every_other["is_payday_window"]]
    assert set(dates.diff().dropna()) == {pd.Timedelta(days=14)}
    assert set(dates.dt.day_name()) == {"Thursday"}
    anchor = date(2000, 1, 6)
    assert (dates.iloc[0].date() - anchor) % timedelta(14) == timedelta(0)
