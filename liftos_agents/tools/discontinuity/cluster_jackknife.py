"""Standard errors in clusters: the jump again without each cluster in turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.discontinuity.local_polynomial import Kernel, kernel_weights

Array = NDArray[np.float64]
Codes = NDArray[np.intp]


def jackknife_errors(
    sides: Sequence[tuple[Array, Array, Codes]],
    order: int,
    bandwidth: float,
    bias_bandwidth: float,
    kernel: Kernel,
) -> tuple[float, float]:
    """Standard errors of the conventional and of the bias-corrected jump.

    Sums over rows give the residuals of few clusters too little weight; leaving each cluster out does not (Bell and McCaffrey, 2002;
    MacKinnon, Nielsen and Webb, 2023). The fits without a cluster come from subtracting its own cross products.

    Args:
        sides: Below and above: distances, outcomes and cluster codes, each (n,).
    """
    groups = 1 + max(int(codes.max()) for _, _, codes in sides)
    below, above = (
        _limits_without(*side, groups, order, bandwidth, bias_bandwidth, kernel) for side in sides
    )
    reach = max(bandwidth, bias_bandwidth)
    used = np.unique(np.concatenate([codes[np.abs(distance) < reach] for distance, _, codes in sides]))
    jumps = (above - below)[:, used]
    centred = jumps - jumps.mean(axis=1, keepdims=True)
    errors = np.sqrt((len(used) - 1) / len(used) * np.sum(centred**2, axis=1))
    return float(errors[0]), float(errors[1])


def _limits_without(
    distance: Array,
    outcome: Array,
    codes: Codes,
    groups: int,
    order: int,
    bandwidth: float,
    bias_bandwidth: float,
    kernel: Kernel,
) -> Array:
    """(2, groups) limits at the cutoff, conventional and corrected, without each cluster."""
    gram, moments, higher = _left_out(distance, outcome, codes, groups, order, bandwidth, kernel)
    inverse = np.linalg.pinv(gram, hermitian=True)[:, 0]
    conventional = np.einsum("gi,gi->g", inverse, moments)
    gram, curved, _ = _left_out(distance, outcome, codes, groups, order + 1, bias_bandwidth, kernel)
    curvature = np.einsum("gi,gi->g", np.linalg.pinv(gram, hermitian=True)[:, order + 1], curved)
    bias = np.einsum("gi,gi->g", inverse, higher) * curvature * (bandwidth / bias_bandwidth) ** (order + 1)
    return np.stack([conventional, conventional - bias])


def _left_out(
    distance: Array,
    outcome: Array,
    codes: Codes,
    groups: int,
    order: int,
    bandwidth: float,
    kernel: Kernel,
) -> tuple[Array, Array, Array]:
    """Cross products of the basis with itself, the outcome and the next power, without each cluster."""
    inside = np.abs(distance) <= bandwidth
    scaled = distance[inside] / bandwidth
    basis = np.vander(scaled, order + 2, increasing=True)
    columns = np.column_stack([basis, outcome[inside]])
    weighted = basis[:, : order + 1] * kernel_weights(scaled, kernel)[:, None]
    products = np.zeros((groups, order + 1, order + 3))
    np.add.at(products, codes[inside], weighted[:, :, None] * columns[:, None, :])
    left = products.sum(axis=0) - products
    return left[..., : order + 1], left[..., order + 2], left[..., order + 1]
