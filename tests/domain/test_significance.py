"""Significance against hand-computed values, scipy and statsmodels."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from liftos_agents.domain.significance import (
    half_width,
    holm,
    minimum_detectable_difference,
    student_p,
    tie_groups,
)


@pytest.mark.parametrize("size", [2, 3, 30, 400])
def test_intervals_and_tests_are_students(size: int) -> None:
    values = np.random.default_rng(size).normal(0.4, 1.0, size)
    mean, error = float(values.mean()), float(values.std(ddof=1)) / size**0.5
    test = stats.ttest_1samp(values, 0.0)
    assert student_p(mean, error, size - 1) == pytest.approx(test.pvalue)
    for level in (0.9, 0.95):
        interval = test.confidence_interval(level)
        half = half_width(error, size - 1, level=level)
        assert (mean - half, mean + half) == pytest.approx((interval.low, interval.high))


def test_what_never_varies_is_certain_and_what_has_no_freedom_tells_nothing() -> None:
    assert student_p(0.0, 0.0, 9) == 1.0
    assert student_p(-0.1, 0.0, 9) == 0.0
    assert student_p(0.1, float("inf"), 0) == 1.0
    assert half_width(0.0, 5) == 0.0


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
