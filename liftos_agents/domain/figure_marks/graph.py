"""A causal graph: nodes as boxes, arrows between them, and how sure each arrow is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liftos_agents.domain import palette
from liftos_agents.domain.figure_marks.axes import mark, said, told, values
from liftos_agents.domain.figure_marks.graph_layout import LINE, Box, Spot, boxes, head, route
from liftos_agents.domain.figure_marks.legend import Entry, Shape, legend

if TYPE_CHECKING:
    from liftos_agents.domain.figure import Figure, FigureEdge

_HEAD = "M-0.75,1L0,-1L0.75,1L0,0.55Z"
_HALF = 5.7
_HEAD_SIZE = (2.0 * _HALF) ** 2
_PIXELS = {"type": "quantitative", "scale": None, "axis": None}
_MARKS: dict[str, tuple[str, tuple[int, int], Shape, str]] = {
    "firm": (palette.INK, (1, 0), "arrow", "stated, or found with confidence"),
    "doubtful": (palette.PLAN, (5, 4), "dashed", "doubtful"),
    "hidden": (palette.FAINT, (2, 3), "dashed", "through something not observed"),
    "forbidden": (palette.OTHER, (1, 3), "dashed", "ruled out"),
}
_NODE_COLOURS = (palette.MAIN, palette.PLAN, palette.OTHER, palette.QUIET)


def graph(figure: Figure, width: int) -> dict[str, Any]:
    """Vega-Lite of a graph. A series names nodes (`x`) that play a part, such as treatment and outcome, in a colour of its own."""
    inner = width - 20
    nodes = dict(figure.nodes)
    placed, height = boxes(nodes, inner)
    edges = [e for e in figure.edges if e.source in placed and e.target in placed and e.source != e.target]
    paths = [_path(edge, edges, placed, (inner, height)) for edge in edges]
    layers = [_line(edge, path) for edge, path in zip(edges, paths, strict=True)]
    layers += _heads(edges, paths)
    layers += _nodes(figure, placed)
    layers += _labels(edges, paths)
    used = [name for name in _MARKS if any(e.mark == name for e in edges)]
    marks = [Entry(_MARKS[name][3], _MARKS[name][0], _MARKS[name][2]) for name in used]
    parts = [Entry(s.name, _part_colour(i), "square") for i, s in enumerate(figure.series)]
    shown = [*parts, *(marks if len(marks) > 1 else [])]
    return {
        "width": inner,
        "height": height,
        "autosize": {"type": "pad"},
        "layer": [*layers, *legend(shown, width)],
    }


def _path(
    edge: FigureEdge, edges: list[FigureEdge], placed: dict[str, Box], size: tuple[int, int]
) -> list[Spot]:
    others = [box for name, box in placed.items() if name not in (edge.source, edge.target)]
    twin = any({e.source, e.target} == {edge.source, edge.target} and e is not edge for e in edges)
    return route(placed[edge.source], placed[edge.target], others, size, aside=0.12 if twin else 0.0)


def _line(edge: FigureEdge, path: list[Spot]) -> dict[str, Any]:
    colour, dash, _, _ = _MARKS[edge.mark]
    shown = head(path, _HALF)[2] if edge.directed else path
    rows = [{"x": round(x, 2), "y": round(y, 2), "place": i} for i, (x, y) in enumerate(shown)]
    return {
        "data": values(rows),
        "mark": mark("line", colour, strokeWidth=1.6, strokeDash=list(dash)),
        "encoding": {
            **_at(),
            "order": {"field": "place", "type": "quantitative"},
        },
    }


def _heads(edges: list[FigureEdge], paths: list[list[Spot]]) -> list[dict[str, Any]]:
    """The arrows' heads, one layer a colour; pointing at one reads the arrow out."""
    layers: list[dict[str, Any]] = []
    for name, (colour, _, _, meaning) in _MARKS.items():
        rows: list[dict[str, Any]] = []
        for edge, path in zip(edges, paths, strict=True):
            if edge.mark == name and edge.directed:
                (x, y), angle, _ = head(path, _HALF)
                said_of_it = f"{edge.source} to {edge.target}: {edge.label or meaning}"
                rows.append(
                    {"x": round(x, 2), "y": round(y, 2), "angle": round(angle, 1), "said": said_of_it}
                )
        if rows:
            layers.append(
                {
                    "data": values(rows),
                    "mark": told("point", colour, shape=_HEAD, filled=True, size=_HEAD_SIZE, opacity=1),
                    "encoding": {
                        **_at(),
                        "angle": {"field": "angle", "type": "quantitative", "scale": None},
                        "description": said(),
                    },
                }
            )
    return layers


def _nodes(figure: Figure, placed: dict[str, Box]) -> list[dict[str, Any]]:
    parts = {str(p.x): i for i, s in enumerate(figure.series) for p in s.points}
    layers: list[dict[str, Any]] = []
    for name, box in placed.items():
        touching = [e for e in figure.edges if name in (e.source, e.target)]
        unseen = bool(touching) and all(e.mark == "hidden" and e.source == name for e in touching)
        colour = _part_colour(parts[name]) if name in parts else palette.FAINT if unseen else palette.QUIET
        row = {
            "x": round(box.x - box.half_width, 2),
            "x2": round(box.x + box.half_width, 2),
            "y": round(box.y - box.half_height, 2),
            "y2": round(box.y + box.half_height, 2),
            "said": name,
        }
        layers.append(
            {
                "data": values([row]),
                "mark": {
                    **told("rect", colour, cornerRadius=6, strokeWidth=2 if name in parts else 1.2),
                    "fill": palette.PAPER,
                    "stroke": colour,
                    **({"strokeDash": [3, 3]} if unseen else {}),
                },
                "encoding": {**_at(), "x2": {"field": "x2"}, "y2": {"field": "y2"}, "description": said()},
            }
        )
        text = mark(
            "text",
            palette.QUIET if unseen else palette.INK,
            text=list(box.lines),
            lineHeight=LINE,
            baseline="middle",
            fontSize=12,
            fontWeight="bold" if name in parts else "normal",
            dy=-LINE * (len(box.lines) - 1) / 2.0,
        )
        layers.append(
            {"data": values([{"x": round(box.x, 2), "y": round(box.y, 2)}]), "mark": text, "encoding": _at()}
        )
    return layers


def _labels(edges: list[FigureEdge], paths: list[list[Spot]]) -> list[dict[str, Any]]:
    rows = [
        {"x": round(path[len(path) // 2][0], 2), "y": round(path[len(path) // 2][1], 2), "label": edge.label}
        for edge, path in zip(edges, paths, strict=True)
        if edge.label
    ]
    if not rows:
        return []
    text = {"field": "label", "type": "nominal"}
    halo = mark("text", palette.PAPER, stroke=palette.PAPER, strokeWidth=5, fontSize=11, strokeJoin="round")
    return [
        {"data": values(rows), "mark": halo, "encoding": {**_at(), "text": text}},
        {
            "data": values(rows),
            "mark": mark("text", palette.QUIET, fontSize=11),
            "encoding": {**_at(), "text": text},
        },
    ]


def _at() -> dict[str, Any]:
    return {"x": {**_PIXELS, "field": "x"}, "y": {**_PIXELS, "field": "y"}}


def _part_colour(position: int) -> str:
    return _NODE_COLOURS[position % len(_NODE_COLOURS)]
