"""Leave one unit out with the weights kept: the fixed-weights jackknife of synthetic difference-in-differences."""

from __future__ import annotations

import numpy as np

from liftos_agents.tools.donor_pool.estimators import Array, Fit
from liftos_agents.tools.donor_pool.inference import Inferred
from liftos_agents.tools.donor_pool.placebo import student

FEWEST_TREATED = 3


def by_jackknife(outcome: Array, treated: int, before: int, fit: Fit, level: float) -> Inferred:
    """Interval and p-value by Algorithm 3 of Arkhangelsky et al. (2021), Student with one degree fewer than treated units.

    Args:
        outcome: (N, T), the treated units first.
    """
    assert fit.time_weights is not None
    contrast = outcome[:, before:].mean(axis=1) - outcome[:, :before] @ fit.time_weights
    count = len(outcome)
    effects = np.empty(count)
    for left in range(count):
        kept = np.arange(count) != left
        mix = kept[:treated] / kept[:treated].sum()
        weights = fit.weights[treated:] * kept[treated:]
        # A donor that alone carries all weight leaves nothing to renormalise: the donors then count alike.
        weights = weights / weights.sum() if weights.sum() > 1e-12 else kept[treated:] / kept[treated:].sum()
        effects[left] = mix @ contrast[:treated] - weights @ contrast[treated:]
    variance = (count - 1) / count * float(((effects - fit.effect) ** 2).sum())
    return student("jackknife", fit.effect, float(np.sqrt(variance)), treated - 1.0, level)
