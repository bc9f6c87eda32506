"""Causal impact through the tool: the reference, planted effects, invariances, doubts and refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.tools.errors import ToolFailed, ToolRetry

FEW = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

Make = Callable[..., pd.DataFrame]
Ask = Callable[..., Any]


def failed(found: Any) -> set[str]:
    """Names of the failed checks."""
    return {c.name for c in found.checks if c.passed is False}


def test_reference_series_gives_the_known_effect(arma: pd.DataFrame, ask: Ask) -> None:
    """Known: 4.89 [4.26, 5.47] at 95 %, from a model whose level is expected to step by .01; all within a tenth."""
    still = ask(arma, outcome="y", controls=["X"], intervention=70, level=0.95, level_prior=0.01)
    assert still.estimate == pytest.approx(4.89, rel=0.1)
    assert still.interval.low == pytest.approx(4.26, rel=0.1)
    assert still.interval.high == pytest.approx(5.47, rel=0.1)
    found = ask(arma, outcome="y", controls=["X"], intervention=70, level=0.95)
    assert found.status == "estimated"
    assert found.estimate == pytest.approx(4.89, rel=0.1)
    assert found.interval.low < still.interval.low
    assert found.cumulative_effect == pytest.approx(30 * found.estimate)
    assert found.path[69].effect is None
    assert found.path[70].effect is not None


def test_a_planted_effect_moves_the_estimate_by_itself(make_series: Make, ask: Ask) -> None:
    without, with_one = ask(make_series(0.0)), ask(make_series(3.0))
    assert with_one.estimate - without.estimate == pytest.approx(3.0, abs=1e-9)
    assert with_one.interval.low - without.interval.low == pytest.approx(3.0, abs=1e-9)
    assert with_one.p_value < without.p_value


@given(order=st.randoms(use_true_random=False), scale=st.sampled_from([1e-3, 1e5]))
@FEW
def test_row_order_units_and_column_order_do_not_matter(
    make_series: Make, ask: Ask, order: Any, scale: float
) -> None:
    frame = make_series()
    plain = ask(frame, time="day", controls=["market", "other"])
    rows = list(range(len(frame)))
    order.shuffle(rows)
    moved = ask(
        frame.iloc[rows].reset_index(drop=True)[["other", "visits", "market", "day"]],
        time="day",
        controls=["market", "other"],
    )
    assert moved.model_dump() == plain.model_dump()
    scaled = ask(
        frame.assign(visits=frame["visits"] * scale, market=frame["market"] / scale),
        time="day",
        controls=["market", "other"],
    )
    assert scaled.estimate == pytest.approx(plain.estimate * scale, rel=1e-6)
    assert scaled.interval.high == pytest.approx(plain.interval.high * scale, rel=1e-6)
    assert scaled.relative_effect == pytest.approx(plain.relative_effect, rel=1e-6)


def test_the_same_call_gives_the_same_bytes(make_series: Make) -> None:
    frame = make_series()
    first, second = (
        tools.run("causal_impact", frame, store=TransientStore(), outcome="visits", intervention=60)
        for _ in range(2)
    )
    assert first.result == second.result


@pytest.mark.parametrize("effect", [0.0, 0.2, 0.4, 0.6, 3.0])
def test_zero_lies_outside_the_interval_exactly_when_p_is_below_one_less_the_level(
    make_series: Make, ask: Ask, effect: float
) -> None:
    found = ask(make_series(effect))
    outside = found.interval.low > 0.0 or found.interval.high < 0.0
    assert outside == (found.p_value < 0.1)


def test_dates_sort_the_rows_and_name_the_intervention(make_series: Make, ask: Ask) -> None:
    frame = make_series()
    dated = frame.assign(day=pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["day"], unit="D"))
    found = ask(dated.iloc[::-1].reset_index(drop=True), time="day", intervention="2024-03-01")
    assert found.estimate == pytest.approx(ask(frame).estimate, abs=1e-9)
    assert found.path[60].period == "2024-03-01"


def test_post_end_leaves_later_periods_out(make_series: Make, ask: Ask) -> None:
    frame = make_series(2.0)
    frame.loc[66:, "visits"] += 100.0
    found = ask(frame, post_end=65)
    assert found.diagnostics["periods_after"] == 6
    assert found.estimate == pytest.approx(2.0, abs=0.8)


def test_missing_outcomes_are_bridged(make_series: Make, ask: Ask) -> None:
    frame = make_series(2.0)
    frame.loc[[10, 30, 63], "visits"] = np.nan
    found = ask(frame)
    assert found.estimate == pytest.approx(2.0, abs=0.6)
    assert found.path[63].effect is None
    assert found.path[63].counterfactual is not None
    assert found.n == 69


def test_a_season_that_is_named_narrows_the_interval(make_series: Make, ask: Ask) -> None:
    frame = make_series(2.0, weekly=3.0)
    without, named = ask(frame), ask(frame, season=7)
    assert named.status == "estimated"
    assert "one_step_memory" in failed(without)
    assert named.interval.high - named.interval.low < without.interval.high - without.interval.low


def test_a_long_season_is_three_harmonics(make_series: Make, ask: Ask) -> None:
    found = ask(make_series(2.0), season=26)
    assert found.diagnostics["degrees_of_freedom"] == 60 - 8


def test_a_control_that_breaks_at_the_intervention_is_refused_or_downgraded(
    make_series: Make, ask: Ask
) -> None:
    frame = make_series(4.0, leak=0.9)
    found = ask(frame)
    assert found.status == "refused"
    assert "'market' itself breaks" in found.reasons[0]
    assert "keep_moved_controls" in found.advice[0]
    kept = ask(frame, keep_moved_controls=True)
    assert kept.status == "downgraded"
    assert kept.terms["without_moved_controls"].estimate == pytest.approx(4.0, abs=1.2)
    assert kept.estimate < 2.0


def test_a_drift_the_model_lacks_is_seen_and_trend_drift_cures_it(make_series: Make, ask: Ask) -> None:
    frame = make_series(0.0, slope=0.5)
    found = ask(frame)
    assert found.status == "downgraded"
    assert "one_step_drift" in failed(found)
    assert any("trend='drift'" in text for text in found.advice)
    cured = ask(frame, trend="drift")
    assert cured.status == "estimated"
    assert cured.interval.low < 0.0 < cured.interval.high


def test_a_jump_before_the_intervention_fails_the_backtest(make_series: Make, ask: Ask) -> None:
    frame = make_series(0.0)
    frame.loc[48:, "visits"] += 8.0
    found = ask(frame)
    assert "backtest" in failed(found)
    assert found.backtest_coverage < 1.0


def test_a_time_after_longer_than_before_is_downgraded(make_series: Make, ask: Ask) -> None:
    found = ask(make_series(before=60, after=70))
    assert "horizon" in failed(found)


def test_more_controls_than_the_time_before_can_carry_are_refused(make_series: Make, ask: Ask) -> None:
    found = ask(make_series(), intervention=14, controls=["market", "other"])
    assert found.status == "refused"
    assert "cannot carry" in found.reasons[0]


def test_other_causes_are_named_as_not_checked_and_pictures_are_there(make_series: Make, ask: Ask) -> None:
    found = ask(make_series())
    assert sum(a.verdict == "not checked" for a in found.assumptions) == 2
    assert len(found.figures) == 3
    assert found.plot("paths").vertical == ((60.0, "intervention"),)
    assert found.figures[2].series[0].points[-1].y == pytest.approx(found.cumulative_effect)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"outcome": "visit"}, "Did you mean 'visits'"),
        ({"controls": ["visits"]}, "given as outcome and as controls"),
        ({"intervention": 0}, "before or at the first period"),
        ({"intervention": 400}, "after all periods"),
        ({"intervention": "soon"}, "'soon' is no number"),
        ({"post_end": 30}, "may be reversed"),
        ({"season": 45}, "two cycles"),
        ({"trend": "up"}, "local_linear"),
    ],
)
def test_other_arguments_are_asked_for(
    make_series: Make, ask: Ask, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(ToolRetry) as caught:
        ask(make_series(), **arguments)
    assert says in str(caught.value)


def test_an_indicator_of_the_intervention_is_no_control(make_series: Make, ask: Ask) -> None:
    frame = make_series()
    with pytest.raises(ToolRetry, match="one value only before the intervention"):
        ask(frame.assign(on=(frame["day"] >= 60).astype(float)), controls=["on"])


def test_two_rows_of_one_time_are_refused(make_series: Make, ask: Ask) -> None:
    frame = make_series()
    with pytest.raises(ToolRetry, match="more than one row at 3"):
        ask(frame.assign(day=frame["day"].replace(4, 3)), time="day")


def test_too_little_before_and_an_outcome_that_never_varies_fail(make_series: Make, ask: Ask) -> None:
    with pytest.raises(ToolFailed, match="at least 12 are needed"):
        ask(make_series(), intervention=8)
    with pytest.raises(ToolRetry, match="one value only"):
        ask(make_series().assign(visits=1.0))
