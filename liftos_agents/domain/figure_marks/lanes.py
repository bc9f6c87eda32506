"""One series of named values: its bars or points, their intervals and their words, in a lane of each name's row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from liftos_agents.domain import palette
from liftos_agents.domain.figure_marks.axes import mark, said, told, values
from liftos_agents.domain.figure_marks.legend import Entry, Shape
from liftos_agents.domain.figure_marks.reference_lines import haloed
from liftos_agents.domain.figure_marks.series_words import words

if TYPE_CHECKING:
    from liftos_agents.domain.figure import FigurePoint, FigureSeries

LANE = 15
"""Pixels from one series to the next within a row."""

_COLOURS = (palette.MAIN, palette.OTHER, palette.PLAN, palette.INK, palette.QUIET, palette.FAINT)
_SHAPES: tuple[Shape, ...] = ("circle", "diamond", "square", "ring")


def lane(
    series: FigureSeries,
    position: int,
    lanes: int,
    x: dict[str, Any],
    domain: tuple[float, float],
    *,
    bars: bool,
    shown: Mapping[int, str],
) -> list[dict[str, Any]]:
    """One series: bars or points, their intervals (an open end runs to the frame), and their words."""
    offset = (position - (lanes - 1) / 2.0) * LANE
    rows: list[dict[str, Any]] = [
        {
            "name": str(p.x),
            "value": p.y,
            "zero": 0.0,
            "from": None if p.low is None and p.high is None else domain[0] if p.low is None else p.low,
            "to": None if p.low is None and p.high is None else domain[1] if p.high is None else p.high,
            "opens_low": p.low is None,
            "opens_high": p.high is None,
            "end": _end(p, domain[1], bars=bars),
            "shown": shown.get(id(p), ""),
            "said": words(p, series),
        }
        for p in series.points
    ]
    look = entry(series, position, bars=bars)
    valued = [r for r in rows if r["value"] is not None]
    ranged = [r for r in rows if r["from"] is not None]
    layers: list[dict[str, Any]] = []
    if bars and valued:
        layers.append(
            {
                "data": values(valued),
                "mark": told("bar", look.colour, height=12 if lanes > 1 else 15, yOffset=offset),
                "encoding": {"x": {**x, "field": "value"}, "x2": {"field": "zero"}, "description": said()},
            }
        )
    if ranged:
        colour = palette.INK if bars else look.colour
        layers.append(
            {
                "data": values(ranged),
                "mark": mark(
                    "rule", colour, strokeWidth=1.2 if bars else 2.4, yOffset=offset, y2Offset=offset
                ),
                "encoding": {"x": {**x, "field": "from"}, "x2": {"field": "to"}},
            }
        )
    for field, open_, shape in (
        ("from", "opens_low", "triangle-left"),
        ("to", "opens_high", "triangle-right"),
    ):
        ends = [r for r in ranged if r[open_]]
        if ends:
            point = mark("point", look.colour, shape=shape, size=80, filled=True, opacity=1, yOffset=offset)
            layers.append({"data": values(ends), "mark": point, "encoding": {"x": {**x, "field": field}}})
    if not bars and valued:
        shape = "circle" if look.shape == "ring" else look.shape
        fill = palette.PAPER if look.shape == "ring" else look.colour
        point = told("point", look.colour, shape=shape, size=70, opacity=1, yOffset=offset)
        layers.append(
            {
                "data": values(valued),
                "mark": {**point, "fill": fill, "stroke": look.colour, "strokeWidth": 1.8},
                "encoding": {"x": {**x, "field": "value"}, "description": said()},
            }
        )
    if shown:
        encoding = {"x": {**x, "field": "end"}, "text": {"field": "shown", "type": "nominal"}}
        layers += [
            {"data": values(rows), "mark": text, "encoding": encoding}
            for text in haloed(palette.INK, align="left", dx=7, yOffset=offset)
        ]
    return layers


def _end(point: FigurePoint, inner: float, *, bars: bool) -> float:
    """Where a row's words begin: behind its point, its interval and, for a bar, zero."""
    if point.high is None and point.low is not None:
        return inner
    reached = [float(v) for v in (point.y, point.high) if v is not None and not isinstance(v, str)]
    return max([*reached, 0.0]) if bars or not reached else max(reached)


def entry(series: FigureSeries, position: int, *, bars: bool) -> Entry:
    by_role = {"observed": palette.INK, "doubtful": palette.PLAN, "faint": palette.FAINT}
    colour = by_role.get(series.role, _COLOURS[position % len(_COLOURS)])
    shape: Shape = "square" if bars else "ring" if series.role == "doubtful" else _SHAPES[position % 4]
    return Entry(series.name, colour, shape)
