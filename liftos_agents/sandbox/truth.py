"""What is true in a simulated market: effects, returns, and the best plan, all without noise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.response import Carry, Flows, Response
from liftos_agents.sandbox.spec import MarketSpec
from liftos_agents.sandbox.tape import Tape, record

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
    """The true effects of a simulated market's window.

    Attributes:
        baseline: Expected revenue that media did not bring: promotions, breaks and rivals as they were.
        media: Expected revenue that they brought, earlier spend's included.
        demand: One value a week.
    """

    model_config = ConfigDict(frozen=True)

    channels: dict[str, ChannelTruth]
    baseline: float
    media: float
    demand: tuple[float, ...]


class PlanOutcome(BaseModel):
    """What a plan for the weeks after the window would really do, without noise.

    Attributes:
        spend: Money really spent over the plan: a search budget may find too few searches.
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
        budgets: The incumbent's from `weeks_before` on, shape (B + T, C).
    """

    def __init__(self, spec: MarketSpec, seed: int, budgets: Array) -> None:
        self.spec = spec
        self.seed = seed
        self.budgets = budgets
        self.response = Response(spec)
        self.fading = self.response.fading
        self._tape = record(spec, np.array([seed]), len(budgets) + self.fading)

    def rollout(self, spend: Array) -> Flows:
        """What spend (N, W, C) from `weeks_before` on would do, the same world N times."""
        return self.response.respond(self._weeks(0, spend.shape[1]), self._by_region(spend))[0]

    def effects(self, claimed: Array) -> Truth:
        """The truth of the window; `claimed` is the platforms' total by channel, shape (C,)."""
        spec, before = self.spec, self.spec.weeks_before
        window = slice(before, before + spec.weeks)
        channels = len(spec.channels)
        actual = np.concatenate([self.budgets, np.zeros((self.fading, channels))])
        variants = np.repeat(actual[None], 1 + 3 * channels, axis=0)
        for c in range(channels):
            for row, factor in enumerate((0.0, 1.0 + _STEP, 1.0 - _STEP)):
                variants[1 + 3 * c + row, window, c] *= factor
        flows = self.rollout(variants)
        totals = flows.beyond(0)
        without, more, less = totals[1:].reshape(channels, 3).T
        by_channel = flows.incremental[0, window].sum(axis=(0, 1))
        paid = flows.spend[:, window].sum(axis=(1, 2))
        spent, steps = paid[0], paid[1:].reshape(channels, 3, channels)
        found = {
            channel.name: ChannelTruth(
                spend=float(spent[c]),
                contribution=float(by_channel[c]),
                roas=_ratio(totals[0] - without[c], spent[c]),
                marginal_roas=_ratio(more[c] - less[c], steps[c, 1, c] - steps[c, 2, c]),
                claimed=float(claimed[c]),
            )
            for c, channel in enumerate(spec.channels)
        }
        demand = self._tape.national_demand[0, window]
        return Truth(
            channels=found,
            baseline=float(flows.baseline[0, window].sum()),
            media=float(by_channel.sum()),
            demand=tuple(float(d) for d in demand),
        )

    def outcome(self, plan: Mapping[str, float] | ArrayLike, horizon: int) -> PlanOutcome:
        """What `plan` does in the `horizon` weeks after the window; see `SimulatedMarket.outcome`."""
        path = self.path(plan, horizon)
        caused = float(self._caused(path[None])[0])
        flows = self._after(path[None])
        spent = float(flows.spend.sum())
        return PlanOutcome(
            spend=spent,
            revenue=float(flows.expected[0, :horizon].sum()),
            media_revenue=caused,
            profit=self.spec.margin * caused - spent,
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

    def _after(self, plans: Array) -> Flows:
        """Plans (N, H, C) for the weeks after the window, and the weeks in which they fade."""
        tail = np.zeros((len(plans), self.fading, plans.shape[2]))
        whole = self._by_region(np.concatenate([plans, tail], axis=1))
        carry = self._history.repeat(len(plans))
        return self.response.respond(self._weeks(len(self.budgets), whole.shape[1]), whole, carry=carry)[0]

    @cached_property
    def _history(self) -> Carry:
        weeks = self._weeks(0, len(self.budgets))
        return self.response.respond(weeks, self._by_region(self.budgets[None]))[1]

    def _caused(self, plans: Array) -> Array:
        """Revenue that plans (N, H, C) cause, spill-over included, (N,)."""
        nothing = np.zeros((1, *plans.shape[1:]))
        totals = self._after(np.concatenate([nothing, plans])).beyond(0)
        return totals[1:] - totals[0]

    def _by_channel(self, totals: Array, horizon: int) -> Array:
        """Revenue of totals (N, C), spread evenly over the horizon, by channel, (N, C)."""
        weekly = np.repeat(totals[:, None, :] / horizon, horizon, axis=1)
        return self._after(weekly).incremental.sum(axis=(1, 2))

    def _together(self, totals: Array, horizon: int) -> Array:
        """The same of all channels together, (N,)."""
        return self._caused(np.repeat(totals[:, None, :] / horizon, horizon, axis=1))

    def _by_region(self, spend: Array) -> Array:
        return spend[:, :, None, :] * self.spec.geo_weights[:, None]

    def _weeks(self, start: int, weeks: int) -> Tape:
        if start + weeks > self._tape.weeks:
            self._tape = record(self.spec, np.array([self.seed]), start + weeks)
        return self._tape.span(start, start + weeks)

    def _on_grid(self, low: Array, high: Array, spare: float, horizon: int) -> Array:
        """The best allocation on a grid, by dynamic programming: exact there, whatever the curves' shape."""
        steps = np.linspace(0.0, spare, _GRID + 1)
        amounts = low + steps[:, None]
        worth = np.where(
            amounts <= high + 1e-9 * max(spare, 1.0), self._by_channel(amounts, horizon), -np.inf
        )
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
        pairs = [(a, b) for a in range(len(best)) for b in range(len(best)) if a != b]
        while pairs and step > _FINEST * total:
            moved = [best]
            for to, source in pairs:
                trial = best.copy()
                trial[to] += step
                trial[source] -= step
                moved.append(trial)
            rows = np.array(moved)
            kept = ((rows >= low) & (rows <= high)).all(axis=1) | (np.arange(len(rows)) == 0)
            worth = np.where(kept, self._together(np.maximum(rows, 0.0), horizon), -np.inf)
            chosen = int(worth.argmax())
            if worth[chosen] - worth[0] > 1e-9 * max(1.0, abs(float(worth[0]))):
                best = rows[chosen]
            else:
                step /= 2.0
        return best


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else 0.0
