"""What a day is by law and custom, and what lies around it."""

from __future__ import annotations

import pandas as pd
import pytest

from liftos_agents.errors import ArgumentError
from liftos_agents.tools.calendar_features import SchoolBreak, calendar_frame, frame


def on(found: pd.DataFrame, day: str) -> pd.Series:
    return found.set_index("date_key").loc[day]


def test_a_moved_holiday_is_told_from_the_day_itself() -> None:
    found = frame("2021-12-20", "2022-01-05", "US")
    christmas = on(found, "2021-12-25")
    assert christmas["is_holiday"]
    assert not christmas["is_observed_shift"]
    observed = on(found, "2021-12-24")
    assert observed["is_holiday"]
    assert observed["is_observed_shift"]
    assert found["is_observed_shift"].sum() == 2


def test_dates_set_by_the_moon_are_marked_in_every_language() -> None:
    for language in (None, "ar", "en_US"):
        ahead = frame("2030-01-01", "2030-12-31", "SA", language=language)
        assert on(ahead, "2030-02-04")["holiday_is_estimated"]
        assert not on(ahead, "2030-09-23")["holiday_is_estimated"]
        assert not (ahead["holiday_is_estimated"] & ~ahead["is_holiday"]).any()
    assert not frame("2024-01-01", "2024-12-31", "DE")["holiday_is_estimated"].any()


def test_bridge_days_and_long_weekends() -> None:
    found = frame("2024-05-06", "2024-06-03", "DE")
    ascension = on(found, "2024-05-09")
    assert ascension["is_holiday"]
    assert not ascension["is_long_weekend"]
    assert on(found, "2024-05-10")["is_bridge_day"]
    assert found["is_bridge_day"].sum() == 1
    whit = found[found["date_key"].between("2024-05-18", "2024-05-20")]
    assert whit["is_long_weekend"].all()
    assert found["is_long_weekend"].sum() == 3


def test_a_holiday_between_weekdays_makes_no_bridge_of_plain_weekends() -> None:
    found = frame("2024-02-01", "2024-02-29", "DE")
    assert not found["is_bridge_day"].any()
    assert not found["is_long_weekend"].any()


def test_distances_to_holidays_are_capped() -> None:
    found = frame("2024-06-01", "2024-12-26", "DE")
    assert on(found, "2024-12-24")["days_to_next_holiday"] == 1
    assert on(found, "2024-12-26")["days_since_holiday"] == 0
    assert on(found, "2024-10-04")["days_since_holiday"] == 1
    assert on(found, "2024-07-15")["days_to_next_holiday"] == 60
    assert on(found, "2024-09-01")["days_since_holiday"] == 60


def test_weekends_are_the_country_s() -> None:
    found = frame("2024-03-01", "2024-03-07", "SA")
    assert list(found["date_key"].dt.day_name()[found["is_weekend"]]) == ["Friday", "Saturday"]
    emirates = frame("2021-12-01", "2022-01-31", "AE")
    assert on(emirates, "2021-12-10")["is_weekend"]
    assert not on(emirates, "2022-01-14")["is_weekend"]


def test_a_weekend_day_worked_by_decree_is_a_business_day() -> None:
    found = frame("2024-02-01", "2024-02-29", "CN")
    worked = on(found, "2024-02-18")
    assert worked["is_weekend"]
    assert worked["is_business_day"]


def test_half_days_and_observances() -> None:
    eve = on(frame("2024-12-01", "2024-12-31", "EE"), "2024-12-23")
    assert eve["is_half_day"]
    assert eve["is_business_day"]
    spring = frame("2024-02-01", "2024-02-29", "US")
    assert on(spring, "2024-02-14")["is_observance"]


def test_categories_widen_what_counts() -> None:
    narrow = frame("2024-01-01", "2024-12-31", "US")
    wide = frame("2024-01-01", "2024-12-31", "US", categories=("public", "unofficial"))
    assert on(wide, "2024-02-14")["is_holiday"]
    assert not on(wide, "2024-02-14")["is_observance"]
    assert wide["is_holiday"].sum() > narrow["is_holiday"].sum()


def test_subdivisions_by_code_and_name() -> None:
    for name in ("BY", "by", "Bayern"):
        assert on(frame("2024-08-01", "2024-08-31", "DE", subdivision="SL"), "2024-08-15")["is_holiday"]
        assert on(frame("2024-01-01", "2024-01-31", "DE", subdivision=name), "2024-01-06")["is_holiday"]
    assert not on(frame("2024-01-01", "2024-01-31", "DE"), "2024-01-06")["is_holiday"]
    with pytest.raises(ArgumentError, match="no subdivision 'Mallorca'"):
        frame("2024-01-01", "2024-01-31", "DE", subdivision="Mallorca")


def test_school_breaks_are_known_or_null() -> None:
    bavaria = frame("2024-07-20", "2024-09-15", "DE", subdivision="BY")
    assert bavaria["is_school_break"].notna().all()
    assert on(bavaria, "2024-08-15")["is_school_break"]
    assert not on(bavaria, "2024-07-22")["is_school_break"]
    assert frame("2024-07-20", "2024-09-15", "DE")["is_school_break"].isna().all()
    israel = frame("2024-01-01", "2024-12-31", "IL")["is_school_break"]
    assert israel.isna().any()
    assert israel.dropna().all()
    given = frame(
        "2024-07-01", "2024-07-31", school_breaks=(SchoolBreak(start="2024-07-10", end="2024-07-12"),)
    )
    assert list(given["date_key"].dt.day[given["is_school_break"]]) == [10, 11, 12]


def test_what_is_not_covered_is_said() -> None:
    assert "known for 1991" in calendar_frame("1980-01-01", "1980-12-31", "DE").notes[0]
    assert "2001 to 2035" in calendar_frame("1990-01-01", "1990-12-31", "IN").notes[0]
    assert calendar_frame("2024-01-01", "2024-12-31", "DE").notes == ()


@pytest.mark.parametrize("language", ["C", "en_US", "uk"])
def test_names_do_not_depend_on_the_machine_s_language(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.setenv(variable, language)
    assert frame("2024-01-01", "2024-01-01", "DE")["holiday_name"].item() == "Neujahr"
    english = frame("2024-01-01", "2024-01-01", "DE", language="en")
    assert english["holiday_name"].item() == "New Year's Day"
