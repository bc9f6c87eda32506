"""Journeys: the channels that people met in order, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Journeys:
    """Distinct journeys in a fixed order, with how often each converted and did not.

    Attributes:
        channels: Names, sorted.
        paths: Positions in `channels`, in order of the touches.
        ages: For each path, how long before its end each touch was, in days or in units of the time column; in touches
            where no time is known.
        conversions: (J,) conversions at the end of the path.
        value: (J,) value of those conversions; None when none was given.
        lost: (J,) times that the path ended without conversion.
        cost: (C,) cost of each channel's touches; None when none was given.
        notes: What was left out or decided on the way.
    """

    channels: tuple[str, ...]
    paths: tuple[tuple[int, ...], ...]
    ages: tuple[tuple[float, ...], ...]
    conversions: Array
    value: Array | None
    lost: Array
    cost: Array | None = None
    notes: tuple[str, ...] = ()

    @property
    def times(self) -> Array:
        """How often each path was taken."""
        return self.conversions + self.lost

    @property
    def total(self) -> float:
        """All conversions."""
        return float(self.conversions.sum())

    def without_times(self) -> Journeys:
        """The journeys with the same channels in the same order counted together; ages are then in touches."""
        value = np.zeros(len(self.paths)) if self.value is None else self.value
        sums: dict[tuple[int, ...], Array] = {}
        for i, path in enumerate(self.paths):
            row = np.array([self.conversions[i], value[i], self.lost[i]])
            sums[path] = sums[path] + row if path in sums else row
        table = np.array([sums[path] for path in sorted(sums)])
        return replace(
            self,
            paths=tuple(sorted(sums)),
            ages=tuple(tuple(float(len(p) - 1 - i) for i in range(len(p))) for p in sorted(sums)),
            conversions=table[:, 0],
            value=None if self.value is None else table[:, 1],
            lost=table[:, 2],
        )

    def drawn(self, generator: np.random.Generator) -> Journeys:
        """As many journeys as there are, drawn with replacement."""
        counts = np.concatenate([self.conversions, self.lost])
        drawn = generator.multinomial(round(float(counts.sum())), counts / counts.sum()).astype(np.float64)
        count = len(self.paths)
        return replace(self, conversions=drawn[:count], lost=drawn[count:])


def gathered(
    rows: list[tuple[tuple[str, ...], tuple[float, ...], float, float, float]], **more: Any
) -> Journeys:
    """Journeys from rows of channels, ages, conversions, value and times lost; the same ones are counted together.

    Args:
        more: `with_value`, `cost` by channel name, and `notes`.
    """
    channels = tuple(sorted({channel for row in rows for channel in row[0]}))
    place = {name: position for position, name in enumerate(channels)}
    found: dict[tuple[tuple[str, ...], tuple[float, ...]], list[tuple[float, float, float]]] = {}
    for path, ages, *amounts in rows:
        found.setdefault((path, ages), []).append((amounts[0], amounts[1], amounts[2]))
    order = sorted(found)
    sums = np.array(
        [[float(np.sum(sorted(column))) for column in zip(*found[k], strict=True)] for k in order]
    )
    cost = more.get("cost")
    return Journeys(
        channels=channels,
        paths=tuple(tuple(place[c] for c in path) for path, _ in order),
        ages=tuple(ages for _, ages in order),
        conversions=sums[:, 0],
        value=sums[:, 1] if more.get("with_value") else None,
        lost=sums[:, 2],
        cost=None if cost is None else np.array([cost.get(name, 0.0) for name in channels]),
        notes=tuple(more.get("notes", ())),
    )
