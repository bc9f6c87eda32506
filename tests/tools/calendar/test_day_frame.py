"""The sixty-one columns against Python's, pandas', numpy's and `holidays`' own calendars."""

from __future__ import annotations

import calendar as civil_calendar
import warnings
from datetime import date, timedelta

import holidays
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.errors import ArgumentError
from liftos_agents.tools.calendar_features import calendar_columns, calendar_frame, frame

NAMES = [
    "date_key",
    "year",
    "half",
    "quarter",
    "month",
    "month_name",
    "week_of_month",
    "iso_year",
    "iso_week",
    "day_of_year",
    "day_of_quarter",
    "day_of_month",
    "day_of_week",
    "day_name",
    "days_in_month",
    "is_month_start",
    "is_month_end",
    "is_quarter_start",
    "is_quarter_end",
    "is_year_start",
    "is_year_end",
    "is_leap_year",
    "days_to_month_end",
    "week_start_date",
    "trend_day",
    "dow_sin",
    "dow_cos",
    "doy_sin",
    "doy_cos",
    "month_sin",
    "month_cos",
    "fiscal_year",
    "fiscal_quarter",
    "fiscal_month",
    "retail_week_454",
    "retail_month_454",
    "is_53_week_year",
    "is_weekend",
    "is_business_day",
    "is_half_day",
    "business_day_of_month",
    "business_days_in_month",
    "business_days_to_month_end",
    "is_payday_window",
    "is_bridge_day",
    "is_holiday",
    "holiday_name",
    "is_observed_shift",
    "is_observance",
    "holiday_is_estimated",
    "days_to_next_holiday",
    "days_since_holiday",
    "is_long_weekend",
    "is_school_break",
    "marketing_season",
    "marketing_event",
    "is_peak_shopping",
    "event_intensity",
    "days_to_black_friday",
    "days_to_shipping_cutoff",
    "meteorological_season",
]
COUNTRIES = ("US", "DE", "GB", "FR", "JP", "IN", "CN", "SA", "BR", "AU")
DAYS = st.dates(date(1700, 1, 1), date(2300, 12, 31))


@pytest.fixture(scope="module")
def century() -> pd.DataFrame:
    return frame("1950-01-01", "2049-12-31", "US")


def test_the_columns_are_those_of_the_dictionary() -> None:
    assert len(NAMES) == 61
    assert [column.name for column in calendar_columns()] == NAMES
    assert all(column.meaning for column in calendar_columns())


def test_types_are_the_same_for_every_country_and_range() -> None:
    kinds = {
        name: frame("2024-02-28", "2024-03-02", name).dtypes.to_dict() for name in (None, "US", "SA", "TH")
    }
    assert all(kind == kinds[None] for kind in kinds.values())
    assert list(kinds[None]) == NAMES
    assert frame("1890-05-05", "1890-05-05", "AU").dtypes.to_dict() == kinds[None]


def test_nulls_are_only_where_stated(century: pd.DataFrame) -> None:
    nullable = {column.name for column in calendar_columns() if column.nullable}
    assert set(century.columns[century.isna().any()]) <= nullable
    nowhere = frame("2024-01-01", "2024-12-31")
    assert nowhere[[name for name in NAMES if name not in nullable]].notna().all(axis=None)
    unknown = ["is_holiday", "holiday_name", "is_bridge_day", "days_to_next_holiday", "is_school_break"]
    assert nowhere[unknown].isna().all(axis=None)
    assert (
        century[["is_holiday", "is_half_day", "days_since_holiday", "is_long_weekend"]].notna().all(axis=None)
    )


@pytest.mark.parametrize("country", COUNTRIES)
def test_holidays_are_those_of_the_library(country: str) -> None:
    found = frame("2000-01-01", "2029-12-31", country)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        entity = getattr(holidays, country)
        known = entity(years=range(2000, 2030), language=entity.default_language)
    days = [day.date() for day in found["date_key"]]
    assert list(found["is_holiday"]) == [day in known for day in days]
    assert list(found["holiday_name"].fillna("")) == [known.get(day) or "" for day in days]
    assert list(found["is_business_day"]) == [known.is_working_day(day) for day in days]
    assert list(found["is_weekend"]) == [known.is_weekend(day) for day in days]


