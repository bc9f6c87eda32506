"""Forecasts of series whose future is known, and of those that carry none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.domain.reference import UNIT_FORMATS, unit_of
from liftos_agents.errors import UserError
from liftos_agents.tools.forecasting.calibration import coverage, half_widths, origins
from liftos_agents.tools.forecasting.candidates import Subject, exponential_smoothing, seasonal_naive
from liftos_agents.tools.forecasting.result import ForecastResult
from tests.tools.mmm.test_fit_mmm_tool import table

QUICK: dict[str, Any] = {"method": "exponential_smoothing"}


def monthly(months: int = 84, seed: int = 0, noise: float = 4.0) -> pd.DataFrame:
    when = np.arange(months)
    rng = np.random.default_rng(seed)
    values = 100.0 + 15.0 * np.sin(2 * np.pi * when / 12) + noise * rng.standard_normal(months)
    return pd.DataFrame(
        {
            "month": pd.date_range("2016-01-01", periods=months, freq="MS").as_unit("us"),
            "sales": values,
        }
    )


def forecast(frame: pd.DataFrame, store: TransientStore | None = None, **arguments: Any) -> ForecastResult:
    found = tools.result(tools.run("forecast", frame, store=store or TransientStore(), **arguments))
    assert isinstance(found, ForecastResult)
    return found


def test_a_season_goes_on_and_the_fan_opens_by_level() -> None:
    found = forecast(monthly(), horizon=12)
    assert found.status == "estimated"
    assert found.method in found.candidates
    assert set(found.candidates) == {
        "seasonal_naive",
        "exponential_smoothing",
        "structural",
        "structural_drift",
    }
    assert found.candidates[found.method].mase == min(one.mase for one in found.candidates.values())
    truth = 100.0 + 15.0 * np.sin(2 * np.pi * np.arange(84, 96) / 12)
    assert [one.mean for one in found.fan] == pytest.approx(truth, abs=8.0)
    assert [one.period for one in found.fan][:2] == ["2023-01-01", "2023-02-01"]
    for one in found.fan:
        assert [level.level for level in one.intervals] == [0.5, 0.8, 0.9]
        widths = [level.high - level.low for level in one.intervals]
        assert widths == sorted(widths)
    assert found.estimate == pytest.approx(sum(one.mean for one in found.fan))
    assert found.interval is not None
    assert found.interval.low is not None
    assert found.interval.low < truth.sum() < (found.interval.high or 0.0)
    assert found.plot("fan").series
    assert "nine chances in ten" in found.explanations.marketer


def test_every_figure_has_a_unit() -> None:
    content = forecast(monthly(), horizon=3, **QUICK).model_dump(mode="json")

    def leaves(value: Any, path: str) -> list[str]:
        if isinstance(value, dict):
            return [leaf for key, inner in value.items() for leaf in leaves(inner, f"{path}.{key}")]
        if isinstance(value, list):
            return [leaf for index, inner in enumerate(value) for leaf in leaves(inner, f"{path}.{index}")]
        return [path] if isinstance(value, int | float) and not isinstance(value, bool) else []

    skipped = {"figures", "settings", "units"}
    paths = [leaf for key, value in content.items() if key not in skipped for leaf in leaves(value, key)]
    assert [path for path in paths if unit_of(content, path) not in UNIT_FORMATS] == []


@settings(max_examples=5, deadline=None)
@given(scale=st.floats(0.01, 1000.0), seed=st.integers(0, 99))
def test_row_order_and_units_do_not_show(scale: float, seed: int) -> None:
    frame = monthly(60, seed)
    shuffled = frame.sample(frac=1.0, random_state=seed).assign(sales=lambda f: f["sales"] * scale)
    first, second = forecast(frame, horizon=6, **QUICK), forecast(shuffled, horizon=6, **QUICK)
    assert second.estimate == pytest.approx((first.estimate or 0.0) * scale, rel=2e-3)
    assert second.standard_error == pytest.approx((first.standard_error or 0.0) * scale, rel=2e-2)


def test_the_same_bytes_on_rerun() -> None:
    assert forecast(monthly(), **QUICK).model_dump_json() == forecast(monthly(), **QUICK).model_dump_json()


def test_more_noise_widens_the_fan() -> None:
    errors = [forecast(monthly(noise=noise), **QUICK).standard_error or 0.0 for noise in (1.0, 4.0, 16.0)]
    assert errors == sorted(errors)


@pytest.mark.parametrize(
    ("frame", "arguments", "words"),
    [
        (monthly(), {"horizon": 40}, "further than the data carry: at most 24"),
        (monthly(10), {}, "needs at least 12"),
        (monthly().assign(sales=5.0), {}, "never changes"),
    ],
)
def test_what_the_data_do_not_carry_is_refused(
    frame: pd.DataFrame, arguments: dict[str, Any], words: str
) -> None:
    found = forecast(frame, **arguments)
    assert found.status == "refused"
    assert found.estimate is None
    assert words in found.reasons[0]
    assert found.fan == ()
    assert words in found.explanations.marketer


@pytest.mark.parametrize(
    ("frame", "arguments", "words"),
    [
        (monthly(), {"outcome": "sale"}, "no column 'sale'.*Did you mean 'sales'"),
        (monthly(), {"outcome": "sales", "time": "sales"}, "given as"),
        (monthly().assign(price=1.0), {}, "more than one column of numbers.*price"),
        (monthly().assign(kind="a"), {"outcome": "sales", "time": "kind"}, "no dates"),
        (
            monthly().assign(price=range(84)),
            {"outcome": "sales", "time": "month", "controls": ["price"]},
            "the controls have values in 0 of the 6 periods to come",
        ),
        (monthly(), {"season": 60}, "a season of 60 periods is not seen twice"),
        (monthly(), {"spend_plan": {"tv": 10.0}}, "no table of media"),
        (monthly().iloc[::4].assign(month=lambda f: f["month"].to_numpy()), {"levels": [1.5]}, "levels"),
        (monthly()[["sales"]], {}, "no column of dates"),
    ],
)
def test_bad_specifications_name_the_cure(frame: pd.DataFrame, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError) as caught:
        forecast(frame, **arguments)
    text = f"{caught.value}"
    for part in words.split(".*"):
        assert part in text


def test_gaps_are_filled_and_repeated_rows_added_up() -> None:
    frame = monthly()
    with_gap = frame.drop(index=[20, 21])
    assert any("2 missing months were filled" in w for w in forecast(with_gap, **QUICK).warnings)
    halves = pd.concat([frame.assign(sales=frame["sales"] / 2)] * 2)
    found = forecast(halves, **QUICK)
    assert any("were added up" in w for w in found.warnings)
    assert found.estimate == pytest.approx(forecast(frame, **QUICK).estimate, rel=1e-3)


def test_controls_known_ahead_move_the_forecast() -> None:
    frame = monthly(90)
    promotion = (np.arange(90) % 7 == 0).astype(float)
    frame["promotion"] = promotion
    frame["sales"] += 60.0 * promotion
    frame.loc[84:, "sales"] = np.nan
    found = forecast(frame, outcome="sales", time="month", controls=["promotion"], horizon=6, **QUICK)
    plain = 100.0 + 15.0 * np.sin(2 * np.pi * np.arange(84, 90) / 12)
    assert found.fan[0].mean - plain[0] > 40.0
    assert abs(found.fan[1].mean - plain[1]) < 20.0


def test_years_as_numbers_and_days_with_a_week_are_read() -> None:
    rng = np.random.default_rng(2)
    years = pd.DataFrame({"year": np.arange(1960, 2020), "people": 50.0 + np.cumsum(rng.standard_normal(60))})
    found = forecast(years, outcome="people", time="year", horizon=3, **QUICK)
    assert [one.period for one in found.fan] == ["2020", "2021", "2022"]
    days = pd.DataFrame(
        {
            "day": pd.date_range("2024-01-01", periods=200).as_unit("us"),
            "visits": 100.0 + 40.0 * (np.arange(200) % 7 >= 5) + rng.standard_normal(200),
        }
    )
    week = forecast(days, horizon=14, **QUICK)
    assert week.frequency == "day"
    saturday = next(one for one in week.fan if pd.Timestamp(one.period).day_of_week == 5)
    monday = next(one for one in week.fan if pd.Timestamp(one.period).day_of_week == 0)
    assert saturday.mean - monday.mean == pytest.approx(40.0, abs=5.0)


def test_planned_spend_lifts_a_media_table() -> None:
    frame, store = table(weeks=70), TransientStore()
    low, high = (
        forecast(frame, store, spend_plan={"tv": amount}, horizon=8, method="marketing_mix")
        for amount in (0.0, 12_000.0)
    )
    assert high.method == "marketing_mix"
    assert (high.estimate or 0.0) > (low.estimate or 0.0)
    assert high.planned_spend["tv"] == pytest.approx(12_000.0)
    assert high.diagnostics["fit"]
    assert set(high.planned_spend) == {"tv", "search", "social"}
    with pytest.raises(UserError, match="no channel 'radio'"):
        forecast(frame, store, spend_plan={"radio": 1.0})
    with pytest.raises(UserError, match="has 3 periods and the horizon 8"):
        forecast(frame, store, spend_plan={"tv": [1.0, 2.0, 3.0]}, horizon=8)


def test_intervals_cover_what_comes() -> None:
    hits, totals = [], []
    for seed in range(40, 55):
        rng = np.random.default_rng([3, seed])
        error = np.zeros(90)
        for k in range(1, 90):
            error[k] = 0.5 * error[k - 1] + 4.0 * rng.standard_normal()
        frame = monthly(90, noise=0.0)
        frame["sales"] += error
        found = forecast(frame.iloc[:84], horizon=6, **QUICK)
        came = frame["sales"].to_numpy()[84:]
        hits += [
            one.intervals[2].low <= value <= one.intervals[2].high
            for one, value in zip(found.fan, came, strict=True)
        ]
        assert found.interval is not None
        totals.append((found.interval.low or 0.0) <= came.sum() <= (found.interval.high or 0.0))
    assert 0.82 <= np.mean(hits) <= 1.0
    assert np.mean(totals) >= 0.76


def test_half_widths_grow_and_hold_the_errors_they_come_from() -> None:
    rng = np.random.default_rng(1)
    errors = np.cumsum(rng.standard_normal((40, 8)), axis=1)
    starts = list(range(40, 80))
    single, whole = half_widths(errors, starts, (0.5, 0.9))
    assert np.all(np.diff(single, axis=1) >= 0.0)
    assert np.all(single[1] > single[0])
    assert whole[1] > whole[0]
    assert (np.abs(errors) <= single[1]).mean() >= 0.88
    fifty, ninety = coverage(errors, starts, (0.5, 0.9))
    assert 0.35 < fifty < 0.75
    assert ninety > 0.82


def test_origins_are_in_the_data_and_naive_repeats() -> None:
    assert origins(100, 12, 10)[0] == 50
    assert max(origins(100, 12, 10)) <= 95
    subject = Subject(np.arange(24.0), np.empty((30, 0)), 4, 0.0, 6)
    assert seasonal_naive(subject, [12])[0].tolist() == [8.0, 9.0, 10.0, 11.0, 8.0, 9.0]
    flat = Subject(np.arange(40.0), np.empty((44, 0)), 0, 0.0, 4)
    assert exponential_smoothing(flat, [30, 40])[1] == pytest.approx([40.0, 41.0, 42.0, 43.0], abs=1.0)
