"""Latent demand as one AR(1) factor behind demand proxies, log spends and the outcome itself.

The planner's spend gives demand away: whatever moves every channel's budget and the proxies together, season removed, is
drawn inside the sampler and enters the outcome as a control, with its own uncertainty. Restrictions: one factor, and spend
shocks that are independent of the outcome's noise; without them it is not identified.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs

Array = NDArray[np.float64]

dpttrf, dpttrs = get_lapack_funcs(("pttrf", "pttrs"), dtype=np.float64)

FEWEST_OBSERVABLES = 3
"""One factor is not identified from fewer series."""
LOADING_SCALE = 1.5
UNIQUE_SHAPE, UNIQUE_RATE = 2.5, 1.0
"""Inverse gamma prior of an observable's own variance (its total is one): mode 0.29."""
PERSISTENCE = np.linspace(0.02, 0.98, 49)


@dataclass(frozen=True)
class Observables:
    """Series that give demand away, season and trend removed, each with variance one.

    `values` (T, J), zero where there is none; `weight` (T, J) one where there is one (a channel that was off says nothing).
    """

    names: tuple[str, ...]
    values: Array
    weight: Array


class DemandFactor:
    """The factor's state over all chains, updated in place within the sampler.

    `path` (chains, T) has stationary variance one.
    """

    def __init__(self, observables: Observables, chains: int) -> None:
        self._values = observables.values
        self._weight = observables.weight
        self._counts = observables.weight.sum(axis=0)
        self._squares = (observables.values**2).sum(axis=0)
        start = _first_component(observables)
        self.path: Array = np.tile(start, (chains, 1))
        self.persistence: Array = np.full(chains, 0.5)
        self.loading: Array = np.zeros((chains, len(observables.names)))
        self.unique: Array = np.ones((chains, len(observables.names)))

    def update_parameters(self, rng: np.random.Generator) -> None:
        """Draw loadings, unique variances and persistence given the path."""
        squares = (self.path**2) @ self._weight
        cross = self.path @ self._values
        precision = squares + 1.0 / LOADING_SCALE**2
        mean = cross / precision
        rest = 0.5 * (self._squares - mean * cross)
        shape = UNIQUE_SHAPE + 0.5 * self._counts
        self.unique = (UNIQUE_RATE + rest) / rng.standard_gamma(np.broadcast_to(shape, rest.shape))
        self.loading = mean + np.sqrt(self.unique / precision) * rng.standard_normal(mean.shape)
        self.persistence = self._draw_persistence(rng)

    def condition(self) -> None:
        """Prepare the path's distribution given proxies and spends: a tridiagonal precision and a linear term, (chains, T)."""
        inverse = self.loading / self.unique
        self.linear = inverse @ self._values.T
        diagonal = (inverse * self.loading) @ self._weight.T
        innovation = 1.0 / (1.0 - self.persistence**2)
        diagonal += (innovation * (1.0 + self.persistence**2))[:, None]
        diagonal[:, 0] -= innovation * self.persistence**2
        diagonal[:, -1] -= innovation * self.persistence**2
        self._diagonal = diagonal
        self._beside = np.zeros_like(diagonal)
        self._beside[:, :-1] = -(innovation * self.persistence)[:, None]

    def log_evidence(self, precision: Array, pull: Array) -> Array:
        """½ bᵀP⁻¹b − ½ log|P| with the outcome added, (m, chains).

        Args:
            precision: (m, chains, T) what the outcome adds to the path's precision.
            pull: (m, chains, T) what it adds to the linear term.
        """
        stacked = self._diagonal + precision
        linear = self.linear + pull
        beside = np.broadcast_to(self._beside, stacked.shape).ravel()[:-1]
        pivots, ratios = _factorise(stacked.ravel(), beside)
        solved, _ = dpttrs(pivots, ratios, linear.reshape(-1, 1))
        fit = (linear * solved.reshape(linear.shape)).sum(axis=-1)
        return 0.5 * (fit - np.log(pivots).reshape(linear.shape).sum(axis=-1))

    def absorb(self, precision: Array) -> None:
        """Add the outcome's share (chains, T) of the path's precision."""
        self._pivots, self._ratios = _factorise(
            (self._diagonal + precision).ravel(), self._beside.ravel()[:-1]
        )

    def solve(self, columns: Array) -> Array:
        """The path's covariance times columns, (k, chains, T) to the same."""
        solved, _ = dpttrs(self._pivots, self._ratios, columns.reshape(len(columns), -1).T)
        return solved.T.reshape(columns.shape)

    def draw_path(self, rng: np.random.Generator, pull: Array) -> None:
        """Draw the path given everything; `pull` (chains, T) is the outcome's precision times the value that it suggests."""
        scaled = np.sqrt(self._pivots) * rng.standard_normal(self.path.size)
        linear = (self.linear + pull).ravel() + scaled
        linear[1:] += self._ratios * scaled[:-1]
        drawn, _ = dpttrs(self._pivots, self._ratios, linear.reshape(-1, 1))
        self.path = drawn.reshape(self.path.shape)

    def rescale(self, rng: np.random.Generator, coefficient_square: Array) -> Array:
        """Draw the path's scale with everything that multiplies it moving against it; the factor (chains,) that was applied.

        A Metropolis step whose proposal is the path's own scale distribution; it loosens the one direction in which path and
        loadings are known only by their product.

        Args:
            rng: source of randomness.
            coefficient_square: (chains,) square of the outcome's coefficient over its prior variance.
        """
        chains, periods = self.path.shape
        rho = self.persistence[:, None]
        inner = (self.path[:, 1:] - rho * self.path[:, :-1]) ** 2
        quadratic = self.path[:, 0] ** 2 + inner.sum(axis=1) / (1.0 - self.persistence**2)
        opposed = coefficient_square + (self.loading**2 / self.unique).sum(axis=1) / LOADING_SCALE**2
        shape = 0.5 * (periods - self.loading.shape[1] - 1)
        square = rng.standard_gamma(shape, chains) / (0.5 * quadratic)
        accept = np.log(rng.random(chains)) < 0.5 * opposed * (1.0 - 1.0 / square)
        scale = np.where(accept, np.sqrt(square), 1.0)
        self.path = self.path * scale[:, None]
        self.loading = self.loading / scale[:, None]
        return scale

    def _draw_persistence(self, rng: np.random.Generator) -> Array:
        before, after = self.path[:, :-1], self.path[:, 1:]
        rho = PERSISTENCE
        inner = (
            (after**2).sum(axis=1)[:, None]
            - 2.0 * rho * (before * after).sum(axis=1)[:, None]
            + rho**2 * (before**2).sum(axis=1)[:, None]
        )
        spread = 1.0 - rho**2
        log_weight = -0.5 * before.shape[1] * np.log(spread) - 0.5 * inner / spread
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        cumulative = np.cumsum(weight, axis=1)
        chosen = (cumulative < (rng.random(len(weight)) * cumulative[:, -1])[:, None]).sum(axis=1)
        return rho[chosen]


