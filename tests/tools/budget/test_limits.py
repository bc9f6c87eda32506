"""Limits: what they leave, which of them clash, and which may give way."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from liftos_agents.tools.budget.limits import Limit, conflict, feasible, keep_what_fits, polytope

shares = st.integers(0, 20).map(lambda twentieth: twentieth / 20)


@st.composite
def limit_lists(draw: st.DrawFn) -> list[Limit]:
    limits: list[Limit] = [Limit("total", (0, 1, 2), 1.0, 1.0)]
    for number in range(draw(st.integers(1, 6))):
        members = tuple(sorted(draw(st.sets(st.integers(0, 2), min_size=1, max_size=3))))
        low, high = sorted((draw(shares), draw(shares)))
        limits.append(Limit(f"limit {number}", members, low, high))
    return limits


def oracle(limits: list[Limit]) -> bool:
    """Whether a linear programme that knows nothing of ours finds an allocation."""
    rows, bounds = [], []
    for limit in limits:
        row = np.isin(np.arange(3), limit.channels).astype(float)
        if np.isfinite(limit.upper):
            rows.append(row)
            bounds.append(limit.upper)
        if np.isfinite(limit.lower):
            rows.append(-row)
            bounds.append(-limit.lower)
    found = linprog(np.zeros(3), A_ub=np.array(rows), b_ub=np.array(bounds) + 1e-9, bounds=[(0, None)] * 3)
    return bool(found.status == 0)


@settings(max_examples=120, deadline=None)
@given(limits=limit_lists())
def test_feasibility_is_that_of_a_linear_programme(limits: list[Limit]) -> None:
    assert feasible(limits, 3, 1.0) == oracle(limits)


@settings(max_examples=80, deadline=None)
@given(limits=limit_lists())
def test_a_conflict_cannot_be_kept_and_every_part_of_it_is_needed(limits: list[Limit]) -> None:
    if feasible(limits, 3, 1.0):
        return
    named = list(conflict(limits, 3, 1.0))
    assert not oracle(named)
    for left in named:
        assert oracle([limit for limit in named if limit is not left] or [Limit("none", (0,), 0.0, 1.0)])


def test_only_soft_limits_that_clash_give_way() -> None:
    total = Limit("total", (0, 1), 10.0, 10.0)
    floor = Limit("a at least 6", (0,), lower=6.0)
    near, far = Limit("a seen", (0,), upper=5.0, soft=True), Limit("b seen", (1,), upper=5.0, soft=True)
    assert keep_what_fits([total, floor, near, far], 2, 10.0) == (total, floor, far)
    tight = Limit("a seen", (0,), upper=2.0, soft=True)
    assert keep_what_fits([total, tight, far], 2, 10.0) == (total,)


def test_a_polytope_measures_its_largest_breach() -> None:
    space = polytope([Limit("pair", (0, 1), upper=3.0), Limit("a", (0,), lower=1.0)], 2)
    assert space.slack(np.array([1.0, 2.0])) == 0.0
    assert space.slack(np.array([0.5, 4.0])) == 1.5
