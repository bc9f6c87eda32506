"""What the numbers of a Gymnasium action and observation of a market mean, by index and by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.demand import WEEKS_PER_YEAR
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.spec import MarketSpec

Floats = NDArray[np.float32]

MOST_BUDGET = 3.0
"""Times a channel's unit of money: the budget that an action of 1 asks for."""
MOST_FACTOR = 2.0
BOUND = 10.0
"""Observations are cut at ± this."""
_YEAR = 52
_NOTHING, _ONE = np.array(0.0, np.float32), np.array(1.0, np.float32)
_HALF, _LOWER, _UPPER = np.array(0.5), np.array(-BOUND), np.array(BOUND)
_LEAST_SHARE = 0.05


@dataclass(frozen=True, eq=False)
class Units:
    """Last year's weekly means, by which money and counts are divided; all above zero.

    Attributes:
        money: (S, C) spend; at least a twentieth of an equal share, so that a channel not used yet can be.
        impressions, claimed: (S, C).
        revenue, total: (S,) of the till, and spend of all channels.
    """

    money: Array
    impressions: Array
    claimed: Array
    revenue: Array
    total: Array

    @cached_property
    def shown(self) -> Array:
        """(S, 3C + 1) spend, impressions, claims and revenue: what `MarketPlay.shown` is divided by."""
        return np.concatenate([self.money, self.impressions, self.claimed, self.revenue[:, None]], axis=1)

    @classmethod
    def of(cls, play: MarketPlay) -> Units:
        """From what the incumbent's weeks showed."""
        seen, incumbent = play.history, play.incumbent
        total = np.maximum(incumbent.sum(axis=1), 1.0)
        return cls(
            money=np.maximum(incumbent, _LEAST_SHARE * total[:, None] / incumbent.shape[1]),
            impressions=np.maximum(seen.impressions[:, -_YEAR:].mean(axis=1), 1.0),
            claimed=np.maximum(seen.claimed[:, -_YEAR:].mean(axis=1), 1.0),
            revenue=np.maximum(seen.revenue[:, -_YEAR:].mean(axis=1), 1.0),
            total=total,
        )


@dataclass(frozen=True, eq=False)
class Opening:
    """What an episode's observations begin from.

    Attributes:
        fields: (S, O) with the fields of the year filled in, and experiments as read so far, their ages rising.
        outside: (H + 1, S, 5) search interest, price, season and weeks left, by weeks played.
    """

    fields: Array
    outside: Array


