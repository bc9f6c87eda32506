"""A geo holdout in the weeks after a world's history: how it is laid out, what it shows, and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.demand import week_dates
from liftos_agents.sandbox.experiments import ExperimentDesign, ExperimentReading
from liftos_agents.sandbox.market import simulate
from liftos_agents.sandbox.play import MarketPlay, Score
from liftos_agents.sandbox.running_experiments import WEEKS_BEFORE_EXPERIMENT
from liftos_agents.sandbox.spec import MarketSpec

WEEKS = 8


@dataclass(frozen=True, eq=False)
class _Played:
    """What the weeks came to, what the holdout showed, and the till's revenue in those weeks."""

    score: Score
    readings: list[ExperimentReading]
    revenue: float


@dataclass(frozen=True, eq=False)
class Holdout:
    """One channel's budget taken from some regions of the world `seed`, while all else goes on as before."""

    spec: MarketSpec
    seed: int
    design: ExperimentDesign

    @classmethod
    def of(cls, spec: MarketSpec, seed: int, channel: str | None = None) -> Holdout | None:
        """A holdout of `channel`, else of the one whose platform claims most of late; None in a national market.

        Every second region is taken, from the second largest, as far as the market allows.

        Raises:
            ArgumentError: The channel is unknown, spent nothing of late, or is named where there are no regions.
        """
        if channel is not None and channel not in spec.names:
            raise ArgumentError(f"no channel {channel!r}", fix=f"Channels are {', '.join(spec.names)}")
        if spec.geos.count < 2:
            if channel is not None:
                raise ArgumentError(
                    "a national market has no regions to hold anything out in",
                    fix="Choose a scenario with regions; `liftos simulate list` shows them",
                )
            return None
        market = simulate(spec, seed)
        spent, claimed = (
            each[-WEEKS_BEFORE_EXPERIMENT:].sum(axis=0) for each in (market.spend, market.claimed)
        )
        if channel is None:
            channel = spec.names[int(np.lexsort((spent, np.where(spent > 0, claimed, -1.0)))[-1])]
        if spent[spec.names.index(channel)] == 0:
            raise ArgumentError(
                f"{channel!r} spent nothing in the {WEEKS_BEFORE_EXPERIMENT} weeks before the holdout",
                fix="Hold out another channel, or take another seed",
            )
        rules = spec.experiments
        taken: list[int] = []
        for region in range(1, spec.geos.count, 2):
            if spec.geo_weights[[*taken, region]].sum() <= rules.largest_share:
                taken.append(region)
        weeks = int(np.clip(WEEKS, rules.least_weeks, rules.most_weeks))
        design = ExperimentDesign(channel, tuple(taken), weeks, factor=0.0)
        fault = design.fault(spec)
        if fault:
            raise ArgumentError(
                f"no geo holdout fits this market: {fault}", fix="Change `experiments` or `geos`"
            )
        return cls(spec, seed, design)

    @cached_property
    def reading(self) -> ExperimentReading:
        """What it showed."""
        return self._play(self.spec, self.design).readings[0]

    def rows(self) -> pd.DataFrame:
        """Sales and the channel's spend by week and region, the weeks before the holdout first."""
        reading = self.reading
        weeks, regions = reading.revenue.shape
        numbers = reading.first_week - reading.before + np.arange(weeks)
        return pd.DataFrame(
            {
                "date_day": days(self.spec, np.repeat(numbers, regions)),
                "geo": region_names(self.spec) * weeks,
                "channel": self.design.channel,
                "treated": np.tile(reading.treated.astype(np.int64), weeks),
                "period": np.repeat(np.where(np.arange(weeks) < reading.before, "before", "during"), regions),
                "revenue": np.round(reading.revenue.ravel(), 2),
                "spend": np.round(reading.spend.ravel(), 2),
            }
        )

    def result(self) -> pd.DataFrame:
        """One row: what was done, and the return that the sampled sales show."""
        found, error = self.reading.incremental_return()
        weeks = self.reading.first_week + np.array([0, self.design.weeks - 1])
        first, last = week_dates(self.spec, weeks)
        names = region_names(self.spec)
        return pd.DataFrame(
            {
                "channel": [self.design.channel],
                "kind": "geo holdout",
                "first_week": first.isoformat(),
                "last_week": last.isoformat(),
                "regions": "; ".join(names[region] for region in self.design.regions),
                "spend_factor": self.design.factor,
                "incremental_return": round(found, 4),
                "standard_error": round(error, 4),
                "fee": self.spec.experiments.fee,
                "currency": self.spec.currency,
            }
        )

    def truth(self) -> dict[str, Any]:
        """The true return of what was held out: two plays of one world, with and without the holdout, and no noise."""
        noise = self.spec.noise.model_copy(update={"level": 0.0})
        free = self.spec.experiments.model_copy(update={"fee": 0.0})
        quiet = self.spec.model_copy(update={"noise": noise, "experiments": free})
        went_on, held_out = self._play(quiet, None), self._play(quiet, self.design)
        saved = float(went_on.score.spend[0] - held_out.score.spend[0])
        profit = float(went_on.score.expected_profit[0] - held_out.score.expected_profit[0])
        during, lost = went_on.revenue - held_out.revenue, (profit + saved) / quiet.margin
        return {
            "channel": self.design.channel,
            "spend_saved": saved,
            "revenue_lost": lost,
            "revenue_lost_during": during,
            "incremental_return": lost / saved if saved > 0 else None,
            "incremental_return_during": during / saved if saved > 0 else None,
            "meaning": (
                "expected revenue lost, the weeks after the holdout included, and that per unit of spend saved; "
                "`during` counts the weeks of the holdout alone, which is all that its sales can show"
            ),
        }

    def _play(self, spec: MarketSpec, design: ExperimentDesign | None) -> _Played:
        play = MarketPlay(spec, [self.seed], horizon=self.design.weeks)
        budgets, readings, revenue = play.incumbent.copy(), list[ExperimentReading](), 0.0
        for week in range(self.design.weeks):
            begins = {0: design} if design is not None and week == 0 else None
            report, _ = play.step(Decision(budgets, experiments=begins))
            readings.extend(report.readings.get(0, ()))
            revenue += float(report.revenue.sum())
        return _Played(play.score, readings, revenue)


def region_names(spec: MarketSpec) -> list[str]:
    """The regions, the largest first; `national` where there is one."""
    if spec.geos.count < 2:
        return ["national"]
    digits = len(str(spec.geos.count))
    return [f"region_{region + 1:0{digits}d}" for region in range(spec.geos.count)]


def days(spec: MarketSpec, weeks: NDArray[np.int64]) -> pd.Series:
    """The Mondays of the weeks."""
    return pd.Series(pd.to_datetime(week_dates(spec, weeks)).as_unit("us"))
