"""Trends before adoption: tested jointly, along a line and at the last period, and how much the test could see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.staggered_adoption.aggregation import Averages
from liftos_agents.tools.staggered_adoption.sampling import Sampling
from liftos_agents.tools.staggered_adoption.several_tests import allow_for_several

Array = NDArray[np.float64]

TEST_SIZE = 0.05
DIRECTED_SIZE = 0.01
WANTED_POWER = 0.8


@dataclass(frozen=True)
class PreTrendTest:
    """What the periods before adoption say; each step is the change of the gap from one period to the next.

    Attributes:
        leads: Periods since adoption of the steps used, all negative.
        statistic, p_value: Wald test that all steps are zero; the p-value is from Hotelling's F.
        cells_statistic, cells: The same over group-time cells, and how many; None where they are too many.
        slope, slope_error, slope_p_value: One common step, by generalised least squares.
        carried: What the slope, carried on after adoption, would do to the headline.
        last_gap, last_gap_p_value: The last step, were it the only one, by generalised least squares; None with one step.
        allowing: p-values of the joint test, along the line and of the last step, each allowing for there being three.
        power: That the joint test, by itself, notices a steady violation that alone would produce the estimate.
        slope_power: That the test along a line, by itself, notices it.
        detectable_slope: The steady violation that the joint test notices with probability 0.8.
        detectable_bias: What that violation would do to the headline.
    """

    leads: tuple[int, ...]
    statistic: float
    p_value: float
    cells_statistic: float | None
    cells_p_value: float | None
    cells: int
    slope: float
    slope_error: float
    slope_p_value: float
    carried: float
    last_gap: float | None
    last_gap_p_value: float | None
    allowing: tuple[float, float, float]
    power: float
    slope_power: float
    detectable_slope: float
    detectable_bias: float

    @property
    def fails(self) -> bool:
        """The trends differ before adoption: jointly, or along a line."""
        return min(self.allowing[:2]) < TEST_SIZE


def reach(weights: dict[int, float], anticipation: int) -> float:
    """What a steady violation of one unit a period does to the headline, given its weights by time since adoption."""
    return sum(weight * (since + 1 + anticipation) for since, weight in weights.items())


def test_pre_trends(
    sampling: Sampling,
    dynamic: Averages,
    *,
    estimate: float,
    weights: dict[int, float],
    anticipation: int,
) -> PreTrendTest | None:
    """The tests, or None where no period before adoption has a step that can be tested.

    Three looks at the same steps: all of them (any departure), along a line (a drift), at the last one (an effect that begins
    early). Roth (2022), Pretest with caution, for the power against a linear violation.
    """
    free = sampling.panel.cluster_count - len(sampling.panel.size)
    usable = [j for j, key in enumerate(dynamic.keys) if key < -anticipation]
    usable = usable[-max(1, free // 3) :]
    steps = dynamic.estimates[usable]
    covariance = _covariance(sampling, dynamic.scores[:, usable], free)
    if not usable or free < 3 or not _regular(covariance):
        return None
    count = len(usable)
    inverse = np.linalg.inv(covariance)
    information = float(inverse.sum())
    hotelling = (free - count + 1.0) / free
    statistic = float(steps @ inverse @ steps)
    remaining = free - count + 1.0
    slope, slope_error, slope_p = _directed(steps, inverse, np.ones(count), hotelling, remaining)
    last = np.arange(count) == count - 1
    gap, _, gap_p = _directed(steps, inverse, last.astype(np.float64), hotelling, remaining)
    p_value = float(stats.f.sf(statistic * hotelling / count, count, remaining))
    cosine = float(inverse[-1].sum() / np.sqrt(information * inverse[-1, -1]))
    allowing = allow_for_several(
        np.array([p_value, slope_p, gap_p]), cosine=cosine, steps=count, free=remaining
    )
    distance = reach(weights, anticipation)
    violation = estimate / distance

    def noticed(size: float) -> float:
        return _power(size**2 * information * hotelling, count, free)

    detectable = first_crossing(
        lambda size: noticed(size) - WANTED_POWER, 1.0 / np.sqrt(information * hotelling)
    )
    cells = [k for k, cell in enumerate(sampling.effects.cells) if cell.since < -anticipation]
    cells_statistic, cells_p = _wald_of_cells(sampling, cells, free)
    return PreTrendTest(
        leads=tuple(dynamic.keys[j] for j in usable),
        statistic=statistic,
        p_value=p_value,
        cells_statistic=cells_statistic,
        cells_p_value=cells_p,
        cells=len(cells),
        slope=slope,
        slope_error=slope_error,
        slope_p_value=slope_p,
        carried=slope * distance,
        last_gap=gap if count > 1 else None,
        last_gap_p_value=gap_p if count > 1 else None,
        allowing=(float(allowing[0]), float(allowing[1]), float(allowing[2])),
        power=noticed(violation),
        slope_power=_power(violation**2 / slope_error**2, 1, remaining),
        detectable_slope=detectable,
        detectable_bias=detectable * distance,
    )


def first_crossing(rising: Callable[[float], float], start: float) -> float:
    """Where a function that is below zero at 0 first reaches it, looked for from `start` outwards."""
    near, far = 0.0, start
    for _ in range(200):
        if rising(far) >= 0.0:
            break
        near, far = far, 2.0 * far
    for _ in range(30):
        middle = (near + far) / 2.0
        near, far = (near, middle) if rising(middle) >= 0.0 else (middle, far)
    return far


def _covariance(sampling: Sampling, scores: Array, free: int) -> Array:
    """The covariance, corrected for the cohort means that were estimated."""
    return sampling.covariance(scores) * (sampling.panel.cluster_count / max(free, 1))


def _regular(covariance: Array) -> bool:
    spread = np.sqrt(np.diag(covariance))
    if not (spread > 0.0).all():
        return False
    return bool(np.linalg.eigvalsh(covariance / np.outer(spread, spread))[0] > 1e-10)


def _power(noncentrality: float, count: int, free: float) -> float:
    remaining = max(free - count + 1.0, 1.0)
    bar = float(stats.f.ppf(1.0 - TEST_SIZE, count, remaining))
    # Beyond this the test is certain to notice, and the distribution's series no longer converges.
    if noncentrality > 1e4:
        return 1.0
    return float(np.clip(stats.ncf.sf(bar, count, remaining, noncentrality), 0.0, 1.0))


def _directed(
    steps: Array, inverse: NDArray[np.floating[Any]], pattern: Array, hotelling: float, free: float
) -> tuple[float, float, float]:
    """How much of a pattern of steps there is, by generalised least squares: its size, standard error and p-value."""
    information = float(pattern @ inverse @ pattern)
    size = float(pattern @ inverse @ steps) / information
    error = float(1.0 / np.sqrt(information * hotelling))
    return size, error, float(2.0 * stats.t.sf(abs(size) / error, free))


def _wald_of_cells(sampling: Sampling, cells: list[int], free: int) -> tuple[float | None, float | None]:
    covariance = sampling.covariance(sampling.effects.scores[:, cells])
    if not cells or len(cells) > free // 3 or not _regular(covariance):
        return None, None
    steps = sampling.effects.estimates[cells]
    statistic = float(steps @ np.linalg.solve(covariance, steps))
    return statistic, float(stats.chi2.sf(statistic, len(cells)))
