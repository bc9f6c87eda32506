"""Confidence sets found by inverting a test: an interval, several, a half line, the whole line, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.effect import ConfidenceInterval

Range = tuple[float | None, float | None]
Shape = Literal["interval", "half line", "whole line", "in parts", "empty"]


@dataclass(frozen=True)
class ConfidenceSet:
    """The values that a test does not reject.

    Attributes:
        parts: Closed ranges in rising order; an end is None where the range goes on without end.
    """

    parts: tuple[Range, ...]
    level: float

    @property
    def is_empty(self) -> bool:
        """No value is left: the model itself is rejected."""
        return not self.parts

    @property
    def is_bounded(self) -> bool:
        """Both ends are finite."""
        return bool(self.parts) and self.parts[0][0] is not None and self.parts[-1][1] is not None

    @property
    def is_line(self) -> bool:
        """Every value is left: the data say nothing."""
        return self.parts == ((None, None),)

    @property
    def shape(self) -> Shape:
        """What kind of set it is."""
        if self.is_empty:
            return "empty"
        if len(self.parts) > 1:
            return "in parts"
        return "whole line" if self.is_line else "interval" if self.is_bounded else "half line"

    @property
    def hull(self) -> ConfidenceInterval | None:
        """The smallest interval that holds the set; None when the set is empty."""
        if self.is_empty:
            return None
        return ConfidenceInterval(low=self.parts[0][0], high=self.parts[-1][1], level=self.level)

    def intervals(self) -> tuple[ConfidenceInterval, ...]:
        """The parts, each with the set's level."""
        return tuple(ConfidenceInterval(low=low, high=high, level=self.level) for low, high in self.parts)

    def words(self) -> str:
        """The set in words, with its shape where that is not an interval."""
        if self.is_empty:
            return "empty: no value of the effect is compatible with the model"
        if self.is_line:
            return "the whole line: every value of the effect is compatible with the data"
        said = " and ".join(_words(part) for part in self.parts)
        if len(self.parts) > 1:
            return f"{said} (in {len(self.parts)} parts)"
        return said if self.is_bounded else f"{said} (without end on one side)"


def quadratic_set(square: float, slope: float, constant: float, level: float) -> ConfidenceSet:
    """The set on which `square·x² + slope·x + constant ≤ 0` (Fieller, 1954)."""
    discriminant = slope * slope - 4.0 * square * constant
    if square == 0.0:
        if slope == 0.0:
            return ConfidenceSet(((None, None),) if constant <= 0.0 else (), level)
        root = -constant / slope
        return ConfidenceSet(((None, root),) if slope > 0.0 else ((root, None),), level)
    if discriminant < 0.0:
        return ConfidenceSet(((None, None),) if square < 0.0 else (), level)
    # The root without cancellation, and the other one from the product of both.
    half = -0.5 * (slope + np.copysign(np.sqrt(discriminant), slope))
    roots = sorted((float(half / square), float(constant / half) if half != 0.0 else 0.0))
    if square > 0.0:
        return ConfidenceSet(((roots[0], roots[1]),), level)
    return ConfidenceSet(((None, roots[0]), (roots[1], None)), level)


def from_changes(changes: Sequence[float], starts_inside: bool, level: float) -> ConfidenceSet:
    """The set whose ends are the rising `changes`, and which holds minus infinity if `starts_inside`."""
    ends: list[float | None] = [None, *changes] if starts_inside else list(changes)
    if len(ends) % 2:
        ends.append(None)
    return ConfidenceSet(tuple(zip(ends[::2], ends[1::2], strict=True)), level)


def _words(part: Range) -> str:
    low, high = part
    if low is None:
        return f"all values up to {format_number(high or 0.0)}"
    if high is None:
        return f"all values from {format_number(low)}"
    return f"{format_number(low)} to {format_number(high)}"
