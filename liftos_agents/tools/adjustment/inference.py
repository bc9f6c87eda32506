"""From rows' scores to an estimate with its error: clusters, few clusters, and several splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]

FEW_CLUSTERS = 40
"""Below this the critical value comes from a wild bootstrap."""
LEAST_CLUSTERS = 6
_REPLICATES = 1999
_WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])


@dataclass(frozen=True)
class Moment:
    """An estimate Σ numerator / Σ denominator, row by row.

    Attributes:
        adjustment: Added to each row's influence: what estimating a further part of the estimator costs.
        freedom: Parameters fitted, for the small-sample factor n / (n − freedom) of the variance.
    """

    numerator: Array
    denominator: Array
    adjustment: Array | None = None
    freedom: int = 0

    @property
    def estimate(self) -> float:
        """Their ratio."""
        return float(self.numerator.sum() / self.denominator.sum())

    def influence(self, rows: NDArray[np.bool_] | None = None) -> tuple[float, Array]:
        """The estimate over some rows, and each row's influence on it (rows left out have none)."""
        numerator, denominator = self.numerator, self.denominator
        if rows is not None:
            numerator, denominator = numerator * rows, denominator * rows
        estimate = float(numerator.sum() / denominator.sum())
        influence = (numerator - estimate * denominator) / denominator.mean()
        return estimate, influence if self.adjustment is None else influence + self.adjustment


@dataclass(frozen=True)
class Estimated:
    """An estimate, its standard error, and the critical value of its interval in standard errors."""

    estimate: float
    standard_error: float
    critical: float
    p_value: float

    @property
    def ends(self) -> tuple[float, float]:
        """The interval."""
        half = self.critical * self.standard_error
        return self.estimate - half, self.estimate + half


def infer(
    moment: Moment,
    level: float,
    cluster: NDArray[np.int64] | None,
    seed: int,
    rows: NDArray[np.bool_] | None = None,
) -> Estimated:
    """The estimate of a moment with its robust or clustered error."""
    estimate, influence = moment.influence(rows)
    n = len(influence)
    used = n if rows is None else int(rows.sum())
    if cluster is None:
        factor = used / max(used - moment.freedom, 1)
        error = float(np.sqrt(factor * (influence**2).sum())) / n
        return settled(estimate, error, level, max(used - max(moment.freedom, 1), 1))
    sums = np.bincount(cluster, influence) / n
    if rows is not None:
        sums = sums[np.bincount(cluster, rows) > 0]
    groups = len(sums)
    error = float(np.sqrt(groups / max(groups - 1, 1) * (sums**2).sum()))
    if groups >= FEW_CLUSTERS:
        return settled(estimate, error, level, groups - 1)
    draws = _wild(sums, seed)
    critical = float(np.quantile(draws, level))
    t = abs(estimate) / error if error > 0.0 else np.inf
    p = float((1 + (draws >= t).sum()) / (len(draws) + 1))
    return Estimated(estimate, error, critical, p)


def settled(estimate: float, error: float, level: float, freedom: float = np.inf) -> Estimated:
    """An estimate whose ratio to its error follows Student's t (the normal law for infinite freedom)."""
    law = stats.norm if np.isinf(freedom) else stats.t(freedom)
    t = abs(estimate) / error if error > 0.0 else np.inf
    return Estimated(estimate, error, float(law.ppf(0.5 + level / 2.0)), float(2.0 * law.sf(t)))


def over_splits(found: Sequence[Estimated], level: float) -> Estimated:
    """The median over splits; its variance is the median of variance plus squared distance to the median."""
    estimates = np.array([f.estimate for f in found])
    estimate = float(np.median(estimates))
    variances = np.array([f.standard_error**2 for f in found]) + (estimates - estimate) ** 2
    error = float(np.sqrt(np.median(variances)))
    critical = float(np.median([f.critical for f in found]))
    if len(found) == 1:
        return found[0]
    p = float(np.median([f.p_value for f in found]))
    return Estimated(estimate, error, critical, p)


def _wild(sums: Array, seed: int) -> Array:
    """|t| of cluster sums with six-point random signs (Kline and Santos 2012; Webb 2023)."""
    rng = np.random.default_rng([seed, len(sums)])
    signed = sums * rng.choice(_WEBB, size=(_REPLICATES, len(sums)))
    middle = signed.mean(axis=1, keepdims=True)
    groups = len(sums)
    error = np.sqrt(groups / (groups - 1) * ((signed - middle) ** 2).sum(axis=1))
    return np.abs(signed.sum(axis=1)) / np.maximum(error, 1e-300)
