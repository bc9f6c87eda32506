"""Nuisance learners: ridge and logistic regression, the same on squares and products, and boosted trees.

Each is fitted on some rows and predicts others. Controls are standardised once, from the controls alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression

Array = NDArray[np.float64]
Learner = Literal["linear", "quadratic", "boosting"]
LEARNERS: tuple[Learner, ...] = ("linear", "quadratic", "boosting")

BOOSTING = {
    "max_iter": 80,
    "learning_rate": 0.1,
    "max_leaf_nodes": 12,
    "min_samples_leaf": 20,
    "early_stopping": False,
    "random_state": 0,
}
PENALTY = 1.0
MOST_FOR_PRODUCTS = 15
_RIDGES = np.logspace(-4.0, 2.0, 13)


@dataclass(frozen=True)
class Features:
    """Design matrices of one set of controls, by learner."""

    linear: Array
    quadratic: Array
    raw: Array

    @classmethod
    def of(cls, controls: Array) -> Features:
        """Standardised controls, and those with their squares and (up to 15 controls) products."""
        if not controls.shape[1]:
            nothing = np.zeros((len(controls), 1))
            return cls(nothing, nothing, nothing)
        linear = (controls - controls.mean(axis=0)) / controls.std(axis=0)
        capped = np.clip(linear, -4.0, 4.0)
        count = linear.shape[1]
        left, right = (
            np.triu_indices(count) if count <= MOST_FOR_PRODUCTS else (np.arange(count), np.arange(count))
        )
        products = capped[:, left] * capped[:, right]
        spread = products.std(axis=0)
        # A square of an indicator is the indicator again.
        fresh = [
            i for i in np.flatnonzero(spread > 1e-8) if left[i] != right[i] or _levels(capped[:, left[i]]) > 2
        ]
        scaled = (products[:, fresh] - products[:, fresh].mean(axis=0)) / spread[fresh]
        return cls(linear, np.hstack([linear, scaled]), controls)

    def matrix(self, learner: Learner) -> Array:
        """The columns that a learner sees."""
        return {"linear": self.linear, "quadratic": self.quadratic, "boosting": self.raw}[learner]

    def usable(self, rows: int) -> tuple[Learner, ...]:
        """Learners that so many rows can carry."""
        quadratic = self.quadratic.shape[1] > self.linear.shape[1] and self.quadratic.shape[1] <= rows / 5
        boosting = rows >= 150 and self.raw.shape[1] > 0 and bool(np.ptp(self.raw))
        return (
            "linear",
            *(("quadratic",) if quadratic else ()),
            *(("boosting",) if boosting else ()),
        )


def regress(learner: Learner, train: Array, target: Array, weights: Array | None, test: Array) -> Array:
    """Predictions for `test` of a regression of `target` on `train`."""
    if learner == "boosting":
        model = HistGradientBoostingRegressor(**BOOSTING)
        return model.fit(train, target, sample_weight=weights).predict(test)
    return _ridge(train, target, weights, test)


def classify(learner: Learner, train: Array, target: Array, weights: Array | None, test: Array) -> Array:
    """Probabilities for `test` that a target of 0 and 1 is 1."""
    if learner == "boosting":
        model = HistGradientBoostingClassifier(**BOOSTING)
    else:
        model = LogisticRegression(C=1.0 / PENALTY, solver="newton-cholesky", max_iter=200, tol=1e-8)
    return model.fit(train, target, sample_weight=weights).predict_proba(test)[:, 1]


def _ridge(train: Array, target: Array, weights: Array | None, test: Array) -> Array:
    """Ridge regression, its penalty by generalised cross-validation (Golub, Heath and Wahba 1979)."""
    w = np.ones(len(target)) if weights is None else weights / weights.mean()
    middle, level = w @ train / len(w), float(w @ target / len(w))
    x, y = train - middle, target - level
    weighted = x * w[:, None]
    values, vectors = np.linalg.eigh(weighted.T @ x)
    values = np.maximum(values, 0.0)
    along = vectors.T @ (weighted.T @ y)
    total = float(w @ (y * y))
    n = len(y)
    penalties = _RIDGES[:, None] * n
    shrunk = along / (values + penalties + 1e-12)
    residual = total - 2.0 * shrunk @ along + (shrunk**2) @ values
    freedom = 1.0 + (values / (values + penalties)).sum(axis=1)
    score = np.maximum(residual, 0.0) / np.maximum(n - freedom, 1.0) ** 2
    return level + (test - middle) @ (vectors @ shrunk[int(np.argmin(score))])


def _levels(column: Array) -> int:
    return len(np.unique(column))
