"""A range in round steps, and how strongly each step is coloured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from liftos_agents.domain import palette
from liftos_agents.domain.figure_marks.layout import spread

STEPS = 7
_FAINTEST, _STRONGEST = 0.08, 0.95


def round_steps(heights: Sequence[float]) -> list[float]:
    """The edges of about seven steps of a round size, multiples of it: zero is one wherever it is crossed."""
    low, high = spread(heights)
    rough = (high - low) / STEPS
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if unit * factor >= rough * 0.95)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{step * i:.12g}") for i in range(first, max(last, first + 1) + 1)]


def tone(value: float, edges: Sequence[float]) -> tuple[str, float]:
    """Colour and opacity of a value's step: the stronger the further from zero, or from the lowest step."""
    steps = list(pairwise(edges))
    at = next((i for i, (_, high) in enumerate(steps) if value < high), len(steps) - 1)
    above = sum(low >= 0.0 for low, _ in steps)
    below = len(steps) - above
    if not above or not below:
        return palette.MAIN, _opacity(at, len(steps))
    is_above = at >= below
    rank = at - below if is_above else below - 1 - at
    return (palette.MAIN if is_above else palette.PLAN), _opacity(rank, max(above, below))


def _opacity(rank: int, count: int) -> float:
    return _FAINTEST + (_STRONGEST - _FAINTEST) * rank / max(count - 1, 1)
