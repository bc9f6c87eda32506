"""Columns get the roles that a marketer would give them, or a question is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liftos_agents.data import load, parse_role_options, work_out_roles
from liftos_agents.data.column_names import media_column
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import AmbiguousRoleError, ArgumentError, DataError


def roles_of(columns: dict[str, Any], rows: int = 20, **overrides: Any) -> ColumnRoles:
    rng = np.random.default_rng(3)
    filled = {name: rng.gamma(2.0, 10.0, rows) if value is None else value for name, value in columns.items()}
    frame = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=rows, freq="7D"), **filled})
    return work_out_roles(load(frame), overrides)


@pytest.mark.parametrize(
    ("name", "channel", "measure"),
    [
        ("tv_S", "tv", "spend"),
        ("facebook_I", "facebook", "impressions"),
        ("search_clicks_P", "search", "clicks"),
        ("Channel0_spend", "Channel0", "spend"),
        ("spend_search", "search", "spend"),
        ("search_cost", "search", "spend"),
        ("cost_search", "search", "spend"),
        ("Cost (Google Ads)", "Google_Ads", "spend"),
        ("TV Ausgaben", "TV", "spend"),
        ("facebookSpend", "facebook", "spend"),
        ("tv_spend_eur", "tv", "spend"),
        ("tv.brand_spend", "tv_brand", "spend"),
        ("meta_claimed_revenue", "meta", "claimed"),
        ("amount_spent", "", "spend"),
        ("total_spend", "", "spend"),
    ],
)
def test_names_of_media(name: str, channel: str, measure: str) -> None:
    found = media_column(name)
    assert found is not None
    assert (found.channel, found.measure) == (channel, measure)


@pytest.mark.parametrize(
    "name",
    [
        "revenue",
        "cost_per_click",
        "competitor_spend",
        "shipping_cost",
        "x1",
        "newsletter",
        "cogs_cost",
        "spendings_x",
    ],
)
def test_names_of_no_media(name: str) -> None:
    assert media_column(name) is None


def test_robyn(reference: Path) -> None:
    roles = work_out_roles(load(reference / "mmm/robyn_weekly.csv"))
    assert (roles.date, roles.outcome, roles.outcome_kind) == ("DATE", "revenue", "revenue")
    assert roles.spend == {c: (f"{c}_S",) for c in ("tv", "ooh", "print", "search", "facebook")}
    assert roles.impressions == {"facebook": "facebook_I"}
    assert roles.clicks == {"search": "search_clicks_P"}
    assert roles.controls == ("competitor_sales_B",)
    assert roles.events == ("events",)
    assert roles.organic == ("newsletter",)
    assert roles.ignored == ()


def test_meridian_national(reference: Path) -> None:
    roles = work_out_roles(load(reference / "mmm/meridian_national_all_channels.csv"))
    assert (roles.outcome, roles.outcome_kind, roles.value_per_outcome) == (
        "conversions",
        "conversions",
        "revenue_per_conversion",
    )
    assert list(roles.spend) == [f"Channel{n}" for n in range(5)]
    assert list(roles.impressions) == list(roles.spend)
    assert roles.organic == ("Organic_channel0_impression",)
    assert roles.controls == ("competitor_sales_control", "sentiment_score_control")
    assert roles.events == ("Promo",)


def test_meridian_geo(reference: Path) -> None:
    roles = work_out_roles(load(reference / "mmm/meridian_geo_media.csv"))
    assert roles.geo == "geo"
    assert roles.ignored == ("population",)
    assert "20 regions in 'geo' are summed." in roles.notes


def test_pymc_example_asks_for_spend_and_takes_it(reference: Path) -> None:
    dataset = load(reference / "mmm/mmm_example.csv")
    with pytest.raises(AmbiguousRoleError) as caught:
        work_out_roles(dataset)
    assert (caught.value.role, caught.value.choices) == ("spend", ("x1", "x2"))
    roles = work_out_roles(dataset, parse_role_options(["outcome=y", "spend=x1,x2"]))
    assert roles.spend == {"x1": ("x1",), "x2": ("x2",)}
    assert roles.events == ("event_1", "event_2")
    assert roles.ignored == ("row_number", "dayofyear", "t")
    assert any("dayofyear" in note for note in roles.notes)


def export(**more: Any) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    days = np.repeat(pd.date_range("2024-01-01", periods=20), 2)
    return pd.DataFrame(
        {
            "date_day": days,
            "platform": ["google", "meta"] * 20,
            "campaign": ["a", "b"] * 20,
            "spend": rng.gamma(2.0, 10.0, 40),
            "clicks": rng.integers(1, 50, 40),
            "impressions": rng.integers(50, 99, 40),
            "conversions": rng.integers(0, 9, 40),
            "conversions_value": rng.gamma(2.0, 50.0, 40),
            **more,
        }
    )


def test_a_platform_export_holds_claims_and_no_sales() -> None:
    with pytest.raises(AmbiguousRoleError) as caught:
        work_out_roles(load(export()))
    assert caught.value.role == "outcome"
    assert set(caught.value.choices) == {"conversions", "conversions_value"}
    roles = work_out_roles(load(export()), {"outcome": "conversions_value"})
    assert (roles.layout, roles.channel_column, roles.spend) == ("long", "platform", {"*": ("spend",)})
    assert (roles.impressions, roles.clicks) == ({"*": "impressions"}, {"*": "clicks"})


def test_sales_beside_an_export_stand_once_a_date() -> None:
    roles = work_out_roles(load(export(revenue=np.repeat(np.arange(20.0) ** 2 + 100, 2))))
    assert roles.outcome == "revenue"
    assert roles.claimed == {"*": "conversions_value"}


def test_several_outcomes_are_asked_about() -> None:
    with pytest.raises(AmbiguousRoleError) as caught:
        roles_of({"revenue_new": None, "revenue_old": None, "tv_spend": None})
    assert caught.value.choices == ("revenue_new", "revenue_old")
    assert roles_of({"revenue": None, "revenue_new": None, "tv_spend": None}).outcome == "revenue"
    assert roles_of({"revenue": None, "orders": None, "tv_spend": None}).ignored == ("orders",)


def test_margin_demand_trend_and_events() -> None:
    roles = roles_of(
        {
            "sales": None,
            "tv_spend": None,
            "gross_margin": np.full(20, 0.4) + np.arange(20) / 1000,
            "google_trends_interest": None,
            "price": None,
            "week_number": np.arange(20.0),
            "black_friday": [0.0] * 19 + [1.0],
            "constant": np.ones(20),
            "comment": ["x", "y"] * 10,
        }
    )
    assert roles.margin == "gross_margin"
    assert roles.demand_proxies == ("google_trends_interest",)
    assert roles.controls == ("google_trends_interest", "price")
    assert roles.events == ("black_friday",)
    assert roles.ignored == ("week_number", "constant", "comment")


def test_spend_of_all_channels_together_is_left_out() -> None:
    roles = roles_of({"sales": None, "tv_spend": None, "search_cost": None, "total_spend": None})
    assert list(roles.spend) == ["tv", "search"]
    assert roles.ignored == ("total_spend",)
    assert roles_of({"sales": None, "spend": None}).spend == {"media": ("spend",)}


def test_two_columns_of_one_channel_are_summed() -> None:
    assert roles_of({"sales": None, "tv_spend": None, "cost_tv": None}).spend == {
        "tv": ("tv_spend", "cost_tv")
    }


def test_currencies() -> None:
    assert roles_of({"revenue_eur": None, "tv_spend_eur": None}).currency == "EUR"
    with pytest.raises(DataError, match="EUR and USD"):
        roles_of({"revenue_eur": None, "tv_spend_usd": None})
    assert roles_of({"revenue_eur": None, "tv_spend_usd": None}, currency="chf").currency == "CHF"


def test_an_amount_in_two_currencies_is_refused_not_left_out() -> None:
    mixed = [f"{'€' if week % 2 else '$'}{week + 1}.50" for week in range(20)]
    with pytest.raises(DataError, match="'tv_spend' holds amounts in EUR and USD") as caught:
        roles_of({"revenue": None, "search_spend": None, "tv_spend": mixed})
    assert "--role ignored=tv_spend" in str(caught.value)
    with pytest.raises(DataError, match="'revenue' holds amounts"):
        roles_of({"revenue": mixed, "search_spend": None})
    roles = roles_of({"revenue": None, "search_spend": None, "tv_spend": mixed}, ignored=["tv_spend"])
    assert list(roles.spend) == ["search"]


def test_spend_alone_has_no_outcome_to_choose() -> None:
    with pytest.raises(DataError, match="no column holds the outcome"):
        roles_of({"tv_spend": None, "search_spend": None})


def test_overrides() -> None:
    roles = roles_of(
        {"a": None, "b": None, "c": None, "d": None, "e": None},
        outcome="a",
        spend={"Radio": "b", "TV": ["c", "d"]},
        controls=[],
        margin=0.3,
    )
    assert roles.spend == {"Radio": ("b",), "TV": ("c", "d")}
    assert (roles.controls, roles.ignored, roles.margin) == ((), ("e",), 0.3)
    only = roles_of({"sales": None, "tv_spend": None, "radio_spend": None}, spend=["tv"])
    assert only.spend == {"tv": ("tv_spend",)}
    assert only.ignored == ("radio_spend",)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"outcome": "salse"}, "Did you mean 'sales'"),
        ({"outcoem": "sales"}, "Did you mean 'outcome'"),
        ({"spend": ["label"]}, "no numbers"),
        ({"date": "sales"}, "no dates"),
        ({"margin": -1.0}, "above 0"),
        ({"outcome_kind": "money"}, "revenue or conversions or units"),
    ],
)
def test_overrides_that_do_not_fit(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        roles_of({"sales": None, "tv_spend": None, "label": ["a", "b"] * 10}, **overrides)


def test_role_options() -> None:
    assert parse_role_options(["outcome=y", "spend=x1,x2", "spend=x3", "margin=0.4", "value=v"]) == {
        "outcome": "y",
        "spend": ["x1", "x2", "x3"],
        "margin": 0.4,
        "value": "v",
    }
    assert parse_role_options(["spend=tv:x1,x2"]) == {"spend": {"tv": "x1", "x2": "x2"}}
    for bad in ("outcome", "outcome=", "nothing=x", "outcome=a,b"):
        with pytest.raises(ArgumentError):
            parse_role_options([bad])


def test_without_dates_or_as_a_text(reference: Path) -> None:
    with pytest.raises(DataError, match="no column holds dates"):
        work_out_roles(load(reference / "causal/basque.csv"))
    with pytest.raises(DataError, match="text"):
        work_out_roles(load(reference / "surfacing/product.html"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"outcome": "revenu"}, r"Did you mean 'revenue'\? Columns: date, revenue"),
        ({"outcome": "REVENU"}, r"Did you mean 'revenue'\?"),
        ({"spend": ["tv"], "impressions": ["search_spend_eur"]}, r"Did you mean 'search_spend'\?"),
        ({"outcome": "zzz"}, r"no column 'zzz'\. Columns: date, revenue"),
    ],
)
def test_a_column_that_is_not_there_is_met_with_the_nearest_names(
    weeks: pd.DataFrame, given: dict[str, object], said: str
) -> None:
    with pytest.raises(ArgumentError, match=said):
        work_out_roles(load(weeks), given)
