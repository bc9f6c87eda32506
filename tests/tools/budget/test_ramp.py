"""Ramps: levels add up to the plan, and no step is larger than allowed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from liftos_agents.tools.budget.ramp import Ramp


@settings(max_examples=150, deadline=None)
@given(
    level=st.floats(0.1, 1e6),
    change=st.floats(0.0, 0.9),
    horizon=st.integers(1, 60),
    share=st.floats(0.0, 1.0),
)
def test_levels_add_up_and_no_step_is_too_large(
    level: float, change: float, horizon: int, share: float
) -> None:
    ramp = Ramp(np.array([level, level]), np.array([change, np.inf]))
    low, high = ramp.range(horizon)
    plan = np.array([low[0] + share * (high[0] - low[0]), share * level * horizon * 3.0])
    path = ramp.levels(plan, horizon)
    np.testing.assert_allclose(path.sum(axis=0), plan, rtol=1e-9, atol=1e-9 * level)
    steps = np.abs(np.diff(np.concatenate([[level], path[:, 0]])))
    before = np.concatenate([[level], path[:-1, 0]])
    assert np.all(steps <= change * before * (1.0 + 1e-9) + 1e-12 * level)
    np.testing.assert_allclose(path[:, 1], plan[1] / horizon)
