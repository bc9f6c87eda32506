"""The jump of an outcome at a cutoff: conventional, bias-corrected, with the robust standard error."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.discontinuity.bandwidth import Bandwidths, SideOutcome, mse_bandwidths
from liftos_agents.tools.discontinuity.local_polynomial import (
    Kernel,
    coefficient_weights,
    kernel_weights,
    limit_weights,
)
from liftos_agents.tools.discontinuity.sides import Side, Sides

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Jump:
    """The jump from below to above the cutoff, in units of the outcome (of the ratio for a fuzzy design).

    Attributes:
        corrected: Less the estimated bias; the robust interval is centred on it.
        robust_error: Its standard error, with the correction's own variance.
        effective: Rows below and above with a positive weight.
        degrees: Of freedom of the reference distribution; infinite without clusters.
        below, above: Weights of each row in `corrected` and its residual, for covariances between jumps.
    """

    estimate: float
    standard_error: float
    corrected: float
    robust_error: float
    effective: tuple[int, int]
    degrees: float
    below: tuple[Array, Array]
    above: tuple[Array, Array]

    def interval(self, level: float) -> tuple[float, float]:
        """The robust interval."""
        half = self.quantile(level) * self.robust_error
        return self.corrected - half, self.corrected + half

    def quantile(self, level: float) -> float:
        """How many standard errors to each side."""
        return float(stats.t.ppf(0.5 + level / 2.0, self.degrees))

    @property
    def p_value(self) -> float:
        """Two-sided, of no jump, by the robust standard error."""
        return self.p(self.corrected, self.robust_error)

    def p(self, estimate: float, error: float) -> float:
        """Two-sided p-value of zero."""
        if error <= 0.0:
            return 1.0 if estimate == 0.0 else 0.0
        return float(2.0 * stats.t.sf(abs(estimate) / error, self.degrees))


def choose_bandwidths(
    sides: Sides, order: int, kernel: Kernel, *, fuzzy: bool = False, covariates: int = 0
) -> Bandwidths:
    """The bandwidths for the jump; for a fuzzy design those of the outcome less the effect times the treatment.

    The effect, and the covariates' slopes, are taken at the pilot bandwidth of the outcome alone.
    """
    weights = np.zeros(sides[0].outcomes.shape[1])
    weights[0] = 1.0
    if fuzzy or covariates:
        pilot = _bandwidths(sides, weights, order, kernel)
        rows = adjusted_columns(sides, order, pilot.estimate, kernel, fuzzy, covariates)
        weights = rows[0]
        if fuzzy:
            weights = _linearised(sides, rows, order, pilot.estimate, kernel)[0]
    return _bandwidths(sides, weights, order, kernel)


def estimate_jump(
    sides: Sides,
    order: int,
    bandwidth: float,
    bias_bandwidth: float,
    kernel: Kernel,
    *,
    fuzzy: bool = False,
    covariates: int = 0,
) -> Jump:
    """The jump at given bandwidths.

    A fuzzy design's ratio is linearised (Calonico, Cattaneo and Titiunik, 2014, section 4.2), covariates are adjusted for with one slope
    over both sides (Calonico, Cattaneo, Farrell and Titiunik, 2019). With clusters, variances come from the fits' residuals.

    Raises:
        ZeroDivisionError: The treatment of a fuzzy design does not jump at all.
    """
    rows = adjusted_columns(sides, order, bandwidth, kernel, fuzzy, covariates)
    columns, ratio = (rows[0], 0.0) if not fuzzy else _linearised(sides, rows, order, bandwidth, kernel)
    jump = jump_of(sides, columns, order, bandwidth, bias_bandwidth, kernel)
    return replace(jump, estimate=jump.estimate + ratio, corrected=jump.corrected + ratio)


def jump_of(
    sides: Sides, columns: Array, order: int, bandwidth: float, bias_bandwidth: float, kernel: Kernel
) -> Jump:
    """The jump of the one outcome that `columns` makes of each side's columns."""
    parts = [_limit(side, columns, order, bandwidth, bias_bandwidth, kernel) for side in sides]
    below, above = parts
    conventional, robust = (_variance(parts, i) for i in (0, 1))
    used = np.concatenate([p.clusters[p.clusters >= 0] for p in parts])
    return Jump(
        estimate=above.limits[0] - below.limits[0],
        standard_error=float(np.sqrt(conventional)),
        corrected=above.limits[1] - below.limits[1],
        robust_error=float(np.sqrt(robust)),
        effective=(below.rows, above.rows),
        degrees=max(len(np.unique(used)) - 1.0, 1.0) if used.size else np.inf,
        below=(below.weights[1], below.residuals[1]),
        above=(above.weights[1], above.residuals[1]),
    )


