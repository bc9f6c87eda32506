"""The rows of one question, in an order that does not depend on how the table lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg

from liftos_agents.tools.effects import Rows

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Study:
    """n rows of outcome, treatment and k controls.

    Attributes:
        treatment: 0 and 1 when `binary`, else a dose in its own unit.
        controls: (n, k) numbers, no column a linear function of the others; text columns as indicators.
        names: The k names.
        sources: The column that each of the k comes from.
        cluster: Codes from 0, or None.
        weights: Of mean one.
        frame: The rows' columns as they are in the data, for segments.
    """

    outcome: Array
    treatment: Array
    controls: Array
    names: tuple[str, ...]
    sources: tuple[str, ...]
    binary: bool
    cluster: Codes | None
    weights: Array
    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def treated(self) -> NDArray[np.bool_]:
        """Rows with treatment one."""
        return self.treatment == 1.0

    def subset(self, rows: NDArray[np.bool_]) -> Study:
        """The study of some rows; weights again have mean one, and controls that no longer vary are left out."""
        kept = independent(self.controls[rows])
        weights = self.weights[rows]
        return replace(
            self,
            outcome=self.outcome[rows],
            treatment=self.treatment[rows],
            controls=self.controls[rows][:, kept],
            names=tuple(self.names[i] for i in kept),
            sources=tuple(self.sources[i] for i in kept),
            cluster=None if self.cluster is None else np.unique(self.cluster[rows], return_inverse=True)[1],
            weights=weights / weights.mean(),
            frame=self.frame[rows],
        )


def study_of(
    rows: Rows,
    *,
    outcome: str,
    treatment: str,
    cluster: str | None,
    weights: str | None,
) -> Study:
    """The study of complete rows, sorted by their values.

    Clusters count by what lies in them, so that giving them other names changes nothing.
    """
    y, d = rows.numbers(outcome), rows.numbers(treatment)
    values = np.unique(d)
    binary = len(values) == 2
    if binary:
        d = (d == values[1]).astype(np.float64)
    weight = np.ones(len(y)) if weights is None else rows.numbers(weights)
    by_name = sorted(range(len(rows.control_names)), key=lambda i: rows.control_names[i])
    matrix = rows.controls[:, by_name]
    keys: list[Array] = [weight, *matrix.T[::-1], d, y]
    codes = None
    if cluster is not None:
        codes = pd.factorize(rows.frame[cluster])[0].astype(np.int64)
        means = np.bincount(codes, y) / np.bincount(codes)
        keys = [means[codes], *keys]
    order = np.argsort(y)
    if (np.diff(y[order]) == 0.0).any():
        order = np.lexsort(keys)
    if codes is not None:
        codes = pd.factorize(codes[order])[0].astype(np.int64)
    kept = independent(matrix)
    names = [rows.control_names[by_name[i]] for i in kept]
    weight = weight[order]
    return Study(
        outcome=y[order],
        treatment=d[order],
        controls=np.ascontiguousarray(matrix[order][:, kept]),
        names=tuple(names),
        sources=tuple(_source(name, list(rows.frame.columns)) for name in names),
        binary=binary,
        cluster=codes,
        weights=weight / weight.mean(),
        frame=rows.frame.iloc[order].reset_index(drop=True),
    )


def independent(matrix: Array, tolerance: float = 1e-8) -> list[int]:
    """Positions of columns that are no linear function of a constant and of the columns before them."""
    if not matrix.shape[1]:
        return []
    spread = matrix.std(axis=0)
    candidates = np.flatnonzero(spread > 1e-12 * (1.0 + np.abs(matrix).max(axis=0)))
    scaled = (matrix[:, candidates] - matrix[:, candidates].mean(axis=0)) / spread[candidates]
    moment = scaled.T @ scaled / len(matrix)
    if not len(candidates) or np.linalg.eigvalsh(moment)[0] > tolerance:
        return candidates.tolist()
    kept: list[int] = []
    for position in range(len(candidates)):
        block = moment[np.ix_(kept, kept)]
        across = moment[kept, position]
        left = moment[position, position] - (
            across @ linalg.solve(block, across, assume_a="pos") if kept else 0.0
        )
        if left > 1e-6:
            kept.append(position)
    return candidates[kept].tolist()


def _source(name: str, columns: Sequence[str]) -> str:
    if name in columns:
        return name
    return max((c for c in columns if name.startswith(f"{c}=")), key=len, default=name)
