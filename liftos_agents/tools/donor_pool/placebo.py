"""Donors treated as if they had been the treated unit: how large an effect appears where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.donor_pool.estimators import Estimator, Fit, Indices
from liftos_agents.tools.donor_pool.inference import Inferred

Array = NDArray[np.float64]

ROUNDING = 1e-12
SCALE_FLOOR = 0.25
"""Of the median pre-RMSPE: a placebo that fits by chance without error must not count as infinitely surprising."""


@dataclass(frozen=True)
class Placebos:
    """Placebo fits, one a donor or a group of donors.

    Attributes:
        members: Donor indices of each placebo.
        fits: The fits, in the same order.
        least: Size below which a gap is rounding error.
    """

    members: tuple[tuple[int, ...], ...]
    fits: tuple[Fit, ...]
    least: float

    @property
    def effects(self) -> Array:
        """Effects of the placebos."""
        return np.array([f.effect for f in self.fits])

    @property
    def rmspe(self) -> Array:
        """Their pre-RMSPE."""
        return np.array([f.pre_rmspe for f in self.fits])

    def scale(self, rmspe: Array | float) -> Array:
        """Pre-RMSPE as a scale: never below a quarter of the placebos' median."""
        floor = SCALE_FLOOR * float(np.median(self.rmspe))
        return np.maximum(np.asarray(rmspe, np.float64), max(floor, self.least))

    @property
    def ratios(self) -> Array:
        """Size of each effect over its scale."""
        return np.abs(self.effects) / self.scale(self.rmspe)


def run_placebos(
    estimator: Estimator,
    donors: Indices,
    size: int,
    groups: int,
    rng: np.random.Generator,
    progress: Callable[[float], None] = lambda _: None,
) -> Placebos:
    """Every donor in turn, or `groups` drawn groups of `size` donors, against the donors that remain.

    Args:
        donors: Indices of the donors.
    """
    if size == 1:
        members = [(int(d),) for d in donors]
    else:
        members = [
            tuple(sorted(int(d) for d in rng.choice(donors, size, replace=False))) for _ in range(groups)
        ]
    fits: list[Fit] = []
    for i, chosen in enumerate(members):
        target = np.zeros(len(estimator.outcome))
        target[list(chosen)] = 1.0 / len(chosen)
        fits.append(estimator.fit(target, np.setdiff1d(donors, chosen)))
        progress((i + 1) / len(members))
    return Placebos(tuple(members), tuple(fits), ROUNDING * float(np.abs(estimator.outcome).max()))


def fewest_donors(level: float) -> int:
    """Donors from which a rank can fall below one less the level."""
    return int(np.floor(1.0 / (1.0 - level) + 1e-9))


def by_rank(fit: Fit, placebos: Placebos, level: float) -> Inferred:
    """Interval and p-value from the rank of |effect| / pre-RMSPE among the placebos.

    The interval holds each effect that would not be ranked below one less the level; Abadie, Diamond and Hainmueller (2010), with
    inversion as in Firpo and Possebom (2018).
    """
    ratios, own = placebos.ratios, float(placebos.scale(fit.pre_rmspe))
    count = len(ratios)
    p_value = (1 + int((ratios >= abs(fit.effect) / own - 1e-12).sum())) / (count + 1)
    needed = int(np.ceil((1.0 - level) * (count + 1) - 1.0 - 1e-9))
    half = None if needed < 1 else float(np.sort(ratios)[-needed]) * own
    return Inferred(
        method="placebo",
        low=None if half is None else fit.effect - half,
        high=None if half is None else fit.effect + half,
        p_value=p_value,
        standard_error=float(np.sqrt((ratios**2).mean())) * own,
        bounded=half is not None,
    )


def by_variance(fit: Fit, placebos: Placebos, level: float) -> Inferred:
    """Interval and p-value from the placebo effects' standard deviation: Algorithm 4 of Arkhangelsky et al. (2021).

    Student's t with one degree of freedom fewer than there are independent placebos replaces the Normal.
    """
    size = len(placebos.members[0])
    independent = len({m for group in placebos.members for m in group}) / size
    error = float(placebos.effects.std(ddof=0))
    if error <= placebos.least:
        return Inferred("placebo", None, None, None, None, False)
    return student("placebo", fit.effect, error, max(independent - 1.0, 1.0), level)


def student(method: str, effect: float, error: float, freedom: float, level: float) -> Inferred:
    """Interval and p-value of an estimate with Student errors."""
    if error <= 0.0:
        return Inferred(method, None, None, None, None, False)
    half = float(stats.t.ppf(0.5 + level / 2.0, freedom)) * error
    p_value = float(2.0 * stats.t.sf(abs(effect) / error, freedom))
    return Inferred(method, effect - half, effect + half, p_value, error, True)


def pointwise(fit: Fit, placebos: Placebos, level: float) -> Array | None:
    """Half widths by period (T,) of a band around the gaps, by the same rank; None where no rank is low enough."""
    own = float(placebos.scale(fit.pre_rmspe))
    needed = int(np.ceil((1.0 - level) * (len(placebos.fits) + 1) - 1.0 - 1e-9))
    if needed < 1:
        return None
    sizes = np.abs([f.gaps for f in placebos.fits]) / placebos.scale(placebos.rmspe)[:, None]
    return np.sort(sizes, axis=0)[-needed] * own
