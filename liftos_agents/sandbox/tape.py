"""What happens in a world whatever is spent: demand, prices, the incumbent's plan, hidden breaks, and the luck of each week."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox.demand import (
    baseline_path,
    demand_path,
    price_path,
    proxy_path,
    region_demand,
)
from liftos_agents.sandbox.incumbent import planned_spend
from liftos_agents.sandbox.noise import Array, uniforms
from liftos_agents.sandbox.spec import MarketSpec


@dataclass(frozen=True, eq=False)
class Tape:
    """S worlds over W weeks from `first`, which counts from the first week shown and may be negative.

    Attributes:
        seeds: (S,).
        national_demand: D, (S, W).
        demand: By region, (S, W, G).
        price: Relative to the list price, (S, W).
        proxy: Search interest, (S, W).
        baseline: Expected revenue without media and rival, (S, W, G).
        luck: One uniform a week and region, (S, W, G).
        tracking: Loss τ, (S, W).
        pressure: Of a scheduled rival, (S, W); None without one.
        effect, media_price: What breaks multiply by, (S, W, C); None without such breaks.
    """

    spec: MarketSpec
    first: int
    seeds: NDArray[np.int64]
    national_demand: Array
    demand: Array
    price: Array
    proxy: Array
    baseline: Array
    luck: Array
    tracking: Array
    pressure: Array | None = None
    effect: Array | None = None
    media_price: Array | None = None

    @property
    def weeks(self) -> int:
        """W."""
        return self.national_demand.shape[1]

    @cached_property
    def planned(self) -> Array:
        """The incumbent's spend, (S, W, C): not drawn for weeks in which nobody asks for it."""
        span = np.arange(self.first, self.first + self.weeks)
        return planned_spend(self.spec, self.seeds, span, self.national_demand)

    def span(self, start: int, stop: int) -> Tape:
        """The weeks from position `start` to before `stop`."""
        cut = {name: value[:, start:stop] for name, value in self._series().items()}
        return replace(self, first=self.first + start, **cut)

    def worlds(self, some: slice) -> Tape:
        """Some of the worlds."""
        return replace(
            self, seeds=self.seeds[some], **{name: value[some] for name, value in self._series().items()}
        )

    def repeat(self, times: int) -> Tape:
        """Each world `times` times in a row, for rollouts beside each other."""
        more = {name: np.repeat(value, times, axis=0) for name, value in self._series().items()}
        return replace(self, seeds=np.repeat(self.seeds, times), **more)

    def _series(self) -> dict[str, Array]:
        return {name: value for name in _SERIES if (value := getattr(self, name)) is not None}


_SERIES = tuple(each.name for each in fields(Tape) if each.name not in ("spec", "first", "seeds"))


def record(spec: MarketSpec, seeds: NDArray[np.int64], weeks: int, first: int | None = None) -> Tape:
    """The tape of `seeds` over `weeks` weeks from `first` (the start of `weeks_before` when absent)."""
    start = -spec.weeks_before if first is None else first
    span = np.arange(start, start + weeks)
    demand = demand_path(spec, seeds, span)
    regions = demand[..., None] * region_demand(spec, seeds, span)
    price = price_path(spec, seeds, span)
    baseline = baseline_path(spec, span, regions, price)
    changes = _Changes(spec, seeds, span)
    return Tape(
        spec=spec,
        first=start,
        seeds=seeds,
        national_demand=demand,
        demand=regions,
        price=price,
        proxy=proxy_path(spec, seeds, span, demand),
        baseline=baseline * spec.geo_weights * changes.factor("base")[..., None],
        luck=np.ascontiguousarray(uniforms(seeds, span, _streams(spec)).transpose(1, 2, 0)),
        tracking=changes.tracking(),
        pressure=_scheduled(spec, seeds, span),
        effect=changes.by_channel("effect"),
        media_price=changes.by_channel("price"),
    )


def break_dates(spec: MarketSpec, seeds: NDArray[np.int64]) -> Array:
    """The hidden week of each break, (B, S), from the first week shown."""
    if not spec.breaks:
        return np.empty((0, len(seeds)))
    drawn = uniforms(seeds, [0], tuple(f"date of break {n + 1}" for n in range(len(spec.breaks))))[..., 0]
    earliest, spread = (np.array([[getattr(b, name)] for b in spec.breaks]) for name in ("week", "spread"))
    return earliest + np.floor(spread * drawn)


def _streams(spec: MarketSpec) -> tuple[str, ...]:
    return ("sales", *(f"sales in region {g + 1}" for g in range(1, spec.geos.count)))


def _scheduled(spec: MarketSpec, seeds: NDArray[np.int64], span: NDArray[np.int64]) -> Array | None:
    if spec.rival is None or spec.rival.kind != "scheduled":
        return None
    on = np.zeros(len(span))
    for first, last in spec.rival.weeks:
        on[(span >= first) & (span <= last)] = spec.rival.pressure
    return np.broadcast_to(on, (len(seeds), len(span)))


class _Changes:
    """The breaks of each world, on its own hidden dates."""

    def __init__(self, spec: MarketSpec, seeds: NDArray[np.int64], span: NDArray[np.int64]) -> None:
        self.spec, self.shape = spec, (len(seeds), len(span))
        self.dates: list[Array] = []
        self.after: list[NDArray[np.bool_]] = []
        for date in break_dates(spec, seeds):
            self.dates.append(date[:, None])
            self.after.append(span[None, :] >= date[:, None])

    def factor(self, what: str) -> Array:
        found = np.ones(self.shape)
        for change, after in zip(self.spec.breaks, self.after, strict=True):
            if change.what == what:
                found = np.where(after, found * change.value, found)
        return found

    def tracking(self) -> Array:
        """The loss since the latest of its breaks, whatever their order in the specification."""
        found = np.full(self.shape, self.spec.tracking_loss)
        since = np.full(self.shape, -np.inf)
        for change, date, after in zip(self.spec.breaks, self.dates, self.after, strict=True):
            if change.what == "tracking":
                newer = after & (date >= since)
                found, since = np.where(newer, change.value, found), np.where(newer, date, since)
        return found

    def by_channel(self, what: str) -> Array | None:
        if all(change.what != what for change in self.spec.breaks):
            return None
        found = np.ones((*self.shape, len(self.spec.channels)))
        for change, after in zip(self.spec.breaks, self.after, strict=True):
            if change.what == what:
                touched = [change.channel in (None, name) for name in self.spec.names]
                found = np.where(after[..., None] & np.array(touched), found * change.value, found)
        return found
