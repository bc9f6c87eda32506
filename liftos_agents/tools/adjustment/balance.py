"""Balance of the controls between treated and untreated rows, before and after weighting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy import stats

from liftos_agents.tools.adjustment.regression import Target
from liftos_agents.tools.adjustment.study import Study

Array = NDArray[np.float64]

MOST_DIFFERENCE = 0.25
"""Of a standardised mean difference after weighting (Rubin 2001)."""


class ControlBalance(BaseModel):
    """One control's difference in means between the groups, in its standard deviations.

    Attributes:
        before, after: Treated less untreated, as the rows are and weighted; `after` is None where no weights are made.
    """

    model_config = ConfigDict(frozen=True)

    control: str
    before: float
    after: float | None


def balance(study: Study, weights: Array | None, target: Target) -> tuple[ControlBalance, ...]:
    """Each control's standardised mean difference; (n,) `weights` are the design's."""
    if not study.binary:
        return ()
    before = differences(study.controls, study, study.weights, target)
    after = None if weights is None else differences(study.controls, study, weights, target)
    return tuple(
        ControlBalance(
            control=name, before=float(before[k]), after=None if after is None else float(after[k])
        )
        for k, name in enumerate(study.names)
    )


def squares_and_products(study: Study) -> Array:
    """(n, q) squares and products of controls standardised and capped at four, for a finer look at balance."""
    z = np.clip((study.controls - study.controls.mean(axis=0)) / study.controls.std(axis=0), -4.0, 4.0)
    count = min(z.shape[1], 12)
    left, right = np.triu_indices(count)
    products = z[:, left] * z[:, right]
    return products[:, products.std(axis=0) > 1e-8]


def differences(columns: Array, study: Study, weights: Array, target: Target) -> Array:
    """(k,) standardised mean differences, the spread pooled (ATE) or the treated group's (ATT)."""
    d = study.treated
    if not columns.shape[1]:
        return np.zeros(0)
    spread = columns[d].var(axis=0)
    if target == "ate":
        spread = 0.5 * (spread + columns[~d].var(axis=0))
    spread = np.where(spread > 0.0, spread, columns.var(axis=0))
    one = weights[d] @ columns[d] / weights[d].sum()
    zero = weights[~d] @ columns[~d] / weights[~d].sum()
    return (one - zero) / np.sqrt(np.maximum(spread, 1e-300))


def balance_test(study: Study, without: str | None = None) -> float | None:
    """p-value that treatment is unrelated to the controls: F test of a regression of treatment on them.

    With clusters, a Wald test with clustered variance. None without controls, or with fewer rows or clusters than it takes.

    Args:
        without: A source column left out of the controls.
    """
    kept = [k for k, source in enumerate(study.sources) if source != without]
    if not kept:
        return None
    x = study.controls[:, kept]
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    d = study.treatment - study.treatment.mean()
    n, k = x.shape
    moment = x.T @ x
    beta = np.linalg.lstsq(x, d, rcond=None)[0]
    residual = d - x @ beta
    if study.cluster is None:
        freedom = n - k - 1
        if freedom < 2:
            return None
        explained = float(d @ d - residual @ residual)
        return float(
            stats.f.sf(max(explained, 0.0) / k / (float(residual @ residual) / freedom + 1e-300), k, freedom)
        )
    groups = int(study.cluster.max()) + 1
    if groups < k + 5:
        return None
    sums = np.stack([np.bincount(study.cluster, x[:, j] * residual) for j in range(k)], axis=1)
    bread = np.linalg.pinv(moment, hermitian=True)
    variance = bread @ (sums.T @ sums) @ bread * groups / (groups - 1)
    wald = float(beta @ np.linalg.pinv(variance, hermitian=True) @ beta)
    return float(stats.f.sf(wald * (groups - k) / (k * (groups - 1)), k, groups - k))
