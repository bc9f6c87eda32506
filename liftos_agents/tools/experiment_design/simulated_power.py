"""False positives and power of a geo test from placebo tests, with the critical p calibrated where it must be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.experiment_design.placebo_windows import Played

Array = NDArray[np.float64]

BAND = (0.6, 1.4)
"""Of alpha: false positives outside it call for calibration (3 to 7 % at 5 %)."""

LARGEST_LIFT = 10.0
STEPS = 40


@dataclass(frozen=True)
class Calibrated:
    """How the test is to be read.

    Attributes:
        nominal_rate: False positives when p is compared with alpha.
        critical: The p below which the test rejects.
        rate: False positives at `critical`, in placebo tests that were not used to find it.
        moved: Whether `critical` differs from alpha.
    """

    nominal_rate: float
    critical: float
    rate: float
    moved: bool


def calibrate(played: Played, alpha: float) -> Calibrated:
    """Compares p-values without effect with alpha; where they are off, half of the placebo tests set the critical p and the
    other half measures it: alternate windows, or alternate assignments where there are few windows."""
    p = played.p_values(0.0)
    nominal = float((p < alpha).mean())
    if BAND[0] * alpha <= nominal <= BAND[1] * alpha:
        return Calibrated(nominal, alpha, nominal, False)
    one, other = (p[::2], p[1::2]) if len(p) >= 4 else (p[:, ::2], p[:, 1::2])
    return Calibrated(
        nominal,
        float(np.quantile(p, alpha)),
        float(((other < np.quantile(one, alpha)).mean() + (one < np.quantile(other, alpha)).mean()) / 2.0),
        True,
    )


def power_at(played: Played, lift: float, critical: float) -> float:
    """Share of placebo tests with this lift put in that are found."""
    return float((played.p_values(lift) < critical).mean())


def detectable_lift(played: Played, critical: float, power: float) -> float | None:
    """The smallest lift found with `power`; None where even a tenfold rise is not."""
    high = 0.01
    while power_at(played, high, critical) < power:
        high *= 2.0
        if high > LARGEST_LIFT:
            return None
    low = 0.0
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if power_at(played, middle, critical) >= power else (middle, high)
    return high
