"""MMM and greed keeps its bounds, goes where the fit's mean is greatest, and holds where there is no fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from liftos_agents.evals.contestants.mmm_greedy import MmmGreedy
from liftos_agents.sandbox import scenarios
from liftos_agents.sandbox.policies.hold import Hold


def test_money_moves_to_what_earns_within_every_bound(played: Callable[..., Any]) -> None:
    market = scenarios.load("textbook")
    maximum = {"search": 26_000.0}
    budget = market.budget.model_copy(
        update={"cap": 90_000.0, "minimum": {"tv": 9_000.0}, "maximum": maximum}
    )
    bounded = market.model_copy(update={"budget": budget})
    found = played(MmmGreedy(), bounded)
    last = found.decisions[-1].spend[0]
    assert int(found.play.score.violations[0]) == 0
    assert 9_000.0 - 1e-6 <= last[2] < found.play.incumbent[0, 2]
    assert found.play.incumbent[0, 0] < last[0] <= 26_000.0 + 1e-6
    assert found.play.incumbent[0].sum() * 0.99 < last.sum() <= 90_000.0
    assert found.profit > played(Hold(), bounded).profit


def test_budgets_stay_where_the_fit_is_refused(played: Callable[..., Any]) -> None:
    market = scenarios.load("flat_budgets")
    found = played(MmmGreedy(), market)
    assert found.profit == played(Hold(), market).profit


def test_the_same_world_is_decided_alike(played: Callable[..., Any]) -> None:
    market = scenarios.load("textbook").model_copy(update={"weeks": 60})
    first, again = (played(MmmGreedy(), market, horizon=2) for _ in range(2))
    np.testing.assert_array_equal(first.decisions[-1].spend, again.decisions[-1].spend)
