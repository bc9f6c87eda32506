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

    The bias correction is linear in the outcome, so that the whole estimate is a weighted sum of outcomes; its variance is that
    of the sum plus the spread of effects over rows. Ties are broken by a drawn order that knows nothing of the outcome.
    """
    order = np.random.default_rng([seed, 1]).permutation(len(study))
    x, y, d = study.controls[order], study.outcome[order], study.treated[order]
    z = _whitened(x)
    n = len(y)
    target_rows = d if target == "att" else np.ones(n, dtype=bool)
    effect, used, matched_noise = np.zeros(n), np.zeros(n), np.zeros(n)
    load = np.where(d, 1.0, -1.0) * target_rows
    noise = _noise(x, z, y, d)
    distances: list[Array] = []
    for arm in (True, False) if target == "ate" else (True,):
        sign = 1.0 if arm else -1.0
        own, other = np.flatnonzero(d == arm), np.flatnonzero(d != arm)
        count = min(neighbours, len(other))
        distance, found = KDTree(z[other]).query(z[own], k=count)
        matched = other[np.asarray(found, dtype=np.int64).reshape(len(own), count)]
        apart = x[own] - x[matched].mean(axis=1)
        slopes = np.linalg.pinv(np.hstack([np.ones((len(other), 1)), x[other]]))[1:]
        effect[own] = sign * (y[own] - y[matched].mean(axis=1) - apart @ (slopes @ y[other]))
        often = np.bincount(matched.ravel(), minlength=n) / count
        used += often
        load -= sign * often
        load[other] -= sign * (apart.sum(axis=0) @ slopes)
        matched_noise[own] = noise[own] + noise[matched].sum(axis=1) / count**2
        distances.append(np.asarray(distance, dtype=np.float64).ravel())
    count = int(target_rows.sum())
    estimate = float(effect[target_rows].mean())
    # The spread of row effects holds their noise too, which the loads already count.
    spread = float(((effect - estimate)[target_rows] ** 2 - matched_noise[target_rows]).sum())
    variance = (max(spread, 0.0) + float(load**2 @ noise)) / count**2
    weights = np.empty(n)
    weights[order] = used + target_rows
    return Matched(estimate, float(np.sqrt(variance)), weights, float(np.median(np.concatenate(distances))))


def _whitened(controls: Array) -> Array:
    """Controls of unit covariance; rounded, so that a change of units does not break ties another way."""
    scaled = (controls - controls.mean(axis=0)) / controls.std(axis=0)
    root = np.linalg.cholesky(scaled.T @ scaled / len(scaled) + 1e-9 * np.eye(scaled.shape[1]))
    return np.linalg.solve(root, scaled.T).T.round(8)


def _noise(controls: Array, z: Array, y: Array, d: NDArray[np.bool_]) -> Array:
    """(n,) variance of the outcome given controls, from each row's nearest rows in its own group.

    A linear regression in the group takes out what distance to those rows is worth, as for the matches.
    """
    out = np.empty(len(y))
    for arm in (True, False):
        rows = np.flatnonzero(d == arm)
        count = min(NEIGHBOURS, len(rows) - 1)
        x = np.hstack([np.ones((len(rows), 1)), controls[rows]])
        left = y[rows] - x @ np.linalg.lstsq(x, y[rows], rcond=None)[0]
        found = np.asarray(KDTree(z[rows]).query(z[rows], k=count + 1)[1], dtype=np.int64)
        out[rows] = left[found].var(axis=1, ddof=1)
    return out
