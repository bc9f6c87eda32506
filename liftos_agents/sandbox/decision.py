"""What is decided for a week, and what a marketer sees after it. Nothing here is the truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox.experiments import ExperimentDesign, ExperimentReading
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.spec import MarketSpec


@dataclass(frozen=True, eq=False)
class Decision:
    """One week's decisions in S worlds.

    Attributes:
        spend: Budgets, (S, C).
        bids: Of channels bought by bids, (S, C); the incumbent's when absent.
        refresh: New creatives, (S, C).
        experiments: World to the geo experiment that begins there this week.
    """

    spend: Array
    bids: Array | None = None
    refresh: NDArray[np.bool_] | None = None
    experiments: Mapping[int, ExperimentDesign] | None = None

    @classmethod
    def of(cls, spec: MarketSpec, spend: Mapping[str, float] | ArrayLike, worlds: int = 1) -> Decision:
        """The same budgets in every world, by channel name or as (C,) or (S, C).

        Raises:
            ArgumentError: A channel is unknown or the shape is wrong.
        """
        if isinstance(spend, Mapping):
            unknown = sorted(set(spend) - set(spec.names))
            if unknown:
                raise ArgumentError(f"no channel {unknown[0]!r}", fix=f"Channels are {', '.join(spec.names)}")
            values = np.array([float(spend.get(name, 0.0)) for name in spec.names])
        else:
            values = np.asarray(spend, dtype=np.float64)
        try:
            return cls(np.broadcast_to(values, (worlds, len(spec.channels))).copy())
        except ValueError as error:
            raise ArgumentError(
                f"budgets need {len(spec.channels)} channels and {worlds} worlds, got shape {values.shape}"
            ) from error


@dataclass(frozen=True, eq=False)
class Report:
    """What S worlds show of T weeks; the week just played when T is 1.

    Attributes:
        weeks: (T,) numbers, from the first week shown.
        spend: Money spent, (S, T, C); likewise `impressions`, and `claimed`: revenue that the platforms report.
        revenue: Of the till, (S, T); by region, (S, T, G).
        region_spend: (S, T, G, C).
        search_interest, price_index: (S, T).
        readings: World to the experiments that ended.
    """

    weeks: NDArray[np.int64]
    spend: Array
    impressions: Array
    claimed: Array
    revenue: Array
    region_revenue: Array
    region_spend: Array
    search_interest: Array
    price_index: Array
    readings: Mapping[int, Sequence[ExperimentReading]]

    def dates(self, spec: MarketSpec) -> list[dt.date]:
        """The Mondays."""
        return [spec.start + dt.timedelta(days=7 * int(week)) for week in self.weeks]

    def world(self, index: int) -> Report:
        """One of the worlds, S = 1."""
        cut = slice(index, index + 1)
        found = self.readings.get(index, ())
        return Report(
            self.weeks,
            *(getattr(self, name)[cut] for name in _SERIES),
            readings={0: found} if found else {},
        )

    def then(self, later: Report) -> Report:
        """These weeks and later ones; readings of the later ones."""
        return Report(
            np.concatenate([self.weeks, later.weeks]),
            *(np.concatenate([getattr(self, name), getattr(later, name)], axis=1) for name in _SERIES),
            readings=later.readings,
        )


_SERIES = (
    "spend",
    "impressions",
    "claimed",
    "revenue",
    "region_revenue",
    "region_spend",
    "search_interest",
    "price_index",
)
