"""Geo tests that a contestant runs: which is worth its cost, how its regions are chosen, what it showed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents import tools
from liftos_agents.data import TransientStore
from liftos_agents.evals.contestants.asked_plan import Z90
from liftos_agents.sandbox.decision import Report
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.policy import Briefing
from liftos_agents.tools.errors import ToolFailed
from liftos_agents.tools.mmm.input import LiftTest
from liftos_agents.tools.mmm.lift_result import LiftTestProposal

WEEKS_BEFORE = 13
"""Of the regions' past that a reading looks at: regions drift, so that an older past says less."""
LONGEST_ECHO = 5
PLACEBO_WEEKS = 8
_YEAR = 52
_BAR = 2.0
"""A test must promise this many times its cost: its value takes for granted that the verdict is acted on at once and in full."""
_FEWEST_REGIONS = 4
"""With fewer, nothing tells a test from the regions' own ways."""


@dataclass(frozen=True)
class GeoTest:
    """A geo test that runs, or has run.

    Attributes:
        first_week: Number of its first week, as reports count them.
        echo: Weeks after its end in which the outcome is still counted.
    """

    design: ExperimentDesign
    first_week: int
    echo: int

    @property
    def last_counted(self) -> int:
        """Number of the last week whose outcome counts."""
        return self.first_week + self.design.weeks + self.echo - 1

    def counted(self, weeks: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(T,) which weeks are the test's or its echo's."""
        return (weeks >= self.first_week) & (weeks <= self.last_counted)

    def left_alone(self, regions: int) -> NDArray[np.bool_]:
        """(G,) regions that are not in the test."""
        mask = np.ones(regions, dtype=bool)
        mask[list(self.design.regions)] = False
        return mask


def worth_running(
    proposals: Sequence[LiftTestProposal], briefing: Briefing, budgets: Array, *, week: int, number: int
) -> GeoTest | None:
    """The test with the most to gain beyond what it costs, begun in `week` of the decided ones; None where none is.

    A test's value counts for what is left of the horizon once it is read; its cost is the fee and the profit that the
    fit expects to be lost.

    Args:
        proposals: Of the fit.
        briefing: Of one world, S = 1.
        budgets: (C,) money a week while the test runs.
        week: From 0, the first week decided.
        number: The same week as reports count it.
    """
    regions = _half(briefing)
    if regions is None:
        return None
    rules = briefing.experiments
    best: tuple[float, GeoTest] | None = None
    for proposal in proposals:
        weeks = int(np.clip(proposal.periods, rules.least_weeks, rules.most_weeks))
        echo = min(max(proposal.readout_periods - proposal.periods, 0), LONGEST_ECHO)
        left = briefing.horizon - week - weeks - echo
        if proposal.value is None or left <= 0:
            continue
        design = ExperimentDesign(proposal.channel, regions, weeks, factor=1.0 + proposal.relative_change)
        if not _within_bounds(design, briefing, budgets):
            continue
        cost = rules.fee + (proposal.cost or 0.0) * weeks / proposal.periods
        net = proposal.value * left / _YEAR - _BAR * cost
        if net > 0.0 and (best is None or net > best[0]):
            best = net, GeoTest(design, number, echo)
    return None if best is None else best[1]


def read(test: GeoTest, briefing: Briefing, seen: Report, others: Sequence[GeoTest] = ()) -> LiftTest | None:
    """What the test showed, scaled to the whole market as `fit_mmm` takes it; None where the tool cannot tell.

    Every region's sales are divided by its share of the market, so that large and small ones grow alike with demand; the
    error is that of their spread, since what moves a region's sales for weeks cannot be told from an effect by time alone.

    Args:
        test: A finished one.
        briefing: Of one world, S = 1.
        seen: All weeks so far, the echo included.
        others: Tests before it, whose weeks are no past to compare with.
    """
    found = _lift(test, briefing, seen, others)
    if found is None:
        return None
    lift, error = found
    treated = ~test.left_alone(seen.region_revenue.shape[2])
    share = float(briefing.region_shares[treated].sum())
    c = briefing.channels.index(test.design.channel)
    tested = (seen.weeks >= test.first_week) & (seen.weeks < test.first_week + test.design.weeks)
    usual = seen.region_spend[0, tested][:, ~treated, c].sum(axis=1).mean() / (1.0 - share)
    start = briefing.start + dt.timedelta(days=7 * test.first_week)
    counted = dt.timedelta(days=7 * (test.design.weeks + test.echo) - 1)
    waits = len(briefing.conversion_lags[test.design.channel]) > 1
    return LiftTest(
        channel=test.design.channel,
        start=start,
        end=start + dt.timedelta(days=7 * test.design.weeks - 1),
        spend_change=(test.design.factor - 1.0) * float(usual),
        lift=lift,
        standard_error=error,
        counted_until=start + counted if waits else None,
    )


def reached_error(briefing: Briefing, seen: Report) -> float | None:
    """The standard error of a test of these regions with its echo, as a share of sales over the test: that of one in which nothing was done.

    None where there are too few regions, or the tool cannot tell.
    """
    regions, weeks = _half(briefing), PLACEBO_WEEKS + LONGEST_ECHO
    if regions is None or len(seen.weeks) < weeks + WEEKS_BEFORE:
        return None
    nothing = ExperimentDesign(briefing.channels[0], regions, PLACEBO_WEEKS, factor=1.0)
    found = _lift(GeoTest(nothing, int(seen.weeks[-weeks]), LONGEST_ECHO), briefing, seen, ())
    return None if found is None else found[1] / float(seen.revenue[0, -weeks:-LONGEST_ECHO].sum())


def _lift(
    test: GeoTest, briefing: Briefing, seen: Report, others: Sequence[GeoTest]
) -> tuple[float, float] | None:
    """Lift of the whole market's sales and its standard error."""
    before = seen.weeks < test.first_week
    for other in others:
        before &= ~other.counted(seen.weeks)
    kept = test.counted(seen.weeks)
    kept[np.flatnonzero(before)[-WEEKS_BEFORE:]] = True
    revenue = seen.region_revenue[0, kept]
    weeks, regions = revenue.shape
    treated = ~test.left_alone(regions)
    rows = pd.DataFrame(
        {
            "week": np.repeat(seen.weeks[kept], regions),
            "region": np.tile([f"region {g + 1}" for g in range(regions)], weeks),
            "taken": np.tile(treated.astype(np.int64), weeks),
            "revenue": np.round((revenue / briefing.region_shares).ravel(), 2),
        }
    )
    try:
        found = tools.run(
            "measure_incrementality",
            rows,
            store=TransientStore(),
            method="geo_experiment",
            outcome="revenue",
            treatment="taken",
            unit="region",
            time="week",
            treatment_time=float(test.first_week),
            treatment_end=float(test.last_counted),
        ).result
    except ToolFailed:
        return None
    error = _standard_error(found)
    if found["estimate"] is None or error is None:
        return None
    taken = int(treated.sum())
    return float(found["estimate"]) / taken, error / taken


def _standard_error(found: Mapping[str, object]) -> float | None:
    """The tool's, or the one that its 90 % interval implies where that is wider."""
    given, interval = found["standard_error"], found["interval"]
    widths = [float(given)] if isinstance(given, float | int) else []
    if isinstance(interval, Mapping) and interval["low"] is not None and interval["high"] is not None:
        widths.append((float(interval["high"]) - float(interval["low"])) / (2.0 * Z90))
    return max(widths, default=0.0) or None


def _half(briefing: Briefing) -> tuple[int, ...] | None:
    """Every second region from the second largest, as far as the market lets be taken; None where there are too few."""
    shares = briefing.region_shares
    if len(shares) < _FEWEST_REGIONS:
        return None
    taken: list[int] = []
    for region in range(1, len(shares), 2):
        if float(shares[[*taken, region]].sum()) <= briefing.experiments.largest_share:
            taken.append(region)
    return tuple(taken) if len(taken) >= _FEWEST_REGIONS // 2 else None


def _within_bounds(design: ExperimentDesign, briefing: Briefing, budgets: Array) -> bool:
    """Whether the lifted budgets keep the channel's maximum and the cap; a cut always does."""
    if design.factor <= 1.0:
        return True
    share = float(briefing.region_shares[list(design.regions)].sum())
    c = briefing.channels.index(design.channel)
    more = float(budgets[c]) * share * (design.factor - 1.0)
    cap, most = briefing.budget.cap, briefing.budget.maximum.get(design.channel)
    within_cap = cap is None or float(budgets.sum()) + more <= cap
    return within_cap and (most is None or float(budgets[c]) + more <= most)
