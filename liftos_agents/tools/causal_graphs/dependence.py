"""Tests of conditional independence, many at a time: Fisher's z for numbers, χ² and G² for a few values."""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_AT_ONCE = 20_000
_MOST_CELLS = 4_000_000


class Dependence(Protocol):
    """A test of conditional independence on fixed data."""

    @property
    def variables(self) -> int:
        """Number of columns."""
        ...

    def p_values(self, first: Ints, second: Ints, given: Ints) -> Array:
        """p-values of `first[k]` ⟂ `second[k]` | `given[k]`; `given` is (m, ℓ)."""
        ...


class FisherZ:
    """Partial correlations tested with Fisher's z, as normal data have it.

    Args:
        correlation: (p, p).
        rows: Rows behind it.
    """

    def __init__(self, correlation: Array, rows: int) -> None:
        self.correlation = correlation
        self.rows = rows

    @classmethod
    def of(cls, values: Array) -> FisherZ:
        """The tests of (n, p) values."""
        return cls(np.asarray(np.corrcoef(values, rowvar=False)), len(values))

    @property
    def variables(self) -> int:
        """Number of columns."""
        return len(self.correlation)

    def p_values(self, first: Ints, second: Ints, given: Ints) -> Array:
        """Two-sided p-values; 1 where too few rows are left."""
        freedom = self.rows - given.shape[1] - 3
        if freedom < 1:
            return np.ones(len(first))
        r = np.clip(self.partial(first, second, given), -1.0 + 1e-15, 1.0 - 1e-15)
        return 2.0 * special.ndtr(-np.sqrt(freedom) * np.abs(np.arctanh(r)))

    def partial(self, first: Ints, second: Ints, given: Ints) -> Array:
        """Partial correlations."""
        c = self.correlation
        if given.shape[1] == 0:
            return c[first, second]
        if given.shape[1] == 1:
            z = given[:, 0]
            x, y = c[first, z], c[second, z]
            return (c[first, second] - x * y) / np.sqrt(np.maximum((1.0 - x * x) * (1.0 - y * y), 1e-30))
        found = np.empty(len(first))
        for start in range(0, len(first), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            inside = c[given[part][:, :, None], given[part][:, None, :]]
            ends = np.stack([first[part], second[part]], axis=1)
            across = c[given[part][:, :, None], ends[:, None, :]]
            left = c[ends[:, :, None], ends[:, None, :]] - np.swapaxes(across, 1, 2) @ _solved(inside, across)
            spread = np.sqrt(np.maximum(left[:, 0, 0] * left[:, 1, 1], 1e-30))
            found[part] = left[:, 0, 1] / spread
        return found


class Contingency:
    """Tables of counts, tested stratum by stratum.

    Args:
        codes: (n, p) values numbered from 0.
        statistic: Pearson's χ² or the likelihood ratio G².
    """

    def __init__(self, codes: Ints, statistic: Literal["chi_square", "g_square"] = "chi_square") -> None:
        self.levels = codes.max(axis=0) + 1
        self.codes, self.weights = _counted(codes, self.levels)
        self.statistic = statistic

    @property
    def variables(self) -> int:
        """Number of columns."""
        return self.codes.shape[1]

    def p_values(self, first: Ints, second: Ints, given: Ints) -> Array:
        """p-values of the summed statistic; degrees of freedom count the values seen in each stratum."""
        found = np.empty(len(first))
        for k, (a, b) in enumerate(zip(first, second, strict=True)):
            found[k] = self._p_value(int(a), int(b), given[k])
        return found

    def _p_value(self, a: int, b: int, given: Ints) -> float:
        stratum, strata = self._strata(given)
        wide, high = int(self.levels[a]), int(self.levels[b])
        cell = (stratum * wide + self.codes[:, a]) * high + self.codes[:, b]
        size = strata * wide * high
        counts = np.bincount(cell, self.weights, minlength=size).reshape(strata, wide, high)
        rows, columns = counts.sum(axis=2), counts.sum(axis=1)
        total = rows.sum(axis=1)
        filled = total > 0.0
        counts, rows, columns, total = counts[filled], rows[filled], columns[filled], total[filled]
        freedom = int((((rows > 0.0).sum(axis=1) - 1) * ((columns > 0.0).sum(axis=1) - 1)).sum())
        if freedom == 0:
            return 1.0
        expected = rows[:, :, None] * columns[:, None, :] / total[:, None, None]
        seen = expected > 0.0
        if self.statistic == "chi_square":
            statistic = float(((counts[seen] - expected[seen]) ** 2 / expected[seen]).sum())
        else:
            positive = counts > 0.0
            statistic = 2.0 * float((counts[positive] * np.log(counts[positive] / expected[positive])).sum())
        return float(special.chdtrc(freedom, max(statistic, 0.0)))

    def _strata(self, given: Ints) -> tuple[Ints, int]:
        stratum, strata = np.zeros(len(self.codes), dtype=np.int64), 1
        for column in given:
            strata *= int(self.levels[column])
            stratum = stratum * self.levels[column] + self.codes[:, column]
            if strata * int(self.levels.max()) ** 2 > _MOST_CELLS:
                seen, stratum = np.unique(stratum, return_inverse=True)
                strata = len(seen)
        return stratum, strata


def _counted(codes: Ints, levels: Ints) -> tuple[Ints, Array]:
    """Distinct rows and how often each is there: tables of a few values repeat themselves."""
    key = np.zeros(len(codes), dtype=np.int64)
    reach = 1
    for column, many in zip(codes.T, levels.tolist(), strict=True):
        if reach > 2**62 // many:
            _, key = np.unique(key, return_inverse=True)
            reach = len(codes)
        key = key * many + column
        reach *= many
    _, first, counts = np.unique(key, return_index=True, return_counts=True)
    return codes[first], counts.astype(np.float64)


def _solved(inside: Array, across: Array) -> Array:
    try:
        return np.asarray(np.linalg.solve(inside, across), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(inside), dtype=np.float64) @ across
