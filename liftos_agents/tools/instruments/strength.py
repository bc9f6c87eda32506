"""How strong a first stage must be: bars of the effective F."""

from __future__ import annotations

from typing import Literal

WEAK = 23.1
"""Under this the bias may pass a tenth of the worst case (Montiel Olea and Pflueger, 2013, one instrument)."""

VERY_WEAK = 10.0
"""Under this no interval built on a standard error is given (Staiger and Stock, 1997)."""

Strength = Literal["strong", "weak", "very weak"]


def strength_of(effective_f: float) -> Strength:
    """The first stage's strength in words."""
    return "strong" if effective_f >= WEAK else "weak" if effective_f >= VERY_WEAK else "very weak"
