"""Sets from inverted tests: their shapes, and the test at their ends."""

from __future__ import annotations

import numpy as np
import pytest

from liftos_agents.tools.instruments.anderson_rubin import (
    _Moments,  # pyright: ignore[reportPrivateUsage]
    _several_instruments,  # pyright: ignore[reportPrivateUsage]
)
from liftos_agents.tools.instruments.confidence_set import from_changes, quadratic_set


@pytest.mark.parametrize(
    ("coefficients", "shape", "parts"),
    [
        ((1.0, 0.0, -4.0), "interval", ((-2.0, 2.0),)),
        ((-1.0, 0.0, 4.0), "in parts", ((None, -2.0), (2.0, None))),
        ((-1.0, 0.0, -4.0), "whole line", ((None, None),)),
        ((1.0, 0.0, 4.0), "empty", ()),
        ((0.0, 2.0, -4.0), "half line", ((None, 2.0),)),
        ((0.0, -2.0, -4.0), "half line", ((-2.0, None),)),
        ((0.0, 0.0, -1.0), "whole line", ((None, None),)),
        ((1.0, -2.0, 1.0), "interval", ((1.0, 1.0),)),
    ],
)
def test_quadratic(coefficients: tuple[float, float, float], shape: str, parts: object) -> None:
    found = quadratic_set(*coefficients, level=0.9)
    assert found.shape == shape
    assert found.parts == parts


def test_changes() -> None:
    assert from_changes([1.0, 2.0], False, 0.9).parts == ((1.0, 2.0),)
    assert from_changes([1.0, 2.0], True, 0.9).parts == ((None, 1.0), (2.0, None))
    assert from_changes([], True, 0.9).is_line
    assert from_changes([], False, 0.9).hull is None
    assert "empty" in from_changes([], False, 0.9).words()
    assert "2 parts" in from_changes([1.0, 2.0], True, 0.9).words()


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0, 8.0, 400.0])
def test_ends_are_where_the_statistic_is_critical(strength: float) -> None:
    r = np.random.default_rng(11)
    treatment = strength * np.array([1.0, 0.7, -0.4]) + 0.3 * r.normal(size=3)
    spread = r.normal(size=(6, 6))
    joint = spread @ spread.T + np.eye(6)
    moments = _Moments(
        1.7 * treatment + r.normal(size=3), treatment, joint[:3, :3], joint[:3, 3:], joint[3:, 3:]
    )
    critical = 6.0
    found = _several_instruments(moments, critical, 0.9)
    ends = [end for part in found.parts for end in part if end is not None]
    assert moments.statistics(np.array(ends or [0.0])) == pytest.approx(critical, rel=1e-6) or not ends
    grid = np.tan(np.linspace(-1.57, 1.57, 4001))
    inside = moments.statistics(grid) <= critical
    held = np.zeros_like(inside)
    for low, high in found.parts:
        held |= (grid >= (-np.inf if low is None else low)) & (grid <= (np.inf if high is None else high))
    assert np.array_equal(inside, held)
