"""Statistics against hand-computed values, scipy and statsmodels."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from liftos_agents.evals.statistics import clustered_mean, mcnemar, pass_hat_k, wilson


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
