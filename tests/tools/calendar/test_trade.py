"""Events and seasons of trade, and the last day to ship presents."""

from __future__ import annotations

from datetime import date

import holidays
import pandas as pd
import pytest

from liftos_agents.tools.calendar_features import frame
from liftos_agents.tools.calendar_features.event_dates import Rule
from liftos_agents.tools.calendar_features.trade_events import trade_year


def on(found: pd.DataFrame, day: str) -> pd.Series:
    return found.set_index("date_key").loc[day]


@pytest.mark.parametrize(
    ("rule", "year", "expected"),
    [
        ("02-14", 2024, "2024-02-14"),
        ("2nd sun may", 2024, "2024-05-12"),
        ("last mon may", 2024, "2024-05-27"),
        ("last sun dec", 2023, "2023-12-31"),
        ("1st sun sep", 2024, "2024-09-01"),
        ("4th thu nov + 1", 2024, "2024-11-29"),
        ("4th thu nov + 4", 2023, "2023-11-27"),
        ("3rd mon nov - 3", 2024, "2024-11-15"),
        ("easter", 2024, "2024-03-31"),
        ("easter - 21", 2024, "2024-03-10"),
        ("orthodox_easter", 2024, "2024-05-05"),
        ("lunar_new_year", 2024, "2024-02-10"),
        ("mid_autumn", 2024, "2024-09-17"),
        ("diwali", 2023, "2023-11-12"),
        ("holi", 2024, "2024-03-25"),
        ("ramadan", 2024, "2024-03-11"),
        ("eid_al_fitr", 2024, "2024-04-10"),
        ("eid_al_adha", 2024, "2024-06-16"),
        ("rosh_hashanah", 2024, "2024-10-03"),
        ("hanukkah", 2024, "2024-12-26"),
    ],
)
def test_rules_say_known_dates(rule: str, year: int, expected: str) -> None:
    assert Rule.parse(rule).dates(year) == (date.fromisoformat(expected),)


def test_a_lunar_year_can_begin_twice_in_one_of_ours() -> None:
    assert Rule.parse("ramadan").dates(2030) == (date(2030, 1, 5), date(2030, 12, 26))


@pytest.mark.parametrize("text", ["", "5th sun may", "easter-ish", "2nd sunday may"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        Rule.parse(text).dates(2024)


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("US", "2024-05-12"),
        ("GB", "2024-03-10"),
        ("FR", "2024-05-26"),
        ("FR", "2023-06-04"),
        ("FR", "2020-06-07"),
        ("ES", "2024-05-05"),
        ("MX", "2024-05-10"),
        ("SE", "2024-05-26"),
        ("NO", "2024-02-11"),
        ("AR", "2024-10-20"),
        ("EG", "2024-03-21"),
        ("TH", "2024-08-12"),
    ],
)
def test_mothers_day_is_the_country_s(country: str, day: str) -> None:
    year = day[:4]
    found = frame(f"{year}-01-01", f"{year}-12-31", country)
    named = found["date_key"][found["marketing_event"] == "Mother's Day"].dt.strftime("%Y-%m-%d")
    assert list(named) == [day]


def test_black_friday_is_counted_to_and_from() -> None:
    found = frame("2024-05-31", "2025-05-31")
    assert on(found, "2024-11-29")["days_to_black_friday"] == 0
    assert on(found, "2024-11-01")["days_to_black_friday"] == 28
    assert on(found, "2024-12-02")["days_to_black_friday"] == -3
    assert on(found, "2024-05-31")["days_to_black_friday"] == 182
    assert on(found, "2025-05-30")["days_to_black_friday"] == 182
    assert on(found, "2025-05-29")["days_to_black_friday"] == -181


def test_an_event_pulls_before_and_after_its_day() -> None:
    found = frame("2024-11-15", "2024-12-05", "US")
    strength = found.set_index("date_key")["event_intensity"]
    assert strength["2024-11-29"] == 1.0
    assert strength["2024-11-22"] < strength["2024-11-25"] < strength["2024-11-27"]
    assert on(found, "2024-12-02")["marketing_event"] == "Cyber Monday"
    assert on(found, "2024-11-28")["marketing_event"] == "Thanksgiving"
    assert found["is_peak_shopping"][found["date_key"].between("2024-11-28", "2024-12-02")].all()


