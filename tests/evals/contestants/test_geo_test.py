"""Geo tests are run where they pay, within the market's rules, and read without being told the truth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from liftos_agents.domain.estimate import Estimate
from liftos_agents.evals.contestants import geo_test
from liftos_agents.evals.contestants.geo_test import GeoTest
from liftos_agents.sandbox import MarketSpec, scenarios
from liftos_agents.sandbox.decision import Report
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.policy import Briefing
from liftos_agents.tools.mmm.lift_result import LiftTestProposal


def _briefing(market: MarketSpec) -> Briefing:
    return Briefing.of(MarketPlay(market, [1], 52))


def _proposal(channel: str, value: float, cost: float, change: float = -1.0) -> LiftTestProposal:
    return LiftTestProposal(
        channel=channel,
        rank=1,
        relative_change=change,
        spend_change=change * 1000.0,
        periods=4,
        readout_periods=6,
        expected_lift=Estimate.of([0.0]),
        standard_error=1.0,
        variance_reduction=0.5,
        probability_wrong_now=0.3,
        probability_wrong_after=0.1,
        value=value,
        cost=cost,
        why="",
    )


def _chosen(
    market: MarketSpec, *proposals: LiftTestProposal, week: int = 0, budgets: np.ndarray | None = None
) -> GeoTest | None:
    briefing = _briefing(market)
    present = briefing.incumbent[0] if budgets is None else budgets
    return geo_test.worth_running(proposals, briefing, present, week=week, number=market.weeks + week)


def test_the_test_with_the_most_to_gain_beyond_its_cost_is_run(regional: MarketSpec) -> None:
    found = _chosen(regional, _proposal("search", 90_000, 50_000), _proposal("tv", 80_000, 1_000))
    assert found is not None
    assert found.design.channel == "tv"
    assert found.design.fault(regional) is None
    assert found.first_week == regional.weeks
    assert found.echo == 2


def test_no_test_where_its_fee_and_cost_eat_its_value(regional: MarketSpec) -> None:
    assert _chosen(regional, _proposal("tv", 10_000, 0.0)) is not None
    assert _chosen(regional, _proposal("tv", 10_000, 1_000)) is not None
    assert _chosen(regional, _proposal("tv", 10_000, 3_000)) is None
    dear = regional.model_copy(
        update={"experiments": regional.experiments.model_copy(update={"fee": 20_000})}
    )
    assert _chosen(dear, _proposal("tv", 10_000, 0.0)) is None


def test_value_counts_for_what_is_left_of_the_horizon(regional: MarketSpec) -> None:
    late = 52 - regional.experiments.least_weeks - 1
    assert _chosen(regional, _proposal("tv", 10_000, 0.0), week=late) is None


def test_no_test_in_a_national_market() -> None:
    assert _chosen(scenarios.load("textbook"), _proposal("tv", 1e6, 0.0)) is None


def test_a_doubling_that_would_break_the_cap_is_not_run(regional: MarketSpec) -> None:
    doubling = _proposal("tv", 1e6, 0.0, change=1.0)
    cap = regional.budget.cap
    assert cap is not None
    share = np.array([0.1, 0.1, 0.3])
    assert _chosen(regional, doubling, budgets=cap * share) is not None
    assert _chosen(regional, doubling, budgets=cap * share * 1.99) is None


def test_a_reading_finds_what_the_holdout_truly_cost(
    regional: MarketSpec, shown: Callable[..., tuple[Briefing, Report]]
) -> None:
    design = ExperimentDesign("search", (1, 3, 5, 7, 9), 6)
    briefing, tested = shown(regional, design)
    _, undisturbed = shown(regional, None)
    test = GeoTest(design, regional.weeks, 4)
    found = geo_test.read(test, briefing, tested)
    assert found is not None
    share = briefing.region_shares[list(design.regions)].sum()
    lost = (tested.revenue - undisturbed.revenue).sum() / share
    assert abs(found.lift - lost) < 4.0 * found.standard_error
    assert abs(found.lift / lost - 1.0) < 0.1
    assert np.isclose(found.spend_change, -briefing.incumbent[0, 0])
    assert (found.end - found.start).days == 6 * 7 - 1
    assert found.counted_until is None


def test_a_lift_is_not_taken_for_complete_where_customers_buy_later(
    regional: MarketSpec, shown: Callable[..., tuple[Briefing, Report]]
) -> None:
    later = {"delay": (0.4, 0.3, 0.2, 0.1)}
    waiting = regional.model_copy(
        update={"channels": tuple(channel.model_copy(update=later) for channel in regional.channels)}
    )
    design = ExperimentDesign("search", (1, 3, 5, 7, 9), 6)
    found = geo_test.read(GeoTest(design, waiting.weeks, 4), *shown(waiting, design))
    assert found is not None
    assert found.counted_until is not None
    assert (found.counted_until - found.end).days == 4 * 7


def test_a_reading_needs_regions_on_both_sides(
    regional: MarketSpec, shown: Callable[..., tuple[Briefing, Report]]
) -> None:
    briefing, seen = shown(regional, None)
    everywhere = tuple(range(regional.geos.count))
    test = GeoTest(ExperimentDesign("tv", everywhere, 6), regional.weeks, 2)
    assert geo_test.read(test, briefing, seen) is None


def test_weeks_of_an_earlier_test_are_no_past_to_compare_with(
    regional: MarketSpec, shown: Callable[..., tuple[Briefing, Report]]
) -> None:
    """A holdout read against another one in the same regions would seem to bring sales back."""
    early = GeoTest(ExperimentDesign("search", (1, 3, 5, 7, 9), 4), regional.weeks, 2)
    briefing, seen = shown(regional, early.design)
    nothing = GeoTest(ExperimentDesign("tv", early.design.regions, 4), regional.weeks + 6, 2)
    aware = geo_test.read(nothing, briefing, seen, [early])
    unaware = geo_test.read(nothing, briefing, seen)
    assert aware is not None
    assert unaware is not None
    assert abs(aware.lift) < 4.0 * aware.standard_error
    assert unaware.lift > 8.0 * unaware.standard_error


def test_the_error_that_tests_reach_is_that_of_one_in_which_nothing_was_done(
    regional: MarketSpec, shown: Callable[..., tuple[Briefing, Report]]
) -> None:
    briefing, seen = shown(regional, None)
    reached = geo_test.reached_error(briefing, seen)
    assert reached is not None
    run = _chosen(regional, _proposal("tv", 1e6, 0.0))
    assert run is not None
    design = ExperimentDesign("tv", run.design.regions, geo_test.PLACEBO_WEEKS)
    first = int(seen.weeks[-1]) + 1 - geo_test.PLACEBO_WEEKS - geo_test.LONGEST_ECHO
    nothing = geo_test.read(GeoTest(design, first, geo_test.LONGEST_ECHO), briefing, seen)
    assert nothing is not None
    during = (seen.weeks >= first) & (seen.weeks < first + geo_test.PLACEBO_WEEKS)
    assert np.isclose(reached, nothing.standard_error / seen.revenue[0, during].sum(), rtol=0.2)
    drifting = regional.model_copy(update={"geos": regional.geos.model_copy(update={"volatility": 0.1})})
    wilder = geo_test.reached_error(*shown(drifting, None))
    assert wilder is not None
    assert wilder > 3.0 * reached


def test_a_national_market_reaches_no_error(shown: Callable[..., tuple[Briefing, Report]]) -> None:
    assert geo_test.reached_error(*shown(scenarios.load("textbook"), None)) is None
