"""What media do: from money to exposure, carry-over, saturation, sales and the platforms' claims.

Every mechanism is a causal filter of the spend: nothing feeds back from sales. So the same functions play one week with what
the weeks before left behind (`Carry`), or all weeks at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.spec import ChannelSpec, MarketSpec
from liftos_agents.sandbox.tape import Tape

_CALM = 1e-9
"""Of a rival's pressure: what counts as none."""
_LOGISTIC_HALF = float(np.arctanh(0.5))


@dataclass(frozen=True, eq=False)
class Carry:
    """What past weeks left behind.

    Attributes:
        exposure: The last weeks' exposure, (S, L − 1, G, C), oldest first.
        caused: Sales caused and not bought yet, by week of cause, (S, K − 1, G, C).
        credited: Of those, what falls in the platforms' windows, by week of purchase, the next one first; zeros without windows.
        weariness: F of the creatives, (S, G, C).
        pressure: Of a reactive rival, (S,).
        spent: Last week's budget, (S,).
    """

    exposure: Array
    caused: Array
    credited: Array
    weariness: Array
    pressure: Array
    spent: Array

    def worlds(self, some: slice) -> Carry:
        """Some of the worlds."""
        return Carry(**{f.name: getattr(self, f.name)[some] for f in fields(self)})

    @classmethod
    def join(cls, each: Sequence[Carry]) -> Carry:
        """Worlds after each other."""
        return cls(**{f.name: np.concatenate([getattr(c, f.name) for c in each]) for f in fields(cls)})

    def repeat(self, times: int) -> Carry:
        """One world's past `times` times."""
        return Carry(**{f.name: np.repeat(getattr(self, f.name), times, axis=0) for f in fields(self)})


@dataclass(frozen=True, eq=False)
class Flows:
    """S worlds over W weeks, expected values; arrays (S, W, G, C), the baseline (S, W, G).

    Attributes:
        spend: Money really spent: a search budget may find too few searches.
        exposure: As money at base prices.
        saturation: 0 … 1.
        incremental: Revenue that media bring in, in the week in which it is bought.
        baseline: Revenue without media, what a rival steals taken off.
        claimed: Revenue that the platforms report.
    """

    spend: Array
    exposure: Array
    saturation: Array
    incremental: Array
    baseline: Array
    claimed: Array

    @property
    def expected(self) -> Array:
        """Expected revenue, (S, W, G)."""
        return self.baseline + self.incremental.sum(axis=-1)

    def beyond(self, world: int) -> Array:
        """Expected revenue of all weeks less the baseline of one world, (S,): differences are exact where media are small."""
        return self.incremental.sum(axis=(1, 2, 3)) + (self.baseline - self.baseline[world]).sum(axis=(1, 2))


