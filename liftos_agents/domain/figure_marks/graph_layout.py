"""Where the nodes and arrows of a graph stand, in pixels: boxes that do not overlap, arrows that go round boxes."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from liftos_agents.domain.figure_marks.layout import LETTER, cut, is_wide

Spot = tuple[float, float]

LINE = 15
_SIDE, _ABOVE = 9, 6
_GAP = 10.0
_BENDS = (0.0, *(side * step / 100.0 for step in range(12, 72, 6) for side in (1, -1)))
_THROUGH = 4.0
"""How much worse it is to cross a box than to leave the frame, by a point of the path."""
_ROUNDS = 60


@dataclass(frozen=True)
class Box:
    """A node: its middle, half its size, and its name in lines."""

    name: str
    x: float
    y: float
    half_width: float
    half_height: float
    lines: tuple[str, ...]

    def holds(self, spot: Spot, room: float = 0.0) -> bool:
        """Whether `spot` lies within, or within `room` of it."""
        return (
            abs(spot[0] - self.x) <= self.half_width + room
            and abs(spot[1] - self.y) <= self.half_height + room
        )


def boxes(nodes: Mapping[str, Spot], width: int) -> tuple[dict[str, Box], int]:
    """Each node's box, and the height of the picture; a narrow picture runs from top to bottom instead of rightwards."""
    wide = is_wide(width)
    levels = len({round(spot[1 if wide else 0], 2) for spot in nodes.values()})
    height = min(max(92 * levels + 30, 170), 620)
    letters = 18 if wide else 13
    sized = {name: _box(name, letters) for name in nodes}
    margin_x = max((b.half_width for b in sized.values()), default=0.0) + 2.0
    margin_y = max((b.half_height for b in sized.values()), default=0.0) + 2.0
    across, up = (
        _stretched({n: spot[0 if wide else 1] for n, spot in nodes.items()}),
        _stretched({n: spot[1] if wide else 1.0 - spot[0] for n, spot in nodes.items()}),
    )
    placed = [
        replace(
            box,
            x=margin_x + across[name] * (width - 2.0 * margin_x),
            y=margin_y + (1.0 - up[name]) * (height - 2.0 * margin_y),
        )
        for name, box in sized.items()
    ]
    return {box.name: box for box in _apart(placed, width, height)}, height


def route(
    source: Box, target: Box, others: Iterable[Box], size: tuple[int, int], *, aside: float = 0.0
) -> list[Spot]:
    """Points from the edge of `source` to the edge of `target`, bent where a straight line would cross a box.

    Args:
        size: Width and height of the picture, which a bend does not leave.
        aside: A bend that the line has in any case.
    """
    obstacles = list(others)
    best: list[Spot] = []
    fewest = math.inf
    for bend in _BENDS:
        path = _bent((source.x, source.y), (target.x, target.y), bend + aside)
        outside = [p for p in path if not source.holds(p, 2.0) and not target.holds(p, 3.0)]
        met = _THROUGH * sum(box.holds(p, 5.0) for p in outside for box in obstacles)
        met += sum(not (2.0 <= x <= size[0] - 2.0 and 2.0 <= y <= size[1] - 2.0) for x, y in outside)
        if len(outside) > 1 and met < fewest:
            best, fewest = outside, met
        if fewest == 0:
            break
    return best or [(source.x, source.y), (target.x, target.y)]


def head(path: list[Spot], half: float) -> tuple[Spot, float, list[Spot]]:
    """An arrow's head: its middle, its direction in degrees clockwise from upwards, and the line that is left.

    Args:
        half: Half the head's length in pixels; its tip is the end of the path.
    """
    tip = path[-1]
    away = [math.dist(p, tip) for p in path]
    at = max((i for i, d in enumerate(away) if d >= 2.0 * half), default=0)
    (x, y), far = path[at], max(away[at], 1e-9)
    middle = (tip[0] + (x - tip[0]) * half / far, tip[1] + (y - tip[1]) * half / far)
    angle = math.degrees(math.atan2(tip[0] - x, y - tip[1])) % 360.0
    return middle, angle, [*path[: at + 1], middle]


def _box(name: str, letters: int) -> Box:
    spaced = name.replace("_", " ").strip() or name
    lines = textwrap.wrap(spaced, letters, break_long_words=False) or [name]
    if len(lines) > 3:
        lines = textwrap.wrap(cut(spaced, 3 * letters - 4), letters) or [name]
    lines = [cut(line, letters + 2) for line in lines[:3]]
    widest = max(map(len, lines))
    return Box(
        name, 0.0, 0.0, (LETTER + 0.5) * widest / 2.0 + _SIDE, LINE * len(lines) / 2.0 + _ABOVE, tuple(lines)
    )


def _stretched(places: Mapping[str, float]) -> dict[str, float]:
    """Positions stretched over [0, 1]; all in the middle when they are one."""
    low, high = min(places.values(), default=0.0), max(places.values(), default=1.0)
    return {name: 0.5 if high <= low else (v - low) / (high - low) for name, v in places.items()}


def _apart(placed: list[Box], width: int, height: int) -> list[Box]:
    """The boxes, those that overlap moved apart along the direction in which that takes least."""
    boxes = sorted(placed, key=lambda b: (b.y, b.x, b.name))
    for _ in range(_ROUNDS):
        moved = False
        for i in range(len(boxes)):
            for j in range(i + 1, len(boxes)):
                a, b = boxes[i], boxes[j]
                over_x = a.half_width + b.half_width + _GAP - abs(a.x - b.x)
                over_y = a.half_height + b.half_height + _GAP - abs(a.y - b.y)
                if over_x <= 0.5 or over_y <= 0.5:
                    continue
                moved = True
                if over_x < over_y:
                    shift = over_x / 2.0 * (1.0 if a.x <= b.x else -1.0)
                    boxes[i], boxes[j] = replace(a, x=a.x - shift), replace(b, x=b.x + shift)
                else:
                    shift = over_y / 2.0 * (1.0 if a.y <= b.y else -1.0)
                    boxes[i], boxes[j] = replace(a, y=a.y - shift), replace(b, y=b.y + shift)
        boxes = [_within(box, width, height) for box in boxes]
        if not moved:
            break
    return boxes


def _within(box: Box, width: int, height: int) -> Box:
    return replace(
        box,
        x=min(max(box.x, box.half_width + 1.0), max(width - box.half_width - 1.0, box.half_width + 1.0)),
        y=min(max(box.y, box.half_height + 1.0), max(height - box.half_height - 1.0, box.half_height + 1.0)),
    )


def _bent(start: Spot, end: Spot, bend: float) -> list[Spot]:
    """A curve between two spots whose middle lies `bend` × their distance to the side."""
    (x0, y0), (x1, y1) = start, end
    middle = ((x0 + x1) / 2.0 - bend * (y1 - y0) * 2.0, (y0 + y1) / 2.0 + bend * (x1 - x0) * 2.0)
    steps = 120
    path: list[Spot] = []
    for k in range(steps + 1):
        t = k / steps
        a, b, c = (1.0 - t) ** 2, 2.0 * t * (1.0 - t), t**2
        path.append((a * x0 + b * middle[0] + c * x1, a * y0 + b * middle[1] + c * y1))
    return path
