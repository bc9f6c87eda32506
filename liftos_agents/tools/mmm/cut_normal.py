"""The normal distribution cut at zero: its relative mass and draws, exact far into both tails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, log_ndtr, ndtr, ndtri_exp

Array = NDArray[np.float64]

_LARGEST_RATIO = 35.0
"""Above it exp(r²/2) comes near the largest double."""


def relative_mass(ratio: Array) -> Array:
    """exp(r²/2) Φ(r) up to a factor common to each row (its last axis)."""
    top = ratio.max(axis=1)
    if top.max() <= _LARGEST_RATIO:
        return erfcx(ratio * -(0.5**0.5))
    steep = top > _LARGEST_RATIO
    mass = np.empty_like(ratio)
    if not steep.all():
        mass[~steep] = erfcx(ratio[~steep] * -(0.5**0.5))
    sharp = ratio[steep]
    mass[steep] = np.exp(0.5 * (sharp**2 - top[steep, None] ** 2)) * ndtr(sharp)
    return mass


def draw_cut_normal(ratio: Array, deviation: Array, uniform: Array) -> Array:
    """A normal with this mean/deviation ratio, cut at zero, drawn by inversion."""
    return np.maximum(deviation * (ratio - ndtri_exp(np.log(uniform) + log_ndtr(ratio))), 0.0)
