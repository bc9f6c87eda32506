"""The optimiser: against brute force, from any start, and with every limit kept."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from liftos_agents.domain.posterior import MediaPosterior
from liftos_agents.tools.budget import BudgetProblem, InfeasibleBudgetError, Limit, Ramp, solve
from liftos_agents.tools.budget.limits import polytope
from liftos_agents.tools.budget.objective import Aim, cvar
from liftos_agents.tools.budget.optimality import kkt_residual


def curves(
    effect: list[float], steepness: list[float], slope: list[float] | None = None, *, spread: float = 0.0
) -> MediaPosterior:
    """Forty draws of curves whose scale is one unit of spend a period."""
    channels, draws = len(effect), 40
    ripple = np.exp(spread * np.linspace(-1.5, 1.5, draws))[:, None]
    known = np.tile(np.asarray(effect, dtype=float), (draws, 1)) * np.where(
        np.arange(channels) % 2, ripple, 1.0 / ripple
    )
    return MediaPosterior(
        channels=tuple("abcdefgh"[:channels]),
        saturation="logistic" if slope is None else "hill",
        retention=np.full((draws, channels), 0.5),
        steepness=np.tile(np.asarray(steepness, dtype=float), (draws, 1)),
        slope=None if slope is None else np.tile(np.asarray(slope, dtype=float), (draws, 1)),
        effect=known,
        decision_effect=known,
        noise=np.ones(draws),
        baseline=np.zeros((draws, 20)),
        scale=np.ones(channels),
        adstock_length=4,
        spend=np.full((20, channels), 0.5),
        outcome=np.zeros(20),
    )


def problem(posterior: MediaPosterior, total: float = 10.0, **settings: object) -> BudgetProblem:
    channels = len(posterior.channels)
    base = BudgetProblem(posterior, total, 10, np.full(channels, total / channels))
    return replace(base, **settings)  # pyright: ignore[reportArgumentType]


def test_it_is_within_half_a_percent_of_brute_force_and_keeps_every_limit(
    benchmark_of_budgets: ModuleType,
) -> None:
    generator = np.random.default_rng(7)
    outcomes = [
        benchmark_of_budgets.judge(benchmark_of_budgets.random_problem(generator), generator)
        for _ in range(45)
    ]
    assert [outcome for outcome in outcomes if not outcome.passed] == []
    assert sum(not outcome.concave for outcome in outcomes) >= 10
    assert sum(outcome.free_channels > 1 for outcome in outcomes) >= 10


def test_conflicts_are_named_and_irreducible(benchmark_of_budgets: ModuleType) -> None:
    generator = np.random.default_rng(8)
    for _ in range(25):
        assert benchmark_of_budgets.names_the_conflict(benchmark_of_budgets.infeasible_problem(generator))


def test_equal_curves_share_equally_and_say_that_nothing_is_to_gain() -> None:
    found = solve(problem(curves([4.0, 4.0], [3.0, 3.0])))
    assert found.already_optimal
    assert found.kkt_residual < 1e-9
    np.testing.assert_allclose(found.allocation, [5.0, 5.0])


def test_a_known_optimum_is_found_where_marginal_returns_are_equal() -> None:
    posed = problem(curves([6.0, 2.0, 4.0], [2.0, 4.0, 3.0]), 20.0)
    found = solve(posed)
    assert found.allocation.min() > 0.1
    slopes = posed.outcome_slope(found.allocation).mean(axis=0)
    np.testing.assert_allclose(slopes, slopes[0], rtol=1e-7)
    assert not found.already_optimal
    assert found.allocation.sum() == pytest.approx(20.0, abs=1e-11)
    away = found.allocation + np.array([0.5, -0.5, 0.0])
    exact = Limit("total", (0, 1, 2), 20.0, 20.0)
    assert kkt_residual(Aim(posed), polytope([exact], 3), away) > 1e-2


@pytest.mark.parametrize("objective", ["expected_profit", "cvar"])
def test_the_start_does_not_matter(objective: str) -> None:
    posed = problem(curves([6.0, 2.0, 4.0], [2.0, 4.0, 3.0], spread=0.4), objective=objective)
    plans = [
        solve(posed, starts=[np.asarray(start)]).allocation
        for start in ([10.0, 0.0, 0.0], [0.0, 10.0, 0.0], [0.0, 0.0, 10.0], [1.0, 2.0, 7.0])
    ]
    for plan in plans[1:]:
        np.testing.assert_allclose(plan, plans[0], atol=1e-5)


def test_an_s_shaped_channel_gets_enough_or_nothing() -> None:
    posterior = curves([9.0, 9.0, 9.0], [1.0, 1.0, 1.0], [4.0, 4.0, 4.0])
    poor = solve(problem(posterior, 12.0))
    assert not poor.concave
    assert sorted(np.round(poor.allocation, 6))[:2] == [0.0, 0.0]
    assert poor.kkt_residual < 1e-6
    rich = solve(problem(posterior, 60.0))
    assert rich.allocation.min() > 10.0


def test_at_most_leaves_money_unspent_that_pays_back_too_little() -> None:
    posed = problem(curves([4.0, 3.0], [3.0, 3.0]), 100.0, fix_total=False)
    found = solve(posed)
    assert found.allocation.sum() < 60.0
    np.testing.assert_allclose(posed.outcome_slope(found.allocation).mean(axis=0), 1.0, rtol=1e-6)
    assert found.kkt_residual < 1e-6


def test_bounds_are_kept_to_the_last_bit() -> None:
    limits = (Limit("a at most", (0,), upper=1.1), Limit("b at least", (1,), lower=6.3))
    found = solve(problem(curves([9.0, 1.0, 4.0], [2.0, 4.0, 3.0]), limits=limits))
    assert found.allocation[0] == 1.1
    assert found.allocation[1] == 6.3
    assert found.allocation.sum() == pytest.approx(10.0, rel=1e-12)
    assert found.binding == ("a at most", "b at least")


def test_overlapping_groups_of_s_shaped_channels_are_kept() -> None:
    limits = (
        Limit("a and b", (0, 1), upper=8.0),
        Limit("b and c", (1, 2), lower=9.0, upper=15.0),
        Limit("c and d", (2, 3), lower=5.0),
    )
    posed = problem(curves([9.0, 8.0, 7.0, 6.0], [0.5] * 4, [3.0] * 4), 24.0, limits=limits)
    found = solve(posed)
    steps = np.arange(0.0, 24.01, 0.5)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    grid = np.column_stack([grid, 24.0 - grid.sum(axis=1)])
    kept = (grid[:, 3] >= 0.0) & (grid[:, :2].sum(axis=1) <= 8.0) & (grid[:, 2:].sum(axis=1) >= 5.0)
    kept &= (grid[:, 1:3].sum(axis=1) >= 9.0) & (grid[:, 1:3].sum(axis=1) <= 15.0)
    best = posed.outcome(grid[kept]).mean(axis=0).sum(axis=-1).max() - 24.0
    assert found.objective >= best - 0.005 * abs(best + 24.0)
    assert polytope(limits, 4).slack(found.allocation) <= 1e-9


def test_a_target_return_on_the_total_is_met_or_named() -> None:
    posterior = curves([4.0, 3.0], [3.0, 3.0])
    free = solve(problem(posterior, 100.0, fix_total=False))
    posed = problem(posterior, 100.0, fix_total=False, target_roas=4.0)
    bound = solve(posed)
    reached = posed.outcome(bound.allocation).mean(axis=0).sum() / bound.allocation.sum()
    assert bound.allocation.sum() < free.allocation.sum()
    assert reached == pytest.approx(4.0, rel=1e-5)
    assert bound.kkt_residual < 1e-4
    with pytest.raises(InfeasibleBudgetError) as error:
        solve(problem(posterior, 100.0, target_roas=3.0))
    assert "return of at least 3" in error.value.conflicts[0]
    assert any("a total of exactly 100" in name for name in error.value.conflicts)


def test_target_returns_by_channel_hold_for_s_shaped_curves_too() -> None:
    posterior = curves([9.0, 6.0], [1.0, 0.5], [3.0, 1.0])
    targets = np.array([2.0, np.nan])
    posed = problem(posterior, 40.0, fix_total=False, channel_target_roas=targets)
    found = solve(posed)
    outcome = posed.outcome(found.allocation).mean(axis=0)
    assert found.allocation[0] > 0.0
    assert outcome[0] / found.allocation[0] >= 2.0 - 1e-9
    impossible = solve(replace(posed, channel_target_roas=np.array([50.0, np.nan])))
    assert impossible.allocation[0] == 0.0
    demanded = (Limit("a at least 5", (0,), lower=5.0),)
    with pytest.raises(InfeasibleBudgetError) as error:
        solve(replace(posed, channel_target_roas=np.array([50.0, np.nan]), limits=demanded))
    assert error.value.conflicts == ("a at least 5", "a returning at least 50 per unit of spend")


def test_cvar_and_chance_trade_the_mean_for_safety() -> None:
    posterior = curves([4.4, 4.0], [3.0, 3.0], spread=0.5)
    mean = problem(posterior, 10.0, current=np.array([1.0, 9.0]))
    plans = {
        name: solve(replace(mean, objective=name)).allocation
        for name in ("expected_profit", "cvar", "probability_beats_current")
    }
    worst = {name: cvar(mean.profit(plan), 0.1) for name, plan in plans.items()}
    chance = {
        name: float((mean.profit(plan) > mean.profit(mean.current)).mean()) for name, plan in plans.items()
    }
    assert worst["cvar"] >= worst["expected_profit"] - 1e-9
    assert chance["probability_beats_current"] >= chance["expected_profit"]
    assert mean.profit(plans["expected_profit"]).mean() >= mean.profit(plans["cvar"]).mean()


def test_soft_limits_give_way_and_are_reported() -> None:
    soft = Limit("a within what was seen", (0,), upper=1.0, soft=True)
    other = Limit("b within what was seen", (1,), upper=2.0, soft=True)
    found = solve(problem(curves([6.0, 2.0], [2.0, 4.0]), limits=(soft, other)))
    assert {limit.name for limit in found.relaxed} == {soft.name, other.name}
    kept = solve(problem(curves([6.0, 2.0], [2.0, 4.0]), 2.5, limits=(soft, other)))
    assert kept.relaxed == ()
    assert kept.allocation[0] <= 1.0


def test_a_ramp_bounds_every_step_and_still_ends_at_an_optimum() -> None:
    ramp = Ramp(np.array([0.5, 0.5, 0.5]), np.array([0.05, 0.05, np.inf]))
    posed = problem(curves([6.0, 2.0, 4.0], [2.0, 4.0, 3.0]), 15.0, ramp=ramp)
    found = solve(posed)
    path = np.concatenate([[ramp.level], ramp.levels(found.allocation, 10)])
    steps = np.abs(np.diff(path[:, :2], axis=0)) / path[:-1, :2]
    assert steps.max() <= 0.05 + 1e-9
    assert found.kkt_residual < 1e-6
    np.testing.assert_allclose(path[1:].sum(axis=0), found.allocation)


def test_curves_without_effect_leave_the_current_plan_and_say_so() -> None:
    found = solve(problem(curves([0.0, 0.0], [1.0, 1.0])))
    assert found.already_optimal
    np.testing.assert_allclose(found.allocation, [5.0, 5.0])


def test_the_same_problem_gives_the_same_bytes() -> None:
    posed = problem(curves([6.0, 2.0, 4.0], [0.5, 1.0, 0.7], [2.0, 1.0, 3.0], spread=0.3))
    assert solve(posed).allocation.tobytes() == solve(posed).allocation.tobytes()
