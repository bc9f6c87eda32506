"""Whether two columns of any type still move together when others are held equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

from liftos_agents.tools.causal_graphs.dependence import Array

MOST_LEVELS = 30
FEW_VALUES = 8


class TooManyLevels(Exception):
    """A text column has too many different values to be tested."""


@dataclass(frozen=True)
class Dependence:
    """A test's p-value, and the largest partial correlation behind it."""

    p_value: float
    strength: float


def residual_dependence(
    rows: pd.DataFrame, first: str, second: str, given: Sequence[str]
) -> Dependence | None:
    """A test that what `given` leaves of two columns is uncorrelated.

    Numbers are turned into normal scores of their ranks, so that neither scale nor outliers matter; both columns are regressed on a
    cubic in each given number and indicators of each given category; products of the residuals are tested to have mean zero with
    their own variance (the generalised covariance measure of Shah & Peters 2020; Hotelling's T² where a category gives several
    columns), so that unequal variance does not matter either.

    Returns:
        None when nothing of one column is left, or too few rows.

    Raises:
        TooManyLevels: A text column has more than 30 values.
    """
    held = [np.ones((len(rows), 1)), *(_held_equal(rows[name]) for name in given)]
    basis = _orthonormal(np.hstack(held))
    left, right = _residuals(_response(rows[first]), basis), _residuals(_response(rows[second]), basis)
    freedom = len(rows) - basis.shape[1]
    if not left.shape[1] or not right.shape[1] or freedom < 10:
        return None
    products = (left[:, :, None] * right[:, None, :]).reshape(len(rows), -1)
    means = products.mean(axis=0)
    spread = np.atleast_2d(np.cov(products, rowvar=False, bias=True))
    weights, vectors = np.linalg.eigh(spread)
    kept = weights > 1e-10 * max(float(weights.max()), 1e-300)
    size = int(kept.sum())
    if size == 0 or freedom <= size:
        return None
    statistic = freedom * float((((vectors[:, kept].T @ means) ** 2) / weights[kept]).sum())
    p = float(stats.f.sf(statistic * (freedom - size) / (freedom * size), size, freedom - size))
    correlations = np.abs(left.T @ right) / np.sqrt(np.outer((left**2).sum(axis=0), (right**2).sum(axis=0)))
    return Dependence(p, float(min(1.0, correlations.max())))


def _response(column: pd.Series) -> Array:
    """A column as what is explained: scores for numbers and dates, indicators for words."""
    if _is_words(column):
        return _indicators(column)
    return _scores(column)[:, None]


def _held_equal(column: pd.Series) -> Array:
    """A column as what is held equal: indicators for few values, a cubic of the scores for more."""
    if _is_words(column) or column.nunique() <= FEW_VALUES:
        return _indicators(column)
    score = _scores(column)
    return np.column_stack([score, score**2 - 1.0, score**3 - 3.0 * score])


def _is_words(column: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column))


def _scores(column: pd.Series) -> Array:
    ranks = column.rank(method="average").to_numpy(np.float64)
    return special.ndtri((ranks - 0.5) / len(ranks))


def _indicators(column: pd.Series) -> Array:
    levels, codes = np.unique(column.astype(str).to_numpy(dtype=object), return_inverse=True)
    if len(levels) > MOST_LEVELS:
        raise TooManyLevels
    return (codes[:, None] == np.arange(1, len(levels))).astype(np.float64)


def _orthonormal(columns: Array) -> Array:
    scale = np.sqrt((columns**2).sum(axis=0))
    left, values, _ = np.linalg.svd(columns[:, scale > 0.0] / scale[scale > 0.0], full_matrices=False)
    return left[:, values > 1e-9 * values[0]]


def _residuals(columns: Array, basis: Array) -> Array:
    """What the basis leaves of each column; columns of which nothing is left are dropped."""
    left = columns - basis @ (basis.T @ columns)
    return left[:, (left**2).sum(axis=0) > 1e-10 * np.maximum((columns**2).sum(axis=0), 1e-300)]