def observables(
    spend: Array, channels: tuple[str, ...], proxies: dict[str, Array], columns: Array
) -> Observables:
    """The standardised observables: proxies, then the log of each channel's spend in the periods when it was on.

    Args:
        spend: (T, C).
        channels: names, length C.
        proxies: series that follow demand, (T,) each.
        columns: (T, K) intercept, trend and season, which are removed.
    """
    names, values, weights = [], [], []
    series = [(name, proxy, np.ones(len(proxy), dtype=bool)) for name, proxy in proxies.items()]
    for index, channel in enumerate(channels):
        on = spend[:, index] > 0.0
        series.append((f"log spend {channel}", np.log(np.where(on, spend[:, index], 1.0)), on))
    for name, raw, on in series:
        if on.sum() < max(20, 2 * columns.shape[1]):
            continue
        fitted, *_ = np.linalg.lstsq(columns[on], raw[on], rcond=None)
        residual = raw[on] - columns[on] @ fitted
        deviation = float(residual.std())
        if deviation <= 1e-9 * max(1.0, float(np.abs(raw[on]).max())):
            continue
        value = np.zeros(len(raw))
        value[on] = np.clip(residual / deviation, -4.0, 4.0)
        names.append(name)
        values.append(value)
        weights.append(on.astype(np.float64))
    if not names:
        return Observables((), np.zeros((len(spend), 0)), np.zeros((len(spend), 0)))
    return Observables(tuple(names), np.stack(values, axis=1), np.stack(weights, axis=1))


def _factorise(diagonal: Array, beside: Array) -> tuple[Array, Array]:
    """The LDLᵀ factors of a tridiagonal precision, chains one after another."""
    pivots, ratios, failed = dpttrf(diagonal, beside)
    if failed:
        raise np.linalg.LinAlgError("the demand factor's precision is not positive definite")
    return pivots, ratios


def _first_component(observables: Observables) -> Array:
    """The first principal component, standardised, oriented so that most observables rise with it."""
    left, singular, right = np.linalg.svd(observables.values, full_matrices=False)
    component = left[:, 0] * singular[0]
    component *= 1.0 if right[0].sum() >= 0.0 else -1.0
    return component / max(float(component.std()), 1e-12)
