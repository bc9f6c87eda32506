"""The cluster jackknife against fitting again without each cluster."""

from __future__ import annotations

import numpy as np
import pytest

from liftos_agents.tools.discontinuity.cluster_jackknife import jackknife_errors
from liftos_agents.tools.discontinuity.local_polynomial import limit_weights


def test_against_fitting_again() -> None:
    r = np.random.default_rng(6)
    x = np.sort(r.uniform(-1, 1, 400))
    y = np.sin(x) + (x >= 0) + r.normal(size=400)
    codes = r.integers(0, 12, 400)
    sides = [(x[m], y[m], codes[m].astype(np.intp)) for m in (x < 0, x >= 0)]
    jumps = []
    for left_out in range(12):
        ends = []
        for distance, outcome, group in sides:
            kept = group != left_out
            weights = limit_weights(distance[kept], 1, 0.5, 0.8, "triangular")
            ends.append([weights.conventional @ outcome[kept], weights.corrected @ outcome[kept]])
        jumps.append(np.subtract(ends[1], ends[0]))
    spread = np.std(jumps, axis=0) * np.sqrt(11)
    assert jackknife_errors(sides, 1, 0.5, 0.8, "triangular") == pytest.approx(spread)
