"""What is true in a simulated market: effects, returns, and the best plan, all without noise."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox import media
from liftos_agents.sandbox.demand import baseline_path, demand_path
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.spec import MarketSpec

_STEP = 0.005
_GRID = 400
_FINEST = 1e-7


class ChannelTruth(BaseModel):
    """What one channel really did.

    Attributes:
        spend: Money over the window.
        contribution: Revenue it caused within the window, carried-over effects of earlier spend included.
        roas: Revenue that the window's spend caused, weeks after the window included, a unit of spend.
        marginal_roas: The same for the last 1 % of its spend.
        claimed: Revenue that its platform claims.
    """

    model_config = ConfigDict(frozen=True)

    spend: float
    contribution: float
    roas: float
    marginal_roas: float
    claimed: float


class Truth(BaseModel):
    """The true effects of a simulated market's window; `demand` holds one value a week."""

    model_config = ConfigDict(frozen=True)

    channels: dict[str, ChannelTruth]
    baseline: float
    media: float
    demand: tuple[float, ...]


class PlanOutcome(BaseModel):
    """What a plan for the weeks after the window would really do, without noise.

    Attributes:
        spend: Money over the plan.
        revenue: Expected revenue in the weeks of the plan, baseline included.
        media_revenue: Revenue that the plan causes, spill-over after its end included.
        profit: margin · media_revenue − spend.
    """

    model_config = ConfigDict(frozen=True)

    spend: float
    revenue: float
    media_revenue: float
    profit: float


