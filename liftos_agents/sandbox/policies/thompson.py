"""Thompson sampling: every few weeks a response model is drawn from its posterior, and played as if it were true."""

from __future__ import annotations

import numpy as np

from liftos_agents.sandbox.decision import Decision, Report
from liftos_agents.sandbox.demand import WEEKS_PER_YEAR
from liftos_agents.sandbox.noise import Array, normal
from liftos_agents.sandbox.policies.bounds import Bounds
from liftos_agents.sandbox.policy import Briefing

_EVERY = 4
"""Weeks that one draw is played: long enough for its effects to show."""
_RETENTION = 0.5
_REACH = 3.0
"""Largest budget, in the incumbent's mean: further out the data say nothing about the curve."""
_NEWCOMER = 0.05
"""Of the incumbent's total: what a channel without spend is measured by."""
_VAGUE = 10.0
_HALVINGS = 60


class Thompson:
    """Bayesian linear regression of sales on concave features of spend, one a world; Thompson (1933), Russo et al. (2018).

    Sales over their mean = intercept + search interest + price + season + trend + Σ θ_c · log(1 + a_c / m_c), with a_c the
    spend carried over at a half a week and m_c the incumbent's mean. The prior of θ_c is Normal about the value at which
    the incumbent's budget breaks even, its standard deviation as large; the noise's variance is that of the residuals.
    Draws depend on the briefing's seeds alone.
    """

    name = "thompson"
    version = "1"

    def begin(self, briefing: Briefing, history: Report) -> None:
        """Learns from the incumbent's weeks."""
        self._bounds = Bounds.of(briefing)
        self._seeds = briefing.seeds
        total = briefing.incumbent.sum(axis=1, keepdims=True)
        self._usual = np.maximum(briefing.incumbent, _NEWCOMER * np.maximum(total, 1.0))
        self._revenue = np.maximum(history.revenue.mean(axis=1), 1e-9)
        self._value = briefing.margin * self._revenue
        worlds, channels = self._usual.shape
        self._others = 6
        size = self._others + channels
        self._carried: Array = history.spend[:, 0]
        self._squares = np.zeros((worlds, size, size))
        self._products = np.zeros((worlds, size))
        self._power, self._weeks = np.zeros(worlds), 0
        self._prior = np.zeros((worlds, size))
        self._prior[:, self._others :] = self._usual / (self._value[:, None] * np.log(2.0))
        spread = np.full((worlds, size), _VAGUE)
        spread[:, self._others :] = np.maximum(self._prior[:, self._others :], 1e-9)
        self._precision = np.zeros((worlds, size, size))
        diagonal = np.arange(size)
        self._precision[:, diagonal, diagonal] = spread**-2.0
        self._learn(history)

    def decide(self, week: int, seen: Report | None) -> Decision:
        """The best budgets under the draw in play."""
        if seen is not None:
            self._learn(seen)
        if week % _EVERY == 0:
            self._budgets = self._best(self._draw(week // _EVERY)[:, self._others :])
        return Decision(self._budgets)

    def _learn(self, report: Report) -> None:
        weeks = len(report.weeks)
        rows: Array = np.empty((len(report.revenue), weeks, self._prior.shape[1]))
        angle = 2.0 * np.pi * report.weeks / WEEKS_PER_YEAR
        rows[..., 0] = 1.0
        rows[..., 1] = report.search_interest / 100.0
        rows[..., 2] = report.price_index - 1.0
        rows[..., 3], rows[..., 4] = np.sin(angle), np.cos(angle)
        rows[..., 5] = report.weeks / WEEKS_PER_YEAR
        for t in range(weeks):
            self._carried = _RETENTION * self._carried + (1.0 - _RETENTION) * report.spend[:, t]
            rows[:, t, self._others :] = np.log1p(self._carried / self._usual)
        sales = report.revenue / self._revenue[:, None]
        self._squares += np.einsum("stp,stq->spq", rows, rows)
        self._products += np.einsum("stp,st->sp", rows, sales)
        self._power += (sales**2).sum(axis=1)
        self._weeks += weeks

    def _draw(self, number: int) -> Array:
        """One draw of all coefficients, (S, P)."""
        noise = self._power / self._weeks
        mean, precision = self._prior, self._precision
        size = self._precision.shape[-1]
        for _ in range(3):
            precision = self._squares / noise[:, None, None] + self._precision
            known = self._products / noise[:, None] + np.einsum("spq,sq->sp", self._precision, self._prior)
            mean = np.linalg.solve(precision, known[..., None])[..., 0]
            fitted = np.einsum("sp,spq,sq->s", mean, self._squares, mean)
            left = self._power - 2.0 * np.einsum("sp,sp->s", mean, self._products) + fitted
            noise = np.maximum(left / max(self._weeks - size, 1), 1e-9)
        chance = normal(self._seeds, np.arange(size), f"thompson draw {number + 1}")
        root = np.linalg.cholesky(precision)
        return mean + np.linalg.solve(np.swapaxes(root, 1, 2), chance[..., None])[..., 0]

    def _best(self, effects: Array) -> Array:
        """Where the next unit of money earns as much in every channel: one if it can, more where the cap binds."""
        worth = self._value[:, None] * np.maximum(effects, 0.0)
        low = self._bounds.low
        high = np.maximum(np.minimum(self._bounds.high, _REACH * self._usual), low)

        def at(hurdle: Array) -> Array:
            return np.clip(worth / hurdle - self._usual, low, high)

        least = np.ones((len(worth), 1))
        most = np.maximum(1.0, (worth / self._usual).max(axis=1, keepdims=True))
        fits = at(least).sum(axis=1, keepdims=True) <= self._bounds.cap
        for _ in range(_HALVINGS):
            middle = (least + most) / 2.0
            over = at(middle).sum(axis=1, keepdims=True) > self._bounds.cap
            least, most = np.where(over, middle, least), np.where(over, most, middle)
        return self._bounds.keep(at(np.where(fits, 1.0, most)))
