"""A structural time-series model of the time before, and what it says of the time after.

y = level + regressors β + irregular; the level (and, for `local_linear`, its slope) is a random walk. Given how much the level
wanders against the irregular part, statsmodels' Kalman filter gives the likelihood with level and β integrated out under a
diffuse prior and the scale under the usual 1/σ² prior, so that forecasts are Student's t. How much the level wanders is not
set to its most likely value but averaged over a grid, weighted by likelihood: its uncertainty is in every interval, without
any draw. Harvey (1989); Brodersen et al. (2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr
from statsmodels.tsa.statespace.structural import UnobservedComponents

from liftos_agents.tools.interrupted_series.arguments import DEFAULT_LEVEL_PRIOR, Trend

Array = NDArray[np.float64]

DIFFUSE = 1e6
"""Variance of the initial state on the standardised series."""
_LEVEL_SHARES = np.linspace(0.0, 1.0, 21) ** 2
"""Grid of sd(level step) / (sd(level step) + sd(irregular))."""
_SLOPE_RATIOS = (0.0, 0.02, 0.06, 0.2, 0.6)
"""Grid of sd(slope step) / (sd(level step) + sd(irregular)), for a slope that wanders."""
_LEAST_WEIGHT = 1e-5


@dataclass(frozen=True)
class Cell:
    """The filter's end at one grid point, on the standardised series.

    Attributes:
        weight: Posterior probability.
        irregular, level, slope: Variances in units of the scale.
        state, spread: Predicted state of the first period after, and its covariance over the scale.
        scale: Estimate of the scale σ².
        innovations: (T,) one-step errors over their standard deviation.
        predicted: (T,) one-step forecasts.
    """

    weight: float
    irregular: float
    level: float
    slope: float
    state: Array
    spread: Array
    scale: float
    innovations: Array
    predicted: Array


@dataclass(frozen=True)
class Learnt:
    """The model of the time before.

    Attributes:
        cells: Grid points with weight.
        freedom: Degrees of freedom of the Student forecasts.
        centre, size: Of the outcome; `means`, `sizes` of the regressors.
    """

    cells: tuple[Cell, ...]
    freedom: int
    trend: Trend
    centre: float
    size: float
    means: Array
    sizes: Array

    @property
    def best(self) -> Cell:
        """The most probable grid point."""
        return max(self.cells, key=lambda c: c.weight)

    @property
    def level_share(self) -> float:
        """Posterior mean of sd(level step) / (sd(level step) + sd(irregular))."""
        return float(sum(c.weight * np.sqrt(c.level) for c in self.cells))


@dataclass(frozen=True)
class Forecast:
    """A mixture of Student forecasts of one quantity, or of several side by side.

    Attributes:
        weights: (G,).
        means, scales: (G, H).
    """

    weights: Array
    means: Array
    scales: Array
    freedom: int

    @property
    def mean(self) -> Array:
        """(H,) means."""
        return self.weights @ self.means

    @property
    def deviation(self) -> Array:
        """(H,) standard deviations."""
        inside = self.scales**2 * (self.freedom / max(self.freedom - 2.0, 0.5))
        return np.sqrt(self.weights @ (inside + (self.means - self.mean) ** 2))

    def below(self, values: Array) -> Array:
        """(H,) probabilities of lying below `values`."""
        return self.weights @ stdtr(self.freedom, (values - self.means) / self.scales)

    def quantile(self, probability: float) -> Array:
        """(H,) values with this probability below them, by halving."""
        reach = 60.0 * self.scales.max(axis=0) + np.ptp(self.means, axis=0)
        low, high = self.mean - reach, self.mean + reach
        for _ in range(46):
            middle = 0.5 * (low + high)
            under = self.below(middle) < probability
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return 0.5 * (low + high)


def learn(
    outcome: Array, regressors: Array, trend: Trend, level_prior: float = DEFAULT_LEVEL_PRIOR
) -> Learnt:
    """The model of `outcome` (T,), NaN where missing, on `regressors` (T, K); `drift` needs its clock among them.

    Args:
        level_prior: Scale of the half-Cauchy prior on sd(level step) / sd(irregular).
    """
    known = ~np.isnan(outcome)
    centre, size = float(outcome[known].mean()), float(outcome[known].std())
    size = size if size > 0.0 else 1.0
    means, sizes = regressors.mean(axis=0), regressors.std(axis=0)
    sizes = np.where(sizes > 0.0, sizes, 1.0)
    exog = (regressors - means) / sizes
    sloped = trend == "local_linear"
    model = UnobservedComponents(
        (outcome - centre) / size,
        level=cast(Any, "lltrend" if sloped else "llevel"),
        exog=exog if exog.shape[1] else None,
        mle_regression=False,
    )
    model.ssm.initialize_approximate_diffuse(DIFFUSE)
    states = int(model.k_states)
    freedom = int(known.sum()) - states
    found: list[tuple[float, Cell]] = []
    # The half-Cauchy density of the ratio, in terms of the share.
    prior = np.gradient(_LEVEL_SHARES) / ((1.0 - _LEVEL_SHARES) ** 2 + (_LEVEL_SHARES / level_prior) ** 2)
    for share, mass in zip(_LEVEL_SHARES, prior, strict=True):
        for slope in _SLOPE_RATIOS if sloped else (0.0,):
            variances = ((1.0 - share) ** 2, share**2, slope**2)
            model.update(np.array(variances if sloped else variances[:2]), transformed=True)
            found.append(_filtered(model.ssm, variances, known, freedom, float(np.log(mass))))
    logs = np.array([log for log, _ in found])
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    cells = [
        Cell(float(w), *_parts(c))
        for w, (_, c) in zip(weights, found, strict=True)
        if w > _LEAST_WEIGHT * weights.max()
    ]
    total = sum(c.weight for c in cells)
    return Learnt(
        tuple(Cell(c.weight / total, *_parts(c)) for c in cells),
        freedom,
        trend,
        centre,
        size,
        means,
        sizes,
    )


def _parts(c: Cell) -> tuple[float, float, float, Array, Array, float, Array, Array]:
    return c.irregular, c.level, c.slope, c.state, c.spread, c.scale, c.innovations, c.predicted


def _filtered(
    ssm: Any, variances: tuple[float, float, float], known: NDArray[np.bool_], freedom: int, log_prior: float
) -> tuple[float, Cell]:
    """Log weight and end of the filter at one grid point."""
    passed = ssm.filter()
    variance = np.maximum(passed.forecasts_error_cov[0, 0], 1e-12)
    errors = np.where(known, passed.forecasts_error[0], 0.0)
    squares = float((errors[known] ** 2 / variance[known]).sum())
    scale = max(squares, 1e-12) / freedom
    log = log_prior - 0.5 * float(np.log(variance[known]).sum()) - 0.5 * freedom * np.log(scale)
    cell = Cell(
        0.0,
        *variances,
        passed.predicted_state[:, -1].copy(),
        passed.predicted_state_cov[:, :, -1].copy(),
        scale,
        np.where(known, errors / np.sqrt(variance * scale), np.nan),
        passed.forecasts[0].copy(),
    )
    return log, cell


def forecast(learnt: Learnt, regressors: Array, sums: Array) -> Forecast:
    """Forecasts of the linear sums (rows of `sums`, (R, H)) of the next H outcomes, given their regressors (H, K)."""
    count = len(regressors)
    ahead = np.arange(count, dtype=np.float64)
    sloped = learnt.trend == "local_linear"
    design = np.column_stack(
        [
            np.ones(count),
            *([ahead] if sloped else []),
            (regressors - learnt.means) / learnt.sizes,
        ]
    )
    shorter = np.minimum.outer(ahead, ahead)
    summed = sums @ design
    level = np.einsum("rh,hg,rg->r", sums, shorter, sums)
    noise = (sums**2).sum(axis=1)
    slope = np.einsum("rh,hg,rg->r", sums, _slope_products(ahead), sums) if sloped else np.zeros(len(sums))
    means = np.array([summed @ c.state for c in learnt.cells])
    variances = np.array(
        [
            c.scale
            * (
                np.einsum("rk,kl,rl->r", summed, c.spread, summed)
                + c.level * level
                + c.slope * slope
                + c.irregular * noise
            )
            for c in learnt.cells
        ]
    )
    weights = np.array([c.weight for c in learnt.cells])
    shift = learnt.centre * sums.sum(axis=1)
    return Forecast(
        weights,
        means * learnt.size + shift,
        np.sqrt(np.maximum(variances, 1e-300)) * learnt.size,
        learnt.freedom,
    )


def _slope_products(ahead: Array) -> Array:
    """Covariance of the levels that a slope's unit steps add: each step counts once for every later period."""
    steps = np.maximum(ahead[:, None] - 1.0 - ahead[None, :], 0.0)
    return steps @ steps.T
