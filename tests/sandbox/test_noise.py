import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from liftos_agents.sandbox.noise import few_counts, negative_binomial, normal, normals, uniform, uniforms

SEEDS = st.integers(min_value=0, max_value=2**62)


@given(SEEDS, st.integers(-100, 1000), st.text(max_size=12))
@settings(max_examples=60, deadline=None)
def test_a_draw_depends_on_seed_week_and_stream_alone(seed, week, stream):
    alone = uniform([seed], [week], stream)[0, 0]
    among = uniform([seed + 1, seed], np.arange(week - 3, week + 4), stream)[1, 3]
    assert alone == among
    assert 0.0 < alone < 1.0
    assert alone != uniform([seed], [week], stream + "x")[0, 0]
    assert alone != uniform([seed], [week + 1], stream)[0, 0]
    assert alone != uniform([seed + 1], [week], stream)[0, 0]


def test_uniforms_are_uniform_and_unrelated_across_neighbours():
    draws = uniform(np.arange(400), np.arange(400), "sales")
    assert stats.kstest(draws.ravel(), "uniform").pvalue > 1e-3
    other = uniform(np.arange(400), np.arange(400), "demand")
    pairs = [(draws[1:], draws[:-1]), (draws[:, 1:], draws[:, :-1]), (draws, other)]
    for left, right in pairs:
        assert abs(np.corrcoef(left.ravel(), right.ravel())[0, 1]) < 4 / np.sqrt(left.size)


def test_normals_have_the_moments_of_the_normal_law():
    draws = normal(np.arange(300), np.arange(300), "sales")
    assert abs(draws.mean()) < 4 / 300
    assert abs(draws.std() - 1.0) < 0.01
    assert stats.kstest(draws.ravel(), "norm").pvalue > 1e-3


@given(
    st.floats(0.001, 0.999),
    st.floats(0.05, 50.0),
    st.floats(0.001, 2.0),
)
@settings(max_examples=200, deadline=None)
def test_small_counts_are_the_exact_quantiles(u, mean, dispersion):
    size = 1.0 / dispersion
    expected = stats.nbinom.ppf(u, size, size / (size + mean))
    assert negative_binomial(u, mean, dispersion) == expected


@pytest.mark.parametrize("mean", [50.1, 75.0, 200.0, 1_000.0, 10_000.0])
@pytest.mark.parametrize("dispersion", [1e-4, 0.0025, 0.01, 0.04, 0.25, 1.0])
def test_large_counts_are_within_one_count_or_a_twenty_fifth_of_a_standard_deviation(mean, dispersion):
    u = np.linspace(0.005, 0.995, 199)
    size = 1.0 / dispersion
    exact = stats.nbinom.ppf(u, size, size / (size + mean))
    spread = np.sqrt(mean + dispersion * mean**2)
    error = np.abs(negative_binomial(u, mean, dispersion) - exact)
    assert error.max() <= max(1.0, 0.04 * spread)


@pytest.mark.parametrize("mean", [50.1, 200.0, 10_000.0])
@pytest.mark.parametrize("dispersion", [1e-4, 0.0025, 0.01, 0.04])
def test_large_counts_hold_in_the_tails_to_one_in_a_million(mean, dispersion):
    u = np.array([1e-6, 1e-5, 1e-4, 1e-3, 0.999, 0.9999, 0.99999, 1 - 1e-6])
    size = 1.0 / dispersion
    exact = stats.nbinom.ppf(u, size, size / (size + mean))
    spread = np.sqrt(mean + dispersion * mean**2)
    error = np.abs(negative_binomial(u, mean, dispersion) - exact)
    assert error.max() <= max(1.0, 0.05 * spread)


def test_counts_keep_mean_and_variance():
    u = (np.arange(200_000) + 0.5) / 200_000
    draws = negative_binomial(u, 800.0, 0.01)
    assert draws.mean() == pytest.approx(800.0, rel=1e-3)
    assert draws.var() == pytest.approx(800.0 + 0.01 * 800.0**2, rel=0.01)


def test_many_streams_at_once_are_each_of_them():
    streams = ("sales", "demand", "")
    found = uniforms([3, -1], [0, 7, -4], streams)
    assert found.shape == (3, 2, 3)
    for drawn, stream in zip(found, streams, strict=True):
        np.testing.assert_array_equal(drawn, uniform([3, -1], [0, 7, -4], stream))
    np.testing.assert_array_equal(normals([3], [1, 2], streams)[1], normal([3], [1, 2], "demand"))


@given(
    st.lists(st.tuples(st.floats(-8.0, 8.0), st.floats(51.0, 1e12)), min_size=1, max_size=4),
    st.floats(1e-6, 2.0),
    st.floats(0.01, 1e4),
)
@settings(max_examples=300, deadline=None)
def test_a_few_counts_one_by_one_are_the_same_to_the_last_bit(pairs, dispersion, size):
    quantiles, means = np.array(pairs).T.copy()
    given_mean = means * size
    found = few_counts(quantiles[None], given_mean[None], dispersion, size)
    u = stats.norm.cdf(quantiles)
    expected = negative_binomial(u, given_mean / size, dispersion, quantiles) * size
    np.testing.assert_array_equal(found[0], expected)


def test_counts_that_need_the_exact_law_are_not_among_the_few():
    assert few_counts(np.zeros(2), np.array([800.0, 49.0]), 0.01, 1.0) is None
    assert few_counts(np.zeros(1), np.array([np.inf]), 0.01, 1.0) is None
