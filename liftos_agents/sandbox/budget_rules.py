"""What may be spent in a week: hard bounds, whose breach is counted, and what platforms deliver."""

from __future__ import annotations

from copy import copy

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.spec import MarketSpec

_TOLERANCE = 1e-9
_FEW = 256
"""Channels · worlds up to which a broadcast costs more than what it computes."""
_FOOTHOLD = 0.05
"""Of a channel's mean spend: what pacing lets grow from nothing."""


class BudgetRules:
    """The budget rules of a market, its numbers gathered once."""

    def __init__(self, spec: MarketSpec) -> None:
        rules = spec.budget
        names = spec.names
        self.low = np.array([[rules.minimum.get(name, 0.0)] for name in names])
        self.high = np.array([[rules.maximum.get(name, np.inf)] for name in names])
        self.bounded = bool(np.isfinite(self.high).any())
        self.cap = np.inf if rules.cap is None else rules.cap
        self.capped = rules.cap is not None
        self.spare = max(self.cap - float(self.low.sum()), 0.0)
        self.pacing = rules.pacing
        self.foothold = _FOOTHOLD * np.array([[c.mean_spend] for c in spec.channels])
        self.late = [
            (c, rules.lead_weeks[name]) for c, name in enumerate(names) if rules.lead_weeks.get(name)
        ]
        """Channels whose budgets take effect later, and how many weeks."""
        self.longest_lead = max((weeks for _, weeks in self.late), default=0)
        self.scale = spec.mean_spend * _TOLERANCE
        self._limit = np.array(self.cap + self.scale)
        self._growth = np.array(1.0 if self.pacing is None else 1.0 + self.pacing)
        self._written: dict[int, BudgetRules] = {}

    def written_out(self, worlds: int) -> BudgetRules:
        """These rules once a world, where worlds are few: numpy is slow at short broadcasts."""
        if len(self.low) * worlds > _FEW:
            return self
        if worlds not in self._written:
            found = self._written[worlds] = copy(self)
            for name in ("low", "high", "foothold"):
                setattr(found, name, np.repeat(getattr(self, name), worlds, axis=1))
        return self._written[worlds]

    def cut(self, asked: Array, booked: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Budgets within bounds, and the worlds in which a hard bound was broken, (S,).

        Args:
            asked: Budgets, (C, S); what is not finite is broken, and `booked` holds on.
            booked: The week before's.
        """
        budgets, broken = self._bound(asked, booked)
        if self.capped:
            over = np.add.reduce(budgets, axis=0) > self._limit
            if np.count_nonzero(over):
                broken = broken | over
                above = budgets - self.low
                share = np.minimum(1.0, self.spare / np.maximum(np.add.reduce(above, axis=0), 1e-300))
                budgets = self.low + above * share
        if self.pacing is not None:
            most = np.maximum(booked, self.foothold)
            most *= self._growth
            np.maximum(most, self.low, out=most)
            np.minimum(budgets, most, out=budgets)
        return budgets, broken

    def _bound(self, asked: Array, booked: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Budgets within the bounds of their channels, and the worlds where they were not."""
        budgets = np.maximum(asked, self.low)
        if self.bounded:
            np.minimum(budgets, self.high, out=budgets)
        finite = np.isfinite(asked)
        if np.count_nonzero(finite) == finite.size and not np.count_nonzero(budgets != asked):
            return budgets, np.zeros(asked.shape[1], dtype=bool)
        wanted = np.where(finite, asked, booked)
        np.maximum(wanted, self.low, out=budgets)
        if self.bounded:
            np.minimum(budgets, self.high, out=budgets)
        moved = np.abs(budgets - wanted)
        return budgets, np.logical_or.reduce((moved > self.scale) | ~finite, axis=0)

    def cut_experiment(self, regional: Array, before: float) -> bool:
        """Whether experiments lift a week's regional spend (G, C), `before` without them, beyond a bound; it is cut then.

        Every region is cut in proportion, so that the regions still differ by the experiment's factor.
        """
        totals = regional.sum(axis=0)
        kept = np.minimum(1.0, np.divide(self.high[:, 0], totals, out=np.ones_like(totals), where=totals > 0))
        regional *= kept
        total, most = float(regional.sum()), max(self.cap, before)
        if total > most:
            regional *= most / total
        return bool((totals * (1.0 - kept) > self.scale).any()) or total > most + self.scale
