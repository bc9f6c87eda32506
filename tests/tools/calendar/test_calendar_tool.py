"""The calendar as a tool: its result, the stored table, and the features of a user's own marketing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from liftos_agents.data.store import TransientStore
from liftos_agents.domain.panel import Panel
from liftos_agents.domain.reference import UNIT_FORMATS, show, unit_of
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.tools import run
from liftos_agents.tools.calendar_features import calendar_columns, frame, marketing_features
from liftos_agents.tools.errors import ToolRetry

YEAR = {"start": "2024-01-01", "end": "2024-12-31", "country": "Germany"}


def own_panel(periods: int = 60, **changes: object) -> Panel:
    spend = np.full((periods, 2), 100.0)
    spend[10:20, 0] = 0.0
    spend[40:42, 0] = 0.0
    clicks = np.full(periods, 50.0)
    clicks[30:] = 25.0
    given: dict[str, object] = {
        "dates": np.datetime64("2023-01-02", "D") + 7 * np.arange(periods),
        "outcome": np.full(periods, 5.0),
        "value_per_outcome": np.ones(periods),
        "channels": ("search", "tv"),
        "spend": spend,
        "roles": ColumnRoles(date="date", outcome="orders", outcome_kind="conversions", spend={}),
        "dataset": "0",
        "clicks": {"search": clicks},
    }
    return Panel(**{**given, **changes})  # type: ignore[arg-type]


def test_the_table_is_stored_whole(tmp_path: Path) -> None:
    store = TransientStore()
    result = run("calendar", store=store, **YEAR).result
    path = tmp_path / "calendar.parquet"
    path.write_bytes(store.get_artifact(result["table"]))
    stored = duckdb.sql(f"SELECT * FROM '{path}'").df()
    made = frame("2024-01-01", "2024-12-31", "DE")
    assert list(stored.columns) == list(made.columns)
    assert (stored["is_holiday"] == made["is_holiday"]).all()
    assert (stored["week_start_date"] == made["week_start_date"]).all()
    assert stored["is_school_break"].isna().all()


def test_the_result_says_what_the_table_holds() -> None:
    result = run("calendar", store=TransientStore(), **YEAR).result
    assert result["country"] == "DE"
    assert result["summary"]["days"] == 366
    assert result["summary"]["holidays"] == len(result["holidays"]) == 9
    assert [column["name"] for column in result["columns"]] == [c.name for c in calendar_columns()]
    assert len(result["first_rows"]) == 3
    assert result["first_rows"][0]["holiday_name"] == "Neujahr"
    assert result["first_rows"][0]["is_school_break"] is None
    assert unit_of(result, "summary.holidays") == "count"
    assert set(result["units"].values()) <= set(UNIT_FORMATS)
    assert show(result, "summary.business_days", "count") == "253"
    assert result["own_marketing"] is None


def test_the_same_call_gives_the_same_bytes() -> None:
    first = run("calendar", store=TransientStore(), **YEAR)
    again = run("calendar", store=TransientStore(), **{**YEAR, "start": "2024-01-01"})
    assert first.id == again.id
    assert first.result == again.result


def test_a_century_lists_its_first_days_and_says_so() -> None:
    result = run(
        "calendar", store=TransientStore(), start="1950-01-01", end="2049-12-31", country="US"
    ).result
    assert len(result["holidays"]) == 400
    assert any("the first 400 are listed" in note for note in result["notes"])


def test_without_a_country_holidays_are_unknown() -> None:
    result = run("calendar", store=TransientStore(), start="2024-01-01", end="2024-01-31").result
    assert result["summary"]["holidays"] is None
    assert result["holidays"] == []
    assert "No country was given" in result["notes"][0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "first and a last day"),
        ({"start": "2024-01-01"}, "argument end.*first and a last day"),
        ({**YEAR, "country": "Germny"}, "Germany"),
        ({**YEAR, "end": "2023-01-01"}, "Swap"),
        ({**YEAR, "payday": "weekly", "payday_day": 9}, "from 1"),
        ({**YEAR, "school_breaks": [{"start": "2024-02-02", "end": "2024-02-01"}]}, "ends before"),
        ({**YEAR, "fiscal_start_month": 13}, "fiscal_start_month"),
    ],
)
def test_wrong_arguments_say_what_would_be_right(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ToolRetry, match=words):
        run("calendar", store=TransientStore(), **arguments)


def test_a_table_gives_its_dates_and_its_marketing() -> None:
    weeks = pd.date_range("2024-01-01", periods=40, freq="W-MON").as_unit("us")
    rng = np.random.default_rng(4)
    table = pd.DataFrame(
        {
            "date": weeks,
            "revenue": 1000.0 + 100.0 * rng.random(40),
            "search_spend": 100.0 + 10.0 * rng.random(40),
            "search_impressions": 5000.0 + 100.0 * rng.random(40),
            "competitor_price": 3.0 + rng.random(40),
        }
    )
    store = TransientStore()
    result = run("calendar", table, store=store, country="US", competitive_pressure="competitor_price").result
    assert (result["start"], result["end"]) == ("2024-01-01", "2024-10-06")
    own = result["own_marketing"]
    assert own["rows"] == 40
    assert own["latest"]["competitive_pressure"] == pytest.approx(table["competitor_price"].iloc[-1])
    assert 0.8 < own["latest"]["media_cost_index.search"] < 1.25
    assert own["latest"]["audience_availability"] is None
    assert own["latest"]["conversion_likelihood"] is None
    assert store.get_artifact(own["table"])[:4] == b"PAR1"
    with pytest.raises(ToolRetry, match=r"no column 'weather'.*competitor_price"):
        run("calendar", table, store=store, country="US", competitive_pressure="weather")


def test_days_since_a_campaign_began() -> None:
    found = marketing_features(own_panel())
    since = found["days_since_campaign_start.search"]
    assert list(since[:3]) == [0.0, 7.0, 14.0]
    assert since[10:20].isna().all()
    assert list(since[20:22]) == [0.0, 7.0]
    assert since[40:42].isna().all()
    assert since[42] == 22 * 7.0
    assert found["days_since_campaign_start"].notna().all()


def test_prices_and_rates_look_back_alone() -> None:
    found = marketing_features(own_panel())
    price = found["media_cost_index.search"]
    assert price[:4].isna().all()
    assert price[5] == 1.0
    assert price[30] == 2.0
    assert found["media_cost_index.tv"].isna().all()
    np.testing.assert_allclose(found["media_cost_index"], price)
    rate = found["conversion_likelihood"]
    assert rate[:8].isna().all()
    assert rate[8] == pytest.approx(0.1)
    assert rate[59] == pytest.approx(0.2)
    later = own_panel(outcome=np.concatenate([np.full(50, 5.0), np.full(10, 500.0)]))
    pd.testing.assert_frame_equal(marketing_features(later)[:51], found[:51])


def test_only_a_source_says_what_competitors_do() -> None:
    assert (
        marketing_features(own_panel())[["audience_availability", "competitive_pressure"]]
        .isna()
        .all(axis=None)
    )
    given = marketing_features(own_panel(), competitive_pressure=np.arange(60.0))
    assert list(given["competitive_pressure"]) == list(range(60))
