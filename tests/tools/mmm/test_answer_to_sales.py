"""A budget that answers last period's sales is found; one that follows demand, or its own habit, is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from liftos_agents.tools.mmm import MmmInput, fit
from liftos_agents.tools.mmm.answer_to_sales import TOGETHER, AnswerToSales, answer_to_sales
from liftos_agents.tools.mmm.diagnostics import SET_BY_SALES
from liftos_agents.tools.mmm.standard_form import standard_form
from tests.tools.mmm.conftest import simulated

WEEKS = 130
Rule = Callable[[np.ndarray, np.ndarray, int], np.ndarray]


def played(seed: int, rule: Rule) -> tuple[MmmInput, np.ndarray]:
    """A market whose log budgets are `rule(last sales' luck, demand, week)` plus 10 % of their own, and its luck.

    The market answers spend; demand lifts sales and is known with error as a proxy.
    """
    rng = np.random.default_rng([seed, 2])
    swing = np.zeros(WEEKS)
    for week in range(1, WEEKS):
        swing[week] = 0.7 * swing[week - 1] + 0.05 * rng.standard_normal()
    luck = 0.04 * rng.standard_normal(WEEKS)
    own = 0.1 * rng.standard_normal((WEEKS, 3))
    log = np.array([rule(luck, swing, week) for week in range(WEEKS)]) + own
    spend = 1000.0 * np.exp(log)
    media = 150.0 * np.tanh(spend / 1500.0).sum(axis=1)
    data = replace(
        simulated(seed, weeks=WEEKS),
        outcome=(1000.0 * np.exp(swing) + media) * (1.0 + luck),
        spend=spend,
        controls={"interest": swing + 0.05 * rng.standard_normal(WEEKS)},
        demand_proxies=("interest",),
    )
    return data, luck


def of_luck(luck: np.ndarray, swing: np.ndarray, week: int) -> np.ndarray:
    """All budgets in proportion to last week's sales."""
    last = luck[week - 1] + swing[week - 1] if week else 0.0
    return np.full(3, last)


def of_demand(luck: np.ndarray, swing: np.ndarray, week: int) -> np.ndarray:
    """Budgets follow the same week's demand, which persists."""
    return np.array([1.5, 0.8, 0.0]) * swing[week]


def one_of_three(luck: np.ndarray, swing: np.ndarray, week: int) -> np.ndarray:
    """One budget answers sales, three times over."""
    return np.array([0.0, 3.0, 0.0]) * (luck[week - 1] if week else 0.0)


def judged(data: MmmInput, luck: np.ndarray) -> AnswerToSales:
    found = answer_to_sales(data, standard_form(data), luck * data.outcome.mean())
    assert found is not None
    return found


def test_a_rule_is_found_and_habits_and_demand_are_not() -> None:
    assert sum(judged(*played(seed, of_luck)).found for seed in range(20)) >= 18
    assert sum(judged(*played(seed, of_demand)).found for seed in range(40)) <= 1


def test_leftover_demand_in_the_residual_is_no_answer() -> None:
    alarms = 0
    for seed in range(30):
        data, luck = played(seed, of_demand)
        left = np.log(data.outcome) - np.log(data.outcome).mean() - data.controls["interest"]
        alarms += judged(data, 0.5 * left + 0.5 * luck).found
    assert alarms <= 2


@pytest.mark.parametrize("seed", range(4))
def test_the_budget_that_answers_is_named(seed: int) -> None:
    found = judged(*played(seed, one_of_three))
    assert found.found
    assert found.channel == "channel_1"


def test_units_and_the_order_of_channels_do_not_matter() -> None:
    data, luck = played(5, of_luck)
    plain = judged(data, luck)
    turned = [2, 0, 1]
    other = replace(
        data,
        outcome=1e-4 * data.outcome,
        spend=100.0 * data.spend[:, turned],
        channels=tuple(data.channels[index] for index in turned),
    )
    moved = judged(other, luck)
    assert moved.channel == plain.channel
    assert moved.statistic == pytest.approx(plain.statistic, rel=1e-6)


def test_a_rule_that_began_late_is_found_behind_a_wild_start() -> None:
    data, luck = played(6, of_luck)
    spend = data.spend.copy()
    spend[:26] *= np.exp(0.6 * np.random.default_rng(0).standard_normal((26, 3)))
    assert judged(replace(data, spend=spend), luck).found


def test_short_and_still_spends_are_not_judged() -> None:
    short = simulated(weeks=26, channels=2)
    assert answer_to_sales(short, standard_form(short), np.zeros(26)) is None
    whole, luck = played(7, of_demand)
    spend = whole.spend.copy()
    spend[20:, 0] = 0.0
    found = judged(replace(whole, spend=spend), luck)
    assert found.channel in ("channel_1", "channel_2", TOGETHER)


def test_a_fit_names_the_rule_and_is_downgraded() -> None:
    data, _ = played(1, of_luck)
    result = fit(replace(data, confounding="factor", draws=150)).result
    (check,) = [one for one in result.checks if one.name == SET_BY_SALES]
    assert not check.passed
    assert "follows what the period before sold beyond" in check.meaning
    assert result.status == "downgraded"
    sound, _ = played(1, of_demand)
    result = fit(replace(sound, confounding="factor", draws=150)).result
    assert all(one.passed for one in result.checks if one.name == SET_BY_SALES)
