"""Nearest-neighbour residuals against a plain loop, ties included."""

from __future__ import annotations

import numpy as np
import pytest

from liftos_agents.tools.discontinuity.neighbour_residuals import neighbour_residuals


def _by_hand(x: np.ndarray, y: np.ndarray, matches: int) -> np.ndarray:
    out = np.empty(len(x))
    for i in range(len(x)):
        gap = np.abs(np.delete(x, i) - x[i])
        others = np.delete(y, i)[gap <= np.sort(gap)[matches - 1]]
        j = len(others)
        out[i] = np.sqrt(j / (j + 1)) * (y[i] - others.mean())
    return out


@pytest.mark.parametrize("step", [None, 0.25, 1.0])
def test_against_a_loop(step: float | None) -> None:
    r = np.random.default_rng(4)
    x = np.sort(r.uniform(0, 10, 60))
    if step is not None:
        x = np.round(x / step) * step
    y = r.normal(size=60)
    assert neighbour_residuals(x, y[:, None])[:, 0] == pytest.approx(_by_hand(x, y, 3))


def test_variance_is_that_of_the_noise() -> None:
    r = np.random.default_rng(5)
    x = np.sort(r.uniform(0, 1, 4000))
    y = np.sin(x) + 2.0 * r.normal(size=4000)
    assert np.mean(neighbour_residuals(x, y[:, None]) ** 2) == pytest.approx(4.0, rel=0.1)
