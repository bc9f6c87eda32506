"""Seasons that were planted, and what a frequency cannot tell."""

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
from liftos_agents.tools.measure_seasonality import MeasureSeasonalityResult


def daily(
    days: int = 1096, seed: int = 0, weekend: float = 12.0, december: float = 8.0, christmas: float = 30.0
) -> pd.DataFrame:
    when = pd.date_range("2021-01-01", periods=days)
    rng = np.random.default_rng(seed)
    error = np.zeros(days)
    for k in range(1, days):
        error[k] = 0.4 * error[k - 1] + 4.0 * rng.standard_normal()
    holiday = (when.month == 12) & (when.day == 25)
    values = 200.0 + 0.02 * np.arange(days) + weekend * (when.day_of_week >= 5)
    values = values + december * (when.month == 12) + christmas * holiday + error
    return pd.DataFrame({"day": when.as_unit("us"), "visits": np.asarray(values, dtype=float)})


def measured(frame: pd.DataFrame, **arguments: Any) -> MeasureSeasonalityResult:
    given = {"outcome": "visits", "time": "day", **arguments}
    found = tools.result(tools.run("measure_seasonality", frame, store=TransientStore(), **given))
    assert isinstance(found, MeasureSeasonalityResult)
    return found


@pytest.fixture(scope="module")
def found() -> MeasureSeasonalityResult:
    return measured(daily(), country="US")


def test_planted_days_months_holidays_and_trend_are_found(found: MeasureSeasonalityResult) -> None:
    assert found.status == "estimated"
    assert found.headline == "weekend"
    for key, truth in (
        ("weekend", 12.0),
        ("month_12", 8.0 * 11 / 12),
        ("holiday_christmas_day", 30.0),
        ("trend_per_year", 0.02 * 365.2425),
        ("day_of_week_saturday", 12.0 * 5 / 7),
    ):
        term = found.terms[key]
        assert term.standard_error is not None
        assert term.estimate == pytest.approx(truth, abs=3.0 * term.standard_error), key
    assert found.estimate == found.terms["weekend"].estimate
    weekdays = [found.terms[key].estimate or 0.0 for key in found.terms if key.startswith("day_of_week_")]
    months = [found.terms[f"month_{k}"].estimate or 0.0 for k in range(1, 13)]
    assert sum(weekdays) == pytest.approx(0.0, abs=1e-8)
    assert sum(months) == pytest.approx(0.0, abs=1e-8)
    assert float(found.diagnostics["p_day_of_week"] or 0.0) < 1e-6
    assert found.relative["weekend"] == pytest.approx((found.estimate or 0.0) / daily()["visits"].mean())


def test_it_says_that_this_is_no_intervention(found: MeasureSeasonalityResult) -> None:
    assert any("not effects of an intervention" in warning for warning in found.warnings)
    assert "not what an action would bring" in found.explanations.marketer
    assert {a.verdict for a in found.assumptions} >= {"not checked"}
    assert found.plot("forest").series


def test_every_figure_has_a_unit(found: MeasureSeasonalityResult) -> None:
    content = found.model_dump(mode="json")

    def leaves(value: Any, path: str) -> list[str]:
        if isinstance(value, dict):
            return [leaf for key, inner in value.items() for leaf in leaves(inner, f"{path}.{key}")]
        if isinstance(value, list):
            return [leaf for index, inner in enumerate(value) for leaf in leaves(inner, f"{path}.{index}")]
        return [path] if isinstance(value, int | float) and not isinstance(value, bool) else []

    skipped = {"figures", "settings", "units"}
    paths = [leaf for key, value in content.items() if key not in skipped for leaf in leaves(value, key)]
    assert [path for path in paths if unit_of(content, path) not in UNIT_FORMATS] == []


def test_weeks_tell_no_days_and_months_tell_few_holidays() -> None:
    frame = daily()
    weekly = frame.groupby(pd.Grouper(key="day", freq="W-MON", label="left", closed="left"))
    weeks = weekly["visits"].sum().reset_index().iloc[1:-1]
    found = measured(weeks, country="US")
    assert found.frequency == "week"
    assert found.headline == "last_quarter"
    assert not [key for key in found.terms if key.startswith("day_of_week")]
    assert any("Days of the week cannot be told" in text for text in found.untold)
    assert found.terms["month_12"].estimate == pytest.approx(7 * 8.0 * 11 / 12, abs=40.0)
    months = frame.groupby(frame["day"].dt.to_period("M").dt.start_time)["visits"].sum()
    monthly = measured(months.reset_index(), country="US")
    assert monthly.frequency == "month"
    assert any("cannot be told from that of the season" in text for text in monthly.untold)


