"""The Anderson–Rubin test and its confidence set: valid however weak the instruments are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from liftos_agents.tools.instruments.confidence_set import ConfidenceSet, from_changes, quadratic_set
from liftos_agents.tools.instruments.first_stage import Partialled

Array = NDArray[np.float64]

_GRID = 2001
_NEAR = 30.0
_TOLERANCE = 1e-13


@dataclass(frozen=True)
class AndersonRubin:
    """The test that the effect is a given value, and the values that it leaves.

    Attributes:
        statistic: F statistic of no effect.
        p_value: Of no effect.
    """

    statistic: float
    p_value: float
    confidence_set: ConfidenceSet


def anderson_rubin(partialled: Partialled, level: float) -> AndersonRubin:
    """The test robust to unequal variances, or to clusters (Anderson and Rubin, 1949; Andrews, Stock and Sun, 2019)."""
    moments = _Moments.of(partialled)
    k, degrees = len(moments.outcome), partialled.reference_degrees
    statistic = float(moments.statistics(np.zeros(1))[0]) / k
    critical = k * float(stats.f.ppf(level, k, degrees))
    inverted = _one_instrument if k == 1 else _several_instruments
    return AndersonRubin(
        statistic, float(stats.f.sf(statistic, k, degrees)), inverted(moments, critical, level)
    )


@dataclass(frozen=True)
class _Moments:
    """Instruments' products with outcome and treatment, (k,), and the covariances of these, (k, k)."""

    outcome: Array
    treatment: Array
    outcome_outcome: Array
    outcome_treatment: Array
    treatment_treatment: Array

    @classmethod
    def of(cls, partialled: Partialled) -> _Moments:
        left = [partialled.residual(v) for v in (partialled.outcome, partialled.treatment)]
        return cls(
            partialled.basis.T @ partialled.outcome,
            partialled.basis.T @ partialled.treatment,
            partialled.covariance(left[0], left[0]),
            partialled.covariance(left[0], left[1]),
            partialled.covariance(left[1], left[1]),
        )

    def statistics(self, effects: Array) -> Array:
        """The χ² statistic at each effect."""
        b = effects[:, None, None]
        mixed = self.outcome_treatment + self.outcome_treatment.T
        covariance = self.outcome_outcome - b * mixed + b * b * self.treatment_treatment
        moments = self.outcome - effects[:, None] * self.treatment
        return np.einsum("ij,ij->i", moments, np.linalg.solve(covariance, moments[..., None])[..., 0])

    @property
    def at_infinity(self) -> float:
        return float(self.treatment @ np.linalg.solve(self.treatment_treatment, self.treatment))


def _one_instrument(moments: _Moments, critical: float, level: float) -> ConfidenceSet:
    """In closed form: the statistic is a ratio of two quadratics."""
    a, b = float(moments.outcome[0]), float(moments.treatment[0])
    return quadratic_set(
        b * b - critical * float(moments.treatment_treatment[0, 0]),
        2.0 * (critical * float(moments.outcome_treatment[0, 0]) - a * b),
        a * a - critical * float(moments.outcome_outcome[0, 0]),
        level,
    )


def _several_instruments(moments: _Moments, critical: float, level: float) -> ConfidenceSet:
    """On a grid over the whole line, closer around the estimate, then to the roots; small parts are looked for at each dip."""
    scale = float(np.sqrt(np.trace(moments.outcome_outcome) / np.trace(moments.treatment_treatment)))
    strength = float(moments.treatment @ moments.treatment)
    centre = float(moments.outcome @ moments.treatment) / strength
    width = scale * float(np.sqrt(np.trace(moments.treatment_treatment) / strength))
    angles = np.linspace(-0.5 * np.pi, 0.5 * np.pi, _GRID + 2)[1:-1]
    grid = np.union1d(scale * np.tan(angles), centre + width * np.linspace(-_NEAR, _NEAR, _GRID))

    def excess(effect: float) -> float:
        return float(moments.statistics(np.array([effect]))[0]) - critical

    values = moments.statistics(grid) - critical
    dips = np.flatnonzero((values[1:-1] > 0.0) & (values[1:-1] <= values[:-2]) & (values[1:-1] <= values[2:]))
    for dip in dips + 1:
        lowest: Any = optimize.minimize_scalar(
            excess, bounds=(grid[dip - 1], grid[dip + 1]), method="bounded", options={"xatol": 1e-10 * scale}
        )
        if lowest.fun <= 0.0:
            grid, values = np.append(grid, lowest.x), np.append(values, lowest.fun)
    order = np.argsort(grid, kind="stable")
    grid, values = grid[order], values[order]
    inside = values <= 0.0
    changes = [
        _root(excess, float(grid[i]), float(grid[i + 1]), scale)
        for i in np.flatnonzero(inside[1:] != inside[:-1])
    ]
    endless = moments.at_infinity <= critical
    far = [scale * 1e6 * side for side in (-1.0, 1.0)]
    if endless != bool(inside[0]):
        changes.insert(0, _root_towards(excess, far[0], float(grid[0]), scale))
    if endless != bool(inside[-1]):
        changes.append(_root_towards(excess, float(grid[-1]), far[1], scale))
    return from_changes(changes, endless, level)


def _root_towards(excess: Callable[[float], float], low: float, high: float, scale: float) -> float:
    """A change of side beyond the grid, or its nearer end where there is none within a million scales."""
    if excess(low) * excess(high) > 0.0:
        return high if abs(high) < abs(low) else low
    return _root(excess, low, high, scale)


def _root(excess: Callable[[float], float], low: float, high: float, scale: float) -> float:
    found = optimize.root_scalar(
        excess, bracket=(low, high), method="brentq", xtol=_TOLERANCE * scale, rtol=_TOLERANCE
    )
    return float(found.root)
