"""Worlds in play, a week at a time: the mechanics of `response`, arranged for speed.

`Response` answers any number of weeks at once and says what the market is; this plays the next week of a block of worlds, small
enough for its arrays to stay in the processor's cache. Worlds lie along the last axis, media are counted as if each region
were the whole market, exposures are told by half saturation, buffers are used again, and past weeks lie in rings. A test holds
the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox import sales
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.response import Carry
from liftos_agents.sandbox.weekly_layout import Numbers, Rival, Search, Track, Week

_LOGISTIC_HALF = float(np.arctanh(0.5))
_NOTHING, _ONE, _LEAST_BID, _LEAST = (np.array(each) for each in (0.0, 1.0, 1e-9, 1e-300))
_BUFFER = 16
"""The least that numpy allows: it would copy what is broadcast into its buffers, at twice the time."""


class Weekly:
    """A block of at least two worlds: with one alone numpy would add up in another order than with several.

    Args:
        numbers: Of the market.
        track: Of these worlds, from the first week decided.
        carry: What the weeks before left behind.
    """

    def __init__(self, numbers: Numbers, track: Track, carry: Carry) -> None:
        shape = (numbers.channels, numbers.regions, carry.pressure.shape[0])
        lags, waits = len(numbers.carryover), len(numbers.delay)
        self.track, self._market = track, numbers
        self.exposures, self.caused = np.zeros((lags, *shape)), np.zeros((waits, *shape))
        self.exposures[: lags - 1] = np.moveaxis(carry.exposure / numbers.weights, 0, -1).swapaxes(1, 2)
        self.caused[: waits - 1] = np.moveaxis(carry.caused, 0, -1).swapaxes(1, 2)
        self.due = np.zeros((waits, shape[0], shape[2]))
        for wait in range(waits - 1):
            self.due[wait] = np.add.reduce(np.ascontiguousarray(carry.credited[:, wait].T), axis=1)
        self.weariness = np.ascontiguousarray(carry.weariness.T) * numbers.fatigue
        self.pressure, self.spent = carry.pressure[None].copy(), carry.spent[None].copy()
        self._slot, self._wait, self._next = lags - 1, waits - 1, 0
        self._make_room()

    def _make_room(self) -> None:
        shape = self.weariness.shape
        self.small, self.numbers = self._market.small(shape[-1]), self._market.written_out(shape[-1])
        self._saturation, self._work, self._flowing = (np.empty(shape) for _ in range(3))
        self._carried = np.empty((self._market.carryover.shape[1], *shape))
        self._bought = np.empty((shape[0], 1, shape[-1]))
        self._poached = np.empty((shape[0], shape[-1]))

    def some(self, worlds: Sequence[int]) -> Weekly:
        """Some of the worlds, as they are now, in play by themselves; at least two."""
        other = copy(self)
        other.track = self.track.some(worlds)
        for name in ("exposures", "caused", "due", "weariness", "pressure", "spent"):
            setattr(other, name, getattr(self, name).take(worlds, axis=-1))
        other._make_room()
        return other

    @np.errstate(divide="ignore", over="ignore", invalid="ignore")
    def play(
        self,
        week: int,
        budgets: Array,
        out: Week,
        *,
        bids: Array | None = None,
        refresh: NDArray[np.bool_] | None = None,
        regional: Mapping[int, Array] | None = None,
    ) -> None:
        """Play `week`, counted from the first one decided, and fill in `out`.

        Args:
            budgets: (C, S).
            bids: Of the channels bought by bids, (C, S); the incumbent's when absent.
            refresh: New creatives, (C, S).
            regional: World to its budgets by region, (G, C), where experiments change them.
        """
        if not self.small:
            np.setbufsize(_BUFFER)  # `errstate` puts it back.
        numbers, regions, channels = self.numbers, self.numbers.regions, self.numbers.channels
        pressure = self._rival(week, budgets, regional)
        exposure = self._buy(week, self._asked(budgets, regional), bids, pressure, out.spend)
        impressions = out.whole[channels : 2 * channels]
        if regions == 1:
            np.multiply(exposure[:, 0], numbers.per_mille, out=impressions)
        else:
            np.add.reduce(out.spend, axis=1, out=out.whole[:channels])
            np.einsum("cgs,g->cs", exposure, numbers.weights[:, 0], out=impressions)
            impressions *= numbers.per_mille
        self._cause(week, exposure, refresh)
        bought = self._flow()
        baseline = self.track.baseline[week]
        if pressure is not None and numbers.rival is not None and numbers.rival.steals:
            kept = pressure * numbers.rival.taken
            baseline = baseline * np.exp(kept, out=kept)
        self._claim(week, bought, baseline, out.whole[2 * channels : 3 * channels])
        expected = np.add.reduce(bought, axis=0, out=out.expected)
        expected += baseline
        luck, quantile = self.track.luck[week], self.track.quantile[week]
        out.revenue[...] = sales.draw_at(numbers.spec.noise, numbers.noise, expected, luck, quantile)
        if regions > 1:
            np.add.reduce(out.revenue, axis=0, out=out.whole[-2])
            np.add.reduce(out.expected, axis=0, out=out.whole[-1])

    @np.errstate(divide="ignore", over="ignore")
    def fade(self, week: int, weeks: int) -> Array:
        """Expected revenue (S,) that is still to come in `weeks` weeks from `week` on without further spend.

        What a reactive rival, provoked before, still takes away is taken off.
        """
        numbers, newest = self.numbers, self._slot
        later = np.arange(len(self.exposures) - 1)
        kernels = numbers.carryover[(newest + later) % len(self.exposures), 0]
        for ahead in later:
            kernels[ahead, (newest + np.arange(ahead + 1)) % len(self.exposures)] = 0.0
        carried = np.einsum("lcgs,wlc->wcgs", self.exposures, kernels)
        saturation = self._saturate(carried, np.empty_like(carried))
        caused = saturation * self.track.effect(slice(week, week + len(later)))
        if numbers.response.tires:
            left = np.power.outer(numbers.response.memory, later + 1.0).T[..., None, None]
            caused *= np.exp(self.weariness * left)
        for upper, lower, strength in numbers.response.interactions:
            caused[:, lower] *= 1.0 + strength * saturation[:, upper]
        np.add.reduce(caused, axis=0, out=self.caused[self._wait])
        total = np.einsum("wcgs,wc->s", self.caused, numbers.left[self._wait])
        if numbers.rival is not None and numbers.rival.reacts:
            pressure = self._provoked(numbers.rival) * numbers.rival.memory ** np.arange(weeks)[:, None, None]
            taken = np.expm1(numbers.rival.taken * pressure)
            total += (self.track.baseline[week : week + weeks] * taken).sum(axis=(0, 1))
        return total

    def _asked(self, budgets: Array, regional: Mapping[int, Array] | None) -> Array:
        """Budgets as if each region were the whole market, (C, 1, S) where all regions have the same, else (C, G, S)."""
        if not regional:
            return budgets[:, None]
        asked = self._flowing
        asked[...] = budgets[:, None]
        for world, changed in regional.items():
            asked[..., world] = (changed / self.numbers.weights).T
        return asked

    def _rival(self, week: int, budgets: Array, regional: Mapping[int, Array] | None) -> Array | None:
        rival = self.numbers.rival
        if rival is None or not rival.reacts:
            return None if self.track.pressure is None else self.track.pressure[week]
        self.pressure = self._provoked(rival)
        np.add.reduce(budgets, axis=0, out=self.spent[0])
        for world, changed in (regional or {}).items():
            self.spent[0, world] = changed.sum()
        return self.pressure

    def _provoked(self, rival: Rival) -> Array:
        """A reactive rival's pressure in the week after the last one, (1, S)."""
        provoked = self.spent * rival.per_spend
        provoked -= rival.provoked
        np.maximum(provoked, _NOTHING, out=provoked)
        provoked += rival.memory * self.pressure
        return provoked

    def _buy(
        self, week: int, asked: Array, bids: Array | None, pressure: Array | None, spent: Array
    ) -> Array:
        """The exposure bought; fills in the money `spent`, by region."""
        numbers, exposure, bought = self.numbers, self.exposures[self._slot], asked
        room = self._bought if asked.shape[1] == 1 else self._work
        if numbers.own_pressure is not None:
            price = np.multiply(asked, numbers.per_reference, out=room)
            np.log1p(price, out=price)
            price *= numbers.own_pressure
            bought = np.divide(asked, np.exp(price, out=price), out=price)
        if pressure is not None and numbers.rival is not None and numbers.rival.dearer:
            dearer = pressure * numbers.rival.price
            dearer += _ONE
            bought = np.divide(bought, dearer, out=room)
        dearness = self.track.dearness(week, self._saturation)
        if dearness is None:
            exposure[...] = bought
        else:
            np.divide(bought, dearness, out=exposure)
        if numbers.regions == 1:
            spent[...] = asked
        else:
            np.multiply(asked, numbers.shares, out=spent)
        for c, search in numbers.searches:
            self._search(week, search, None if bids is None else bids[c : c + 1], exposure[c], spent[c])
        return exposure

    def _search(self, week: int, search: Search, bid: Array | None, sought: Array, spent: Array) -> None:
        """Cut a channel's exposure and spend, (G, S), to the searches that its `bid`, (1, S), wins."""
        bid = search.bid if bid is None else bid
        offered = bid - search.floor
        offered *= search.per_bid
        np.minimum(offered, search.volume, out=offered)
        np.maximum(offered, _NOTHING, out=offered)
        paid = np.maximum(bid, _LEAST_BID)
        offered *= paid
        share = self.track.demand[week] * offered
        share /= sought
        # Nothing offered to who seeks nothing is not a number.
        np.fmin(share, _ONE, out=share)
        spent *= share
        share /= paid
        sought *= share

    def _cause(self, week: int, exposure: Array, refresh: NDArray[np.bool_] | None) -> None:
        """Sales caused by this week's exposures and earlier ones, and when platforms will take credit for them."""
        numbers, carried = self.numbers, self._carried
        kernels = numbers.carryover[self._slot]
        if self.small:
            np.einsum("lcgs,wlc->wcgs", self.exposures, kernels, out=carried)
        else:
            np.einsum("lcgs,lc->cgs", self.exposures, kernels[0], out=carried[0])
            for kernel, recent in zip(kernels[1:], carried[1:], strict=True):
                _weigh(self.exposures, kernel, recent, self._work)
        self._slot = (self._slot + 1) % len(self.exposures)
        saturation = self._saturate(carried[0], self._saturation)
        caused = np.multiply(saturation, self.track.effect(week), out=self.caused[self._wait])
        if numbers.response.tires:
            caused *= self._liveliness(exposure, refresh)
        for upper, lower, strength in numbers.response.interactions:
            stronger = saturation[upper] * strength
            stronger += _ONE
            caused[lower] *= stronger
        if numbers.windows:
            worth = np.maximum(carried[0], _LEAST, out=self._work)
            np.divide(caused, worth, out=worth)
            for recent, wait in zip(carried[1:], numbers.windows, strict=True):
                due = self.due[(self._next + wait) % len(self.due)]
                if numbers.regions == 1:
                    recent *= worth
                    due += recent[:, 0]
                else:
                    due += np.einsum("cgs,cgs->cs", recent, worth, out=self._poached)

    def _saturate(self, carried: Array, out: Array) -> Array:
        """How saturated buyers are, 0 … 1, by exposures at work, which are told by half saturation."""
        if self.numbers.spec.saturation == "logistic":
            np.multiply(carried, _LOGISTIC_HALF, out=out)
            return np.tanh(out, out=out)
        if self.numbers.plain:
            return np.divide(carried, np.add(carried, _ONE, out=out), out=out)
        np.log(carried, out=out)
        out *= self.numbers.falling_slope
        np.exp(out, out=out)
        out += _ONE
        return np.divide(_ONE, out, out=out)

    def _liveliness(self, exposure: Array, refresh: NDArray[np.bool_] | None) -> Array:
        """Share of the effect that tired creatives leave; weariness is told as its logarithm."""
        numbers, work, weariness = self.numbers, self._work, self.weariness
        if refresh is not None:
            if numbers.regions == 1:
                np.putmask(weariness, refresh, _NOTHING)
            elif np.count_nonzero(refresh):
                np.copyto(weariness, _NOTHING, where=refresh[:, None])
        weariness *= numbers.memory
        weariness += np.multiply(exposure, numbers.tiring, out=work)
        return np.exp(weariness, out=work)

    def _flow(self) -> Array:
        """Sales bought this week, (C, G, S)."""
        if self.numbers.prompt:
            return self.caused[0]
        delay = self.numbers.delay[self._wait]
        self._wait = (self._wait + 1) % len(self.caused)
        return np.einsum("wcgs,wc->cgs", self.caused, delay, out=self._flowing)

    def _claim(self, week: int, bought: Array, baseline: Array, claimed: Array) -> None:
        """What platforms report, (C, S)."""
        numbers, poached, national = self.numbers, self._poached, self.numbers.regions == 1
        if numbers.windows:
            np.multiply(self.due[self._next], numbers.credit, out=claimed)
            self.due[self._next] = 0.0
            self._next = (self._next + 1) % len(self.due)
        elif national:
            np.multiply(bought[:, 0], numbers.credit, out=claimed)
        else:
            np.add.reduce(bought, axis=1, out=claimed)
            claimed *= numbers.credit
        if numbers.poaching is not None:
            if national:
                np.multiply(self._saturation[:, 0], baseline, out=poached)
            else:
                np.einsum("cgs,gs->cs", self._saturation, baseline, out=poached)
            poached *= numbers.poaching
            claimed += poached
        claimed *= self.track.seen[week]


def _weigh(ring: Array, kernel: Array, out: Array, work: Array) -> None:
    """out = Σ kernel[l] · ring[l] over the slots that count, in their order."""
    slots = np.flatnonzero(kernel.any(axis=1))
    if len(slots) > 2:
        np.einsum("lcgs,lc->cgs", ring, kernel, out=out)
        return
    np.multiply(ring[slots[0]], kernel[slots[0]][:, None, None], out=out)
    for slot in slots[1:]:
        out += np.multiply(ring[slot], kernel[slot][:, None, None], out=work)
