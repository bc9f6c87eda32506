"""Local polynomials at a cutoff as weights on the outcomes: every estimate of the design is a weighted sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kernel = Literal["triangular", "epanechnikov", "uniform"]


def kernel_weights(distance: Array, kernel: Kernel) -> Array:
    """Weights at distances that are measured in bandwidths; zero beyond one."""
    size = np.abs(distance)
    inside = size <= 1.0
    if kernel == "triangular":
        return np.where(inside, 1.0 - size, 0.0)
    if kernel == "epanechnikov":
        return np.where(inside, 0.75 * (1.0 - size * size), 0.0)
    return np.where(inside, 0.5, 0.0)


def coefficient_weights(
    distance: Array, order: int, coefficient: int, bandwidth: float, kernel: Kernel
) -> Array:
    """Weights whose sum product with outcomes is the fitted coefficient of `distance ** coefficient` at the cutoff.

    Args:
        distance: (n,) running variable less cutoff, one side only.
        order: Order of the polynomial.
    """
    scaled = distance / bandwidth
    window = slice(*_window(scaled))
    inner = scaled[window]
    basis = np.vander(inner, order + 1, increasing=True)
    weighted = basis * kernel_weights(inner, kernel)[:, None]
    pick = np.zeros(order + 1)
    pick[coefficient] = bandwidth ** (-coefficient)
    weights = np.zeros_like(distance)
    weights[window] = weighted @ np.linalg.lstsq(basis.T @ weighted, pick, rcond=None)[0]
    return weights


@dataclass(frozen=True)
class LimitWeights:
    """Weights that give one side's limit of an outcome at the cutoff.

    Attributes:
        conventional: Of the polynomial of the given order.
        corrected: The same less its estimated bias, from a polynomial one order higher.
    """

    conventional: Array
    corrected: Array


def limit_weights(
    distance: Array, order: int, bandwidth: float, bias_bandwidth: float, kernel: Kernel
) -> LimitWeights:
    """One side's weights, conventional and bias-corrected (Calonico, Cattaneo and Titiunik, 2014, section 3)."""
    conventional = coefficient_weights(distance, order, 0, bandwidth, kernel)
    curvature = coefficient_weights(distance, order + 1, order + 1, bias_bandwidth, kernel)
    return LimitWeights(
        conventional, conventional - weighted_sum(conventional, whole_power(distance, order + 1)) * curvature
    )


def weighted_sum(weights: Array, values: Array) -> float:
    """Their sum product, in one thread: threads cost more than they save here, and would sum in another order."""
    return float(np.einsum("i,i->", weights, values))


def whole_power(values: Array, exponent: int) -> Array:
    """`values ** exponent` by products: many times faster than the general power on large arrays."""
    product = values.copy()
    for _ in range(exponent - 1):
        product *= values
    return product


def _window(scaled: Array) -> tuple[int, int]:
    """First and last place of sorted `scaled` inside the kernel."""
    return int(np.searchsorted(scaled, -1.0, "left")), int(np.searchsorted(scaled, 1.0, "right"))
