"""p-values of three tests of the same steps keep their size together, and cost less than Bonferroni's bound."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from liftos_agents.tools.staggered_adoption.several_tests import SHARES, allow_for_several


def _drawn(steps: int, free: int, count: int) -> tuple[np.ndarray, float]:
    """(count, 3) p-values of independent steps of variance 1 over a spread, and the cosine of line and last step."""
    rng = np.random.default_rng(5)
    normal = rng.normal(size=(count, steps))
    spread = rng.chisquare(free, count) / free
    joint = stats.f.sf((normal**2).sum(axis=1) / steps / spread, steps, free)
    line = stats.f.sf(normal.sum(axis=1) ** 2 / steps / spread, 1, free)
    last = stats.f.sf(normal[:, -1] ** 2 / spread, 1, free)
    return np.column_stack([joint, line, last]), float(1.0 / np.sqrt(steps))


@pytest.mark.parametrize(("steps", "free"), [(2, 20), (7, 150), (12, 40)])
def test_together_they_reject_as_often_as_they_say(steps: int, free: int) -> None:
    p_values, cosine = _drawn(steps, free, 400)
    least = [allow_for_several(p, cosine=cosine, steps=steps, free=free).min() for p in p_values]
    for size in (0.05, 0.1, 0.5):
        assert np.mean(np.array(least) < size) == pytest.approx(size, abs=3.0 * np.sqrt(size / 400))


def test_one_step_is_one_test() -> None:
    p_values = np.array([0.04, 0.04, 0.04])
    assert (allow_for_several(p_values, cosine=1.0, steps=1, free=30) == p_values).all()


def test_what_is_clear_beyond_draws_stays_clear() -> None:
    clear = allow_for_several(np.array([1e-9, 1e-3, 1e-12]), cosine=0.3, steps=5, free=60)
    assert clear[2] == pytest.approx(2e-12)
    assert clear[0] == pytest.approx(4e-9)


def test_it_lies_between_a_test_alone_and_bonferroni() -> None:
    p_values = np.array([0.02, 0.03, 0.04])
    together = allow_for_several(p_values, cosine=0.5, steps=6, free=100)
    assert (together > p_values / SHARES / len(SHARES)).all()
    assert (together < p_values / SHARES).all()
    assert (together == allow_for_several(p_values, cosine=0.5, steps=6, free=100)).all()
