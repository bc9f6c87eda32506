"""MMM and greed keeps its bounds, goes where the fit's mean is greatest, and holds where there is no fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from liftos_agents import tools
from liftos_agents.evals.contestants import mmm_greedy
from liftos_agents.evals.contestants.mmm_greedy import MmmGreedy
from liftos_agents.evals.contestants.preset import preset
from liftos_agents.evals.contestants.thin_fit import THIN, fit_settings
from liftos_agents.sandbox import scenarios
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policies.hold import Hold
from liftos_agents.sandbox.policy import Briefing


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


def test_the_fit_is_told_what_the_crm_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    world = MarketPlay(scenarios.load("b2b_saas"), [1], 13)
    briefing = Briefing.of(world)
    search = next(c for c in world.spec.channels if c.name == "search")
    assert briefing.conversion_lags["search"] == search.delay
    told: list[dict[str, Any]] = []

    def spied(*arguments: Any, **settings: Any) -> Any:
        told.append(settings)
        return tools.run(*arguments, **settings)

    monkeypatch.setattr(mmm_greedy, "tools", SimpleNamespace(run=spied))
    policy = MmmGreedy()
    policy.begin(briefing, world.history)
    policy.decide(0, None)
    assert told[0]["conversion_lag"] == briefing.conversion_lags


def test_lags_are_told_where_customers_wait_alone() -> None:
    briefing = Briefing.of(MarketPlay(scenarios.load("textbook"), [1], 13))
    assert fit_settings(briefing) == THIN
    waiting = replace(briefing, conversion_lags={"tv": (0.2, 0.8), "search": (1.0,)})
    assert fit_settings(waiting) == {**THIN, "conversion_lag": {"tv": (0.2, 0.8)}}
    told = preset("fit_mmm", **fit_settings(waiting)).arguments_model()
    assert told.model_dump()["conversion_lag"] == {"tv": (0.2, 0.8)}
