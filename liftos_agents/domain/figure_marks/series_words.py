"""What pictures say of their points, and where their lines stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from liftos_agents.domain.amount import format_money, format_number
from liftos_agents.domain.figure_marks.layout import PositionKind, spread

if TYPE_CHECKING:
    from liftos_agents.domain.figure import FigurePoint, FigureSeries


def words(point: FigurePoint, series: FigureSeries) -> str:
    """What a reader is told of a point: its own label, or its place and its value with the interval."""
    if point.label:
        return point.label
    place = point.x if isinstance(point.x, str) else f"{point.x:g}"
    return f"{series.name}, {place}: {value_words(point)}"


def value_words(point: FigurePoint, *, interval: bool = True) -> str:
    """A point's value with its interval, all to the same place; an end that is not there is open."""
    if isinstance(point.y, str):
        return point.y
    largest = max((abs(v) for v in (point.y, point.low, point.high) if v is not None), default=0.0)
    value = "" if point.y is None else _number(point.y, largest)
    if not interval or (point.low is None and point.high is None):
        return value
    low = "−∞" if point.low is None else _number(point.low, largest)
    high = "∞" if point.high is None else _number(point.high, largest)
    return f"{value} [{low}, {high}]".strip()


def _number(value: float, largest: float) -> str:
    if largest >= 1e5:
        return format_money(value)
    places = 2 - math.floor(math.log10(largest)) if largest > 0.0 else 0
    return format_number(value, decimals=min(max(places, 0), 9))


def shares_along(
    kind: PositionKind, places: Sequence[float | str], lines: Sequence[tuple[float | str, str]]
) -> list[float]:
    """How far along the axis each line stands, from 0 to 1."""
    along = [*places, *(place for place, _ in lines)]
    if kind == "quantitative":
        low, high = spread([p for p in along if not isinstance(p, str)])
        return [(float(place) - low) / (high - low) for place, _ in lines]
    names = list(dict.fromkeys(map(str, along)))
    order = sorted(names) if kind == "temporal" else names
    return [order.index(str(place)) / max(len(order) - 1, 1) for place, _ in lines]
