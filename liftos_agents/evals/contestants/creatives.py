"""New creatives: tried once in every channel that sells them, and bought again as often as the trial says it pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.sandbox.decision import Report
from liftos_agents.sandbox.noise import Array
from liftos_agents.sandbox.policy import Briefing
from liftos_agents.tools.mmm.result import ChannelResult, FitMmmResult

TRIAL = 8
"""Weeks that a trial is watched, and weeks before it that it is set beside."""
LONGEST = 13
"""Weeks that a trial is watched where the gain a week has not passed its peak before, and most between two creatives."""


@dataclass
class _Trial:
    """A channel's creatives: when the last one was bought, and how often one is; None before the trial is read, 0 for never."""

    bought: int
    every: int | None = None


class CreativeTrials:
    """One world. A creative's gain shows in what the platform claims beside what the fitted curve expects of the spend.

    Claims are not the truth, but a change in them from one week to the next, beside that of the other channels, is the
    creative's: it is turned into money by what the fit says that the channel brings in.
    """

    def __init__(self, briefing: Briefing) -> None:
        self._briefing = briefing
        self._sold = [c for c, cost in enumerate(briefing.refresh_costs) if cost > 0.0]
        self._trials: dict[int, _Trial] = {}

    def due(self, week: int, seen: Report, fit: FitMmmResult) -> NDArray[np.bool_]:
        """(1, C) the channels that get a new creative in `week`, from the weeks `seen` before it."""
        wanted = np.zeros((1, len(self._briefing.channels)), dtype=bool)
        for c in self._sold:
            name, trial = self._briefing.channels[c], self._trials.get(c)
            if name not in fit.channels:
                continue
            if trial is None:
                wanted[0, c] = week + TRIAL < self._briefing.horizon
            else:
                age = week - trial.bought
                if trial.every is None and age >= TRIAL:
                    trial.every = self._interval(c, seen, fit, age)
                wanted[0, c] = bool(trial.every) and trial.every <= min(age, self._briefing.horizon - week)
        for c in np.flatnonzero(wanted[0]):
            self._trials.setdefault(int(c), _Trial(week)).bought = week
        return wanted

    def _interval(self, channel: int, seen: Report, fit: FitMmmResult, age: int) -> int | None:
        """Weeks between creatives with the greatest gain a week; 0 where none gains, None while it may still grow."""
        name = self._briefing.channels[channel]
        start = len(seen.weeks) - age
        own = _beside_before(_against_curve(seen, channel, fit.channels[name]), start, age)
        uplift = own / self._others(seen, fit, start, age) - 1.0
        week = float(seen.spend[0, max(start - TRIAL, 0) : start, channel].mean())
        worth = self._briefing.margin * fit.channels[name].roas.mean * week
        gained = worth * np.cumsum(np.nan_to_num(uplift)) - float(self._briefing.refresh_costs[channel])
        a_week = gained / np.arange(1, age + 1)
        best = int(a_week.argmax())
        if a_week[best] <= 0.0:
            return 0
        return best + 1 if best + 1 < age or age >= LONGEST else None

    def _others(self, seen: Report, fit: FitMmmResult, start: int, age: int) -> Array:
        """(age,) how the claims of the channels without creatives moved; sales' where there are none."""
        names = self._briefing.channels
        series = [
            _against_curve(seen, c, fit.channels[name])
            for c, name in enumerate(names)
            if c not in self._sold and name in fit.channels
        ]
        moved = [_beside_before(each, start, age) for each in series or [seen.revenue[0]]]
        return np.asarray(np.ma.filled(np.ma.median(np.ma.masked_invalid(moved), axis=0), 1.0))


def _against_curve(seen: Report, channel: int, fitted: ChannelResult) -> Array:
    """(T,) what the platform claims per money that the fitted curve expects of the carried spend; NaN without spend."""
    spend = seen.spend[0, :, channel]
    kept = float(0.5 ** (1.0 / max(fitted.half_life.mean, 1e-3)))
    carried, now = np.empty_like(spend), spend[0]
    for week, spent in enumerate(spend):
        now = kept * now + (1.0 - kept) * spent
        carried[week] = now
    curve = fitted.response_curve
    expected = np.interp(carried, [0.0, *(p.spend for p in curve)], [0.0, *(p.mean for p in curve)])
    claimed = seen.claimed[0, :, channel]
    return np.divide(claimed, expected, out=np.full_like(claimed, np.nan), where=expected > 0.0)


def _beside_before(series: Array, start: int, age: int) -> Array:
    """(age,) the weeks from `start` on, by the median of those of the trial's length before it."""
    before = series[max(start - TRIAL, 0) : start]
    usual = float(np.nanmedian(before)) if np.isfinite(before).any() else np.nan
    return np.asarray(series[start : start + age] / usual) if usual > 0.0 else np.full(age, np.nan)
