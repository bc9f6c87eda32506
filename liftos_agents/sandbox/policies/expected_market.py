"""A market with the luck taken out: demand, budgets and flights at their expectation, hidden dates given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox.mechanisms import GeoSpec
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.policies.bounds import Bounds
from liftos_agents.sandbox.response import Response
from liftos_agents.sandbox.spec import MarketSpec
from liftos_agents.sandbox.tape import record


class ExpectedMarket:
    """What plans earn in `horizon` weeks after the weeks shown, without any luck.

    Regions are taken together: without their own demand they are one market in different sizes.

    Args:
        spec: The market.
        horizon: Weeks.
        dates: The week of each of its breaks.
    """

    def __init__(self, spec: MarketSpec, horizon: int, dates: Sequence[int]) -> None:
        plain = without_luck(spec, dates)
        self.spec, self.horizon = spec, horizon
        self.bounds = Bounds(spec.names, spec.budget, np.array([c.mean_spend for c in spec.channels]))
        self._lead = np.array([spec.budget.lead_weeks.get(name, 0) for name in spec.names])
        self._response = Response(plain)
        fading = self._response.fading
        first = spec.weeks_before + spec.weeks
        tape = record(plain, np.zeros(1, np.int64), first + horizon + fading)
        past = tape.planned[:, :first, None, :]
        flows, self._carry = self._response.respond(tape.span(0, first), past)
        self._tape = tape.span(first, tape.weeks)
        self.incumbent: Array = flows.spend[0, -min(52, spec.weeks) :, 0].mean(axis=0)
        self._refresh_cost = np.array([c.fatigue.refresh_cost for c in spec.channels])

    def profit(self, budgets: Array, bids: Array, refresh: NDArray[np.bool_]) -> Array:
        """Profit (N,) of budgets (N, H, C), bids (N, C) and new creatives (N, H, C).

        As a market in play counts it: the baseline is in, and so is what spend brings in after the horizon.
        """
        plans, weeks, channels = budgets.shape
        quiet = np.zeros((plans, self._response.fading, channels))
        spend = np.concatenate([self.delivered(budgets), quiet], axis=1)
        flows, _ = self._response.respond(
            self._tape,
            spend[:, :, None, :],
            bids=np.repeat(bids[:, None, :], spend.shape[1], axis=1),
            refresh=np.concatenate([refresh, quiet.astype(bool)], axis=1),
            carry=self._carry.repeat(plans),
        )
        revenue = flows.incremental.sum(axis=(1, 2, 3)) + flows.baseline[:, :weeks].sum(axis=(1, 2))
        if self.spec.rival is not None and self.spec.rival.kind == "reactive":
            revenue = revenue + (flows.baseline - self._tape.baseline)[:, weeks:].sum(axis=(1, 2))
        paid = flows.spend.sum(axis=(1, 2, 3)) + refresh.sum(axis=1) @ self._refresh_cost
        return self.spec.margin * revenue - paid

    def delivered(self, budgets: Array) -> Array:
        """What pacing and lead times make of `budgets` within the bounds, (N, H, C)."""
        plans, weeks, channels = budgets.shape
        longest = int(self._lead.max())
        kept = np.empty((plans, longest + weeks, channels))
        kept[:, :longest] = self.incumbent
        last = np.broadcast_to(self.incumbent, (plans, channels))
        for week in range(weeks):
            last = self.bounds.pace(budgets[:, week], last)
            kept[:, longest + week] = last
        rows = longest + np.arange(weeks)[:, None] - self._lead
        return kept[:, rows, np.arange(channels)]


def without_luck(spec: MarketSpec, dates: Sequence[int]) -> MarketSpec:
    """`spec` as one nation whose demand, prices and budgets are at their expectation and whose breaks have their dates."""
    demand, promotions = spec.demand, spec.promotions
    power = demand.effect
    promoted = 1.0 + promotions.share * ((1.0 - promotions.discount) ** -promotions.elasticity - 1.0)
    uneven = float(np.exp(0.5 * demand.volatility**2 * power * (power - 1.0)))
    breaks = [
        change.model_copy(update={"week": max(int(date), 0), "spread": 1})
        for change, date in zip(spec.breaks, dates, strict=True)
    ]
    return spec.model_copy(
        update={
            "channels": tuple(c.model_copy(update={"volatility": 0.0, "active": 1.0}) for c in spec.channels),
            "base_revenue": spec.base_revenue * promoted * uneven,
            "demand": demand.model_copy(update={"volatility": 0.0}),
            "planner": spec.planner.model_copy(update={"common_shock": 0.0}),
            "promotions": promotions.model_copy(update={"share": 0.0}),
            "geos": GeoSpec(),
            "breaks": tuple(breaks),
        }
    )
