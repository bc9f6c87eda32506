"""A/B plans: known sample sizes, what arguments must say, and what must not matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.power import NormalIndPower, TTestIndPower
from statsmodels.stats.proportion import proportion_effectsize

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.tools.design_experiment import DesignExperimentResult
from liftos_agents.tools.errors import ToolRetry


def plan(**arguments: Any) -> DesignExperimentResult:
    found = tools.result(tools.run("design_experiment", None, store=TransientStore(), kind="ab", **arguments))
    assert isinstance(found, DesignExperimentResult)
    return found


def test_ten_against_eleven_per_cent() -> None:
    found = plan(baseline=0.1, minimum_effect=0.01)
    assert found.sample_size_exact == pytest.approx(14_750.8, abs=0.05)
    assert found.sample_size_per_arm == 14_751
    assert found.total == 29_502
    assert found.other_tests["arcsine"] == pytest.approx(14_744.1, abs=0.05)
    assert "pooled without effect and unpooled with it" in found.test
    assert "14,744.1" in found.explanations.statistician


@pytest.mark.parametrize(("ratio", "sides"), [(1.0, 2), (3.0, 2), (0.5, 1)])
def test_arcsine_and_t_agree_with_statsmodels(ratio: float, sides: int) -> None:
    alternative = "two-sided" if sides == 2 else "larger"
    found = plan(baseline=0.1, minimum_effect=0.01, test="arcsine", ratio=ratio, sides=sides)
    size = NormalIndPower().solve_power(
        proportion_effectsize(0.11, 0.1), alpha=0.05, power=0.8, ratio=ratio, alternative=alternative
    )
    assert found.sample_size_exact == pytest.approx(size, rel=1e-5)
    mean = plan(
        metric="mean", baseline=10.0, standard_deviation=5.0, minimum_effect=1.0, ratio=ratio, sides=sides
    )
    wanted = TTestIndPower().solve_power(0.2, alpha=0.05, power=0.8, ratio=ratio, alternative=alternative)
    assert mean.sample_size_exact == pytest.approx(wanted, rel=1e-5)


def test_the_plan_holds_when_it_is_run() -> None:
    """Rejections of the planned test over simulated tests, with the effect and without."""
    found = plan(baseline=0.2, minimum_effect=0.06)
    n = found.sample_size_per_arm
    assert n is not None
    draw = np.random.default_rng(0)
    for effect, rate, slack in ((0.06, 0.8, 0.02), (0.0, 0.05, 0.012)):
        one, other = draw.binomial(n, 0.2, 6000) / n, draw.binomial(n, 0.2 + effect, 6000) / n
        pooled = (one + other) / 2.0
        rejected = np.abs(other - one) > 1.959964 * np.sqrt(2.0 * pooled * (1.0 - pooled) / n)
        assert rejected.mean() == pytest.approx(rate, abs=slack)


@pytest.mark.parametrize(
    "arguments",
    [
        {"baseline": 0.1},
        {"baseline": 0.3, "test": "arcsine", "ratio": 2.0},
        {"metric": "mean", "baseline": 10.0, "standard_deviation": 4.0},
    ],
)
def test_the_detectable_effect_of_a_size_needs_that_size(arguments: dict[str, Any]) -> None:
    found = plan(sample_size=2500, **arguments)
    assert found.status == "designed"
    back = plan(minimum_effect=found.minimum_detectable_effect, **arguments)
    assert back.sample_size_exact == pytest.approx(2500.0, rel=1e-5)


def test_a_sample_too_small_is_infeasible_and_says_what_is_needed() -> None:
    found = plan(baseline=0.1, minimum_effect=0.01, sample_size=5000)
    assert found.status == "infeasible"
    assert found.power == pytest.approx(0.37, abs=0.01)
    assert "14,751" in found.advice[0]
    assert found.explanations.marketer.startswith("No such test is feasible")


def test_duration_variants_clusters_and_looks() -> None:
    plain = plan(baseline=0.1, minimum_effect=0.01, daily_traffic=1000.0)
    assert plain.duration == 30
    assert any("5 whole weeks" in text for text in plain.warnings)
    clustered = plan(baseline=0.1, minimum_effect=0.01, cluster_size=21.0, intraclass_correlation=0.05)
    assert clustered.sample_size_exact == pytest.approx(2.0 * 14_750.79, rel=1e-6)
    several = plan(baseline=0.1, minimum_effect=0.01, variants=3)
    assert several.critical_p == pytest.approx(0.05 / 3.0)
    assert set(several.sample_sizes) == {"control", "variant_1", "variant_2", "variant_3"}
    peeked = plan(baseline=0.1, minimum_effect=0.01, looks=5)
    # Pocock (1977): five looks at 5 % claim an effect in 14.2 % of tests without one; O'Brien and Fleming's last bound is 2.04.
    assert peeked.diagnostics["false_positive_rate_of_peeking"] == pytest.approx(0.142, abs=0.006)
    assert peeked.diagnostics["bound_at_look_5"] == pytest.approx(2.04, abs=0.02)
    assert peeked.diagnostics["looks_inflation"] == pytest.approx(1.028, abs=0.012)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"minimum_effect": 0.01}, "without the treatment"),
        ({"baseline": 0.1}, "minimum_effect to learn"),
        ({"baseline": 10.0, "minimum_effect": 0.01}, "10 % as 0.1"),
        ({"baseline": 0.1, "minimum_effect": 1.0}, "percentage point as 0.01"),
        ({"baseline": 0.1, "minimum_effect": 0.0}, "smallest effect"),
        ({"baseline": 0.1, "minimum_effect": 0.01, "test": "t"}, "'t' for a mean"),
        ({"metric": "mean", "baseline": 10.0, "minimum_effect": 1.0}, "standard deviation"),
    ],
)
def test_arguments_that_do_not_fit(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolRetry) as caught:
        plan(**arguments)
    assert said in str(caught.value.fix)


@settings(max_examples=20, deadline=None)
@given(baseline=st.floats(0.02, 0.6), effect=st.floats(0.005, 0.1), more=st.floats(1.05, 2.0))
def test_a_larger_effect_needs_fewer_people(baseline: float, effect: float, more: float) -> None:
    one = plan(baseline=baseline, minimum_effect=effect).sample_size_exact
    other = plan(baseline=baseline, minimum_effect=effect * more).sample_size_exact
    assert one is not None
    assert other is not None
    assert other < one


@settings(max_examples=10, deadline=None)
@given(factor=st.sampled_from([0.01, 5.0, 1e4]), effect=st.floats(0.2, 3.0))
def test_units_of_a_mean(factor: float, effect: float) -> None:
    def size(scale: float) -> float | None:
        found = plan(
            metric="mean", baseline=10 * scale, standard_deviation=4 * scale, minimum_effect=effect * scale
        )
        return found.sample_size_exact

    assert size(factor) == pytest.approx(size(1.0), rel=1e-6)


def test_the_power_curve_rises_through_the_power_asked_for() -> None:
    found = plan(baseline=0.1, minimum_effect=0.01)
    powers = found.tidy().power.tolist()
    assert powers == sorted(powers)
    assert powers[0] < 0.8 < powers[-1]
    assert found.plot("paths").horizontal[0][0] == 0.8
