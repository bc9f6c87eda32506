"""Panels: sums are right, calendars regular, and what was done is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.data import brief, load, unify, work_out_roles
from liftos_agents.domain.panel import Panel
from liftos_agents.errors import DataError


def panel_of(frame: pd.DataFrame, **overrides: Any) -> Panel:
    dataset = load(frame)
    return dataset.panel(work_out_roles(dataset, overrides))


def test_robyn(reference: Path) -> None:
    panel = load(reference / "mmm/robyn_weekly.csv").panel()
    raw = pd.read_csv(reference / "mmm/robyn_weekly.csv")
    assert (panel.periods, panel.frequency, panel.channels) == (
        208,
        "week",
        ("tv", "ooh", "print", "search", "facebook"),
    )
    np.testing.assert_array_equal(panel.spend[:, 0], raw["tv_S"])
    np.testing.assert_array_equal(panel.revenue, raw["revenue"])
    assert set(panel.events) == {"event1", "event2"}
    assert panel.events["event1"].sum() == (raw["events"] == "event1").sum()
    assert panel.margin is None


def test_regions_are_summed_after_conversions_are_valued(reference: Path) -> None:
    panel = load(reference / "mmm/meridian_geo_media.csv").panel()
    raw = pd.read_csv(reference / "mmm/meridian_geo_media.csv")
    by_week = (
        raw.assign(money=raw["conversions"] * raw["revenue_per_conversion"])
        .groupby("time")
        .sum(numeric_only=True)
    )
    np.testing.assert_allclose(panel.outcome, by_week["conversions"], rtol=1e-12)
    np.testing.assert_allclose(panel.revenue, by_week["money"], rtol=1e-12)
    np.testing.assert_allclose(panel.spend[:, 2], by_week["Channel2_spend"], rtol=1e-12)
    means = raw.groupby("time")["sentiment_score_control"].mean()
    np.testing.assert_allclose(panel.controls["sentiment_score_control"], means, rtol=1e-9)
    assert any("averaged" in note for note in panel.notes)


def test_days_become_whole_weeks(weeks: pd.DataFrame) -> None:
    days = pd.date_range("2023-01-04", periods=300)
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"date": days, "revenue": rng.gamma(9.0, 9.0, 300), "tv_spend": rng.gamma(2.0, 9.0, 300)}
    )
    panel = panel_of(frame)
    assert panel.frequency == "week"
    assert pd.Timestamp(panel.dates[0]).day_name() == "Monday"
    first = frame[(frame["date"] >= "2023-01-09") & (frame["date"] < "2023-01-16")]
    assert panel.outcome[0] == pytest.approx(first["revenue"].sum())
    assert any("no whole week" in note for note in panel.notes)
    short = panel_of(frame.head(60))
    assert (short.frequency, short.periods) == ("day", 60)


def test_months() -> None:
    months = pd.date_range("2020-01-31", periods=36, freq="ME")
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"month": months, "revenue": rng.gamma(9.0, 9.0, 36), "tv_spend": rng.gamma(2.0, 9.0, 36)}
    )
    panel = panel_of(frame)
    assert (panel.frequency, str(panel.dates[1])) == ("month", "2020-02-01")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(index=[50, 51]), "no row for 2022-12-19, 2022-12-26"),
        (
            lambda f: f.assign(tv_spend=f["tv_spend"].mask(f.index == 3, -5.0)),
            r"'tv' is negative \(in 2022-01-24\)",
        ),
        (lambda f: f.assign(revenue=f["revenue"].mask(f.index == 50)), "outcome is missing in 2022-12-19"),
        (lambda f: pd.concat([f, f.tail(1)]), "repeat a period"),
        (lambda f: f.assign(date=f["date"].mask(f.index == 9, pd.Timestamp("2022-03-08"))), "fall between"),
        (lambda f: f.head(2), "too few"),
        (lambda f: f.iloc[::5], "35 days apart"),
    ],
)
def test_what_makes_no_panel(weeks: pd.DataFrame, change: Any, message: str) -> None:
    dataset = load(change(weeks))
    with pytest.raises(DataError, match=message):
        dataset.panel()
    assert brief(dataset).problem is not None


def test_what_is_filled_is_said(weeks: pd.DataFrame) -> None:
    frame = weeks.assign(
        tv_spend=weeks["tv_spend"].mask(weeks.index == 5),
        price=np.where(weeks.index == 7, np.nan, weeks.index.to_numpy() ** 2 / 7.0),
        revenue=weeks["revenue"].mask(weeks.index > 101),
    )
    panel = panel_of(frame)
    assert panel.periods == 102
    assert panel.spend[5, 0] == 0.0
    assert panel.controls["price"][7] == pytest.approx((36 + 64) / 14.0)
    assert len([n for n in panel.notes if n.startswith("Missing values") or "at the ends" in n]) == 3


def test_conversions_without_any_keep_a_finite_value(weeks: pd.DataFrame) -> None:
    frame = weeks.rename(columns={"revenue": "orders"}).assign(orders=np.where(weeks.index == 4, 0.0, 5.0))
    panel = panel_of(frame, value=30.0)
    assert np.isfinite(panel.value_per_outcome).all()
    assert panel.revenue[0] == 150.0


def test_row_order_plays_no_part(weeks: pd.DataFrame) -> None:
    shuffled = weeks.sample(frac=1.0, random_state=2)
    np.testing.assert_array_equal(panel_of(weeks).spend, panel_of(shuffled).spend)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 4), st.integers(10, 40), st.integers(0, 2**32 - 1))
def test_a_long_export_sums_to_the_wide_table(platforms: int, days: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"p{n}" for n in range(platforms)]
    wide = pd.DataFrame({f"{n}_spend": rng.gamma(2.0, 9.0, days) for n in names})
    wide.insert(0, "date", pd.date_range("2024-01-01", periods=days))
    wide["revenue"] = rng.gamma(9.0, 9.0, days)
    rows = [
        {"date": d, "platform": n, "part": part, "spend": s * share, "revenue": r}
        for d, r, *spends in wide[["date", "revenue", *wide.columns[1:-1]]].itertuples(index=False)
        for n, s in zip(names, spends, strict=True)
        for part, share in (("a", 0.25), ("b", 0.75))
    ]
    long_panel, wide_panel = panel_of(pd.DataFrame(rows)), panel_of(wide)
    assert long_panel.channels == tuple(names)
    np.testing.assert_allclose(long_panel.spend, wide_panel.spend, rtol=1e-12)
    np.testing.assert_allclose(long_panel.outcome, wide_panel.outcome, rtol=1e-12)


def test_an_export_and_a_file_of_sales_become_one_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    days = pd.date_range("2023-01-01", periods=280)
    ads = pd.DataFrame(
        {
            "date_day": np.repeat(days, 2),
            "platform": ["google", "meta"] * 280,
            "spend": rng.gamma(2.0, 50.0, 560),
            "conversions_value": rng.gamma(2.0, 50.0, 560),
        }
    )
    sales = pd.DataFrame(
        {"week": pd.date_range("2023-01-01", periods=42, freq="7D"), "revenue": rng.gamma(9.0, 99.0, 42)}
    )
    both = unify([load(ads, name="ads"), load(sales, name="sales")])
    assert both.name == "ads + sales"
    roles = both.roles
    assert (roles.outcome, list(roles.spend), list(roles.claimed)) == (
        "revenue",
        ["google", "meta"],
        ["google", "meta"],
    )
    panel = both.panel()
    assert panel.periods == 40
    google = ads[(ads["platform"] == "google") & (ads["date_day"] < "2023-01-08")]
    assert panel.spend[0, 0] == pytest.approx(google["spend"].sum())
    assert any("left out" in note for note in both.notes)


def test_a_weeks_margin_and_price_are_the_mean_of_its_days() -> None:
    days = pd.DataFrame(
        {"date": pd.date_range("2023-01-02", periods=280), "revenue": 70.0, "margin": 0.35, "price": 20.0}
    )
    weeks = pd.DataFrame(
        {"date": pd.date_range("2023-01-02", periods=40, freq="7D"), "tv_spend": np.arange(40.0)}
    )
    both = unify([load(days), load(weeks)])
    assert both.frame is not None
    assert both.frame["revenue"].tolist() == pytest.approx([490.0] * 40)
    assert both.frame["price"].tolist() == pytest.approx([20.0] * 40)
    assert both.panel().margin == pytest.approx(0.35)
    assert "Days are averaged in margin, price." in both.notes
    regions = pd.concat([days.assign(region="north"), days.assign(region="south")])
    assert unify([load(regions), load(weeks)]).panel().margin == pytest.approx(0.35)
    with pytest.raises(DataError, match="cannot be summed over the rows of a week"):
        unify([load(days.rename(columns={"price": "value_per_order"})), load(weeks)])


def test_two_spellings_of_a_platform_are_added_up() -> None:
    days = pd.date_range("2023-01-02", periods=40, freq="7D")
    ads = pd.DataFrame(
        {"date": np.repeat(days, 2), "platform": ["a.b", "a:b"] * 40, "spend": [1.0, 2.0] * 40}
    )
    both = unify([load(ads), load(pd.DataFrame({"date": days, "revenue": np.arange(40.0)}))])
    assert both.frame is not None
    (spend,) = [c for c in both.frame.columns if c.endswith("_spend")]
    assert both.frame[spend].tolist() == [3.0] * 40


def test_tables_that_do_not_fit_together(weeks: pd.DataFrame) -> None:
    other = weeks.assign(revenue=weeks["revenue"] + 1, radio_spend=1.0)
    with pytest.raises(DataError, match="'revenue' stands in two tables"):
        unify([load(weeks), load(other)])
    late = pd.DataFrame({"date": weeks["date"] + pd.Timedelta(days=7000), "price": weeks["tv_spend"]})
    with pytest.raises(DataError, match="share no date"):
        unify([load(weeks), load(late)])
    with pytest.raises(DataError, match="no table"):
        unify([])
    halves = unify([load(weeks.head(50)), load(weeks.tail(54))])
    assert halves.id == load(weeks).id