class Layout:
    """Spaces of one market, and the way from an action to a decision; `MarketEnv` lists every index."""

    def __init__(self, spec: MarketSpec, horizon: int) -> None:
        self.spec, self.channels = spec, len(spec.channels)
        self.action_space = Box(0.0, 1.0, (4 * self.channels + 3,), np.float32)
        self.observation_space = Box(-BOUND, BOUND, (8 * self.channels + 7,), np.float32)
        searches = [c.search for c in spec.channels]
        self._bids = any(s is not None for s in searches)
        self._most = np.array([MOST_BUDGET] * self.channels + [1.0] * (3 * self.channels + 3), np.float32)[
            None
        ]
        self._floor = np.array([1.0 if s is None else s.floor for s in searches])[None]
        self._range = np.array([0.0 if s is None else s.ceiling - s.floor for s in searches])[None]
        weeks = np.arange(horizon + 1)
        angle = 2.0 * np.pi * ((spec.start.timetuple().tm_yday / 7.0 + spec.weeks + weeks) / WEEKS_PER_YEAR)
        self._calendar = np.stack([np.sin(angle), np.cos(angle), 1.0 - weeks / horizon], axis=1)

    def action_names(self) -> tuple[str, ...]:
        """What each number of an action is."""
        parts = ("budget", "refresh", "bid", "experiment")
        named = [f"{part}:{name}" for part in parts for name in self.spec.names]
        return (*named, "experiment_weeks", "experiment_share", "experiment_factor")

    def observation_names(self) -> tuple[str, ...]:
        """What each number of an observation is."""
        week = [f"{part}:{name}" for part in ("spend", "impressions", "claimed") for name in self.spec.names]
        single = ["revenue", "search_interest", "price", "season_sine", "season_cosine", "weeks_left"]
        year = [
            f"{part}:{name}" for part in ("year_share", "year_claimed_return") for name in self.spec.names
        ]
        parts = ("experiment_return", "experiment_error", "experiment_age")
        read = [f"{part}:{name}" for part in parts for name in self.spec.names]
        return (*week, *single, *year, "year_spend_by_revenue", *read)

    def decision(self, actions: Floats, units: Units) -> Decision:
        """The decision that actions (S, A) stand for; numbers outside 0 … 1 are cut.

        Raises:
            ArgumentError: The shape is wrong.
        """
        c = self.channels
        if actions.shape != (len(units.total), 4 * c + 3):
            raise ArgumentError(
                f"actions must have shape ({len(units.total)}, {4 * c + 3}), got {actions.shape}"
            )
        within = np.maximum(actions, _NOTHING)
        np.minimum(within, _ONE, out=within)
        # In single precision a third, three times, is one: holding can be said exactly.
        asked = (within * self._most).astype(np.float64)
        bids = None
        if self._bids:
            bids = asked[:, 2 * c : 3 * c] * self._range
            bids += self._floor
        return Decision(
            spend=asked[:, :c] * units.money,
            refresh=asked[:, c : 2 * c] > _HALF,
            bids=bids,
            experiments=self._experiments(within[:, 3 * c :]) if self.spec.geos.count > 1 else None,
        )

    def opening(self, play: MarketPlay, units: Units) -> Opening:
        """What the observations of an episode that begins now are built upon; its experiments are none."""
        c, start = self.channels, 3 * self.channels + 6
        found = np.zeros((len(units.total), 8 * c + 7))
        found[:, start : start + c] = units.money / units.total[:, None]
        found[:, start + c : start + 2 * c] = units.claimed / units.money
        found[:, start + 2 * c] = units.total / units.revenue
        found[:, -c:] = 1.0
        outside = np.empty((len(self._calendar), len(found), 5))
        outside[0, :, 0], outside[0, :, 1] = (
            play.history.search_interest[:, -1],
            play.history.price_index[:, -1],
        )
        outside[1:, :, 0], outside[1:, :, 1] = play.search_interest.T, play.price_index.T
        outside[..., 0] *= 0.01
        outside[..., 2:] = self._calendar[:, None]
        return Opening(found, outside)

    def first(self, play: MarketPlay, units: Units, opening: Opening) -> Floats:
        """(S, O) before the first week."""
        seen = play.history
        last = [seen.spend[:, -1], seen.impressions[:, -1], seen.claimed[:, -1], seen.revenue[:, -1:]]
        return self._observed(np.concatenate(last, axis=1), units, opening, 0)

    def observe(self, play: MarketPlay, units: Units, opening: Opening) -> Floats:
        """(S, O) after the week just played; its readings enter `opening`, whose ages rise."""
        c = self.channels
        if self.spec.geos.count > 1:
            ages = opening.fields[:, -c:]
            np.minimum(ages + 1.0 / _YEAR, 1.0, out=ages)
            for world, readings in play.readings.items():
                for reading in readings:
                    channel = self.spec.names.index(reading.design.channel)
                    value, error = np.nan_to_num(reading.incremental_return(), posinf=0.0, neginf=0.0)
                    places = [channel - 3 * c, channel - 2 * c, channel - c]
                    opening.fields[world, places] = value, error, 0.0
        return self._observed(play.shown, units, opening, play.week)

    def _observed(self, shown: Array, units: Units, opening: Opening, week: int) -> Floats:
        found, width = opening.fields.copy(), shown.shape[1]
        np.divide(shown, units.shown, out=found[:, :width])
        found[:, width : width + 5] = opening.outside[week]
        np.minimum(found, _UPPER, out=found)
        np.maximum(found, _LOWER, out=found)
        return found.astype(np.float32)

    def _experiments(self, wishes: Floats) -> dict[int, ExperimentDesign]:
        """World to the geo experiment asked for: the channel with the highest score, if that is above a half."""
        rules, scores = self.spec.experiments, wishes[:, : self.channels]
        found: dict[int, ExperimentDesign] = {}
        for world in np.flatnonzero((scores > 0.5).any(axis=1)):
            weeks, share, factor = np.nan_to_num(wishes[world, self.channels :].astype(np.float64))
            found[int(world)] = ExperimentDesign(
                channel=self.spec.names[int(np.nanargmax(scores[world]))],
                regions=self.regions(share * rules.largest_share),
                weeks=rules.least_weeks + round(weeks * (rules.most_weeks - rules.least_weeks)),
                factor=MOST_FACTOR * factor,
            )
        return found

    def regions(self, share: float) -> tuple[int, ...]:
        """Regions that hold up to `share` of the market: every other one by size, then the rest; the smallest at least."""
        weights = self.spec.geo_weights
        taken, held = [], 0.0
        for region in [*range(1, len(weights), 2), *range(0, len(weights), 2)]:
            if held + weights[region] <= share:
                taken.append(region)
                held += float(weights[region])
        return tuple(sorted(taken)) or (len(weights) - 1,)