def test_every_country_of_the_library_has_a_calendar() -> None:
    for country in holidays.list_supported_countries(include_aliases=False):
        found = frame("2025-01-01", "2025-03-31", country)
        entity = getattr(holidays, country).get_entity()
        known = entity(years=2025, language=entity.default_language)
        days = [day.date() for day in found["date_key"]]
        assert list(found["is_holiday"]) == [day in known for day in days], country
        assert list(found["is_business_day"]) == [known.is_working_day(day) for day in days], country


def test_civil_parts_are_python_s_and_pandas(century: pd.DataFrame) -> None:
    day = century["date_key"]
    iso = day.dt.isocalendar()
    assert (century["iso_year"] == iso.year).all()
    assert (century["iso_week"] == iso.week).all()
    for name, expected in {
        "year": day.dt.year,
        "quarter": day.dt.quarter,
        "month": day.dt.month,
        "day_of_year": day.dt.day_of_year,
        "day_of_month": day.dt.day,
        "day_of_week": day.dt.day_of_week + 1,
        "days_in_month": day.dt.days_in_month,
        "is_month_start": day.dt.is_month_start,
        "is_month_end": day.dt.is_month_end,
        "is_quarter_start": day.dt.is_quarter_start,
        "is_quarter_end": day.dt.is_quarter_end,
        "is_year_start": day.dt.is_year_start,
        "is_year_end": day.dt.is_year_end,
        "is_leap_year": day.dt.is_leap_year,
        "month_name": day.dt.month_name(),
        "day_name": day.dt.day_name(),
        "half": (day.dt.month + 5) // 6,
        "trend_day": (day - pd.Timestamp("2000-01-01")).dt.days,
        "day_of_quarter": (day - day.dt.to_period("Q").dt.start_time).dt.days + 1,
    }.items():
        assert (century[name] == expected).all(), name


def test_weeks_of_the_month_are_rows_of_a_printed_calendar() -> None:
    for start in ("monday", "sunday"):
        printed = civil_calendar.Calendar(0 if start == "monday" else 6)
        found = frame("2023-01-01", "2024-12-31", week_start=start)
        for day, week, first in zip(
            found["date_key"], found["week_of_month"], found["week_start_date"], strict=True
        ):
            rows = printed.monthdayscalendar(day.year, day.month)
            assert day.day in rows[week - 1]
            assert first.day_name().lower() == start
            assert 0 <= (day - first).days < 7


