"""A quantity over two others in steps: a response surface, a sensitivity contour."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from liftos_agents.domain import palette
from liftos_agents.domain.amount import format_number
from liftos_agents.domain.figure_marks.axes import AMOUNT, mark, said, told, values
from liftos_agents.domain.figure_marks.layout import (
    are_years,
    horizontal,
    is_wide,
    position_kind,
    spread,
    title_lines,
)
from liftos_agents.domain.figure_marks.legend import Entry, Shape, legend
from liftos_agents.domain.figure_marks.series_words import words
from liftos_agents.domain.figure_marks.steps import round_steps, tone

if TYPE_CHECKING:
    from liftos_agents.domain.figure import Figure, FigurePoint

_MARKED: tuple[Shape, ...] = ("diamond", "circle", "square")


def surface(figure: Figure, width: int) -> dict[str, Any]:
    """Vega-Lite of a surface: cells in steps of z, those below zero in a colour of their own, marked points on top.

    Points without z stand on the surface.
    """
    cells = [p for s in figure.series for p in s.points if p.z is not None and p.y is not None]
    xs, ys = [p.x for p in cells], [p.y for p in cells if p.y is not None]
    edges = round_steps([p.z for p in cells if p.z is not None])
    x, y = _axes(figure, xs, ys, width)
    marked, marked_entries = _marked(figure, x, y)
    entries = [
        Entry(f"{format_number(low)} to {format_number(high)}", colour, "square", opacity)
        for low, high in reversed(list(pairwise(edges)))
        for colour, opacity in [tone((low + high) / 2.0, edges)]
    ]
    across, up = len(set(xs)), len(set(ys))
    return {
        "width": _whole(width - (120 if is_wide(width) else 84), across),
        "height": _whole(300 if is_wide(width) else 230, up),
        "autosize": {"type": "pad"},
        "layer": [
            *_cells(cells, x, y, edges),
            *_lines(figure, x, y),
            *marked,
            *legend([*marked_entries, *entries], width),
        ],
    }


def _whole(pixels: int, cells: int) -> int:
    """The greatest length up to `pixels` in which each cell takes whole pixels."""
    return max(pixels // max(cells, 1), 1) * cells if 0 < cells <= pixels else pixels


def _axes(
    figure: Figure, xs: list[float | str], ys: list[float | str], width: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    numeric = position_kind(xs) == "quantitative", position_kind(ys) == "quantitative"
    x = horizontal(
        "quantitative" if numeric[0] else "nominal", xs, figure.x_title, width, **_ends(xs, numeric[0])
    )
    title = title_lines(figure.y_title, 230)
    if numeric[1]:
        form: dict[str, Any] = {"format": "d"} if are_years(ys) else {"labelExpr": AMOUNT}
        axis = {"title": title, "grid": False, "tickCount": 6, **form}
        return x, {
            "type": "quantitative",
            "axis": axis,
            "scale": {"zero": False, "nice": False, **_ends(ys, True)},
        }
    order = list(dict.fromkeys(map(str, ys)))
    return x, {"type": "nominal", "sort": order, "axis": {"title": title, "labelLimit": 110}}


def _ends(positions: list[float | str], numeric: bool) -> dict[str, Any]:
    if not numeric or not positions:
        return {}
    edges = _edges(positions, numeric=True).values()
    return {"domain": list(spread([end for edge in edges for end in edge]))}


def _edges(positions: list[float | str], *, numeric: bool) -> dict[float | str, tuple[Any, Any]]:
    """The two edges of the cell around each position: half way to its neighbours."""
    if not numeric:
        return {p: (str(p), None) for p in positions}
    order = sorted({float(p) for p in positions})
    middles = [(a + b) / 2.0 for a, b in pairwise(order)]
    if not middles:
        return {p: spread(order) for p in positions}
    edges = [2 * order[0] - middles[0], *middles, 2 * order[-1] - middles[-1]]
    return {p: (low, high) for p, (low, high) in zip(order, pairwise(edges), strict=True)}


def _cells(
    cells: list[FigurePoint], x: dict[str, Any], y: dict[str, Any], edges: list[float]
) -> list[dict[str, Any]]:
    """A layer a step, so that each has one colour and one opacity."""
    numeric = x["type"] == "quantitative", y["type"] == "quantitative"
    lying = _edges([p.x for p in cells], numeric=numeric[0])
    standing = _edges([p.y for p in cells if p.y is not None], numeric=numeric[1])
    by_tone: dict[tuple[str, float], list[dict[str, Any]]] = {}
    for p in cells:
        if p.y is None or p.z is None:
            continue
        (x0, x1), (y0, y1) = lying[p.x], standing[p.y]
        told_of_it = p.label or f"{_place(p.x)}, {_place(p.y)}: {format_number(p.z)}"
        row = {"x0": x0, "x1": x1, "y0": y0, "y1": y1, "said": told_of_it}
        by_tone.setdefault(tone(p.z, edges), []).append(row)
    encoding: dict[str, Any] = {
        "x": {**x, "field": "x0"},
        "y": {**y, "field": "y0"},
        **({"x2": {"field": "x1"}} if numeric[0] else {}),
        **({"y2": {"field": "y1"}} if numeric[1] else {}),
        "description": said(),
    }
    return [
        {
            "data": values(rows),
            "mark": told("rect", colour, opacity=round(opacity, 3)),
            "encoding": encoding,
        }
        for (colour, opacity), rows in sorted(by_tone.items())
    ]


def _marked(figure: Figure, x: dict[str, Any], y: dict[str, Any]) -> tuple[list[dict[str, Any]], list[Entry]]:
    layers: list[dict[str, Any]] = []
    entries: list[Entry] = []
    named = [s for s in figure.series if s.points and all(p.z is None for p in s.points)]
    for position, series in enumerate(named):
        shape = _MARKED[position % len(_MARKED)]
        rows = [{"x": p.x, "y": p.y, "said": words(p, series)} for p in series.points]
        point = told("point", palette.INK, shape=shape, size=110, opacity=1, filled=True)
        layers.append(
            {
                "data": values(rows),
                "mark": {**point, "stroke": palette.PAPER, "strokeWidth": 1.5},
                "encoding": {"x": {**x, "field": "x"}, "y": {**y, "field": "y"}, "description": said()},
            }
        )
        entries.append(Entry(series.name, palette.INK, shape))
    return layers, entries


def _lines(figure: Figure, x: dict[str, Any], y: dict[str, Any]) -> list[dict[str, Any]]:
    dashed = mark("rule", palette.INK, strokeDash=[4, 3])
    places = [("x", x, v) for v, _ in figure.vertical] + [("y", y, v) for v, _ in figure.horizontal]
    return [
        {"data": {"values": [{"at": v}]}, "mark": dashed, "encoding": {channel: {**axis, "field": "at"}}}
        for channel, axis, v in places
    ]


def _place(position: float | str) -> str:
    return position if isinstance(position, str) else format_number(position)
