"""Three tests of the same steps before adoption: p-values that allow for there being three."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

SHARES = (0.25, 0.25, 0.5)
"""Of the joint size: all steps, along a line, at the last step. A drift moves the estimate by several times its step, a gap in the
last period by no more than itself, so at the same bias the last step is the hardest to see and gets the larger share."""

_DRAWS = 40_000


def allow_for_several(p_values: Array, *, cosine: float, steps: int, free: float) -> Array:
    """p-values of the three tests, each the chance that under parallel trends any of the three comes out as clear as this one.

    Westfall and Young (1993), single step, with the shares of `SHARES` as weights (Genovese, Roeder and Wasserman 2006). The tests
    look at the same steps, so their law together is drawn from and costs less than Bonferroni's bound: a normal vector of the
    steps over one spread, which gives Hotelling's F for all of them and Student's t along each pattern.

    Args:
        p_values: (3,) of all steps jointly, along a line, at the last step.
        cosine: Of the angle between the line and the last step, in the metric of the steps' inverse covariance.
        steps: How many there are; with one, the three tests are the same one.
        free: Degrees of freedom of the spread.
    """
    if steps == 1:
        return p_values
    # One stream for all data: the same p-values give the same answer.
    rng = np.random.default_rng(0)
    line, other = rng.normal(size=(2, _DRAWS))
    spread = rng.chisquare(free, _DRAWS) / free
    rest = rng.chisquare(steps - 2, _DRAWS) if steps > 2 else 0.0
    last = cosine * line + np.sqrt(max(1.0 - cosine**2, 0.0)) * other
    joint = (line**2 + other**2 + rest) / steps
    drawn = np.array([joint, line**2, last**2]) / spread
    together: list[float] = []
    for least in p_values / SHARES:
        bars = special.fdtri([steps, 1.0, 1.0], free, 1.0 - np.minimum(least * np.array(SHARES), 1.0))
        beyond = int((drawn >= bars[:, None]).any(axis=0).sum())
        together.append((1.0 + beyond) / (1.0 + _DRAWS))
    # Bonferroni's bound holds as well, and reaches further down than draws can.
    return np.minimum(together, p_values / SHARES)
