"""Dynamic programming over money in equal steps: the best way to spend each number of steps on some channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ways:
    """The best ways to spend 0, 1, 2, … steps on some channels together.

    Attributes:
        value: What each number of steps brings, shape (G,); minus infinity where it cannot be spent.
        parts: What the channels are made up of, in order; empty for a single channel.
        choices: Steps that go to each part but the first, shape (parts − 1, G).
        channel: The channel, where there is one alone.
    """

    value: Array
    parts: tuple[Ways, ...] = ()
    choices: tuple[NDArray[np.intp], ...] = ()
    channel: int = -1

    def within(self, low: float, high: float) -> Ways:
        """The ways whose number of steps lies within [`low`, `high`], rounded outwards to whole steps."""
        steps = np.arange(self.value.size)
        inside = (steps > low - 1.0) & (steps < high + 1.0)
        return Ways(np.where(inside, self.value, -np.inf), self.parts, self.choices, self.channel)

    def split(self, steps: int) -> dict[int, int]:
        """Steps by channel in the best way to spend `steps`."""
        if not self.parts:
            return {self.channel: steps}
        found: dict[int, int] = {}
        for part, choice in zip(self.parts[:0:-1], self.choices[::-1], strict=True):
            spent = int(choice[steps])
            found |= part.split(spent)
            steps -= spent
        return found | self.parts[0].split(steps)


def one_channel(channel: int, gains: Array) -> Ways:
    """The ways to spend on one channel whose gain at each number of steps is known."""
    return Ways(gains, channel=channel)


def chained(parts: Sequence[Ways]) -> Ways:
    """The best ways to spend on all of `parts` together."""
    steps = np.arange(parts[0].value.size)
    rest = steps[:, None] - steps[None, :]
    value, choices = parts[0].value, []
    for part in parts[1:]:
        reached = np.where(rest >= 0, value[np.maximum(rest, 0)] + part.value[None, :], -np.inf)
        choices.append(reached.argmax(axis=1))
        value = reached.max(axis=1)
    return Ways(value, tuple(parts), tuple(choices))
