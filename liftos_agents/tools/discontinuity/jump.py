"""The jump of an outcome at a cutoff: conventional, bias-corrected, with the robust standard error."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.discontinuity.bandwidth import Bandwidths, SideOutcome, mse_bandwidths
from liftos_agents.tools.discontinuity.cluster_jackknife import jackknife_errors
from liftos_agents.tools.discontinuity.local_polynomial import (
    Kernel,
    coefficient_weights,
    kernel_weights,
    limit_weights,
    weighted_sum,
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
    over both sides (Calonico, Cattaneo, Farrell and Titiunik, 2019). With clusters, errors come from leaving each out.

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
    conventional, robust = (
        float(np.sqrt(sum(np.sum((p.weights[i] * p.residual) ** 2) for p in parts))) for i in (0, 1)
    )
    degrees = np.inf
    if sides[0].cluster is not None:
        clustered = [
            (side.distance, part.outcome, side.cluster)
            for side, part in zip(sides, parts, strict=True)
            if side.cluster is not None
        ]
        conventional, robust = jackknife_errors(clustered, order, bandwidth, bias_bandwidth, kernel)
        reach = max(bandwidth, bias_bandwidth)
        near = [codes[np.abs(distance) < reach] for distance, _, codes in clustered]
        degrees = max(len(np.unique(np.concatenate(near))) - 1.0, 1.0)
    return Jump(
        estimate=above.limits[0] - below.limits[0],
        standard_error=conventional,
        corrected=above.limits[1] - below.limits[1],
        robust_error=robust,
        effective=(below.rows, above.rows),
        degrees=degrees,
        below=(below.weights[1], below.residual),
        above=(above.weights[1], above.residual),
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
    jumps = [
        weighted_sum(ends[1], sides[1].outcomes @ r) - weighted_sum(ends[0], sides[0].outcomes @ r)
        for r in rows
    ]
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
    outcome: Array
    residual: Array
    rows: int


def _limit(
    side: Side, columns: Array, order: int, bandwidth: float, bias_bandwidth: float, kernel: Kernel
) -> _Limit:
    outcome, residual = side.combined(columns)
    weights = limit_weights(side.distance, order, bandwidth, bias_bandwidth, kernel)
    inside = np.abs(side.distance) < bandwidth if kernel != "uniform" else np.abs(side.distance) <= bandwidth
    return _Limit(
        limits=(weighted_sum(weights.conventional, outcome), weighted_sum(weights.corrected, outcome)),
        weights=(weights.conventional, weights.corrected),
        outcome=outcome,
        residual=residual,
        rows=int(inside.sum()),
    )


def _bandwidths(sides: Sides, columns: Array, order: int, kernel: Kernel) -> Bandwidths:
    left, right = (SideOutcome(side.distance, *side.combined(columns)) for side in sides)
    return mse_bandwidths(left, right, order, kernel)
