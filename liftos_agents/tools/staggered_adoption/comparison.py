"""One cohort against its comparison units: the change of the outcome, doubly robust, by regression or by weighting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Estimator = Literal["doubly_robust", "outcome_regression", "ipw"]

TRIMMED_PROPENSITY = 0.995
"""A comparison unit whose propensity is higher stands for almost nobody it resembles, and is left out."""

_STEPS = 50
_LARGEST_INDEX = 1000.0


class NoOverlap(Exception):
    """The controls tell cohort and comparison units apart without error, so no one is left to compare with."""


@dataclass(frozen=True)
class Compared:
    """Average effects on the treated for m changes over the same n units.

    Attributes:
        estimates: (m,).
        scores: (n, m); the sum of a column's squares is the variance of its estimate.
        beyond: Share of the treated whose propensity is above that of every comparison unit; None where none is fitted.
        trimmed: Comparison units left out for their propensity.
    """

    estimates: Array
    scores: Array
    beyond: float | None
    trimmed: int


def compare(
    changes: Array, treated: NDArray[np.bool_], controls: Array, weights: Array, estimator: Estimator
) -> Compared:
    """The average effect on the treated, for each column of `changes`.

    Args:
        changes: (n, m) outcome less the outcome in the base period.
        treated: (n,) the cohort's units; the others are compared with.
        controls: (n, k) as of the base period, without a constant; k may be 0.
        weights: (n,) not negative.

    Raises:
        NoOverlap: The propensity cannot be fitted, or every comparison unit is trimmed.

    Sant'Anna and Zhao (2020), Doubly robust difference-in-differences estimators: the panel estimators and their
    influence functions. Without controls all three are the difference of two weighted means.
    """
    if controls.shape[1] == 0:
        return _difference_of_means(changes, treated, weights)
    design = np.column_stack([np.ones(len(treated)), controls])
    scale = np.sqrt((design**2).mean(axis=0))
    design = design / np.where(scale > 0.0, scale, 1.0)
    propensity = _propensity(treated, design, weights) if estimator != "outcome_regression" else None
    if propensity is None:
        return _regressed(changes, treated, design, weights)
    kept = treated | (propensity < TRIMMED_PROPENSITY)
    if not (kept & ~treated & (weights > 0.0)).any():
        raise NoOverlap
    odds = np.where(treated | ~kept, 0.0, weights * propensity / (1.0 - propensity))
    found = _weighted(
        changes, treated, design, weights, propensity, odds, robust=estimator == "doubly_robust"
    )
    highest = propensity[kept & ~treated & (weights > 0.0)].max()
    beyond = float(weights @ (treated & (propensity > highest)) / (weights @ treated))
    return Compared(*found, beyond, int((~kept).sum()))


def _difference_of_means(changes: Array, treated: NDArray[np.bool_], weights: Array) -> Compared:
    mine, theirs = weights * treated, weights * ~treated
    mine, theirs = mine / mine.sum(), theirs / theirs.sum()
    first, second = mine @ changes, theirs @ changes
    scores = mine[:, None] * (changes - first) - theirs[:, None] * (changes - second)
    return Compared(first - second, scores, None, 0)


def _regressed(changes: Array, treated: NDArray[np.bool_], design: Array, weights: Array) -> Compared:
    left, influence = _residuals(changes, treated, design, weights)
    mine = weights * treated / (weights @ treated)
    estimates = mine @ left
    scores = mine[:, None] * (left - estimates) - (influence @ (mine @ design))[:, None] * left
    return Compared(estimates, scores, None, 0)


def _weighted(
    changes: Array,
    treated: NDArray[np.bool_],
    design: Array,
    weights: Array,
    propensity: Array,
    odds: Array,
    *,
    robust: bool,
) -> tuple[Array, Array]:
    left, influence = _residuals(changes, treated, design, weights) if robust else (changes, None)
    mine, theirs = weights * treated, odds / odds.sum()
    mine = mine / mine.sum()
    first, second = mine @ left, theirs @ left
    information = (design * (weights * propensity * (1.0 - propensity))[:, None]).T @ design
    fitted = (weights * (treated - propensity))[:, None] * (
        design @ np.linalg.pinv(information, hermitian=True)
    )
    from_propensity = fitted @ ((theirs[:, None] * design).T @ (left - second))
    scores = mine[:, None] * (left - first) - theirs[:, None] * (left - second) - from_propensity
    if influence is not None:
        scores -= (influence @ (mine @ design - theirs @ design))[:, None] * left
    return first - second, scores


def _residuals(
    changes: Array, treated: NDArray[np.bool_], design: Array, weights: Array
) -> tuple[Array, Array]:
    """Changes less what the comparison units' regression foretells, and each unit's (n, k) pull on its coefficients."""
    pull = (weights * ~treated)[:, None] * design
    pull = pull @ np.linalg.pinv(pull.T @ design, hermitian=True)
    return changes - design @ (pull.T @ changes), pull


def _propensity(treated: NDArray[np.bool_], design: Array, weights: Array) -> Array:
    """Fitted probabilities of a weighted logit, by Newton steps that are halved until the likelihood rises."""
    coefficients = np.zeros(design.shape[1])
    likelihood = _likelihood(treated, np.zeros(len(treated)), weights)
    for _ in range(_STEPS):
        probability = _logistic(design @ coefficients)
        slope = design.T @ (weights * (treated - probability))
        curvature = (design * (weights * probability * (1.0 - probability))[:, None]).T @ design
        step = np.linalg.lstsq(curvature, slope, rcond=1e-12)[0]
        reached = _likelihood(treated, design @ (coefficients + step), weights)
        halvings = 0
        while reached < likelihood - 1e-12 * abs(likelihood) and halvings < 20:
            step, halvings = step / 2.0, halvings + 1
            reached = _likelihood(treated, design @ (coefficients + step), weights)
        gain, likelihood, coefficients = reached - likelihood, reached, coefficients + step
        # A likelihood that reaches one, or an index without end, is separation.
        if likelihood > -1e-6 * float(weights.sum()) or np.abs(design @ coefficients).max() > _LARGEST_INDEX:
            raise NoOverlap
        if gain < 1e-11 * abs(likelihood) and np.abs(step).max() < 1e-8 * (1.0 + np.abs(coefficients).max()):
            return _logistic(design @ coefficients)
    raise NoOverlap


def _likelihood(treated: NDArray[np.bool_], index: Array, weights: Array) -> float:
    return float(weights @ (treated * index - np.logaddexp(0.0, index)))


def _logistic(index: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-np.clip(index, -700.0, 700.0)))
