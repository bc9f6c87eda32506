"""A world as the tables an analyst would get: the weekly table, platform exports, orders, an experiment by region.

No truth is in them; `truth` is what stands beside them. Every table says in a column of its own that it is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from liftos_agents.domain.verdict import SIMULATED
from liftos_agents.sandbox.decision import Report
from liftos_agents.sandbox.holdout import Holdout, days, region_names
from liftos_agents.sandbox.market import SimulatedMarket, simulate
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.scenarios import Scenario
from liftos_agents.sandbox.spec import ChannelSpec, MarketSpec

PLATFORM = "platform_"
"""What the names of the platforms' tables begin with."""

LABEL = "data_label"
"""The column that says that a table is simulated."""

QUARTER = 13


@dataclass(frozen=True, eq=False)
class WorldExport:
    """One world of a scenario, as tables by name and the truth beside them.

    Attributes:
        holdout: A geo experiment in the weeks after the history; None without regions.
    """

    scenario: Scenario
    seed: int
    holdout: Holdout | None

    @classmethod
    def of(cls, scenario: Scenario, seed: int, channel: str | None = None) -> WorldExport:
        """The world `seed`, with a geo holdout of the channel named, else of the one whose platform claims most.

        Raises:
            ArgumentError: The channel is unknown, or the market has no regions to hold anything out in.
        """
        return cls(scenario, seed, Holdout.of(scenario.market, seed, channel))

    @property
    def spec(self) -> MarketSpec:
        """The market."""
        return self.scenario.market

    @cached_property
    def market(self) -> SimulatedMarket:
        """The world, truth included."""
        return simulate(self.spec, self.seed)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name; those by region exist where there are regions."""
        found = {"weekly": self.market.frame(), **self._platforms(), "orders": self._orders()}
        if self.spec.geos.count > 1:
            found["spend_by_region"] = self._region_spend()
        if self.holdout is not None:
            found["experiment"] = self.holdout.rows()
            found["experiment_result"] = self.holdout.result()
        return {name: _labelled(table) for name, table in found.items()}

    def truth(self) -> dict[str, Any]:
        """What is true in this world, JSON-plain; money is in the market's currency."""
        spec, scenario, truth = self.spec, self.scenario, self.market.truth
        plan = self._plan()
        return {
            "label": SIMULATED,
            "scenario": scenario.name,
            "version": scenario.version,
            "seed": self.seed,
            "family": scenario.family,
            "purpose": scenario.purpose,
            "truth": scenario.truth,
            "answerable": scenario.answerable,
            "why": scenario.why,
            "currency": spec.currency,
            "margin": spec.margin,
            "channels": {
                name: {
                    **channel.model_dump(),
                    "profit_of_last_unit": spec.margin * channel.marginal_roas - 1.0,
                }
                for name, channel in truth.channels.items()
            },
            "media_revenue": truth.media,
            "baseline_revenue": truth.baseline,
            "demand": list(truth.demand),
            "plan": plan,
            "experiment": None if self.holdout is None else self.holdout.truth(),
            "specification": spec.model_dump(mode="json"),
        }

    @cached_property
    def history(self) -> Report:
        """What the shown weeks show, by region."""
        return MarketPlay(self.spec, [self.seed], horizon=1).history

    def _plan(self) -> dict[str, Any]:
        """The best split of last year's budget over the next quarter within the bounds by channel, and the old mix."""
        budget, horizon = self.spec.budget, min(QUARTER, self.scenario.horizon)
        weekly = float(self.market.spend[-52:].sum(axis=1).mean())
        most = [budget.maximum.get(name, np.inf) for name in self.spec.names]
        weekly = max(min(weekly, budget.cap or np.inf, sum(most)), sum(budget.minimum.values()))
        low, high = ({k: v * horizon for k, v in b.items()} for b in (budget.minimum, budget.maximum))
        total = weekly * horizon
        best = self.market.optimal_allocation(total, horizon, minimum=low, maximum=high)
        held = self.market.hold(total)
        return {
            "weeks": horizon,
            "total": total,
            "best": best,
            "held": held,
            "profit_of_best": self.market.outcome(best, horizon).profit,
            "profit_of_held": self.market.outcome(held, horizon).profit,
        }

    def _platforms(self) -> dict[str, pd.DataFrame]:
        by_platform: dict[str, list[int]] = {}
        for c, channel in enumerate(self.spec.channels):
            by_platform.setdefault(channel.platform or channel.name, []).append(c)
        return {
            f"{PLATFORM}{platform}": pd.concat(
                [self._platform_rows(platform, number, c) for number, c in enumerate(channels, 1)]
            )
            .sort_values(["date_day", "campaign_id"], kind="stable")
            .reset_index(drop=True)
            for platform, channels in by_platform.items()
        }

    def _platform_rows(self, platform: str, number: int, c: int) -> pd.DataFrame:
        """One channel as a campaign of its platform's account, in the columns of ad reporting."""
        spec, channel, seen = self.spec, self.spec.channels[c], self.history
        value = np.round(seen.claimed[0, :, c], 2)
        return pd.DataFrame(
            {
                "date_day": days(spec, seen.weeks),
                "platform": platform,
                "account_id": f"simulated-{platform}",
                "account_name": f"{self.scenario.name} ({platform})",
                "campaign_id": f"simulated-{platform}-{number}",
                "campaign_name": channel.name,
                "impressions": np.round(seen.impressions[0, :, c]).astype(np.int64),
                "spend": np.round(seen.spend[0, :, c], 2),
                "conversions": np.round(value / spec.noise.order_value, 2),
                "conversions_value": value,
                "currency": spec.currency,
                "attribution_setting": _attribution(channel),
                "data_status": "final",
                "source_relation": f"{self.scenario.name}, version {self.scenario.version}, seed {self.seed}",
            }
        )

    def _orders(self) -> pd.DataFrame:
        spec, seen = self.spec, self.history
        revenue = seen.region_revenue[0]
        weeks, regions = revenue.shape
        return pd.DataFrame(
            {
                "date_day": days(spec, np.repeat(seen.weeks, regions)),
                "geo": region_names(spec) * weeks,
                "orders": np.round(revenue.ravel() / spec.noise.order_value).astype(np.int64),
                "revenue": np.round(revenue.ravel(), 2),
                "currency": spec.currency,
            }
        )

    def _region_spend(self) -> pd.DataFrame:
        spec, seen = self.spec, self.history
        spend = seen.region_spend[0]
        weeks, regions, _ = spend.shape
        columns: dict[str, Any] = {
            "date_day": days(spec, np.repeat(seen.weeks, regions)),
            "geo": region_names(spec) * weeks,
        }
        for c, name in enumerate(spec.names):
            columns[f"{name}_spend"] = np.round(spend[:, :, c].ravel(), 2)
        return pd.DataFrame(columns)


def _attribution(channel: ChannelSpec) -> str:
    if channel.credit == 0 and channel.poaching == 0:
        return "no conversions reported"
    if channel.window is None:
        return "any time after exposure"
    return f"{channel.window} week{'s' if channel.window > 1 else ''} after exposure"


def _labelled(table: pd.DataFrame) -> pd.DataFrame:
    labelled = table.assign(**{LABEL: SIMULATED})
    labelled.attrs.update(simulated=True, label=SIMULATED)
    return labelled
