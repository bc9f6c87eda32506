"""The words of a verdict, so that every specialist says it alike."""

from __future__ import annotations

WASTEFUL_PROBABILITY = 0.8
RECOMMEND_PROBABILITY = 0.8
EXTRAPOLATION_FACTOR = 1.5

MARGIN_ABSENT = "No margin was given, so revenue is counted as profit (margin 1.0); with a lower margin every channel pays back less."
NOT_IDENTIFIED = "Not identified"
SIMULATED = "Simulated data"


def certainty(probability: float) -> str:
    """How sure a probability is, in words: the scale that every agent uses."""
    for bound, words in (
        (0.99, "almost certainly"),
        (0.9, "very likely"),
        (0.8, "likely"),
        (0.6, "more likely than not"),
    ):
        if probability >= bound:
            return words
    return "uncertain whether" if probability > 0.4 else "unlikely"
