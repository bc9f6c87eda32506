"""A market's numbers and its exogenous weeks, turned so that worlds lie along the last axis: what `weekly` plays with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from liftos_agents.sandbox import sales
from liftos_agents.sandbox.mechanisms import RivalSpec, SearchSpec
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.response import Response
from liftos_agents.sandbox.tape import Tape

_SMALL = 1_024
"""Channels · regions · worlds up to which numbers are written out: there a broadcast costs more than what it computes."""


@dataclass(frozen=True, eq=False)
class Week:
    """What a week comes to, to be filled in.

    Attributes:
        whole: (3C + 2, S) over all regions: spend, impressions and claims of each channel, revenue, and the expected one.
        spend: By region, (C, G, S).
        revenue, expected: By region, (G, S).
    """

    whole: Array
    spend: Array
    revenue: Array
    expected: Array

    @classmethod
    def empty(cls, channels: int, regions: int, worlds: int) -> Week:
        """Room for a week; a single region is the whole, in the same memory."""
        whole = np.empty((3 * channels + 2, worlds))
        if regions == 1:
            return cls(whole, whole[:channels, None], whole[-2:-1], whole[-1:])
        spend = np.empty((channels, regions, worlds))
        return cls(whole, spend, np.empty(spend.shape[1:]), np.empty(spend.shape[1:]))

    def worlds(self, some: slice) -> Week:
        """The part of some worlds, the same memory."""
        return Week(self.whole[:, some], self.spend[..., some], self.revenue[:, some], self.expected[:, some])


class Search:
    """The numbers of a channel bought by bids; numpy is quickest at arrays without axes."""

    def __init__(self, spec: SearchSpec) -> None:
        self.floor, self.volume = _number(spec.floor), _number(spec.volume)
        self.per_bid = _number(spec.volume / (spec.ceiling - spec.floor))
        """Exposure on offer at demand 1 by what the bid is above the floor."""
        self.bid = np.full((1, 1), spec.bid)


class Rival:
    """A rival's numbers; pressures are (1, S)."""

    def __init__(self, spec: RivalSpec, mean_spend: float) -> None:
        self.reacts, self.dearer, self.steals = spec.kind == "reactive", spec.price > 0, spec.steal > 0
        self.memory, self.price, self.taken = (_number(n) for n in (spec.memory, spec.price, -spec.steal))
        provoked = (1.0 - spec.memory) * spec.reaction
        self.provoked = _number(provoked)
        self.per_spend = _number(provoked / (mean_spend if spec.reference is None else spec.reference))


class Numbers:
    """A market's numbers, shaped to meet arrays (C, G, S)."""

    def __init__(self, response: Response) -> None:
        spec = response.spec
        channels = spec.channels
        self.response, self.spec = response, spec
        self.regions, self.channels = len(response.weights), len(channels)
        self.weights = self.shares = response.weights
        """Of the regions in the market: (G, 1); `shares` may be written out."""
        auctions = [c.auction for c in channels]
        pressure = [0.0 if a is None else a.pressure for a in auctions]
        reference = [
            c.mean_spend if c.auction is None else c.auction.reference or c.mean_spend for c in channels
        ]
        self.own_pressure = _column(pressure) if any(pressure) else None
        self.per_reference = 1.0 / _column(reference)
        self.elastic = [(k, a.demand) for k, a in enumerate(auctions) if a is not None and a.demand]
        """Channels whose prices follow demand, and its exponents."""
        self.searches = [(k, Search(c.search)) for k, c in enumerate(channels) if c.search is not None]
        self.falling_slope = -_column(response.slope)
        self.plain = bool((response.slope == 1.0).all())
        self.effect = np.ascontiguousarray(response.effect.T)[:, :, None]
        self.memory = _column(response.memory)
        self.fatigue = -_column(response.fatigue)
        self.tiring = self.fatigue * (1.0 - self.memory) / _column(response.mean_spend)
        self.per_mille = 1000.0 / np.array([[c.cost_per_mille] for c in channels])
        self.credit = response.credit[:, None]
        self.poaching = response.poaching[:, None] if response.poaching.any() else None
        reach = list(zip(response.within, response.delay, strict=True))
        self.windows = [n for n, (kernel, share) in enumerate(reach) if (kernel * share).any()]
        """Weeks from cause to purchase after which platforms may still take credit; none where they always may."""
        if not response.windowed:
            self.windows = []
        kernels = [response.carryover, *(reach[wait][0] * reach[wait][1] for wait in self.windows)]
        self.carryover = _rotations(np.stack(kernels) / np.array([c.half_saturation for c in channels]))
        """What of the exposures is at work, by half saturation, and what of that is bought in a platform's window."""
        self.delay = _rotations(response.delay[None])[:, 0]
        self.left = _rotations(response.delay[::-1].cumsum(axis=0)[None, ::-1])[:, 0]
        """Shares bought in a week, and in it or later."""
        self.prompt = bool((response.delay == 1.0).all())
        self.noise = sales.relative_level(spec)
        self.rival = None if spec.rival is None else Rival(spec.rival, spec.mean_spend)
        self._written: dict[int, Numbers] = {}

    def small(self, worlds: int) -> bool:
        """Whether calls cost more than what they compute."""
        return self.channels * self.regions * worlds <= _SMALL

    def written_out(self, worlds: int) -> Numbers:
        """These numbers once a channel, region and world, where that is small: numpy is slow at short broadcasts."""
        if not self.small(worlds):
            return self
        if worlds not in self._written:
            self._written[worlds] = copy(self)
            self._written[worlds]._write_out(self.channels, self.regions, worlds)
        return self._written[worlds]

    def _write_out(self, channels: int, regions: int, worlds: int) -> None:
        for names, shape in (
            (("shares", "falling_slope", "effect", "memory", "tiring"), (channels, regions, worlds)),
            (("own_pressure", "per_reference"), (channels, 1, worlds)),
            (("per_mille", "credit", "poaching"), (channels, worlds)),
        ):
            for name in names:
                if getattr(self, name) is not None:
                    setattr(self, name, np.broadcast_to(getattr(self, name), shape).copy())


