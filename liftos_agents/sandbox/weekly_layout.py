"""A market's numbers and its exogenous weeks, turned so that worlds lie along the last axis: what `weekly` plays with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from liftos_agents.sandbox import sales
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.response import Response
from liftos_agents.sandbox.tape import Tape


@dataclass(frozen=True, eq=False)
class Week:
    """What a week comes to, to be filled in: spend (C, G, S), exposure and claims (C, S), revenues (G, S)."""

    spend: Array
    exposure: Array
    claimed: Array
    expected: Array
    revenue: Array

    @classmethod
    def empty(cls, channels: int, regions: int, worlds: int) -> Week:
        """Room for a week."""
        return cls(
            np.empty((channels, regions, worlds)),
            np.empty((channels, worlds)),
            np.empty((channels, worlds)),
            np.empty((regions, worlds)),
            np.empty((regions, worlds)),
        )

    def worlds(self, some: slice) -> Week:
        """The part of some worlds, the same memory."""
        return Week(
            self.spend[..., some],
            self.exposure[:, some],
            self.claimed[:, some],
            self.expected[:, some],
            self.revenue[:, some],
        )


class Numbers:
    """A market's numbers, shaped to meet arrays (C, G, S)."""

    def __init__(self, response: Response) -> None:
        spec = response.spec
        channels = spec.channels
        self.response, self.spec = response, spec
        self.weights = response.weights
        self.regions, self.channels = len(response.weights), len(channels)
        auctions = [c.auction for c in channels]
        pressure = [0.0 if a is None else a.pressure for a in auctions]
        elasticity = [0.0 if a is None else a.demand for a in auctions]
        reference = [
            c.mean_spend if c.auction is None else c.auction.reference or c.mean_spend for c in channels
        ]
        self.own_pressure = _column(pressure) if any(pressure) else None
        self.per_reference = 1.0 / _column(reference)
        self.elasticity = _column(elasticity) if any(elasticity) else None
        self.searches = [(k, c.search) for k, c in enumerate(channels) if c.search is not None]
        self.per_half = 1.0 / _column([c.half_saturation for c in channels])
        self.falling_slope = -_column(response.slope)
        self.plain = bool((response.slope == 1.0).all())
        self.effect = np.ascontiguousarray(response.effect.T)[:, :, None]
        self.memory = _column(response.memory)
        self.tiring = (1.0 - self.memory) / _column(response.mean_spend)
        self.fatigue = -_column(response.fatigue)
        self.credit = response.credit[:, None]
        self.poaching = response.poaching[:, None] if response.poaching.any() else None
        self.windows = [
            (wait, _column(share))
            for wait, (kernel, share) in enumerate(zip(response.within, response.delay, strict=True))
            if response.windowed and (kernel * share).any()
        ]
        """Weeks from cause to purchase in which platforms may still take credit, and shares bought then."""
        kernels = [response.carryover, *(response.within[wait] for wait, _ in self.windows)]
        self.carryover = _rotations(np.stack(kernels))
        self.delay = _rotations(response.delay[None])
        self.prompt = bool((response.delay == 1.0).all())
        self.noise = sales.relative_level(spec)
        rival = spec.rival
        self.taken_for_granted = (
            spec.mean_spend if rival is None or rival.reference is None else rival.reference
        )


@dataclass(frozen=True, eq=False)
class Track:
    """What happens whatever is spent, from the first week decided on: (W, …, S), regions and channels before worlds.

    `quantile` is the Normal quantile of `luck`; `log_demand` and `log_price` are None where no price follows them.
    """

    demand: Array
    baseline: Array
    luck: Array
    quantile: Array
    seen: Array
    log_demand: Array | None
    pressure: Array | None
    effect: Array | None
    log_price: Array | None

    @classmethod
    def of(cls, numbers: Numbers, tape: Tape) -> Track:
        """A tape, turned over."""
        demand = _turned(tape.demand)
        luck = _turned(tape.luck)
        return cls(
            demand=demand,
            baseline=_turned(tape.baseline),
            luck=luck,
            quantile=ndtri(luck),
            seen=1.0 - _turned(tape.tracking),
            log_demand=None if numbers.elasticity is None else np.log(demand),
            pressure=None if tape.pressure is None else _turned(tape.pressure),
            effect=None if tape.effect is None else _turned(tape.effect),
            log_price=None if tape.media_price is None else np.log(_turned(tape.media_price)),
        )


def _rotations(kernels: Array) -> Array:
    """Weights by the slot of the newest week and by slot, (L, K, L, C, 1, 1), from weights by lag, (K, L, C)."""
    slots = np.arange(kernels.shape[1])
    lags = (slots[:, None] - slots[None, :]) % kernels.shape[1]
    return np.ascontiguousarray(np.moveaxis(kernels[:, lags], 0, 1))[..., None, None]


def _turned(series: Array) -> Array:
    """(S, W, …) as (W, …, S)."""
    return np.ascontiguousarray(np.moveaxis(series, 0, -1))


def _column(values: Iterable[float]) -> Array:
    return np.array(list(values), dtype=np.float64)[:, None, None]