class World:
    """The noise-free mechanics of one seed: what any spend would have caused.

    Args:
        spec: The market.
        seed: Its seed.
        spend: Incumbent's spend from `weeks_before` on, shape (B + T, C).
    """

    def __init__(self, spec: MarketSpec, seed: int, spend: Array) -> None:
        self.spec = spec
        self.seed = seed
        self.spend = spend

    def rollout(self, spend: Array) -> Array:
        """Media revenue by week and channel, shape (..., W, C), for spend (..., W, C) from `weeks_before` on."""
        return media.contribution(self.spec, spend, self._demand(spend.shape[-2]))

    def effects(self, claimed: Array) -> Truth:
        """The truth of the window; `claimed` is the platforms' total by channel, shape (C,)."""
        spec, before = self.spec, self.spec.weeks_before
        window = slice(before, before + spec.weeks)
        tail = np.zeros((spec.carryover_weeks - 1, len(spec.channels)))
        actual = np.concatenate([self.spend, tail])
        by_channel = self.rollout(actual)
        spent = actual[window].sum(axis=0)
        caused = np.array([self._difference(actual, window, c, 1.0, 0.0) for c in range(len(spent))])
        slope = np.array(
            [self._difference(actual, window, c, 1.0 + _STEP, 1.0 - _STEP) for c in range(len(spent))]
        )
        weeks = np.arange(spec.weeks)
        demand = self._demand(before + spec.weeks)[before:]
        price = np.ones_like(demand)
        channels = {
            channel.name: ChannelTruth(
                spend=float(spent[c]),
                contribution=float(by_channel[window, c].sum()),
                roas=_ratio(caused[c], spent[c]),
                marginal_roas=_ratio(slope[c], 2.0 * _STEP * spent[c]),
                claimed=float(claimed[c]),
            )
            for c, channel in enumerate(spec.channels)
        }
        return Truth(
            channels=channels,
            baseline=float(baseline_path(spec, weeks, demand, price).sum()),
            media=float(by_channel[window].sum()),
            demand=tuple(float(d) for d in demand),
        )

    def outcome(self, plan: Mapping[str, float] | ArrayLike, horizon: int) -> PlanOutcome:
        """What `plan` does in the `horizon` weeks after the window; see `SimulatedMarket.outcome`."""
        path = self.path(plan, horizon)
        revenue = float(self._plan_revenue(path).sum())
        weeks = np.arange(self.spec.weeks, self.spec.weeks + horizon)
        first = self.spec.weeks_before + self.spec.weeks
        whole = np.concatenate([self.spend, path])
        demand = self._demand(len(whole))[first:]
        baseline = baseline_path(self.spec, weeks, demand, np.ones_like(demand)).sum()
        spent = float(path.sum())
        return PlanOutcome(
            spend=spent,
            revenue=float(baseline + self.rollout(whole)[first:].sum()),
            media_revenue=revenue,
            profit=self.spec.margin * revenue - spent,
        )

    def best(
        self, total: float, horizon: int, minimum: Mapping[str, float], maximum: Mapping[str, float]
    ) -> dict[str, float]:
        """The constant weekly allocation of `total` with the greatest true media revenue."""
        names = self.spec.names
        unknown = sorted((set(minimum) | set(maximum)) - set(names))
        low = np.array([float(minimum.get(name, 0.0)) for name in names])
        high = np.array([float(maximum.get(name, np.inf)) for name in names])
        if unknown or low.sum() > total or high.sum() < total or bool((low > high).any()):
            raise ArgumentError(
                f"no allocation of {total!r} keeps the bounds"
                if not unknown
                else f"no channel {unknown[0]!r}",
                fix=f"Channels are {', '.join(names)}; minima must fit in the total, maxima must reach it",
            )
        spare = total - low.sum()
        start = self._on_grid(low, np.minimum(high, low + spare), spare, horizon)
        best = self._exchange(start, low, high, total, horizon)
        return {name: float(value) for name, value in zip(names, best, strict=True)}

    def path(self, plan: Mapping[str, float] | ArrayLike, horizon: int) -> Array:
        """The weekly spend (H, C) of a plan given as totals by channel or as that array.

        Raises:
            ArgumentError: Unknown channels, a wrong shape, or negative spend.
        """
        names = self.spec.names
        if isinstance(plan, Mapping):
            unknown = sorted(set(plan) - set(names))
            if unknown:
                raise ArgumentError(f"no channel {unknown[0]!r}", fix=f"Channels are {', '.join(names)}")
            weekly = np.array([float(plan.get(name, 0.0)) for name in names]) / max(horizon, 1)
            path = np.tile(weekly, (max(horizon, 1), 1))
        else:
            path = np.asarray(plan, dtype=np.float64)
        if horizon < 1 or path.shape != (horizon, len(names)) or not bool((path >= 0).all()):
            raise ArgumentError(
                f"a plan needs {horizon} weeks of non-negative spend for {len(names)} channels, got {path.shape}"
            )
        return path

    def _difference(self, actual: Array, window: slice, channel: int, high: float, low: float) -> float:
        """Media revenue with one channel's spend scaled by `high`, less that with `low`."""
        scaled = np.stack([actual, actual])
        scaled[0, window, channel] *= high
        scaled[1, window, channel] *= low
        totals = self.rollout(scaled).sum(axis=(-1, -2))
        return float(totals[0] - totals[1])

    def _plan_revenue(self, path: Array) -> Array:
        """Revenue by channel, (..., C), that plans (..., H, C) cause, spill-over included."""
        lags = self.spec.carryover_weeks - 1
        kept = min(lags, len(self.spend))
        history = self.spend[len(self.spend) - kept :]
        leading = path.shape[:-2]
        before = np.broadcast_to(history, (*leading, *history.shape))
        after = np.zeros((*leading, lags, path.shape[-1]))
        weeks = path.shape[-2] + lags
        demand = self._demand(len(self.spend) + weeks)[len(self.spend) - kept :]
        planned = media.contribution(self.spec, np.concatenate([before, path, after], axis=-2), demand)
        without = media.contribution(
            self.spec, np.concatenate([history, np.zeros((weeks, path.shape[-1]))]), demand
        )
        return (planned - without)[..., kept:, :].sum(axis=-2)

    def _constant(self, totals: Array, horizon: int) -> Array:
        """`_plan_revenue` of totals (..., C) spread evenly over the horizon."""
        weekly = totals / horizon
        return self._plan_revenue(np.repeat(weekly[..., None, :], horizon, axis=-2))

    def _on_grid(self, low: Array, high: Array, spare: float, horizon: int) -> Array:
        """The best allocation on a grid, by dynamic programming: exact there, whatever the curves' shape."""
        steps = np.linspace(0.0, spare, _GRID + 1)
        amounts = low + steps[:, None]
        worth = np.where(amounts <= high + 1e-9 * max(spare, 1.0), self._constant(amounts, horizon), -np.inf)
        value = np.full(_GRID + 1, -np.inf)
        value[0] = 0.0
        choices: list[NDArray[np.intp]] = []
        index = np.arange(_GRID + 1)
        back = index[:, None] - index[None, :]
        for c in range(worth.shape[1]):
            candidates = np.where(back >= 0, value[np.maximum(back, 0)] + worth[None, :, c], -np.inf)
            choices.append(candidates.argmax(axis=1))
            value = candidates.max(axis=1)
        left = int(np.flatnonzero(np.isfinite(value))[-1])
        chosen = np.empty_like(low)
        for c in range(worth.shape[1] - 1, -1, -1):
            step = int(choices[c][left])
            chosen[c] = amounts[step, c]
            left -= step
        return chosen

    def _exchange(self, start: Array, low: Array, high: Array, total: float, horizon: int) -> Array:
        """`start` filled up to `total` and improved by moving ever smaller amounts between two channels."""
        best = start.copy()
        for c in range(len(best)):
            best[c] += max(0.0, min(high[c] - best[c], total - best.sum()))
        step = total / _GRID
        while step > _FINEST * total:
            here = self._constant(best, horizon)
            more = self._constant(best + step, horizon) - here
            less = self._constant(np.maximum(best - step, 0.0), horizon) - here
            gain = np.where((best + step <= high)[:, None] & (best - step >= low)[None, :], 1.0, np.nan) * (
                more[:, None] + less[None, :]
            )
            np.fill_diagonal(gain, np.nan)
            gain = np.nan_to_num(gain, nan=-np.inf)
            to, source = np.unravel_index(int(gain.argmax()), gain.shape)
            if gain[to, source] > 1e-9 * max(1.0, abs(float(here.sum()))):
                best[to] += step
                best[source] -= step
            else:
                step /= 2.0
        return best

    def _demand(self, weeks: int) -> Array:
        """Demand from `weeks_before` on, shape (weeks,)."""
        first = -self.spec.weeks_before
        return demand_path(self.spec, np.array([self.seed]), np.arange(first, first + weeks))[0]


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else 0.0
