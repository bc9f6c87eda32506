"""The readiness score: weighted components of things found and things missing, and what each fix would gain.

The weights follow the project's evidence table: retrievability 35 (facets 15, rank against competitors 20),
facts 20, extractability 13, proof 12, structured data 8, freshness 8, language 4, penalties to −15.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

MOST_PENALTY = 15.0
GATE_CAP = 20.0


@dataclass(frozen=True)
class Item:
    """One thing that a component looks for.

    Attributes:
        fix: The change of the text that would supply it; items with one fix are supplied together.
        weight: Its share within the component, in any unit.
        value: 0 (absent) to 1 (all there).
        found: What was found, quoted.
        reachable: What `value` becomes once the fix is made.
    """

    fix: str
    weight: float
    value: float
    found: tuple[str, ...] = ()
    reachable: float = 1.0


@dataclass(frozen=True)
class Component:
    """A measured component of the score."""

    name: str
    weight: float
    grade: str
    source: str
    items: tuple[Item, ...]

    @cached_property
    def value(self) -> float:
        """The weighted mean of its items, 0 to 1."""
        return sum(i.weight * i.value for i in self.items) / sum(i.weight for i in self.items)


@dataclass(frozen=True)
class Penalty:
    """Points taken off, and why."""

    name: str
    points: float
    detail: str


def measured_weight(components: Iterable[Component]) -> float:
    """How much of the full 100 the measured components stand for."""
    return sum(c.weight for c in components)


def score(
    components: tuple[Component, ...], penalties: tuple[Penalty, ...], *, capped: bool = False
) -> float:
    """The score, 0 to 100 over the measured weight, penalties taken off (15 at most); at most 20 when `capped`."""
    earned = sum(c.weight * c.value for c in components)
    off = min(MOST_PENALTY, sum(p.points for p in penalties))
    reached = max(0.0, 100.0 * earned / measured_weight(components) - off)
    return min(GATE_CAP, reached) if capped else reached


def gains(components: tuple[Component, ...], penalties: tuple[Penalty, ...]) -> tuple[tuple[str, float], ...]:
    """Each fix with what it alone would add to the score, largest first; ties by name."""
    now = score(components, penalties)
    fixes = {i.fix for c in components for i in c.items if i.value < i.reachable}
    gained = {fix: score(tuple(_fixed(c, fix) for c in components), penalties) - now for fix in fixes}
    for penalty in penalties:
        rest = tuple(p for p in penalties if p.name != penalty.name)
        gained[f"penalty:{penalty.name}"] = score(components, rest) - now
    return tuple(
        sorted(((f, g) for f, g in gained.items() if g > 0.005), key=lambda fg: (-round(fg[1], 9), fg[0]))
    )


def saturating(count: float, scale: float) -> float:
    """0 at none, rising ever more slowly to 1; 63 % at `scale`."""
    return 1.0 - math.exp(-count / scale)


def _fixed(component: Component, fix: str) -> Component:
    if all(i.fix != fix for i in component.items):
        return component
    items = tuple(replace(i, value=max(i.value, i.reachable)) if i.fix == fix else i for i in component.items)
    return replace(component, items=items)