class Response:
    """The mechanics of one specification, its numbers gathered once."""

    def __init__(self, spec: MarketSpec) -> None:
        channels = spec.channels
        self.spec = spec
        self.weights = spec.geo_weights[:, None]
        self.mean_spend = _gathered(channels, "mean_spend")
        self.effect = self.weights * _gathered(channels, "effect")
        self.half = self.weights * _gathered(channels, "half_saturation")
        self.slope = _gathered(channels, "slope")
        self.credit, self.poaching = _gathered(channels, "credit"), _gathered(channels, "poaching")
        self.carryover = carryover_kernel(spec)
        self.delay = _padded([c.delay for c in channels])
        windows = np.array([np.inf if c.window is None else c.window for c in channels])
        lags = np.arange(len(self.carryover))[:, None]
        self.within = [self.carryover * (lags + wait < windows) for wait in range(len(self.delay))]
        """By weeks from cause to purchase: the weights of exposures that are then still in the platform's window."""
        self.windowed = any(
            bool(((kernel < self.carryover) & (share > 0)).any())
            for kernel, share in zip(self.within, self.delay, strict=True)
        )
        self.fatigue = np.array([c.fatigue.strength for c in channels])
        self.memory = np.array([c.fatigue.memory for c in channels])
        self.tires = bool((self.fatigue > 0).any())
        self.interactions = [
            (spec.names.index(i.upper), spec.names.index(i.lower), i.strength) for i in spec.interactions
        ]
        self.fading = len(self.carryover) + len(self.delay) - 2 + self._rival_calms_down()
        """Weeks after the last spend in which it still has an effect."""
        self._auctions = [(k, c.auction) for k, c in enumerate(channels) if c.auction is not None]
        self._searches = [(k, c.search) for k, c in enumerate(channels) if c.search is not None]

    def fresh(self, worlds: int) -> Carry:
        """Nothing carried over."""
        shape = (self.weights.shape[0], len(self.spec.channels))
        lags, waits = len(self.carryover) - 1, len(self.delay) - 1
        return Carry(
            exposure=np.zeros((worlds, lags, *shape)),
            caused=np.zeros((worlds, waits, *shape)),
            credited=np.zeros((worlds, waits, *shape)),
            weariness=np.zeros((worlds, *shape)),
            pressure=np.zeros(worlds),
            spent=np.full(worlds, self._taken_for_granted),
        )

    def respond(
        self,
        tape: Tape,
        spend: Array,
        *,
        bids: Array | None = None,
        refresh: NDArray[np.bool_] | None = None,
        carry: Carry | None = None,
    ) -> tuple[Flows, Carry]:
        """What `spend` does in the weeks of `tape`, and what it leaves behind.

        Args:
            spend: Budgets, (S, W, G, C).
            bids: Of the channels bought by bids, (S, W, C); the incumbent's when absent.
            refresh: New creatives, (S, W, C).
        """
        before = carry or self.fresh(len(spend))
        pressure, rival = self._rival(tape, spend, before)
        spent, exposure = self._buy(tape, spend, bids, pressure)
        carried, exposures = _filter(exposure, before.exposure, self.carryover)
        saturation = self._saturation(carried)
        caused = self.effect * saturation
        if tape.effect is not None:
            caused = caused * tape.effect[:, :, None, :]
        if self.spec.media_follows_demand:
            caused = caused * tape.demand[..., None]
        weariness = before.weariness
        if self.tires:
            lively, weariness = self._wear(exposure, refresh, weariness)
            caused = caused * lively
        for upper, lower, strength in self.interactions:
            caused[..., lower] *= 1.0 + strength * saturation[..., upper]
        incremental, waiting = _filter(caused, before.caused, self.delay)
        seen, unseen = incremental, before.credited
        if self.windowed:
            per_exposure = np.divide(caused, carried, out=np.zeros_like(carried), where=carried > 0)
            seen, unseen = self._in_windows(exposure, per_exposure, before)
        baseline = tape.baseline
        if pressure is not None and self.spec.rival is not None and self.spec.rival.steal:
            baseline = baseline * np.exp(-self.spec.rival.steal * pressure)[..., None]
        poached = self.poaching * baseline[..., None] * saturation
        claimed = (1.0 - tape.tracking)[..., None, None] * (self.credit * seen + poached)
        flows = Flows(spent, exposure, saturation, incremental, baseline, claimed)
        return flows, Carry(exposures, waiting, unseen, weariness, *rival)

    def _in_windows(self, exposure: Array, worth: Array, before: Carry) -> tuple[Array, Array]:
        """Sales in the weeks in which they are bought, if the exposure is then still in the window; those to come."""
        weeks, waits = exposure.shape[1], len(self.delay) - 1
        due = np.concatenate([before.credited, np.zeros_like(exposure)], axis=1)
        for wait, (kernel, share) in enumerate(zip(self.within, self.delay, strict=True)):
            if (kernel * share).any():
                recent, _ = _filter(exposure, before.exposure, kernel)
                due[:, wait : wait + weeks] += share * recent * worth
        return due[:, :weeks], due[:, weeks : weeks + waits]

    def _rival_calms_down(self) -> int:
        """Further weeks in which a reactive rival, once provoked, still takes sales away."""
        rival = self.spec.rival
        if rival is None or rival.kind == "scheduled" or rival.steal * rival.reaction == 0.0:
            return 0
        return 1 + (int(np.ceil(np.log(_CALM) / np.log(rival.memory))) if rival.memory else 0)

    @property
    def _taken_for_granted(self) -> float:
        rival = self.spec.rival
        return self.spec.mean_spend if rival is None or rival.reference is None else rival.reference

    def _rival(self, tape: Tape, spend: Array, before: Carry) -> tuple[Array | None, tuple[Array, Array]]:
        """The rival's pressure by week, (S, W), and what it remembers; it answers budgets, not what they found to buy."""
        rival = self.spec.rival
        if rival is None or rival.kind == "scheduled":
            return tape.pressure, (before.pressure, before.spent)
        totals = spend.sum(axis=(2, 3))
        last = np.concatenate([before.spent[:, None], totals[:, :-1]], axis=1)
        provoked = np.maximum(last / self._taken_for_granted - 1.0, 0.0)
        pressure = _fading_sum(
            (1.0 - rival.memory) * rival.reaction * provoked, before.pressure, rival.memory
        )
        return pressure, (pressure[:, -1], totals[:, -1])

    def _buy(
        self, tape: Tape, spend: Array, bids: Array | None, pressure: Array | None
    ) -> tuple[Array, Array]:
        """Money spent and exposure bought with it."""
        rival = self.spec.rival
        common = None
        if pressure is not None and rival is not None and rival.price:
            common = 1.0 + rival.price * pressure[..., None]
        if common is None and tape.media_price is None and not self._auctions and not self._searches:
            return spend, spend
        exposure = spend.copy()
        if common is not None:
            exposure /= common[..., None]
        if tape.media_price is not None:
            exposure /= tape.media_price[:, :, None, :]
        for c, auction in self._auctions:
            price = tape.demand**auction.demand if auction.demand else 1.0
            if auction.pressure:
                base = self.weights[:, 0] * (auction.reference or self.mean_spend[c])
                price = price * (1.0 + spend[..., c] / base) ** auction.pressure
            exposure[..., c] /= price
        if not self._searches:
            return spend, exposure
        spent = spend.copy()
        for c, search in self._searches:
            bid = np.full(spend.shape[:2], search.bid) if bids is None else bids[..., c]
            voice = np.clip((bid - search.floor) / (search.ceiling - search.floor), 0.0, 1.0)
            offered = search.volume * self.weights[:, 0] * tape.demand * voice[..., None]
            paid = np.maximum(bid, 1e-9)[..., None]
            bought = np.minimum(exposure[..., c] / paid, offered)
            share = np.divide(
                bought * paid, exposure[..., c], out=np.zeros_like(bought), where=exposure[..., c] > 0
            )
            spent[..., c] *= share
            exposure[..., c] = bought
        return spent, exposure

    def _saturation(self, carried: Array) -> Array:
        ratio = carried / self.half
        if self.spec.saturation == "logistic":
            return np.tanh(_LOGISTIC_HALF * ratio)
        with np.errstate(divide="ignore", over="ignore"):
            return 1.0 / (1.0 + ratio**-self.slope)

    def _wear(
        self, exposure: Array, refresh: NDArray[np.bool_] | None, weariness: Array
    ) -> tuple[Array, Array]:
        """Share of the effect that tired creatives leave, (S, W, G, C), and F after the last week."""
        share = exposure / (self.weights * self.mean_spend)
        left = np.empty_like(exposure)
        if refresh is None:
            for memory in np.unique(self.memory):
                some = np.flatnonzero(self.memory == memory)
                same = slice(None) if len(some) == len(self.memory) else some
                left[..., same] = _fading_sum((1.0 - memory) * share[..., same], weariness[..., same], memory)
            return np.exp(-self.fatigue * left), left[:, -1]
        for week in range(exposure.shape[1]):
            weariness = np.where(refresh[:, week, None, :], 0.0, weariness)
            weariness = self.memory * weariness + (1.0 - self.memory) * share[:, week]
            left[:, week] = weariness
        return np.exp(-self.fatigue * left), weariness


