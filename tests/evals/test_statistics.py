"""Statistics against hand-computed values, scipy and statsmodels."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from liftos_agents.evals.statistics import (
    clustered_mean,
    holm,
    mcnemar,
    minimum_detectable_difference,
    pass_hat_k,
    tie_groups,
    wilson,
)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_statsmodels_wilson(case: tuple[int, int]) -> None:
    successes, trials = case
    found = wilson(successes, trials)
    low, high = proportion_confint(successes, trials, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    assert 0 <= found.low <= found.mean <= found.high <= 1


def test_wilson_by_hand() -> None:
    found = wilson(9, 10)
    assert (found.low, found.high) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    for successes, trials in ((1, 0), (3, 2), (-1, 4)):
        with pytest.raises(ValueError, match="successes"):
            wilson(successes, trials)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_binomial_test_of_the_discordant_pairs(first: int, second: int) -> None:
    expected = binomtest(first, first + second, 0.5).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected)


def test_mcnemar_by_hand() -> None:
    assert mcnemar(0, 5) == pytest.approx(2 / 32)
    assert mcnemar(1, 5) == pytest.approx(2 * (1 + 6) / 64)
    assert mcnemar(4, 4) == 1.0


def test_clustered_mean_is_the_cluster_robust_regression_on_a_constant() -> None:
    rng = np.random.default_rng(0)
    clusters = np.repeat(np.arange(12), rng.integers(1, 9, 12))
    values = rng.normal(size=12)[clusters] + rng.normal(size=len(clusters))
    fit = sm.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True
    )
    found = clustered_mean(values, [str(c) for c in clusters])
    assert found.mean == pytest.approx(fit.params[0])
    assert found.error == pytest.approx(fit.bse[0])
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[0]), rel=1e-6)


def test_one_value_a_cluster_is_the_plain_standard_error() -> None:
    values = [0.1, 0.4, 0.9, 0.3]
    found = clustered_mean(values, list("abcd"))
    assert found.error == pytest.approx(np.std(values, ddof=1) / 2)
    alone = clustered_mean([0.4, 0.6], ["a", "a"])
    assert (alone.mean, alone.low, alone.high) == (0.5, -math.inf, math.inf)
    with pytest.raises(ValueError, match="cluster"):
        clustered_mean([0.1], [])


def test_clustered_intervals_cover_where_plain_ones_do_not() -> None:
    rng = np.random.default_rng(5)
    covered = plain = 0
    for _ in range(400):
        values = np.repeat(rng.normal(size=20), 10) + 0.3 * rng.normal(size=200)
        found = clustered_mean(values, [str(c) for c in np.repeat(np.arange(20), 10)])
        covered += found.low <= 0 <= found.high
        plain += abs(values.mean()) <= 1.97 * values.std(ddof=1) / math.sqrt(200)
    assert 0.92 <= covered / 400 <= 0.98
    assert plain / 400 < 0.7


@settings(max_examples=15)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_statsmodels_holm(p_values: list[float]) -> None:
    found = holm({str(i): p for i, p in enumerate(p_values)})
    assert list(found.values()) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_holm_by_hand() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})


def test_tie_groups_overlap_where_a_middle_one_differs_from_neither_end() -> None:
    means = {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.1}
    p = dict.fromkeys(itertools.combinations("abcd", 2), 0.001)
    p |= {("a", "b"): 0.5, ("b", "c"): 0.5}
    assert tie_groups(means, p) == (("a", "b"), ("b", "c"), ("d",))
    assert tie_groups({"y": 0.5, "x": 0.5}, {("y", "x"): 1.0}) == (("x", "y"),)
    assert tie_groups({"only": 1.0}, {}) == (("only",),)


@given(st.integers(1, 6), st.randoms(use_true_random=False))
def test_every_solver_is_in_a_group_and_no_group_holds_a_difference(n: int, rng: random.Random) -> None:
    means = {f"s{i}": rng.random() for i in range(n)}
    p = {pair: rng.choice([0.001, 0.5]) for pair in itertools.combinations(means, 2)}
    groups = tie_groups(means, p)
    assert set().union(*groups) == set(means)
    for group in groups:
        for a, b in itertools.combinations(group, 2):
            assert p.get((a, b), p.get((b, a), 1.0)) > 0.05


def test_minimum_detectable_difference_is_found_four_times_in_five() -> None:
    difference = minimum_detectable_difference(0.02)
    assert difference == pytest.approx(2.8016 * 0.02, rel=1e-4)
    draws = np.random.default_rng(1).normal(difference, 0.02, 20_000)
    assert np.mean(np.abs(draws) > 1.96 * 0.02) == pytest.approx(0.8, abs=0.01)


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(1, n))))
def test_pass_hat_k_is_the_share_of_all_choices_of_k_tries_that_all_succeed(
    case: tuple[int, int, int],
) -> None:
    successes, trials, k = case
    tries = [i < successes for i in range(trials)]
    chosen = [all(pick) for pick in itertools.combinations(tries, k)]
    assert pass_hat_k(successes, trials, k) == pytest.approx(sum(chosen) / len(chosen))


def test_pass_hat_k_is_unbiased_where_the_plain_power_is_not() -> None:
    rng = np.random.default_rng(2)
    hits = rng.binomial(5, 0.7, 40_000)
    assert np.mean([pass_hat_k(int(h), 5, 3) for h in hits]) == pytest.approx(0.7**3, abs=0.005)
    assert np.mean((hits / 5) ** 3) > 0.7**3 + 0.03
    with pytest.raises(ValueError, match="pass"):
        pass_hat_k(1, 2, 3)
