"""An interval and the p-value that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Inferred:
    """What one method of inference says: zero lies outside the interval exactly when the p-value is below one less the level.

    Attributes:
        method: placebo, conformal or jackknife.
        bounded: An interval was found; False when the data cannot bound the effect at this level.
    """

    method: str
    low: float | None
    high: float | None
    p_value: float | None
    standard_error: float | None
    bounded: bool