def carryover_kernel(spec: MarketSpec) -> Array:
    """Weights by lag and channel, (L, C), each column adding up to one."""
    lags = np.arange(spec.carryover_weeks, dtype=np.float64)[:, None]
    retention = _gathered(spec.channels, "retention")
    peaks = _gathered(spec.channels, "peak")
    delayed = np.array([c.carryover == "delayed" for c in spec.channels])
    weights = retention ** np.where(delayed, (lags - peaks) ** 2, lags)
    return weights / weights.sum(axis=0)


def _filter(series: Array, past: Array, kernel: Array) -> tuple[Array, Array]:
    """Σ kernel[lag] · series[week − lag] over (S, W, G, C), and the past for the week after."""
    lags = len(kernel) - 1
    if lags == 0:
        return series if bool((kernel == 1.0).all()) else series * kernel[0], past
    whole = np.concatenate([past, series], axis=1)
    weeks = series.shape[1]
    if weeks == 1:
        return np.einsum("slgc,lc->sgc", whole, kernel[::-1])[:, None], whole[:, 1:]
    # Weeks, regions and channels as one long axis: numpy is slow at broadcasting over a short one.
    width = series[0, 0].size
    flat = whole.reshape(len(whole), -1)
    out = np.zeros((len(whole), weeks * width))
    work = np.empty_like(out)
    weights = np.tile(kernel, weeks * series.shape[2])
    for lag in np.flatnonzero(kernel.any(axis=1)).tolist():
        start = (lags - lag) * width
        out += np.multiply(flat[:, start : start + weeks * width], weights[lag], out=work)
    return out.reshape(series.shape), whole[:, weeks:]


def _fading_sum(series: Array, before: Array, memory: float) -> Array:
    """y[week] = series[week] + memory · y[week − 1] over (S, W, …), from y[−1] = `before`, (S, …)."""
    return lfilter([1.0], [1.0, -memory], series, axis=1, zi=memory * before[:, None])[0]


def _gathered(channels: tuple[ChannelSpec, ...], name: str) -> Array:
    return np.array([getattr(channel, name) for channel in channels], dtype=np.float64)


def _padded(kernels: list[tuple[float, ...]]) -> Array:
    """(K, C) from one tuple a channel."""
    out = np.zeros((max(len(k) for k in kernels), len(kernels)))
    for c, kernel in enumerate(kernels):
        out[: len(kernel), c] = kernel
    return out