class Track:
    """What happens whatever is spent, from the first week decided on: (W, …, S), regions and channels before worlds.

    Attributes:
        baseline, demand: (W, G, S).
        luck: (W, G, S), and its Normal `quantile`.
        seen: Share of sales that platforms see, (W, 1, S), or once a channel where that is small.
        pressure: Of a scheduled rival, (W, 1, S).
    """

    def __init__(self, numbers: Numbers, tape: Tape) -> None:
        self._numbers = numbers
        self.baseline, self.demand, self.luck = (
            _turned(series) for series in (tape.baseline, tape.demand, tape.luck)
        )
        self.quantile = ndtri(self.luck)
        self.seen = 1.0 - _turned(tape.tracking)[:, None]
        self.pressure = None if tape.pressure is None else _turned(tape.pressure)[:, None]
        self._changes = None if tape.effect is None else _turned(tape.effect)[:, :, None]
        self._price = None if tape.media_price is None else _turned(tape.media_price)[:, :, None]
        self._powers = {power: self.demand**power for _, power in numbers.elastic if power != 1.0}
        self._written: tuple[Array, Array | None] | None = None
        weeks, regions, worlds = self.demand.shape
        if numbers.small(worlds):
            self.seen = np.repeat(self.seen, numbers.channels, axis=1)
            shape = (weeks, numbers.channels, regions, worlds)
            effect, dearness = self.effect(slice(weeks)), self.dearness(slice(weeks), np.empty(shape))
            self._written = np.ascontiguousarray(np.broadcast_to(effect, shape)), dearness

    def some(self, worlds: Sequence[int]) -> Track:
        """Some of the worlds."""
        other = copy(self)
        for name in ("baseline", "demand", "luck", "quantile", "seen", "pressure", "_changes", "_price"):
            if getattr(self, name) is not None:
                setattr(other, name, getattr(self, name).take(worlds, axis=-1))
        other._powers = {power: each.take(worlds, axis=-1) for power, each in self._powers.items()}
        if self._written is not None:
            effect, dearness = self._written
            other._written = (
                effect.take(worlds, axis=-1),
                None if dearness is None else dearness.take(worlds, axis=-1),
            )
        return other

    def effect(self, weeks: int | slice) -> Array:
        """Sales that saturated media cause, against arrays ([W,] C, G, S)."""
        if self._written is not None:
            return self._written[0][weeks]
        found = self._numbers.effect
        if self._changes is not None:
            found = found * self._changes[weeks]
        if self._numbers.spec.media_follows_demand:
            found = found * self.demand[:, None][weeks]
        return found

    def dearness(self, weeks: int | slice, room: Array) -> Array | None:
        """What demand and breaks multiply prices by, against arrays ([W,] C, G, S); in `room` unless known already."""
        if self._written is not None:
            return self._written[1] if self._written[1] is None else self._written[1][weeks]
        if not self._numbers.elastic:
            return None if self._price is None else self._price[weeks]
        room[...] = 1.0 if self._price is None else self._price[weeks]
        for channel, power in self._numbers.elastic:
            room[..., channel, :, :] *= (self.demand if power == 1.0 else self._powers[power])[weeks]
        return room


def _rotations(kernels: Array) -> Array:
    """Weights by the slot of the newest week and by slot, (L, K, L, C), from weights by lag, (K, L, C)."""
    slots = np.arange(kernels.shape[1])
    lags = (slots[:, None] - slots[None, :]) % kernels.shape[1]
    return np.ascontiguousarray(np.moveaxis(kernels[:, lags], 0, 1))


def _turned(series: Array) -> Array:
    """(S, W, …) as (W, …, S)."""
    return np.ascontiguousarray(series.transpose(*range(1, series.ndim), 0))


def _number(value: float) -> Array:
    return np.array(value, dtype=np.float64)


def _column(values: Iterable[float]) -> Array:
    return np.array(list(values), dtype=np.float64)[:, None, None]