def test_less_than_two_years_tell_no_months() -> None:
    found = measured(daily(400))
    assert "month_1" not in found.terms
    assert any("two years are needed" in text for text in found.untold)
    assert any("No country was given" in text for text in found.untold)


def test_segments_have_their_own() -> None:
    frame = pd.concat(
        [
            daily(800, 1, weekend=20.0).assign(channel="shop"),
            daily(800, 2, weekend=-5.0).assign(channel="web"),
        ]
    )
    found = measured(frame, segment="channel")
    assert found.terms["segment_shop"].estimate == pytest.approx(20.0, abs=2.5)
    assert found.terms["segment_web"].estimate == pytest.approx(-5.0, abs=2.5)
    assert found.estimate == pytest.approx(15.0, abs=3.0)


def test_any_term_can_be_the_headline() -> None:
    found = measured(daily(), effect="month_12")
    assert found.estimate == found.terms["month_12"].estimate
    with pytest.raises(UserError, match="no term 'month_13'"):
        measured(daily(), effect="month_13")


def test_controls_take_their_part_out() -> None:
    frame = daily(800, december=0.0)
    price = np.where(pd.DatetimeIndex(frame["day"]).day_of_week >= 5, 1.0, 0.0)
    rng = np.random.default_rng(4)
    frame["price"] = price + rng.standard_normal(len(frame))
    frame["visits"] += 10.0 * frame["price"]
    assert measured(frame).estimate == pytest.approx(22.0, abs=2.5)
    assert measured(frame, controls=["price"]).estimate == pytest.approx(12.0, abs=1.5)


def test_a_broken_trend_and_a_changed_season_are_noticed() -> None:
    frame = daily(800)
    frame["visits"] += 40.0 * (np.arange(800) >= 400)
    moved = measured(frame)
    assert moved.status == "downgraded"
    jump = next(c for c in moved.checks if c.name == "level_is_steady")
    assert not jump.passed
    assert "2022-02" in jump.meaning
    frame = daily(800)
    frame["visits"] += np.where((np.arange(800) >= 400) & (frame["day"].dt.day_of_week >= 5), 15.0, 0.0)
    changed = measured(frame)
    assert not next(c for c in changed.checks if c.name == "season_is_stable").passed


@settings(max_examples=5, deadline=None)
@given(scale=st.floats(0.01, 1000.0), seed=st.integers(0, 50))
def test_row_order_and_units_do_not_show(scale: float, seed: int) -> None:
    frame = daily(200, seed)
    other = frame.sample(frac=1.0, random_state=seed).assign(visits=lambda f: f["visits"] * scale)
    first, second = measured(frame), measured(other)
    assert second.estimate == pytest.approx((first.estimate or 0.0) * scale, rel=1e-6)
    assert second.standard_error == pytest.approx((first.standard_error or 0.0) * scale, rel=1e-6)


def test_a_larger_planted_effect_is_found_larger_and_bytes_repeat() -> None:
    sizes = [measured(daily(300, weekend=size)).estimate or 0.0 for size in (0.0, 5.0, 20.0)]
    assert sizes == sorted(sizes)
    assert measured(daily(300)).model_dump_json() == measured(daily(300)).model_dump_json()


@pytest.mark.parametrize(
    ("frame", "arguments", "words"),
    [
        (daily(100), {"outcome": "visit"}, "Did you mean 'visits'"),
        (daily(100), {"time": "visits"}, "is given as"),
        (daily(100).assign(visits=1.0), {}, "one value only"),
        (daily(30), {}, "at least 56 are needed"),
        (daily(100), {"country": "ZZ"}, "no holiday calendar for country 'ZZ'"),
        (daily(100).assign(day="x"), {}, "no dates"),
        (daily(100).assign(who="one"), {"segment": "who"}, "has 1 values"),
        (daily(1096).iloc[::200], {}, "at least 24 are needed"),
    ],
)
def test_bad_specifications_name_the_cure(frame: pd.DataFrame, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError) as caught:
        measured(frame, **arguments)
    assert words in str(caught.value)
