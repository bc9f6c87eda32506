"""How far estimates would vary: variances by cluster from scores, degrees of freedom, and bands that hold jointly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.tools.staggered_adoption.group_time import GroupTime
from liftos_agents.tools.staggered_adoption.panel import Panel

Array = NDArray[np.float64]

FEW_CLUSTERS = 20
"""With fewer treated, or fewer never-treated, clusters the normal approximation is not relied on."""

LEAST_CLUSTERS = 2
"""Of each kind; with fewer no variance can be estimated."""

_BAND_DRAWS = 999
_DRAWS_AT_ONCE = 100


@dataclass(frozen=True)
class Sampling:
    """Variances over clusters of anything that has scores and weights of cells.

    A cohort that lies in one cluster shows no variance of its own: its part is taken to be what the same contrast of
    periods shows among its comparison clusters.
    """

    panel: Panel
    effects: GroupTime

    @cached_property
    def treated_clusters(self) -> int:
        """Clusters with a unit that is treated in a cell."""
        cohorts = sorted({cell.cohort for cell in self.effects.cells})
        return self.panel.clusters_of(np.isin(self.panel.cohort, cohorts))

    @cached_property
    def compared_clusters(self) -> int:
        """Clusters with a unit that is compared with, at the least over cells at or after adoption."""
        counts = {
            (cell.latest, cell.cohort): self._compared_clusters(cell.latest, cell.cohort)
            for cell in self.effects.cells
            if cell.since >= 0
        }
        return min(counts.values(), default=0)

    @property
    def few(self) -> bool:
        """Too few clusters on one side for the normal approximation."""
        return min(self.treated_clusters, self.compared_clusters) < FEW_CLUSTERS

    @cached_property
    def nested(self) -> bool:
        """Every cluster lies in one cohort."""
        pairs = len(np.unique(self.panel.cohort * self.panel.cluster_count + self.panel.cluster))
        return pairs == self.panel.cluster_count

    def covariance(self, scores: Array) -> Array:
        """(m, m) covariance of m estimates from their (units, m) scores."""
        sums = self.by_cluster(scores)
        return sums.T @ sums

    def by_cluster(self, scores: Array) -> Array:
        """(clusters, m) sums of scores."""
        if self.panel.cluster_count == len(scores):
            return scores
        order, starts = self._cluster_order
        return np.add.reduceat(scores[order], starts, axis=0)

    def errors(self, scores: Array, over: Array) -> tuple[Array, Array]:
        """(m,) standard errors and Satterthwaite degrees of freedom, from (units, m) scores and (cells, m) weights.

        With few clusters each cohort's part is corrected for the mean that it estimates.
        """
        squares = self.by_cluster(scores) ** 2
        if not self.nested:
            free = self.panel.cluster_count - 1.0
            correction = (free + 1.0) / free if self.few else 1.0
            return np.sqrt(correction * squares.sum(axis=0)), np.full(squares.shape[1], free)
        variances, weakness = np.zeros(squares.shape[1]), np.zeros(squares.shape[1])
        for clusters, count in self._cohort_clusters:
            if count > 1:
                part = squares[clusters].sum(axis=0) * (count / (count - 1.0) if self.few else 1.0)
                variances += part
                weakness += part**2 / (count - 1.0)
        for part, free in self._lone_parts(over):
            variances += part
            weakness += part**2 / free
        free = np.where(weakness > 0.0, variances**2 / np.where(weakness > 0.0, weakness, 1.0), 1.0)
        return np.sqrt(variances), np.maximum(free, 1.0)

    def joint_critical_value(
        self, scores: Array, errors: Array, level: float, rng: np.random.Generator
    ) -> float:
        """The multiple of the standard errors that bounds all m estimates at once, by a multiplier bootstrap.

        Callaway and Sant'Anna (2021), section 4: signs drawn by cluster; never below the pointwise value.
        """
        pointwise = float(stats.norm.ppf(0.5 + level / 2.0))
        usable = errors > 0.0
        if usable.sum() < 2:
            return pointwise
        sums = np.ascontiguousarray(self.by_cluster(scores)[:, usable] / errors[usable], dtype=np.float32)
        largest: list[NDArray[np.float32]] = []
        for start in range(0, _BAND_DRAWS, _DRAWS_AT_ONCE):
            draws = min(_DRAWS_AT_ONCE, _BAND_DRAWS - start)
            bits = np.frombuffer(rng.bytes(draws * ((len(sums) + 7) // 8)), dtype=np.uint8)
            signs = np.unpackbits(bits.reshape(draws, -1), axis=1, count=len(sums)).astype(np.float32)
            # Signs are 2 × bit − 1; the constant part is taken off once instead of for every draw.
            largest.append(np.abs(2.0 * (signs @ sums) - sums.sum(axis=0)).max(axis=1))
        return max(pointwise, float(np.quantile(np.concatenate(largest), level)))

    def _compared_clusters(self, latest: int, cohort: int) -> int:
        return self.panel.clusters_of((self.panel.cohort > latest) & (self.panel.cohort != cohort))

    @cached_property
    def _cluster_order(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        order = np.argsort(self.panel.cluster, kind="stable")
        return order, np.flatnonzero(np.diff(self.panel.cluster[order], prepend=-1))

    @cached_property
    def _cohort_clusters(self) -> list[tuple[NDArray[np.int64], int]]:
        """Clusters of each cohort, the never treated among them."""
        found = [np.unique(self.panel.cluster[self.panel.cohort == g]) for g in np.unique(self.panel.cohort)]
        return [(clusters, len(clusters)) for clusters in found]

    def _lone_parts(self, over: Array) -> list[tuple[Array, float]]:
        parts: list[tuple[Array, float]] = []
        for cohort in sorted({cell.cohort for cell in self.effects.cells}):
            if self.panel.clusters_of(self.panel.cohort == cohort) > 1:
                continue
            mine = [k for k, cell in enumerate(self.effects.cells) if cell.cohort == cohort]
            others = self.effects.scores[:, mine] * (self.panel.cohort != cohort)[:, None]
            count = float((np.abs(self.by_cluster(others)) > 0.0).any(axis=1).sum())
            if count > 1.0:
                part = (self.by_cluster(others @ over[mine]) ** 2).sum(axis=0) * count * count / (count - 1.0)
                parts.append((part, count - 1.0))
        return parts