def adjusted_columns(
    sides: Sides, order: int, bandwidth: float, kernel: Kernel, fuzzy: bool, covariates: int
) -> Array:
    """(1 or 2, m) weights that make the outcome, and the treatment of a fuzzy design, less what covariates explain."""
    own = 2 if fuzzy else 1
    rows = np.eye(own, sides[0].outcomes.shape[1])
    if covariates:
        rows[:, own:] = -covariate_slopes(sides, order, bandwidth, kernel, covariates)[:, :own].T
    return rows


def _linearised(
    sides: Sides, rows: Array, order: int, bandwidth: float, kernel: Kernel
) -> tuple[Array, float]:
    """The outcome whose jump has the ratio's errors to first order, and the ratio."""
    ends = [coefficient_weights(s.distance, order, 0, bandwidth, kernel) for s in sides]
    jumps = [float(ends[1] @ (sides[1].outcomes @ r) - ends[0] @ (sides[0].outcomes @ r)) for r in rows]
    if jumps[1] == 0.0:
        raise ZeroDivisionError("the treatment does not jump at the cutoff")
    ratio = jumps[0] / jumps[1]
    return (rows[0] - ratio * rows[1]) / jumps[1], ratio


def covariate_slopes(sides: Sides, order: int, bandwidth: float, kernel: Kernel, covariates: int) -> Array:
    """(covariates, other columns) slopes on the covariates, one over both sides, the polynomials taken out."""
    width = sides[0].outcomes.shape[1]
    moments = np.zeros((width, width))
    for side in sides:
        scaled = side.distance / bandwidth
        weight = np.sqrt(kernel_weights(scaled, kernel))
        inside = weight > 0.0
        basis = np.vander(scaled[inside], order + 1, increasing=True) * weight[inside, None]
        values = side.outcomes[inside] * weight[inside, None]
        left = values - basis @ np.linalg.lstsq(basis, values, rcond=None)[0]
        moments += left.T @ left
    slopes = np.linalg.lstsq(
        moments[-covariates:, -covariates:], moments[-covariates:, :-covariates], rcond=None
    )[0]
    return slopes.astype(np.float64)


@dataclass(frozen=True)
class _Limit:
    limits: tuple[float, float]
    weights: tuple[Array, Array]
    residuals: tuple[Array, Array]
    rows: int
    clusters: NDArray[np.intp]


def _limit(
    side: Side, columns: Array, order: int, bandwidth: float, bias_bandwidth: float, kernel: Kernel
) -> _Limit:
    outcome, residual = side.combined(columns)
    weights = limit_weights(side.distance, order, bandwidth, bias_bandwidth, kernel)
    residuals = (residual, residual)
    if side.cluster is not None:
        residuals = (
            _fit_residual(side.distance, outcome, order, bandwidth, kernel),
            _fit_residual(side.distance, outcome, order + 1, bias_bandwidth, kernel),
        )
    inside = np.abs(side.distance) < bandwidth if kernel != "uniform" else np.abs(side.distance) <= bandwidth
    reach = np.abs(side.distance) <= max(bandwidth, bias_bandwidth)
    return _Limit(
        limits=(float(weights.conventional @ outcome), float(weights.corrected @ outcome)),
        weights=(weights.conventional, weights.corrected),
        residuals=residuals,
        rows=int(inside.sum()),
        clusters=np.empty(0, dtype=np.intp) if side.cluster is None else np.where(reach, side.cluster, -1),
    )


def _variance(parts: list[_Limit], which: int) -> float:
    if not parts[0].clusters.size:
        return sum(float(np.sum((p.weights[which] * p.residuals[which]) ** 2)) for p in parts)
    codes = np.concatenate([p.clusters for p in parts])
    scores = np.concatenate([p.weights[which] * p.residuals[which] for p in parts])
    used = codes >= 0
    sums = np.bincount(codes[used], scores[used])
    groups = len(np.unique(codes[used]))
    return float(sums @ sums) * groups / max(groups - 1, 1)


def _fit_residual(distance: Array, outcome: Array, order: int, bandwidth: float, kernel: Kernel) -> Array:
    scaled = distance / bandwidth
    weight = np.sqrt(kernel_weights(scaled, kernel))
    basis = np.vander(scaled, order + 1, increasing=True)
    inside = weight > 0.0
    fitted = np.linalg.lstsq(
        basis[inside] * weight[inside, None], outcome[inside] * weight[inside], rcond=None
    )[0]
    return np.where(np.abs(scaled) <= 2.0, outcome - basis @ fitted, 0.0)


def _bandwidths(sides: Sides, columns: Array, order: int, kernel: Kernel) -> Bandwidths:
    left, right = (SideOutcome(side.distance, *side.combined(columns)) for side in sides)
    return mse_bandwidths(left, right, order, kernel)
