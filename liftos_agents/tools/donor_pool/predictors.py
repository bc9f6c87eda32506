"""Importance of predictors: the weights on them under which the synthetic unit follows the outcome best before the treatment."""

from __future__ import annotations

import numpy as np

from liftos_agents.tools.donor_pool.estimators import Array, Indices
from liftos_agents.tools.donor_pool.simplex import convex_weights

_STEPS = (0.0, 0.1, 0.3, 3.0, 10.0)
_ROUNDS = 4


def match_rows(
    outcome: Array, before: int, predictors: Array, target: Array, pool: Indices
) -> tuple[Array, Array]:
    """Rows to match (N, K + 1) and the importance (K + 1,) of each predictor and of the outcome's mean.

    Predictors are standardised over the units; importance is searched coordinate by coordinate, from equal, so that the mean squared
    gap of the outcome before the treatment is least: the nested problem of Abadie, Diamond and Hainmueller (2010).
    """
    rows = np.column_stack([predictors, outcome[:, :before].mean(axis=1)])
    spread = rows.std(axis=0)
    rows = (rows - rows.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    early = outcome[:, :before] - outcome[:, :before].mean(axis=0)
    own, others = target @ rows, rows[pool]
    importance = np.ones(rows.shape[1])
    start: Array | None = None

    def loss(weighing: Array) -> tuple[float, Array]:
        apart = (others - own) * np.sqrt(weighing)
        weights = convex_weights(apart @ apart.T, start=start)
        gap = target @ early - weights @ early[pool]
        return float((gap**2).mean()), weights

    best, start = loss(importance)
    for _ in range(_ROUNDS):
        before_round = best
        for k in range(len(importance)):
            for step in _STEPS:
                tried = importance.copy()
                tried[k] = max(tried[k], 0.01 if step > 1.0 else 0.0) * step
                if tried.sum() <= 0.0:
                    continue
                found, weights = loss(tried)
                if found < best * (1.0 - 1e-6):
                    best, importance, start = found, tried, weights
        if best > before_round * 0.999:
            break
    importance = importance / importance.sum()
    return rows * np.sqrt(importance), importance