def test_events_belong_to_countries() -> None:
    assert (frame("2024-11-11", "2024-11-11", "CN")["is_peak_shopping"]).all()
    assert not frame("2024-11-11", "2024-11-11", "US")["is_peak_shopping"].any()
    assert "Diwali" in set(frame("2023-11-01", "2023-11-30", "IN")["marketing_event"])
    assert "Diwali" not in set(frame("2023-11-01", "2023-11-30", "DE")["marketing_event"].dropna())
    assert "Christmas Eve" not in set(frame("2024-12-01", "2024-12-31", "SA")["marketing_event"].dropna())
    assert "Black Friday" not in set(frame("2024-11-01", "2024-11-30", "CN")["marketing_event"].dropna())


@pytest.mark.parametrize(
    ("country", "day", "season"),
    [
        ("DE", "2024-12-10", "christmas"),
        ("DE", "2024-11-29", "cyber_week"),
        ("DE", "2024-12-28", "after_christmas"),
        ("DE", "2025-01-03", "after_christmas"),
        ("DE", "2024-08-20", "back_to_school"),
        ("US", "2024-08-01", "back_to_school"),
        ("AU", "2024-01-25", "back_to_school"),
        ("AU", "2024-06-20", "end_of_financial_year"),
        ("FR", "2024-01-15", "winter_sale"),
        ("GB", "2024-03-05", "mothers_day"),
        ("US", "2024-02-10", "valentines_day"),
        ("SA", "2024-03-20", "ramadan"),
        ("CN", "2024-02-05", "lunar_new_year"),
        ("CN", "2024-11-08", "singles_day"),
        ("IN", "2023-11-05", "diwali"),
        ("DE", "2024-10-15", "regular"),
    ],
)
def test_seasons_of_trade(country: str, day: str, season: str) -> None:
    assert frame(day, day, country)["marketing_season"].item() == season


@pytest.mark.parametrize(
    ("country", "cutoff"), [("DE", "2024-12-18"), ("US", "2024-12-18"), ("GB", "2023-12-19")]
)
def test_parcels_have_three_clear_business_days(country: str, cutoff: str) -> None:
    found = frame(f"{cutoff[:4]}-01-01", f"{cutoff[:4]}-12-31", country)
    assert list(found["date_key"][found["days_to_shipping_cutoff"] == 0].dt.strftime("%Y-%m-%d")) == [cutoff]
    after = found[(found["date_key"] > cutoff) & (found["date_key"] < f"{cutoff[:4]}-12-24")]
    assert after["is_business_day"].sum() == 3
    wait = found["days_to_shipping_cutoff"]
    assert wait.notna().all()
    assert wait.iloc[0] == (pd.Timestamp(cutoff) - found["date_key"].iloc[0]).days
    assert wait.iloc[-1] > 350


def test_gifts_at_new_year_ship_later_and_none_never() -> None:
    russia = frame("2024-12-01", "2024-12-31", "RU")
    assert russia["date_key"][russia["days_to_shipping_cutoff"] == 0].item() > pd.Timestamp("2024-12-22")
    assert frame("2024-12-01", "2024-12-31", "SA")["days_to_shipping_cutoff"].isna().all()


def test_the_tables_name_countries_that_exist_and_rules_that_give_dates() -> None:
    known = set(holidays.list_supported_countries(include_aliases=False)) | {"*"}
    keys = [event.key for event in trade_year().events]
    assert len(keys) == len(set(keys))
    for event in trade_year().events:
        for dates in event.dates:
            assert dates.countries | dates.excepted <= known, event.key
            assert dates.dates(2024), event.key
        taken = [code for dates in event.dates for code in dates.countries if code != "*"]
        assert len(taken) == len(set(taken)), event.key
        assert event.profile.max() == event.intensity
