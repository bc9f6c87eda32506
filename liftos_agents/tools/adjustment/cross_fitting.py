"""Cross-fitting: each row's nuisance values come from models that have not seen it (Chernozhukov et al. 2018)."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from liftos_agents.tools.adjustment.learners import Features, Learner, classify, regress
from liftos_agents.tools.adjustment.study import Study
from liftos_agents.tools.errors import ToolFailed

Array = NDArray[np.float64]
Part = Literal["propensity", "outcome_untreated", "outcome_treated", "outcome", "dose"]
Choice = Literal["auto", "linear", "quadratic", "boosting"]

ROWS_FOR_WORKERS = 5000
CLIP = 0.01
"""Propensities nearer to 0 or 1 are taken as this near, where a row would be weighted by their inverse."""


def bounded(propensity: Array, target: Literal["ate", "att"]) -> Array:
    """Propensities kept away from 1, and from 0 where the treated are weighted up too."""
    return np.clip(propensity, CLIP if target == "ate" else 0.0, 1.0 - CLIP)


@dataclass(frozen=True)
class CrossFit:
    """Out-of-fold nuisance values of one split.

    Attributes:
        values: Part to (n,) predictions.
        learners: Part to the learner that made them.
        losses: Part to learner to its out-of-fold loss (log loss, or squared error over variance).
    """

    values: dict[Part, Array]
    learners: dict[Part, Learner]
    losses: dict[Part, dict[Learner, float]]


def fold_of_row(study: Study, folds: int, seed: int, split: int) -> NDArray[np.int64]:
    """(n,) fold numbers: balanced within treatment groups, or whole clusters together.

    Raises:
        ToolFailed: A fold would leave a treatment group, or nothing, to learn from.
    """
    rng = np.random.default_rng([seed, split])
    n = len(study)
    fold = np.empty(n, dtype=np.int64)
    if study.cluster is not None:
        count = int(study.cluster.max()) + 1
        fold[:] = (rng.permutation(count) % folds)[study.cluster]
    elif study.binary:
        for arm in (0.0, 1.0):
            rows = np.flatnonzero(study.treatment == arm)
            fold[rng.permutation(rows)] = np.arange(len(rows)) % folds
    else:
        fold[rng.permutation(n)] = np.arange(n) % folds
    for number in range(folds):
        kept = fold != number
        if kept.all() or (
            study.binary and min((kept & study.treated).sum(), (kept & ~study.treated).sum()) < 5
        ):
            raise ToolFailed(
                f"{folds} folds leave too few treated or untreated rows to learn from",
                where="estimate_effect argument folds",
                fix="Give fewer folds, or rows with more of both groups",
            )
    return fold


def cross_fit(
    study: Study,
    features: Features,
    parts: tuple[Part, ...],
    fold: NDArray[np.int64],
    choice: Choice,
    chosen: dict[Part, Learner] | None = None,
) -> CrossFit:
    """Out-of-fold values of `parts`; with `choice` `auto`, from the learner with the smallest out-of-fold loss.

    Args:
        chosen: Learners settled by an earlier split; nothing is compared then.
    """
    candidates: dict[Part, tuple[Learner, ...]] = {}
    for part in parts:
        rows = _rows(study, part)
        fewest = int(min((rows & (fold != k)).sum() for k in np.unique(fold)))
        candidates[part] = features.usable(fewest)
        if chosen is not None:
            candidates[part] = (chosen[part],)
        elif choice != "auto":
            candidates[part] = (choice,)
    pairs: list[tuple[Part, Learner]] = [(part, learner) for part in parts for learner in candidates[part]]
    found = _predictions(study, features, pairs, fold)
    losses: dict[Part, dict[Learner, float]] = {
        part: {
            learner: _loss(study, part, _rows(study, part), found[part, learner])
            for learner in candidates[part]
        }
        for part in parts
    }
    learners: dict[Part, Learner] = {
        part: min(candidates[part], key=losses[part].__getitem__) for part in parts
    }
    return CrossFit({part: found[part, learners[part]] for part in parts}, learners, losses)


def _predictions(
    study: Study, features: Features, pairs: list[tuple[Part, Learner]], fold: NDArray[np.int64]
) -> dict[tuple[Part, Learner], Array]:
    """(n,) out-of-fold predictions of each part by each learner."""
    fits = {pair: _OutOfFold(study, features, *pair, fold) for pair in pairs}
    numbers = np.unique(fold).tolist()
    # One thread grows a fold's trees from first to last, so that the bytes do not depend on how many there are.
    shared = len(study) >= ROWS_FOR_WORKERS
    aside = [(fit, k) for fit in fits.values() for k in numbers if shared and fit.learner == "boosting"]
    for fit in fits.values():
        if not (shared and fit.learner == "boosting"):
            for number in numbers:
                fit.predict(number)
    if aside:
        # The longest first, so that no worker is left with one at the end.
        aside.sort(key=lambda job: -job[0].rows.sum())
        with ThreadPoolExecutor(min(len(aside), os.cpu_count() or 1)) as workers:
            list(workers.map(lambda job: job[0].predict_alone(job[1]), aside))
    return {pair: fit.values() for pair, fit in fits.items()}


class _OutOfFold:
    """One part of the nuisance, predicted by one learner, fold by fold."""

    def __init__(
        self, study: Study, features: Features, part: Part, learner: Learner, fold: NDArray[np.int64]
    ) -> None:
        target = study.treatment if part in ("propensity", "dose") else study.outcome
        self.learner: Learner = learner
        self.rows = _rows(study, part)
        self._predict = classify if part == "propensity" else regress
        self._matrix, self._fold = features.matrix(learner), fold
        self._weights = None if np.ptp(study.weights) == 0.0 else study.weights
        self._middle, self._spread = (
            (0.0, 1.0) if part == "propensity" else (float(target.mean()), float(target.std()))
        )
        self._target = target if part == "propensity" else (target - self._middle) / self._spread
        self._out = np.empty(len(study))

    def predict(self, number: int) -> None:
        """Learn from the other folds, predict this one."""
        train, test = np.flatnonzero(self.rows & (self._fold != number)), self._fold == number
        weights = None if self._weights is None else self._weights[train]
        self._out[test] = self._predict(
            self.learner, self._matrix[train], self._target[train], weights, self._matrix[test]
        )

    def predict_alone(self, number: int) -> None:
        """The same on one thread."""
        with threadpool_limits(1):
            self.predict(number)

    def values(self) -> Array:
        """(n,) predictions in the target's units."""
        return self._middle + self._spread * self._out


def _rows(study: Study, part: Part) -> NDArray[np.bool_]:
    if part == "outcome_untreated":
        return ~study.treated
    return study.treated if part == "outcome_treated" else np.ones(len(study), dtype=bool)


def _loss(study: Study, part: Part, rows: NDArray[np.bool_], value: Array) -> float:
    weights = study.weights[rows] / study.weights[rows].sum()
    guess = value[rows]
    if part == "propensity":
        bounded = np.clip(guess, 1e-4, 1.0 - 1e-4)
        hit = np.where(study.treated[rows], bounded, 1.0 - bounded)
        return float(-(weights @ np.log(hit)))
    target = (study.treatment if part == "dose" else study.outcome)[rows]
    variance = float(target.var())
    return float(weights @ (target - guess) ** 2) / variance if variance else 0.0
