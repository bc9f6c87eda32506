"""Two groups before and after, with other rows each time: repeated cross-sections by least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.effects import Rows
from liftos_agents.tools.staggered_adoption.groups import Groups

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Sample:
    """Rows of two groups.

    Attributes:
        outcome: (rows,).
        groups: Group and period of each row.
        controls: (rows, k), scaled.
        weights: (rows,) with mean 1.
        cluster: (rows,) codes; each row its own where no cluster is named.
        clustered: A cluster is named.
    """

    outcome: Array
    groups: Groups
    controls: Array
    weights: Array
    cluster: Indices
    clustered: bool

    @property
    def cell(self) -> Indices:
        """(rows,) code of group and period."""
        return self.groups.periods.codes + len(self.groups.periods) * self.groups.treated

    @property
    def after(self) -> NDArray[np.bool_]:
        """(rows,) at or after the start of the treatment."""
        return self.groups.periods.codes >= self.groups.start

    def side_clusters(self) -> tuple[int, int]:
        """Treated and comparison clusters; without named ones, the fewest rows of a side before or after."""
        treated = self.groups.treated
        if self.clustered:
            return len(np.unique(self.cluster[treated])), len(np.unique(self.cluster[~treated]))
        counts = [
            min((group & self.after).sum(), (group & ~self.after).sum()) for group in (treated, ~treated)
        ]
        return int(counts[0]), int(counts[1])


@dataclass(frozen=True)
class Fitted:
    """Coefficients of interest with their (rows, m) scores."""

    estimates: Array
    scores: Array


def sample_of(rows: Rows, outcome: Array, groups: Groups, weights: Array, cluster: str | None) -> Sample:
    """The rows in an order that depends on their values and not on where they stand."""
    spread = rows.controls.std(axis=0) if rows.controls.shape[1] else np.ones(0)
    controls = (
        (rows.controls - rows.controls.mean(axis=0)) / spread if rows.controls.shape[1] else rows.controls
    )
    codes = np.arange(len(rows)) if cluster is None else pd.factorize(rows.frame[cluster], sort=True)[0]
    order = np.lexsort((*controls.T, weights, outcome, groups.periods.codes, groups.treated, codes))
    if cluster is None:
        order = np.lexsort((*controls.T, weights, outcome, groups.periods.codes, groups.treated))
    placed = Groups(
        groups.treated[order],
        type(groups.periods)(groups.periods.names, groups.periods.values, groups.periods.codes[order]),
        groups.start,
    )
    return Sample(
        outcome[order],
        placed,
        controls[order],
        weights[order] / weights.mean(),
        np.arange(len(rows), dtype=np.int64) if cluster is None else codes[order].astype(np.int64),
        cluster is not None,
    )


def effect(sample: Sample, anticipation: int, outcome: Array | None = None) -> Fitted:
    """Group × after beside group, periods and controls; periods of anticipation are left to themselves.

    `outcome` replaces the sample's, and then the controls are left out.
    """
    codes, treated = sample.groups.periods.codes, sample.groups.treated
    interest = [(treated & sample.after).astype(np.float64)]
    start = sample.groups.start
    lead = [(treated & (codes == t)).astype(np.float64) for t in range(max(start - anticipation, 1), start)]
    return _least_squares(sample, np.column_stack([*interest, *lead]), 1, outcome)


def steps(sample: Sample) -> tuple[tuple[int, ...], Fitted]:
    """Gaps between the groups against the last period before the start, by periods since it."""
    codes, treated, start = sample.groups.periods.codes, sample.groups.treated, sample.groups.start
    others = [t for t in range(len(sample.groups.periods)) if t != start - 1]
    both = [t for t in others if (treated & (codes == t)).any() and (~treated & (codes == t)).any()]
    interest = np.column_stack([(treated & (codes == t)).astype(np.float64) for t in both])
    return tuple(t - start for t in both), _least_squares(sample, interest, len(both), None)


def errors(sample: Sample, scores: Array) -> tuple[Array, Array]:
    """(m,) standard errors and Satterthwaite degrees of freedom, corrected for few clusters a group."""
    sums, group = _sums(sample, scores)
    variances, weakness = np.zeros(sums.shape[1]), np.zeros(sums.shape[1])
    for g in np.unique(group):
        count = int((group == g).sum())
        if count > 1:
            part = (sums[group == g] ** 2).sum(axis=0) * count / (count - 1.0)
            variances += part
            weakness += part**2 / (count - 1.0)
    safe = np.where(weakness > 0.0, weakness, 1.0)
    return np.sqrt(variances), np.where(weakness > 0.0, np.maximum(variances**2 / safe, 1.0), 1.0)


def covariance(sample: Sample, scores: Array) -> tuple[Array, float]:
    """(m, m) covariance, and the degrees of freedom behind it."""
    sums, group = _sums(sample, scores)
    free = float(len(sums) - len(np.unique(group)))
    return sums.T @ sums * (len(sums) / max(free, 1.0)), free


def trend_p_values(sample: Sample, anticipation: int) -> tuple[float, float, float] | None:
    """p-values of the joint test of gaps before the start and of their slope, and the slope; None with too few periods."""
    since, fitted = steps(sample)
    early = [j for j, e in enumerate(since) if e < -1 - anticipation]
    count = len(early)
    if not early:
        return None
    variance, free = covariance(sample, fitted.scores[:, early])
    if free < 3 * count:
        return None
    gaps = fitted.estimates[early]
    inverse = np.linalg.pinv(variance, hermitian=True)
    remaining = free - count + 1.0
    joint = float(gaps @ inverse @ gaps) * remaining / (free * count)
    line = np.array([since[j] + 1.0 for j in early])
    information = float(line @ inverse @ line) * remaining / free
    slope = float(line @ inverse @ gaps) / float(line @ inverse @ line)
    return (
        float(stats.f.sf(joint, count, remaining)),
        float(2.0 * stats.t.sf(abs(slope) * np.sqrt(information), remaining)),
        slope,
    )


def _sums(sample: Sample, scores: Array) -> tuple[Array, Indices]:
    """Scores by cluster, and each cluster's group: the treated group, the other, or both."""
    if not sample.clustered:
        return scores, sample.cell.astype(np.int64)
    count = int(sample.cluster.max()) + 1
    sums = np.column_stack(
        [np.bincount(sample.cluster, weights=column, minlength=count) for column in scores.T]
    )
    share = np.bincount(sample.cluster, weights=sample.groups.treated) / np.bincount(sample.cluster)
    mixed = ((share > 0.0) & (share < 1.0)).any()
    group = np.zeros(count) if mixed else share
    return sums.astype(np.float64), group.astype(np.int64)


def _least_squares(sample: Sample, interest: Array, wanted: int, outcome: Array | None) -> Fitted:
    codes = sample.groups.periods.codes
    dummies = (codes[:, None] == np.arange(1, len(sample.groups.periods))[None, :]).astype(np.float64)
    design = np.column_stack(
        [
            interest,
            np.ones(len(codes)),
            sample.groups.treated,
            dummies,
            sample.controls if outcome is None else sample.controls[:, :0],
        ]
    )
    target = sample.outcome if outcome is None else outcome
    weighted = design * sample.weights[:, None]
    inverse = np.linalg.pinv(weighted.T @ design, rcond=1e-12, hermitian=True)
    coefficients = inverse @ (weighted.T @ target)
    left = target - design @ coefficients
    return Fitted(coefficients[:wanted], (weighted * left[:, None]) @ inverse[:, :wanted])
