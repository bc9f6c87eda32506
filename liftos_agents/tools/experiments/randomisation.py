"""Inference from the assignment alone: it is played again, and the effects it does not reject are kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.experiments.contrast import Contrast
from liftos_agents.tools.experiments.finding import Bounds

Array = NDArray[np.float64]

MOST_LISTED = 4000
DRAWS = 2000
"""Assignments drawn where there are more than `MOST_LISTED`."""

STEPS = 40


def assignments(contrast: Contrast, seed: int) -> Array:
    """(A, G) signs +1 and −1 of the assignments that could have been, the actual one first."""
    geos, treated = len(contrast.treated), int(contrast.treated.sum())
    actual = np.where(contrast.treated, 1.0, -1.0)
    generator = np.random.default_rng(seed)
    if contrast.pairs is not None:
        pairs = len(contrast.pairs)
        if 2**pairs <= MOST_LISTED:
            flips = np.array(list(product((1.0, -1.0), repeat=pairs)))
        else:
            flips = generator.choice((1.0, -1.0), size=(DRAWS, pairs))
            flips[0] = 1.0
        signs = np.zeros((len(flips), geos))
        signs[:, contrast.pairs[:, 0]], signs[:, contrast.pairs[:, 1]] = flips, -flips
        return signs
    if math.comb(geos, treated) <= MOST_LISTED:
        chosen = np.array(list(combinations(range(geos), treated)))
    else:
        chosen = np.argsort(generator.random((DRAWS, geos)), axis=1)[:, :treated]
    signs = np.full((len(chosen), geos), -1.0)
    np.put_along_axis(signs, chosen, 1.0, axis=1)
    return np.vstack([actual, signs[(signs != actual).any(axis=1)]])


def fewest_p(contrast: Contrast) -> float:
    """The smallest two-sided p-value that the design can give."""
    if contrast.pairs is not None:
        return 2.0 / 2.0 ** len(contrast.pairs)
    return 2.0 / math.comb(len(contrast.treated), int(contrast.treated.sum()))


def randomisation_p(contrast: Contrast, values: Array, signs: Array) -> float:
    """Share of assignments with a studentised contrast at least as far from zero as the actual one."""
    statistic = _studentised(contrast, values, signs)
    return float((np.abs(statistic) >= abs(statistic[0]) * (1.0 - 1e-9)).mean())


def not_rejected(
    contrast: Contrast,
    residual: Callable[[float], Array],
    signs: Array,
    level: float,
    middle: float,
    width: float,
) -> Bounds:
    """The effects around `middle` whose residuals' p-value stays above 1 − level; None where the set goes on.

    Args:
        residual: Effect to (G,) values which, were it the true one, would not depend on the assignment.
        width: A standard error, by which the search steps out.
    """

    def kept(effect: float) -> bool:
        return randomisation_p(contrast, residual(effect), signs) > 1.0 - level

    def end(direction: float) -> float | None:
        inside, outside = 0.0, 2.0
        while kept(middle + direction * outside * width):
            inside, outside = outside, 2.0 * outside
            if outside > 1000.0:
                return None
        for _ in range(STEPS):
            half = 0.5 * (inside + outside)
            inside, outside = (half, outside) if kept(middle + direction * half * width) else (inside, half)
        return middle + direction * outside * width

    return Bounds(end(-1.0), end(1.0))


def _studentised(contrast: Contrast, values: Array, signs: Array) -> Array:
    if contrast.pairs is not None:
        differences = values[contrast.pairs[:, 0]] - values[contrast.pairs[:, 1]]
        flipped = signs[:, contrast.pairs[:, 0]] * differences
        mean, spread = flipped.mean(axis=1), flipped.std(axis=1, ddof=1) / math.sqrt(len(differences))
    else:
        treated = signs > 0.0
        many, few = treated.sum(axis=1), (~treated).sum(axis=1)
        centred = values - values.mean()
        up, down = treated @ centred, (~treated) @ centred
        squares, rest = treated @ centred**2, (~treated) @ centred**2
        mean = up / many - down / few
        spread = np.sqrt(
            np.maximum(
                (squares - up**2 / many) / (many - 1) / many + (rest - down**2 / few) / (few - 1) / few, 0.0
            )
        )
    floor = 1e-12 * max(float(np.abs(values).max()), 1e-300)
    return mean / np.maximum(spread, floor)
