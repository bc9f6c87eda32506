"""What should not jump at a cutoff, or anywhere else: covariates, placebo cutoffs, other bandwidths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.discontinuity.bandwidth import Bandwidths
from liftos_agents.tools.discontinuity.jump import Jump, choose_bandwidths, estimate_jump
from liftos_agents.tools.discontinuity.local_polynomial import Kernel, kernel_weights
from liftos_agents.tools.discontinuity.sides import Side, Sides, split

Array = NDArray[np.float64]

BANDWIDTH_FACTORS = (("half_bandwidth", 0.5), ("double_bandwidth", 2.0))
_FEWEST_ROWS = 60
_FEWEST_OF_A_VALUE = 20


@dataclass(frozen=True)
class CovariateTest:
    """A covariate's jump as an outcome's would be taken, and the test that it runs smoothly through the cutoff.

    Attributes:
        step: What is above the cutoff more than one polynomial through both sides says, in the covariate's units.
        p_value: Two-sided, of no step.
    """

    jump: Jump
    step: float
    p_value: float


def covariate_tests(
    sides: Sides, first: int, names: tuple[str, ...], order: int, kernel: Kernel
) -> dict[str, CovariateTest]:
    """Each covariate's test at a bandwidth of its own; covariates that hardly vary are left out.

    A characteristic from before the treatment has nothing that starts at the cutoff, so under the null its mean is one smooth
    function there, slope and curvature included (Lee and Lemieux, 2010, on baseline covariates). The test is of a step beside one
    polynomial of an order more on both sides: the bias of the next order vanishes faster than the error at the bandwidth that is
    best for the jump, so nothing is paid for correcting it, and smaller steps are seen than by the robust interval. With clusters
    the robust jump is tested.

    Args:
        first: Column of the first covariate.
    """
    tests: dict[str, CovariateTest] = {}
    for index, name in enumerate(names, start=first):
        alone = (sides[0].column(index), sides[1].column(index))
        bandwidths = choose_bandwidths(alone, order, kernel)
        if _varies(alone, bandwidths.estimate):
            jump = estimate_jump(alone, order, bandwidths.estimate, bandwidths.bias, kernel)
            if sides[0].cluster is not None:
                tests[name] = CovariateTest(jump, jump.corrected, jump.p_value)
                continue
            step, error = _step(alone, order + 1, bandwidths.estimate, kernel)
            tests[name] = CovariateTest(jump, step, jump.p(step, error))
    return tests


def _step(sides: Sides, order: int, bandwidth: float, kernel: Kernel) -> tuple[float, float]:
    """The step of the one column beside a polynomial through both sides, and its standard error from nearest neighbours."""
    distance, outcome, residual = (
        np.concatenate(parts)
        for parts in zip(*((s.distance, s.outcomes[:, 0], s.residuals[:, 0]) for s in sides), strict=True)
    )
    scaled = distance / bandwidth
    inside = kernel_weights(scaled, kernel) > 0.0
    scaled = scaled[inside]
    design = np.column_stack([scaled >= 0.0, np.vander(scaled, order + 1, increasing=True)])
    weighted = design * kernel_weights(scaled, kernel)[:, None]
    pick = np.zeros(design.shape[1])
    pick[0] = 1.0
    weights = weighted @ np.linalg.lstsq(design.T @ weighted, pick, rcond=None)[0]
    error = np.sqrt(np.sum((weights * residual[inside]) ** 2))
    return float(np.sum(weights * outcome[inside])), float(error)


def placebo_jumps(sides: Sides, order: int, kernel: Kernel) -> dict[str, tuple[float, Jump]]:
    """The outcome's jump at the median of each side, with that side's rows alone, and where that is, as distance."""
    jumps: dict[str, tuple[float, Jump]] = {}
    for side, name in zip(sides, ("placebo_below", "placebo_above"), strict=True):
        middle = float(np.median(side.distance))
        parts = split(side.distance, side.outcomes[:, :1], middle, side.cluster)
        if min(len(part.distance) for part in parts) < _FEWEST_ROWS or min(map(_values, parts)) < 10:
            continue
        bandwidths = choose_bandwidths(parts, order, kernel)
        if _varies(parts, bandwidths.estimate, fewest=1):
            jumps[name] = (middle, estimate_jump(parts, order, bandwidths.estimate, bandwidths.bias, kernel))
    return jumps


@dataclass(frozen=True)
class OtherBandwidth:
    """The jump at another bandwidth, and the p-value that it is the same; None where that is not known."""

    factor: float
    bandwidth: float
    jump: Jump
    same: float | None


def other_bandwidths(
    sides: Sides,
    order: int,
    chosen: Bandwidths,
    kernel: Kernel,
    whole: Jump,
    *,
    fuzzy: bool,
    covariates: int,
) -> dict[str, OtherBandwidth]:
    """The estimate at half and at twice the bandwidths, where enough rows are left."""
    found: dict[str, OtherBandwidth] = {}
    for name, factor in BANDWIDTH_FACTORS:
        bandwidth = factor * chosen.estimate
        near = [np.unique(s.distance[np.abs(s.distance) < bandwidth]) for s in sides]
        if min(map(len, near)) < order + 4:
            continue
        jump = estimate_jump(
            sides, order, bandwidth, factor * chosen.bias, kernel, fuzzy=fuzzy, covariates=covariates
        )
        same = None
        if sides[0].cluster is None and not fuzzy:
            spread = sum(
                float(np.sum(((mine[0] - other[0]) * mine[1]) ** 2))
                for mine, other in ((jump.below, whole.below), (jump.above, whole.above))
            )
            gap = abs(jump.corrected - whole.corrected)
            same = float(2.0 * stats.norm.sf(gap / np.sqrt(spread))) if spread > 0.0 else 1.0
        found[name] = OtherBandwidth(factor, bandwidth, jump, same)
    return found


def smallest_of_many(p_values: list[float]) -> float:
    """The smallest p-value, made larger for the number looked at (Bonferroni)."""
    return min(1.0, len(p_values) * min(p_values))


def _varies(sides: Sides, bandwidth: float, fewest: int = _FEWEST_OF_A_VALUE) -> bool:
    """Near the cutoff the column has enough rows off its most frequent value for a normal law to hold."""
    near = np.concatenate([s.outcomes[np.abs(s.distance) < bandwidth, 0] for s in sides])
    if len(near) == 0:
        return False
    counts = np.unique(near, return_counts=True)[1]
    return int(len(near) - counts.max()) >= fewest


def _values(side: Side) -> int:
    return len(np.unique(side.distance))
