"""Nearest-neighbour matching with replacement and bias correction (Abadie and Imbens 2006, 2011)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from liftos_agents.tools.adjustment.regression import Target
from liftos_agents.tools.adjustment.study import Study

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

NEIGHBOURS = 4


@dataclass(frozen=True)
class Matched:
    """A matching estimate.

    Attributes:
        weights: (n,) how often a row stands in the comparison, itself included where it is in the target group.
        distance: Median distance to the matches in standard deviations.
    """

    estimate: float
    standard_error: float
    weights: Array
    distance: float


def matching(study: Study, target: Target, seed: int, neighbours: int = NEIGHBOURS) -> Matched:
    """Each row of the target group against its nearest rows of the other group in Mahalanobis distance.

    Ties are broken by a drawn order that knows nothing of the outcome.
    """
    order = np.random.default_rng([seed, 1]).permutation(len(study))
    y, d = study.outcome[order], study.treated[order]
    z = _whitened(study.controls[order])
    n = len(y)
    effect = np.zeros(n)
    used = np.zeros(n)
    used_squared = np.zeros(n)
    distances: list[Array] = []
    wanted = {True: True, False: target == "ate"}
    for arm in (True, False):
        if not wanted[arm]:
            continue
        own, other = np.flatnonzero(d == arm), np.flatnonzero(d != arm)
        count = min(neighbours, len(other))
        distance, found = KDTree(z[other]).query(z[own], k=count)
        matched = other[np.asarray(found, dtype=np.int64).reshape(len(own), count)]
        corrected = y[matched] + _correction(study.controls[order], y, other, own, matched)
        effect[own] = (1.0 if arm else -1.0) * (y[own] - corrected.mean(axis=1))
        used += np.bincount(matched.ravel(), minlength=n) / count
        used_squared += np.bincount(matched.ravel(), minlength=n) / count**2
        distances.append(np.asarray(distance, dtype=np.float64).ravel())
    target_rows = d if target == "att" else np.ones(n, dtype=bool)
    count = int(target_rows.sum())
    estimate = float(effect[target_rows].mean())
    noise = _noise(z, y, d)
    if target == "ate":
        again = used**2 + 2.0 * used - used_squared
    else:
        again = np.where(d, 0.0, used**2 - used_squared)
    variance = (((effect - estimate)[target_rows] ** 2).sum() + (again * noise).sum()) / count**2
    weights = np.empty(n)
    weights[order] = used + target_rows
    return Matched(estimate, float(np.sqrt(variance)), weights, float(np.median(np.concatenate(distances))))


def _whitened(controls: Array) -> Array:
    """Controls of unit covariance; rounded, so that a change of units does not break ties another way."""
    scaled = (controls - controls.mean(axis=0)) / controls.std(axis=0)
    root = np.linalg.cholesky(scaled.T @ scaled / len(scaled) + 1e-9 * np.eye(scaled.shape[1]))
    return np.linalg.solve(root, scaled.T).T.round(8)


def _correction(controls: Array, y: Array, other: Indices, own: Indices, matched: Indices) -> Array:
    """What a linear regression in the other group says that the distance to a match is worth."""
    x = np.hstack([np.ones((len(other), 1)), controls[other]])
    slope = np.linalg.lstsq(x, y[other], rcond=None)[0][1:]
    at = controls @ slope
    return at[own][:, None] - at[matched]


def _noise(z: Array, y: Array, d: NDArray[np.bool_]) -> Array:
    """(n,) variance of the outcome given controls, from each row's nearest rows in its own group."""
    out = np.empty(len(y))
    for arm in (True, False):
        rows = np.flatnonzero(d == arm)
        count = min(NEIGHBOURS, len(rows) - 1)
        found = np.asarray(KDTree(z[rows]).query(z[rows], k=count + 1)[1], dtype=np.int64)
        out[rows] = y[rows][found].var(axis=1, ddof=1)
    return out
