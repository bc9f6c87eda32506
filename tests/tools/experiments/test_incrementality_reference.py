"""Known values, and what each method of `measure_incrementality` finds where the truth is planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.tools.measure_incrementality import MeasureIncrementalityResult

PAIRS = pd.DataFrame({"response": [1.0, 10.0, 3.0, 8.0], "cost": [1.0, 5.0, 2.0, 5.0]})


def measure(frame: pd.DataFrame, **arguments: object) -> MeasureIncrementalityResult:
    found = tools.result(tools.run("measure_incrementality", frame, store=TransientStore(), **arguments))
    assert isinstance(found, MeasureIncrementalityResult)
    return found


def geos(
    effect: float = 6.0, *, treated: int = 6, control: int = 6, weeks: int = 30, test: int = 6, seed: int = 3
) -> pd.DataFrame:
    """Geos with a common season; the first `treated` ones gain `effect` a week over the last `test` weeks."""
    draw = np.random.default_rng(seed)
    n = treated + control
    week = np.arange(weeks)
    level = draw.normal(150.0, 20.0, n)
    sales = level[:, None] + 15.0 * np.sin(week / 4.0) + draw.normal(0.0, 3.0, (n, weeks))
    group = np.arange(n) < treated
    live = week >= weeks - test
    sales[np.ix_(group, live)] += effect
    cost = np.where(group[:, None] & live, 3.0, 0.0)
    return pd.DataFrame(
        {
            "geo": np.repeat([f"geo {i:02d}" for i in range(n)], weeks),
            "week": np.tile(pd.date_range("2025-01-06", periods=weeks, freq="W-MON"), n),
            "group": np.repeat(np.where(group, "treatment", "control"), weeks),
            "pair": np.repeat([f"p{i % treated}" for i in range(n)], weeks),
            "sales": sales.ravel(),
            "cost": cost.ravel(),
        }
    )


ROLES = {"outcome": "sales", "treatment": "group", "unit": "geo", "time": "week", "spend": "cost"}
START = "2025-06-23"


@pytest.mark.parametrize(("rate", "known"), [(0.0, 1.692), (0.25, 1.571)])
def test_trimmed_match_of_four_pairs(rate: float, known: float) -> None:
    found = measure(PAIRS, outcome="response", spend="cost", differences=True, trim_rate=rate)
    assert found.terms["iroas"].estimate == pytest.approx(known, abs=1e-3)
    assert found.estimate == pytest.approx(known * 13.0, abs=13e-3)
    assert found.diagnostics["pairs_trimmed_each_side"] == round(4 * rate)


def test_trimmed_match_from_geos_equals_that_from_their_differences() -> None:
    rows = pd.DataFrame(
        {
            "pair": list("aabbccdd"),
            "group": [1.0, 0.0] * 4,
            "sales": [11.0, 10.0, 30.0, 20.0, 8.0, 5.0, 9.0, 1.0],
            "cost": [1.0, 0.0, 6.0, 1.0, 2.0, 0.0, 5.0, 0.0],
        }
    )
    found = measure(rows, outcome="sales", spend="cost", treatment="group", pair="pair", trim_rate=0.25)
    assert found.method == "trimmed_match"
    assert found.terms["iroas"].estimate == pytest.approx(11.0 / 7.0, abs=1e-9)


def test_without_trimming_the_interval_is_fiellers() -> None:
    """One-sample t of response − r · cost, solved for r by bisection."""
    draw = np.random.default_rng(0)
    cost = draw.uniform(5.0, 15.0, 12)
    response = 2.0 * cost + draw.normal(0.0, 4.0, 12)
    frame = pd.DataFrame({"response": response, "cost": cost})
    found = measure(frame, outcome="response", spend="cost", differences=True, trim_rate=0.0)
    for end in (found.terms["iroas"].low, found.terms["iroas"].high):
        assert end is not None
        assert stats.ttest_1samp(response - end * cost, 0.0).pvalue == pytest.approx(0.1, abs=1e-6)


def test_geo_experiment_is_the_two_sample_comparison_of_changes() -> None:
    frame = geos()
    found = measure(frame, **ROLES, treatment_time=START)
    assert found.method == "geo_experiment"
    sums = frame.assign(live=frame.week >= START).pivot_table(
        index=["group", "geo"], columns="live", values="sales"
    )
    change = sums[True] - sums[False]
    test = stats.ttest_ind(change["treatment"], change["control"], equal_var=False)
    low, high = test.confidence_interval(0.9)
    assert found.estimate == pytest.approx(
        36.0 * (change["treatment"].mean() - change["control"].mean()), rel=1e-9
    )
    assert found.confint() == (pytest.approx(36.0 * low, rel=1e-9), pytest.approx(36.0 * high, rel=1e-9))
    assert found.p_value == pytest.approx(test.pvalue, rel=1e-9)
    assert found.terms["cost"].estimate == pytest.approx(108.0)
    iroas = found.terms["iroas"]
    assert iroas.low == pytest.approx(low * 36.0 / 108.0, rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "method"),
    [
        ({}, "geo_experiment"),
        ({"method": "geo_experiment", "inference": "randomisation"}, "geo_experiment"),
        ({"method": "geo_experiment", "pair": "pair", "inference": "randomisation"}, "geo_experiment"),
        ({"method": "tbr"}, "tbr"),
        ({"pair": "pair"}, "trimmed_match"),
    ],
)
def test_each_method_finds_a_planted_effect(arguments: dict[str, object], method: str) -> None:
    found = measure(geos(), **ROLES, treatment_time=START, margin=0.5, **arguments)
    assert found.method == method
    low, high = found.confint()
    assert low is not None
    assert high is not None
    assert low < 216.0 < high
    assert low > 0.0
    assert found.terms["iroas"].estimate == pytest.approx(2.0, rel=0.2)
    assert found.terms["cost_per_incremental"].estimate == pytest.approx(0.5, rel=0.2)
    assert found.terms["profit"].estimate == pytest.approx(0.5 * found.estimate - 108.0, rel=1e-6)
    assert any(a.verdict == "not checked" for a in found.assumptions)


def test_few_treated_units_are_read_over_time_and_the_result_says_so() -> None:
    found = measure(geos(treated=2, control=5), **ROLES, treatment_time=START)
    assert found.method == "tbr"
    assert "too few" in found.method_reason


def test_synthetic_control_becomes_a_total_with_its_cost() -> None:
    frame = geos(treated=2, control=8)
    found = measure(frame, **ROLES, treatment_time=START, method="synthetic_control")
    assert found.method == "synthetic_control"
    assert found.estimate == pytest.approx(72.0, rel=0.35)
    assert found.diagnostics["effect_per_unit_and_period"] == pytest.approx(found.estimate / 12.0)
    assert found.terms["cost"].estimate == pytest.approx(36.0)
    assert found.terms["iroas"].estimate == pytest.approx(found.estimate / 36.0)


def test_tbr_is_the_prediction_of_a_regression() -> None:
    """Sum of prediction errors and its variance, by the textbook formula for a sum of new observations."""
    frame = geos(treated=2, control=5)
    found = measure(frame, **ROLES, treatment_time=START, method="tbr")
    wide = frame.pivot_table(index="week", columns="group", values="sales", aggfunc="sum")
    before = wide.index < START
    x = np.column_stack([np.ones(before.sum()), wide["control"][before]])
    new = np.column_stack([np.ones((~before).sum()), wide["control"][~before]])
    coefficients, rest, *_ = np.linalg.lstsq(x, wide["treatment"][before].to_numpy())
    gap = float((wide["treatment"][~before].to_numpy() - new @ coefficients).sum())
    reach = new.sum(axis=0)
    variance = rest[0] / (len(x) - 2) * (len(new) + reach @ np.linalg.inv(x.T @ x) @ reach)
    assert found.estimate == pytest.approx(gap, rel=1e-7)
    assert found.standard_error == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_holdout_proportions_have_the_score_interval() -> None:
    """Newcombe (1998), example of 56/70 against 48/80: Miettinen–Nurminen at 95 %, .0528 to .3382 within rounding."""
    frame = pd.DataFrame({"group": ["treatment", "holdout"], "people": [70.0, 80.0], "buyers": [56.0, 48.0]})
    found = measure(frame, outcome="buyers", treatment="group", size="people", level=0.95)
    low, high = found.confint()
    assert found.estimate == pytest.approx(70 * 0.2)
    assert low == pytest.approx(70 * 0.0528, abs=0.02)
    assert high == pytest.approx(70 * 0.3382, abs=0.02)


def test_holdout_of_people_equals_that_of_their_counts() -> None:
    people = pd.DataFrame(
        {
            "group": ["treatment"] * 70 + ["holdout"] * 80,
            "bought": [1.0] * 56 + [0.0] * 14 + [1.0] * 48 + [0.0] * 32,
        }
    )
    counts = pd.DataFrame({"group": ["treatment", "holdout"], "people": [70.0, 80.0], "buyers": [56.0, 48.0]})
    one = measure(people, outcome="bought", treatment="group")
    other = measure(counts, outcome="buyers", treatment="group", size="people")
    assert one.confint() == other.confint()
    assert one.p_value == other.p_value


def test_a_covariate_takes_noise_out_of_a_holdout() -> None:
    draw = np.random.default_rng(5)
    before = draw.gamma(2.0, 10.0, 2000)
    treated = draw.random(2000) < 0.8
    frame = pd.DataFrame(
        {
            "group": treated.astype(float),
            "before": before,
            "after": before + draw.normal(0.0, 5.0, 2000) + 1.0 * treated,
        }
    )
    plain = measure(frame, outcome="after", treatment="group")
    adjusted = measure(frame, outcome="after", treatment="group", covariate="before")
    assert plain.standard_error is not None
    assert adjusted.standard_error is not None
    assert adjusted.standard_error < 0.5 * plain.standard_error
    assert adjusted.confint()[0] < float(treated.sum()) < adjusted.confint()[1]


def test_rows_of_a_unit_are_added_up() -> None:
    frame = geos()
    several = frame[frame.week >= START]
    once = several.groupby(["geo", "group"], as_index=False)[["sales", "cost"]].sum()
    arguments = {
        "outcome": "sales",
        "treatment": "group",
        "unit": "geo",
        "spend": "cost",
        "method": "holdout",
    }
    assert measure(several, **arguments).confint() == measure(once, **arguments).confint()


def test_a_treatment_that_switches_on_gives_the_start() -> None:
    frame = geos()
    frame["on"] = ((frame.group == "treatment") & (frame.week >= START)).astype(float)
    found = measure(frame, **(ROLES | {"treatment": "on"}))
    assert found.estimate == measure(frame, **ROLES, treatment_time=START).estimate
