"""Estimates by time since treatment: what lies before it is told apart from what comes after."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from liftos_agents.domain import palette
from liftos_agents.domain.figure_marks.axes import mark, said, told, values
from liftos_agents.domain.figure_marks.layout import (
    framed,
    horizontal,
    is_wide,
    position_kind,
)
from liftos_agents.domain.figure_marks.legend import Entry, Shape, legend, legend_rows
from liftos_agents.domain.figure_marks.reference_lines import (
    horizontal_labels,
    horizontal_lines,
    vertical_lines,
)
from liftos_agents.domain.figure_marks.series_words import shares_along, words
from liftos_agents.domain.figure_marks.upright import upright

if TYPE_CHECKING:
    from liftos_agents.domain.figure import Figure, FigureSeries

BEFORE, AFTER = "before treatment", "after treatment"
_COLOURS = (palette.MAIN, palette.OTHER, palette.PLAN, palette.INK)


def event_study(figure: Figure, width: int) -> dict[str, Any]:
    """Vega-Lite of an event study: hollow before time 0, filled from it on, a line at zero effect."""
    places = [p.x for s in figure.series for p in s.points]
    kind = position_kind(places)
    plot = 230 if is_wide(width) else 180
    lines = _vertical(figure, places)
    x = horizontal(kind, [*places, *(place for place, _ in lines)], figure.x_title, width, padding=12)
    if kind == "quantitative":
        x["axis"]["tickMinStep"] = 1
    zero = () if any(value == 0.0 for value, _ in figure.horizontal) else ((0.0, ""),)
    rules = (*zero, *figure.horizontal)
    y = upright(figure, lines, width, plot, include=[0.0])
    series = [s for s in figure.series if s.points]
    layers = [layer for i, s in enumerate(series) for layer in _points(s, i, len(series), places, x, y)]
    shares = shares_along(kind, places, lines)
    entries = _entries(series)
    return framed(
        width,
        plot,
        [
            *horizontal_lines(rules, y),
            *vertical_lines(lines, x, shares, width),
            *layers,
            *horizontal_labels(rules, y),
            *legend(entries, width),
        ],
        titles=len(x["axis"]["title"] or ()),
        legend=legend_rows(entries, width),
    )


def _vertical(figure: Figure, places: list[float | str]) -> tuple[tuple[float | str, str], ...]:
    numbers = [p for p in places if not isinstance(p, str)]
    if figure.vertical or not numbers or not min(numbers) < 0 <= max(numbers):
        return figure.vertical
    return ((-0.5, ""),)


def _points(
    series: FigureSeries,
    position: int,
    count: int,
    places: list[float | str],
    x: dict[str, Any],
    y: dict[str, Any],
) -> list[dict[str, Any]]:
    """Intervals and points; several series stand side by side at each time."""
    step = _step(places)
    aside = (position - (count - 1) / 2.0) * 0.22 * step
    rows = [
        {
            "x": p.x if isinstance(p.x, str) else p.x + aside,
            "y": p.y,
            "low": p.low,
            "high": p.high,
            "after": isinstance(p.x, str) or p.x >= 0,
            "said": words(p, series),
        }
        for p in series.points
    ]
    colour = _COLOURS[position % len(_COLOURS)]
    across = {"x": {**x, "field": "x"}}
    layers: list[dict[str, Any]] = []
    for after in (False, True):
        shown = [r for r in rows if r["after"] is after]
        tone = colour if after or count > 1 else palette.QUIET
        ranged = [r for r in shown if r["low"] is not None and r["high"] is not None]
        if ranged:
            layers.append(
                {
                    "data": values(ranged),
                    "mark": mark("rule", tone, strokeWidth=2),
                    "encoding": {**across, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
                }
            )
        layers.append(
            {
                "data": values([r for r in shown if r["y"] is not None]),
                "mark": told(
                    "point",
                    tone,
                    shape="circle" if position % 2 == 0 else "diamond",
                    size=64,
                    opacity=1,
                    fill=tone if after else palette.PAPER,
                    stroke=tone,
                    strokeWidth=1.8,
                ),
                "encoding": {**across, "y": {**y, "field": "y"}, "description": said()},
            }
        )
    return [layer for layer in layers if layer["data"]["values"]]


def _step(places: list[float | str]) -> float:
    numbers = sorted({float(p) for p in places if not isinstance(p, str)})
    return min((b - a for a, b in pairwise(numbers)), default=1.0)


def _entries(series: list[FigureSeries]) -> list[Entry]:
    if len(series) > 1:
        shapes: tuple[Shape, ...] = ("circle", "diamond")
        named = [Entry(s.name, _COLOURS[i % len(_COLOURS)], shapes[i % 2]) for i, s in enumerate(series)]
        return [*named, Entry(f"hollow: {BEFORE}", palette.QUIET, "ring")]
    places = [p.x for s in series for p in s.points]
    if any(isinstance(p, str) for p in places) or not places or min(map(float, places)) >= 0:
        return []
    return [Entry(BEFORE, palette.QUIET, "ring"), Entry(AFTER, palette.MAIN, "circle")]
