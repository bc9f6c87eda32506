"""A panel in the form the estimators read: units by periods, with the period in which each unit is first treated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Panel:
    """Units by periods; units stand in an order that depends on their values and not on their names.

    Attributes:
        outcome: (units, periods); NaN where a unit was not seen.
        cohort: (units,) index of the first treated period; the number of periods for units never treated in them.
        controls: (units, periods, k), the k controls scaled to mean 0 and spread 1.
        weights: (units,) with mean 1.
        cluster: (units,) codes from 0.
        periods: Names of the periods.
        fixed_controls: No control changes within a unit.
    """

    outcome: Array
    cohort: Indices
    controls: Array
    weights: Array
    cluster: Indices
    periods: tuple[str, ...]
    fixed_controls: bool

    @property
    def never(self) -> int:
        """The cohort of units that are not treated in these periods."""
        return len(self.periods)

    @property
    def cohorts(self) -> tuple[int, ...]:
        """Cohorts that are treated in some period, earliest first."""
        return tuple(int(g) for g in np.unique(self.cohort) if g < self.never)

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """(units, periods) where there is an outcome."""
        return ~np.isnan(self.outcome)

    @cached_property
    def is_balanced(self) -> bool:
        """Every unit was seen in every period."""
        return bool(self.seen.all())

    @cached_property
    def size(self) -> dict[int, float]:
        """Cohort to its share of the units' weight."""
        return {
            int(g): float(self.weights[self.cohort == g].sum() / len(self.cohort))
            for g in np.unique(self.cohort)
        }

    @cached_property
    def all_count(self) -> bool:
        """No unit has weight zero."""
        return bool((self.weights > 0.0).all())

    @cached_property
    def cohort_counts(self) -> dict[int, int]:
        """Cohort to its units."""
        cohorts, counts = np.unique(self.cohort, return_counts=True)
        return dict(zip(map(int, cohorts), map(int, counts), strict=True))

    @cached_property
    def cluster_count(self) -> int:
        """How many clusters there are."""
        return int(self.cluster.max()) + 1

    def clusters_of(self, chosen: NDArray[np.bool_]) -> int:
        """Clusters that hold one of the chosen units."""
        if self.cluster_count == len(self.cluster):
            return int(chosen.sum())
        return len(np.unique(self.cluster[chosen]))

    def collapsed(self, before: Sequence[int], after: Sequence[int]) -> Panel:
        """Two periods: each unit's mean over `before` and over `after`; everyone treated is treated in the second."""
        sides = [_row_means(self.outcome[:, list(side)]) for side in (before, after)]
        return replace(
            self,
            outcome=np.column_stack(sides),
            cohort=np.where(self.cohort < self.never, 1, 2).astype(np.int64),
            controls=self.controls[:, [before[-1], after[0]], :],
            periods=("before", "after"),
        )


def by_first_use(codes: Indices) -> Indices:
    """Codes numbered by their first appearance."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def _row_means(values: Array) -> Array:
    seen = ~np.isnan(values)
    count = seen.sum(axis=1)
    return np.where(count > 0, np.where(seen, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
