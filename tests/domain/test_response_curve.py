from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.domain.response_curve import (
    adstock_weights,
    geometric_adstock,
    half_life,
    hill_saturation,
    hill_saturation_slope,
    logistic_saturation,
    logistic_saturation_slope,
)

retentions = st.floats(0.0, 1.0)
spends = st.lists(st.floats(0.0, 1e6), min_size=1, max_size=30)
positive = st.floats(1e-3, 50.0)


@given(retentions, st.integers(1, 20))
def test_weights_are_a_falling_share(retention: float, length: int) -> None:
    weights = adstock_weights(retention, length=length)
    assert weights.sum() == pytest.approx(1.0)
    assert np.all(np.diff(weights) <= 1e-15)


@given(spends, retentions, st.integers(1, 12))
def test_adstock_is_the_convolution_with_its_weights(
    spend: list[float], retention: float, length: int
) -> None:
    series = np.array(spend)
    expected = np.convolve(series, adstock_weights(retention, length=length))[: len(series)]
    assert geometric_adstock(series, retention, length=length) == pytest.approx(expected, rel=1e-12, abs=1e-6)


@given(st.floats(0.0, 1e6), retentions, st.integers(1, 12))
def test_constant_spend_is_its_own_adstock(level: float, retention: float, length: int) -> None:
    carried = geometric_adstock(np.full(length + 3, level), retention, length=length)
    assert carried[length - 1 :] == pytest.approx(np.full(4, level))


def test_unnormalised_adstock_adds_up() -> None:
    assert geometric_adstock([1.0, 0.0, 0.0, 0.0], 0.5, length=3, normalised=False) == pytest.approx(
        [1.0, 0.5, 0.25, 0.0]
    )


def test_adstock_broadcasts_over_leading_axes() -> None:
    rng = np.random.default_rng(0)
    series, retention = rng.random((3, 9)), rng.random((5, 3)) * 0.9
    together = geometric_adstock(series, retention, length=4)
    assert together.shape == (5, 3, 9)
    assert together[4, 2] == pytest.approx(geometric_adstock(series[2], retention[4, 2], length=4))


def test_a_length_below_one_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        geometric_adstock([1.0], 0.5, length=0)


@given(st.floats(0.0, 1e9), positive)
def test_logistic_matches_its_formula_and_stays_in_bounds(x: float, steepness: float) -> None:
    value = float(logistic_saturation(x, steepness))
    assert 0.0 <= value <= 1.0
    decay = np.exp(-steepness * x)
    assert value == pytest.approx((1.0 - decay) / (1.0 + decay), abs=1e-12)


@given(st.floats(0.0, 1e9), positive, st.floats(0.3, 5.0))
def test_hill_stays_in_bounds_and_is_half_at_its_half(x: float, half: float, slope: float) -> None:
    assert 0.0 <= float(hill_saturation(x, half, slope)) <= 1.0
    assert float(hill_saturation(half, half, slope)) == pytest.approx(0.5)
    assert float(hill_saturation(0.0, half, slope)) == 0.0
    assert np.isfinite(hill_saturation_slope(x, half, slope))


@given(st.floats(1e-3, 5.0), st.floats(0.1, 12.0), st.floats(0.3, 4.0))
def test_slopes_are_derivatives(x: float, shape: float, slope: float) -> None:
    step = 1e-6 * x
    logistic = (logistic_saturation(x + step, shape) - logistic_saturation(x - step, shape)) / (2 * step)
    assert float(logistic_saturation_slope(x, shape)) == pytest.approx(float(logistic), rel=1e-5, abs=1e-8)
    hill = (hill_saturation(x + step, shape, slope) - hill_saturation(x - step, shape, slope)) / (2 * step)
    assert float(hill_saturation_slope(x, shape, slope)) == pytest.approx(float(hill), rel=1e-4, abs=1e-7)


def test_slope_at_zero_is_lambda_over_two() -> None:
    assert float(logistic_saturation_slope(0.0, 4.0)) == pytest.approx(2.0)
    assert float(logistic_saturation_slope(1e6, 4.0)) == 0.0


@given(st.floats(1e-6, 0.999))
def test_half_life_halves(retention: float) -> None:
    assert retention ** float(half_life(retention)) == pytest.approx(0.5, rel=1e-6)


def test_half_life_at_its_ends() -> None:
    assert half_life([0.0, 1.0]) == pytest.approx([0.0, np.inf])
