"""Worlds in play, a week at a time: the mechanics of `response`, arranged for speed.

`Response` answers any number of weeks at once and says what the market is; this plays the next week of a block of worlds, small
enough for its arrays to stay in the processor's cache. Worlds lie along the last axis, media are counted as if each region
were the whole market, buffers are used again, and past weeks lie in rings. A test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox import sales
from liftos_agents.sandbox.mechanisms import RivalSpec
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.response import Carry
from liftos_agents.sandbox.weekly_layout import Numbers, Track, Week

_LOGISTIC_HALF = float(np.arctanh(0.5))
_SMALL = 6_000
"""Elements of a ring below which one product and one sum are quicker than a loop over lags."""


class Weekly:
    """A block of at least two worlds: with one alone numpy would add up in another order than with several.

    Args:
        numbers: Of the market.
        track: Of these worlds, from the first week decided.
        carry: What the weeks before left behind.
    """

    def __init__(self, numbers: Numbers, track: Track, carry: Carry) -> None:
        self.numbers, self.track = numbers, track
        worlds = carry.pressure.shape[0]
        shape = (numbers.channels, numbers.regions, worlds)
        kernels, lags, waits = numbers.carryover.shape[1], len(numbers.carryover), len(numbers.delay)
        self.exposures = np.zeros((lags, *shape))
        self.exposures[: lags - 1] = np.moveaxis(carry.exposure / numbers.weights, 0, -1).swapaxes(1, 2)
        self.caused, self.due = np.zeros((waits, *shape)), np.zeros((waits, *shape))
        self.caused[: waits - 1] = np.moveaxis(carry.caused, 0, -1).swapaxes(1, 2)
        self.due[: waits - 1] = np.moveaxis(carry.credited, 0, -1).swapaxes(1, 2)
        self.weariness = np.ascontiguousarray(carry.weariness.T)
        self.pressure, self.spent = carry.pressure.copy(), carry.spent.copy()
        self._slot, self._wait, self._next = lags - 1, waits - 1, 0
        self._asked, self._bought = np.empty(shape), np.empty(shape)
        self._saturation, self._work = np.empty(shape), np.empty(shape)
        self._carried, self._flowing = np.empty((kernels, *shape)), np.empty((1, *shape))
        self._products = [
            np.empty((outs, rows, *shape)) if outs * rows * self._work.size <= _SMALL else None
            for outs, rows in ((kernels, lags), (1, waits))
        ]

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
        numbers, track = self.numbers, self.track
        asked = self._asked
        asked[...] = budgets[:, None, :]
        for world, changed in (regional or {}).items():
            asked[..., world] = (changed / numbers.weights).T
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            pressure = self._rival(week, asked)
            spent, exposure = self._buy(week, asked, bids, pressure)
            self._cause(week, exposure, refresh)
        bought = self._flow()
        baseline = track.baseline[week]
        if pressure is not None and numbers.spec.rival is not None and numbers.spec.rival.steal:
            baseline = baseline * np.exp(-numbers.spec.rival.steal * pressure)
        np.multiply(spent, numbers.weights, out=out.spend)
        _over_regions(np.multiply(exposure, numbers.weights, out=self._work), out.exposure)
        self._claim(week, bought, baseline, out.claimed)
        expected = np.add.reduce(bought, axis=0, out=out.expected)
        expected += baseline
        out.revenue[...] = sales.draw_at(
            numbers.spec.noise, numbers.noise, expected, track.luck[week], track.quantile[week]
        )

    def fade(self, week: int, weeks: int) -> Array:
        """Expected revenue (S,) that is still to come in `weeks` weeks from `week` on without further spend.

        What a reactive rival, provoked before, still takes away is taken off.
        """
        total = np.zeros(len(self.spent))
        media = len(self.exposures) + len(self.caused) - 2
        with np.errstate(divide="ignore", over="ignore"):
            for later in range(week, week + media):
                self.exposures[self._slot] = 0.0
                self._cause(later, self.exposures[self._slot], None)
                total += self._flow().sum(axis=(0, 1))
        rival = self.numbers.spec.rival
        if rival is not None and rival.kind == "reactive":
            pressure = self._provoked(rival) * rival.memory ** np.arange(weeks)[:, None]
            taken = np.expm1(-rival.steal * pressure)
            total += (self.track.baseline[week : week + weeks] * taken[:, None]).sum(axis=(0, 1))
        return total

    def _rival(self, week: int, asked: Array) -> Array | None:
        rival = self.numbers.spec.rival
        if rival is None or rival.kind == "scheduled":
            return None if self.track.pressure is None else self.track.pressure[week]
        self.pressure = self._provoked(rival)
        if self.numbers.regions == 1:
            self.spent = asked[:, 0].sum(axis=0)
        else:
            self.spent = np.multiply(asked, self.numbers.weights, out=self._work).sum(axis=(0, 1))
        return self.pressure

    def _provoked(self, rival: RivalSpec) -> Array:
        """A reactive rival's pressure in the week after the last one."""
        provoked = self.spent / self.numbers.taken_for_granted
        provoked -= 1.0
        np.maximum(provoked, 0.0, out=provoked)
        provoked *= (1.0 - rival.memory) * rival.reaction
        provoked += rival.memory * self.pressure
        return provoked

    def _buy(
        self, week: int, asked: Array, bids: Array | None, pressure: Array | None
    ) -> tuple[Array, Array]:
        """Money spent and exposure bought with it; prices are multiplied as logarithms, for one exponential."""
        numbers, track, exposure = self.numbers, self.track, self.exposures[self._slot]
        price, filled = self._bought, False
        if numbers.own_pressure is not None:
            np.multiply(asked, numbers.per_reference, out=price)
            price += 1.0
            np.log(price, out=price)
            price *= numbers.own_pressure
            filled = True
        for factor in self._common(week, pressure):
            if filled:
                price += factor
            else:
                price[...] = factor
                filled = True
        if filled:
            np.exp(price, out=price)
            np.divide(asked, price, out=exposure)
        else:
            exposure[...] = asked
        if not numbers.searches:
            return asked, exposure
        spent = self._bought
        spent[...] = asked
        for c, search in numbers.searches:
            bid = search.bid if bids is None else bids[c]
            voice = np.minimum(np.maximum((bid - search.floor) / (search.ceiling - search.floor), 0.0), 1.0)
            paid = np.maximum(bid, 1e-9)
            sought = exposure[c].copy()
            bought = np.minimum(sought / paid, search.volume * voice * track.demand[week])
            spent[c] *= np.divide(bought * paid, sought, out=np.zeros_like(bought), where=sought > 0)
            exposure[c] = bought
        return spent, exposure

    def _common(self, week: int, pressure: Array | None) -> Iterable[Array]:
        """Logarithms of what else makes media dearer."""
        numbers, track = self.numbers, self.track
        if track.log_demand is not None and numbers.elasticity is not None:
            yield np.multiply(numbers.elasticity, track.log_demand[week], out=self._work)
        if track.log_price is not None:
            yield track.log_price[week][:, None, :]
        rival = numbers.spec.rival
        if pressure is not None and rival is not None and rival.price:
            yield np.log(1.0 + rival.price * pressure)

    def _cause(self, week: int, exposure: Array, refresh: NDArray[np.bool_] | None) -> None:
        """Sales caused by this week's exposures and earlier ones, and when platforms will take credit for them."""
        numbers, track, carried, work = self.numbers, self.track, self._carried, self._work
        _weigh(self.exposures[None], numbers.carryover[self._slot], carried, work, self._products[0])
        self._slot = (self._slot + 1) % len(self.exposures)
        saturation = self._saturation
        np.multiply(carried[0], numbers.per_half, out=saturation)
        if numbers.spec.saturation == "logistic":
            saturation *= _LOGISTIC_HALF
            np.tanh(saturation, out=saturation)
        elif numbers.plain:
            np.add(saturation, 1.0, out=work)
            saturation /= work
        else:
            np.log(saturation, out=saturation)
            saturation *= numbers.falling_slope
            np.exp(saturation, out=saturation)
            saturation += 1.0
            np.divide(1.0, saturation, out=saturation)
        caused = np.multiply(saturation, numbers.effect, out=self.caused[self._wait])
        if track.effect is not None:
            caused *= track.effect[week][:, None, :]
        if numbers.spec.media_follows_demand:
            caused *= track.demand[week]
        if numbers.response.tires:
            caused *= self._liveliness(exposure, refresh)
        for upper, lower, strength in numbers.response.interactions:
            caused[lower] *= 1.0 + strength * saturation[upper]
        if numbers.windows:
            worth = np.divide(caused, np.maximum(carried[0], 1e-300, out=work), out=work)
            for recent, (wait, share) in zip(carried[1:], numbers.windows, strict=True):
                recent *= share
                recent *= worth
                self.due[(self._next + wait) % len(self.due)] += recent

    def _liveliness(self, exposure: Array, refresh: NDArray[np.bool_] | None) -> Array:
        """Share of the effect that tired creatives leave."""
        numbers, work = self.numbers, self._work
        if refresh is not None and refresh.any():
            self.weariness *= ~refresh[:, None, :]
        self.weariness *= numbers.memory
        self.weariness += np.multiply(exposure, numbers.tiring, out=work)
        return np.exp(np.multiply(self.weariness, numbers.fatigue, out=work), out=work)

    def _flow(self) -> Array:
        """Sales bought this week, (C, G, S)."""
        if self.numbers.prompt:
            return self.caused[0]
        _weigh(
            self.caused[None], self.numbers.delay[self._wait], self._flowing, self._work, self._products[1]
        )
        self._wait = (self._wait + 1) % len(self.caused)
        return self._flowing[0]

    def _claim(self, week: int, bought: Array, baseline: Array, claimed: Array) -> None:
        """What platforms report, (C, S)."""
        numbers = self.numbers
        if numbers.windows:
            _over_regions(self.due[self._next], claimed)
            self.due[self._next] = 0.0
            self._next = (self._next + 1) % len(self.due)
        else:
            _over_regions(bought, claimed)
        claimed *= numbers.credit
        if numbers.poaching is not None:
            poached = np.multiply(self._saturation, baseline, out=self._work)
            claimed += numbers.poaching * (poached[:, 0] if numbers.regions == 1 else poached.sum(axis=1))
        claimed *= self.track.seen[week]


def _weigh(ring: Array, kernels: Array, out: Array, work: Array, products: Array | None) -> None:
    """out[i] = Σ kernels[i, l] · ring[0, l], in the order of the slots."""
    if products is not None:
        np.multiply(ring, kernels, out=products)
        np.add.reduce(products, axis=1, out=out)
        return
    for i, kernel in enumerate(kernels):
        np.multiply(ring[0, 0], kernel[0], out=out[i])
        for slot in range(1, len(kernel)):
            if kernel[slot].any():
                np.multiply(ring[0, slot], kernel[slot], out=work)
                out[i] += work


def _over_regions(values: Array, out: Array) -> None:
    if values.shape[1] == 1:
        out[...] = values[:, 0]
    else:
        np.add.reduce(values, axis=1, out=out)
