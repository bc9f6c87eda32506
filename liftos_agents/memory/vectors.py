"""Vectors in whole numbers, so that a dot product is exact in every order of summation.

A unit vector is scaled to length 2,047 and rounded. A dot product of two such vectors, and every part of the
sum on the way, stays below 2²⁴, where float32 still counts whole numbers exactly: the score is the same bytes
for each BLAS, thread count and batch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SCALE = 2047.0
MOST_DIMENSIONS = 16_384


def quantise(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors as whole numbers in float32, shape kept.

    Raises:
        ValueError: A vector is longer than 1, not finite, or of more dimensions than stay exact.
    """
    if vectors.shape[-1] > MOST_DIMENSIONS:
        raise ValueError(f"{vectors.shape[-1]} dimensions: at most {MOST_DIMENSIONS} stay exact")
    norms = np.sqrt((vectors.astype(np.float64) ** 2).sum(axis=-1))
    if not np.all(norms <= 1.0 + 1e-3):
        raise ValueError("vectors must be finite and of length 1 (or 0)")
    return np.rint(vectors.astype(np.float64) * SCALE).astype(np.float32)


def pack(vector: NDArray[np.float32]) -> bytes:
    """A quantised vector as little-endian 16-bit integers."""
    return vector.astype("<i2").tobytes()


def unpack(data: bytes) -> NDArray[np.float32]:
    """The quantised vector that `pack` wrote."""
    return np.frombuffer(data, dtype="<i2").astype(np.float32)


def similarities(matrix: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.float64]:
    """Cosines of the rows of `matrix` with `query`, all quantised; within −1 to 1."""
    if not len(matrix):
        return np.zeros(0)
    return np.clip((matrix @ query).astype(np.float64) / (SCALE * SCALE), -1.0, 1.0)