@settings(max_examples=40, deadline=None)
@given(DAYS, st.integers(0, 400), st.sampled_from((None, *COUNTRIES)), st.integers(1, 12))
def test_identities(start: date, length: int, country: str | None, fiscal_start: int) -> None:
    found = frame(start, start + timedelta(length), country, fiscal_start_month=fiscal_start)
    assert len(found) == length + 1
    assert (found["day_of_month"] + found["days_to_month_end"] == found["days_in_month"]).all()
    assert (
        found["business_day_of_month"] + found["business_days_to_month_end"]
        == found["business_days_in_month"]
    ).all()
    for name in ("dow", "doy", "month"):
        np.testing.assert_allclose(found[f"{name}_sin"] ** 2 + found[f"{name}_cos"] ** 2, 1.0)
    assert found["retail_week_454"].between(1, 53).all()
    assert ((found["retail_week_454"] < 53) | found["is_53_week_year"]).all()
    assert ((found["fiscal_month"] + 2) // 3 == found["fiscal_quarter"]).all()
    assert ((found["month"] == fiscal_start) == (found["fiscal_month"] == 1)).all()
    assert found["event_intensity"].between(0.0, 1.0).all()
    assert (found["is_peak_shopping"] == (found["event_intensity"] >= 0.75)).all()
    assert found["days_to_black_friday"].abs().max() <= 186
    if country is not None:
        assert found["days_to_next_holiday"].between(0, 60).all()
        assert ((found["days_since_holiday"] == 0) == found["is_holiday"]).all()
        assert ((found["days_to_next_holiday"] == 0) == found["is_holiday"]).all()
        assert not (found["is_holiday"] & found["is_business_day"]).any()
        assert not (found["is_bridge_day"] & ~found["is_business_day"]).any()
        assert not (found["is_observance"] & found["is_holiday"]).any()
        assert (found["holiday_name"].notna() == found["is_holiday"]).all()


@settings(max_examples=30, deadline=None)
@given(DAYS, st.integers(0, 30), st.sampled_from((None, "US", "IN", "SA", "DE")))
def test_a_day_does_not_depend_on_the_range_it_is_asked_in(
    start: date, length: int, country: str | None
) -> None:
    wide = frame(start - timedelta(100), start + timedelta(length + 500), country)
    own = frame(start, start + timedelta(length), country)
    pd.testing.assert_frame_equal(own, wide.iloc[100 : 101 + length].reset_index(drop=True))


@settings(max_examples=25, deadline=None)
@given(st.dates(date(2001, 1, 1), date(2034, 1, 1)), st.sampled_from(("US", "DE", "FR", "BR")))
def test_business_days_are_numpy_s(start: date, country: str) -> None:
    found = frame(start, start + timedelta(200), country)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = sorted(getattr(holidays, country)(years=range(start.year - 1, start.year + 3)))
    first = found["date_key"].to_numpy().astype("datetime64[M]")
    counted = np.busday_count(
        first.astype("datetime64[D]"), (first + 1).astype("datetime64[D]"), holidays=known
    )
    assert (found["business_days_in_month"] == counted).all()
    so_far = np.busday_count(
        first.astype("datetime64[D]"),
        found["date_key"].to_numpy().astype("datetime64[D]") + np.timedelta64(1, "D"),
        holidays=known,
    )
    assert (found["business_day_of_month"] == so_far).all()


def test_leap_years_and_ends_of_years() -> None:
    leap = frame("1900-02-27", "1900-03-02")
    assert not leap["is_leap_year"].any()
    assert list(leap["day_of_month"]) == [27, 28, 1, 2]
    assert frame("2000-12-31", "2000-12-31")["day_of_year"].item() == 366
    turn = frame("2020-12-28", "2021-01-04")
    assert list(turn["iso_week"]) == [53] * 7 + [1]
    assert list(turn["iso_year"]) == [2020] * 7 + [2021]
    assert list(frame("2024-12-29", "2024-12-31")["iso_week"]) == [52, 1, 1]


def test_seasons_follow_the_hemisphere() -> None:
    days = ("2024-01-15", "2024-04-15", "2024-07-15", "2024-10-15")
    north = [frame(day, day, "DE")["meteorological_season"].item() for day in days]
    south = [frame(day, day, "AU")["meteorological_season"].item() for day in days]
    assert north == ["winter", "spring", "summer", "autumn"]
    assert south == ["summer", "autumn", "winter", "spring"]
    assert frame(days[0], days[0], "DE", hemisphere="south")["meteorological_season"].item() == "summer"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2024-02-30", "2024-03-01", "not a date: '2024-02-30'"),
        ("2024-03-01", "2024-02-01", "Swap"),
        ("1599-12-31", "1700-01-01", "between 1600 and 4000"),
        ("3999-01-01", "4001-01-01", "between 1600 and 4000"),
        ("1600-01-01", "2001-01-01", "at most 400"),
    ],
)
def test_a_range_that_makes_no_sense_is_told(start: str, end: str, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        calendar_frame(start, end)


def test_the_ends_of_time_are_reached() -> None:
    assert len(frame("1600-01-01", "1600-01-31", "DE")) == 31
    assert len(frame("4000-12-01", "4000-12-31", "US")) == 31
