"""Counting rows beside the cutoff keeps its size on smooth densities, steep ones too, and sees a few that cross it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from liftos_agents.tools.discontinuity.side_counts import side_counts

Draw = Callable[[np.random.Generator], np.ndarray]


@pytest.mark.parametrize(
    "draw",
    [
        lambda r: r.normal(0.4, 1.0, 1000),
        lambda r: r.exponential(1.0, 1000) - 1.5,
        lambda r: r.normal(-1.5, 1.0, 2000),
        lambda r: r.lognormal(0.0, 0.8, 1000) - 1.5,
    ],
    ids=["normal", "exponential", "tail", "lognormal"],
)
def test_size_on_smooth_densities(draw: Draw) -> None:
    found = [side_counts(np.sort(draw(np.random.default_rng(seed)))) for seed in range(300)]
    p_values = np.array([counts.p_value for counts in found if counts is not None])
    assert len(p_values) > 290
    assert np.mean(p_values < 0.05) < 0.08
    assert np.mean(p_values < 0.5) > 0.3


def test_a_steep_density_puts_more_rows_on_one_side() -> None:
    counts = side_counts(np.sort(np.random.default_rng(1).exponential(1.0, 20_000) - 2.0))
    assert counts is not None
    assert counts.expected < 0.49
    assert counts.below > counts.above


def test_rows_that_cross_are_seen() -> None:
    r = np.random.default_rng(2)
    x = r.normal(size=4000)
    x = np.where((x > -0.1) & (x < 0.0) & (r.random(4000) < 0.4), -x, x)
    counts = side_counts(np.sort(x))
    assert counts is not None
    assert counts.p_value < 0.001
    assert counts.odds_ratio > 1.5


def test_equal_values_few_rows_and_a_near_end_are_not_looked_at() -> None:
    r = np.random.default_rng(3)
    x = np.sort(r.normal(size=2000))
    assert side_counts(np.round(x, 1)) is None
    assert side_counts(np.sort(r.normal(size=60))) is None
    assert side_counts(np.sort(np.r_[-np.arange(1.0, 4.0) / 100.0, r.exponential(1.0, 2000)])) is None
