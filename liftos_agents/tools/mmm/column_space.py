"""The space that columns span."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_DEPENDENT = 1e-6


def orthonormal(columns: Array) -> Array:
    """An orthonormal basis (T, R ≤ K) of columns (T, K), each counted alike whatever its unit."""
    length = np.linalg.norm(columns, axis=0)
    left, singular, _ = np.linalg.svd(columns / np.where(length > 0.0, length, 1.0), full_matrices=False)
    return left[:, singular > _DEPENDENT * singular[0]]
