"""What is decided for a week, and what a marketer sees after it. Nothing here is the truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
        abstains: (S,) worlds in which the decider says that the data do not tell what to do, and leaves the incumbent's
            budgets as they are; `spend` is not read there.
        stated: 90 % intervals that the decider states for each channel's return on its present spend, (S, C, 2), NaN where
            it states none; scored, never used.
    """

    spend: Array
    bids: Array | None = None
    refresh: NDArray[np.bool_] | None = None
    experiments: Mapping[int, ExperimentDesign] | None = None
    abstains: NDArray[np.bool_] | None = None
    stated: Array | None = None

    @classmethod
    def stack(cls, each: Sequence[Decision]) -> Decision:
        """Decisions of single worlds as one of all; a field is absent where every one lacks it.

        Raises:
            ArgumentError: Some give bids and others none.
        """
        given = [decision.bids is not None for decision in each]
        if any(given) and not all(given):
            raise ArgumentError("either every world's decision gives bids or none does")
        shape = (1, each[0].spend.shape[1])
        return cls(
            spend=np.concatenate([d.spend for d in each]),
            bids=np.concatenate([d.bids for d in each if d.bids is not None]) if all(given) else None,
            refresh=_stacked([d.refresh for d in each], np.zeros(shape, dtype=bool)),
            experiments={
                world: design for world, d in enumerate(each) for design in (d.experiments or {}).values()
            },
            abstains=_stacked([d.abstains for d in each], np.zeros(1, dtype=bool)),
            stated=_stacked([d.stated for d in each], np.full((*shape, 2), np.nan)),
        )

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


def _stacked(each: Sequence[NDArray[Any] | None], absent: NDArray[Any]) -> NDArray[Any] | None:
    if all(value is None for value in each):
        return None
    return np.concatenate([absent if value is None else value for value in each])


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
