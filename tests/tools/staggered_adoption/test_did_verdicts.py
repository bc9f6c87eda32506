"""When the tool refuses, downgrades or falls back, and what it says then."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from liftos_agents.domain.reference import unit_of
from tests.tools.staggered_adoption.conftest import ROLES, differ, panel


def _check(result, name: str):
    return next(check for check in result.checks if check.name == name)


def test_every_assumption_is_named_and_the_untestable_ones_say_so() -> None:
    result = differ(panel(20), **ROLES)
    assert result.status == "estimated"
    unchecked = [a.name for a in result.assumptions if a.verdict == "not checked"]
    assert any("after adoption" in name for name in unchecked)
    assert any("another unit" in name for name in unchecked)
    assert any(
        "before adoption" in a.name and a.verdict == "nothing speaks against it" for a in result.assumptions
    )


def test_a_trend_beside_a_larger_effect_downgrades() -> None:
    result = differ(panel(21, drift=0.4, effect=5.0, periods=10, starts=(0, 8)), **ROLES)
    assert result.status == "downgraded"
    assert _check(result, "pre_trend_slope").passed is False
    assert result.pre_trends.slope == pytest.approx(0.4, abs=0.1)
    assert result.estimate is not None


def test_a_trend_that_makes_the_whole_estimate_refuses() -> None:
    result = differ(panel(22, drift=0.5, effect=0.0, periods=10, starts=(0, 8)), **ROLES)
    assert result.status == "refused"
    assert result.estimate is None
    assert "carried on" in result.reasons[0]


def test_an_effect_one_period_early_is_seen_at_the_last_step() -> None:
    frame = panel(21, periods=10, starts=(0, 8))
    early = 0.6 * (frame["period"] == frame["adopted"] - 1)
    result = differ(frame.assign(sales=frame["sales"] + early), **ROLES)
    assert result.status != "estimated"
    assert _check(result, "no_anticipation").passed is False
    assert any("anticipation=1" in text for text in result.advice)


def test_a_doubt_between_the_two_bars_warns_and_does_not_downgrade() -> None:
    result = next(
        found
        for seed in range(200)
        if 0.05 < _check(found := differ(panel(seed), **ROLES), "no_anticipation").value < 0.08
        and found.pre_trends.p_value > 0.2
    )
    assert result.status == "estimated"
    assert _check(result, "no_anticipation").passed is False
    assert any("Not beyond doubt" in text for text in result.warnings)


def test_without_periods_before_adoption_trends_are_said_to_be_unchecked() -> None:
    result = differ(panel(23, periods=2, starts=(0, 2)), **ROLES)
    assert result.pre_trends is None
    assert result.sensitivity is None
    assert any("belief alone" in text for text in result.warnings)


def test_power_says_what_the_test_could_have_seen() -> None:
    clear, noisy = (differ(panel(24, noise=noise), **ROLES).pre_trends for noise in (0.2, 3.0))
    assert clear.power > 0.99
    assert noisy.power < 0.5
    assert noisy.detectable_slope > 5.0 * clear.detectable_slope


def test_bounds_widen_with_the_multiple_and_break_down_where_they_reach_zero() -> None:
    result = differ(panel(25, noise=0.2), **ROLES)
    kept = result.sensitivity
    widths = [kept.intervals[key].high - kept.intervals[key].low for key in ("m_0", "m_0_5", "m_1", "m_2")]
    assert widths == sorted(widths)
    assert kept.intervals["m_0"].low == pytest.approx(result.interval.low)
    below, above = (kept.intervals["m_1"].low > 0.0), (kept.intervals["m_2"].low > 0.0)
    assert (kept.breakdown > 1.0) == below
    assert (kept.breakdown > 2.0) == above


def test_few_clusters_get_the_wild_cluster_bootstrap() -> None:
    result = differ(panel(26, units=16, starts=(0, 5)), **ROLES)
    assert result.inference == "wild_cluster_bootstrap"
    assert result.interval.low < result.estimate < result.interval.high
    assert _check(result, "clusters").value == 8.0


@pytest.mark.parametrize(("treated", "others", "side"), [(1, 10, "treated"), (10, 1, "comparison")])
def test_one_cluster_on_a_side_refuses(treated: int, others: int, side: str) -> None:
    frame = panel(27, units=treated + others, starts=tuple([5] * treated + [0] * others))
    result = differ(frame, **ROLES)
    assert result.status == "refused"
    assert result.interval is None
    assert "cluster" in result.reasons[0]
    assert result.advice


def test_a_cohort_of_one_unit_keeps_an_error() -> None:
    frame = panel(28, units=41, starts=tuple([3, 4, 5, 6, 7] + [0] * 36))
    result = differ(frame, **ROLES)
    single = result.terms["group_5"]
    assert single.standard_error > 3.0 * result.terms["group_overall"].standard_error / np.sqrt(5)


def test_a_treatment_that_switches_off_is_refused_with_the_reason() -> None:
    frame = panel(29)
    frame["on"] = ((frame["adopted"] == 5) & frame["period"].between(5, 6)).astype(int)
    result = differ(frame, outcome="sales", unit="store", time="period", treatment="on")
    assert result.status == "refused"
    assert "goes back to 0" in result.reasons[0]


def test_two_way_fixed_effects_under_growing_effects_are_downgraded() -> None:
    frame = panel(30, units=100, periods=10, starts=(3, 7, 0, 3, 7), noise=0.3)
    growing = np.where(frame["on"] == 1, 0.5 * (frame["period"] - frame["adopted"]), 0.0)
    result = differ(frame.assign(sales=frame["sales"] + growing), **ROLES, method="two_way_fixed_effects")
    assert result.status == "downgraded"
    assert _check(result, "two_way_heterogeneity").passed is False
    assert "callaway_santanna" in " ".join(result.advice)


def test_growth_of_effects_is_seen_at_the_two_way_coefficient_s_own_precision() -> None:
    frame = panel(30, units=100, periods=10, starts=(3, 7, 0, 3, 7))
    growing = np.where(frame["on"] == 1, 0.1 * (frame["period"] - frame["adopted"]), 0.0)
    kept = differ(frame, **ROLES, method="two_way_fixed_effects")
    result = differ(frame.assign(sales=frame["sales"] + growing), **ROLES, method="two_way_fixed_effects")
    assert kept.status == "estimated"
    assert result.status == "downgraded"
    how = next(a.how_checked for a in result.assumptions if "every cohort and every period" in a.name)
    assert float(how.split("grow by ")[1].split(" ")[0]) == pytest.approx(0.1, abs=0.05)


def test_no_overlap_is_noticed() -> None:
    frame = panel(31, starts=(0, 5))
    frame["size"] += 6.0 * (frame["adopted"] > 0)
    result = differ(frame, **ROLES, controls=["size"])
    assert result.status in ("refused", "downgraded")
    assert any("controls" in text for text in result.reasons)


def test_units_that_leave_with_the_treatment_are_noticed() -> None:
    frame = panel(32, units=120, starts=(0, 5))
    after = (frame["on"] == 1) & (frame.groupby("store").ngroup() % 4 == 1)
    result = differ(frame[~(after & (frame["period"] > 5))], **ROLES)
    assert _check(result, "attrition").passed is False


def test_gaps_at_random_are_no_reason_for_alarm() -> None:
    frame = panel(33)
    kept = frame[np.random.default_rng(1).random(len(frame)) > 0.05]
    result = differ(kept, **ROLES)
    assert _check(result, "attrition").passed is True
    assert any("lack some period" in text for text in result.warnings)


def test_a_control_that_the_treatment_changes_is_refused_in_cross_sections() -> None:
    rng = np.random.default_rng(34)
    frame = pd.DataFrame({"group": rng.integers(0, 2, 1000), "post": rng.integers(0, 2, 1000)})
    both = frame["group"] * frame["post"]
    frame["visits"] = rng.normal(size=1000) + 1.5 * both
    frame["sales"] = frame["visits"] + both + rng.normal(size=1000)
    roles = {"outcome": "sales", "time": "post", "treatment": "group"}
    result = differ(frame, **roles, controls=["visits"])
    assert result.status == "refused"
    assert "visits" in result.reasons[0]
    assert differ(frame, **roles).estimate == pytest.approx(2.5, abs=0.5)


def test_always_treated_units_are_left_out_and_said_so() -> None:
    frame = panel(35, starts=(0, 5, 1))
    result = differ(frame, **ROLES)
    assert result.unit_count == int((frame.groupby("store")["adopted"].first() != 1).sum())
    assert any("treated from the first period" in text for text in result.warnings)


def test_numbers_of_the_result_have_units() -> None:
    result = differ(panel(36), **ROLES).model_dump(mode="json")
    paths = [
        "pre_trends.power",
        "pre_trends.slope",
        "sensitivity.breakdown",
        "sensitivity.intervals.m_1.low",
        "two_way.weights.earlier_vs_later",
        "cohorts.5.units",
        "joint_critical_value",
        "terms.dynamic_0.estimate",
    ]
    assert [unit_of(result, path) for path in paths] == [
        "probability",
        "outcome",
        "ratio",
        "outcome",
        "share",
        "count",
        "ratio",
        "outcome",
    ]
