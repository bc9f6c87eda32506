"""Whether a budget answers the last period's sales, luck included: what no demand and no media explain of them moves it.

Demand that persists ties spend to past sales in sound data too. So the fit's residual, not sales, is held against the next period's
spend: log spend on it, beside season, controls, proxies, its own past and the same period's residual, by a Huber regression (a rule
that began in mid-window leaves a wild start) with errors after Newey and West (1987, Econometrica 55).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from liftos_agents.tools.mmm.column_space import orthonormal
from liftos_agents.tools.mmm.input import MmmInput
from liftos_agents.tools.mmm.standard_form import StandardForm

Array = NDArray[np.float64]

FALSE_ALARMS = 0.005
"""Probability that a budget which follows no sales is reported, over all channels."""
TOGETHER = "all channels together"
FEWEST_FREE = 20
PAST = 2
HAC_LAGS = 4
_BEND = 1.345
"""Huber's bend: 95 % efficient where noise is normal."""
_DEPENDENT = 1e-6


@dataclass(frozen=True)
class AnswerToSales:
    """The budget that follows last period's unexplained sales most: its t statistic, and what chance stays below."""

    channel: str
    statistic: float
    bar: float

    @property
    def found(self) -> bool:
        """Whether chance is ruled out."""
        return self.statistic > self.bar


def answer_to_sales(data: MmmInput, form: StandardForm, residual: Array) -> AnswerToSales | None:
    """The test on a fit that leaves `residual` (T,); None where no spend has periods enough for it."""
    luck = residual / np.maximum(np.abs(data.outcome - residual), 0.2 * np.abs(data.outcome).mean())
    periods = np.arange(PAST, len(luck))
    shared = _shared(data, form, luck, periods)
    tested: list[tuple[float, int, str]] = []
    shocks = np.full((len(periods), len(data.channels)), np.nan)
    for index, name in enumerate(data.channels):
        there, log_spend = data.spend[:, index] > 0.0, _log(data.spend[:, index])
        on = there[periods]
        past = [
            column[periods - lag]
            for lag in range(1, PAST + 1)
            for column in (log_spend, there.astype(np.float64))
        ]
        beside = orthonormal(np.column_stack([shared, *past])[on])
        if on.sum() - beside.shape[1] - 1 < FEWEST_FREE:
            continue
        target = log_spend[periods][on]
        tested.append((*_statistic(luck[periods - 1][on], beside, target), name))
        left, scale = _huber(beside, target)
        shocks[on, index] = np.clip(left / scale, -2 * _BEND, 2 * _BEND)
    some = ~np.isnan(shocks).all(axis=1)
    if len(tested) > 1:
        pooled = np.nanmean(shocks[some], axis=1)
        tested.append((*_statistic(luck[periods - 1][some], orthonormal(shared[some]), pooled), TOGETHER))
    if not tested:
        return None
    statistic, free, name = max(tested)
    return AnswerToSales(name, statistic, float(student.isf(FALSE_ALARMS / len(tested), free)))


def _shared(data: MmmInput, form: StandardForm, luck: Array, periods: NDArray[np.intp]) -> Array:
    """What every channel's spend is regressed on beside its own past, a row a period."""
    proxies = [data.controls[name] - data.controls[name].mean() for name in data.demand_proxies]
    lagged = [proxy[periods - lag] for proxy in proxies for lag in (0, 1)]
    return np.column_stack([form.design.columns[periods], luck[periods], *lagged])


def _log(spend: Array) -> Array:
    """Log spend around its mean while it is on, zero while it is off."""
    on = spend > 0.0
    log = np.log(np.where(on, spend, 1.0))
    return np.where(on, log - log[on].mean(), 0.0)


def _statistic(luck: Array, beside: Array, target: Array) -> tuple[float, int]:
    """t of `luck` beside orthonormal columns, and its degrees of freedom."""
    columns = np.column_stack([luck - beside @ (beside.T @ luck), beside])
    free = len(target) - columns.shape[1]
    length = float(np.linalg.norm(columns[:, 0]))
    if length <= _DEPENDENT * float(np.linalg.norm(luck)):
        return 0.0, free
    columns[:, 0] /= length
    left, scale = _huber(columns, target)
    slope = float(columns[:, 0] @ (target - left))
    inside = np.abs(left) <= _BEND * scale
    bread = np.linalg.pinv(columns[inside].T @ columns[inside])
    score = columns * np.clip(left, -_BEND * scale, _BEND * scale)[:, None]
    meat = score.T @ score
    for lag in range(1, HAC_LAGS + 1):
        cross = score[lag:].T @ score[:-lag]
        meat += (1.0 - lag / (HAC_LAGS + 1.0)) * (cross + cross.T)
    variance = float(bread[0] @ meat @ bread[0]) * len(target) / free
    return (slope / variance**0.5 if variance > 0.0 else 0.0), free


def _huber(columns: Array, target: Array, steps: int = 30) -> tuple[Array, float]:
    """Residual of a Huber regression by reweighting, and its scale from the median absolute residual."""
    left = target - columns @ np.linalg.lstsq(columns, target, rcond=None)[0]
    least = 1e-9 * float(np.ptp(target)) + 1e-300
    scale = least
    for _ in range(steps):
        scale = max(float(np.median(np.abs(left))) / 0.6745, least)
        root = np.sqrt(np.minimum(1.0, _BEND * scale / np.maximum(np.abs(left), least)))
        slopes = np.linalg.lstsq(columns * root[:, None], target * root, rcond=None)[0]
        before, left = left, target - columns @ slopes
        if float(np.abs(left - before).max()) < 1e-6 * scale:
            break
    return left, scale
