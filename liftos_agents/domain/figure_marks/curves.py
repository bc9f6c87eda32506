"""Lines, bands and points over one horizontal axis: paths, fans, and points with a fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
    from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries

PLOT = {True: 250, False: 190}
"""Height of the data in pixels, wide and narrow."""

FAINT_NAME = "the others, one line each"
_COLOURS = (palette.MAIN, palette.OTHER, palette.PLAN, palette.INK, palette.QUIET)
_BAND_OPACITY = (0.30, 0.17, 0.10)


@dataclass(frozen=True)
class Look:
    """How a series is drawn."""

    label: str
    colour: str
    thick: float
    dash: tuple[int, int] = (1, 0)
    opacity: float = 1.0
    shape: Shape = "line"


def curves(figure: Figure, width: int) -> dict[str, Any]:
    """Vega-Lite of `paths`, `fan` and `scatter_fit`: bands behind, faint lines next, then the rest in their order."""
    places = [p.x for s in figure.series for p in s.points] + [place for place, _ in figure.vertical]
    kind = position_kind(places)
    plot = PLOT[is_wide(width)]
    x = horizontal(kind, places, figure.x_title, width)
    y = upright(figure, figure.vertical, width, plot)
    looks = [_look(figure, position) for position in range(len(figure.series))]
    drawn = sorted(zip(figure.series, looks, strict=True), key=lambda pair: _depth(pair[0], pair[1]))
    layers = [layer for series, look in drawn for layer in _series(series, look, x, y, figure)]
    entries = [
        Entry(look.label, look.colour, look.shape, look.opacity)
        for series, look in zip(figure.series, looks, strict=True)
        if series.points
    ]
    return framed(
        width,
        plot,
        [
            *horizontal_lines(figure.horizontal, y),
            *layers,
            *vertical_lines(figure.vertical, x, shares_along(kind, places, figure.vertical), width),
            *horizontal_labels(figure.horizontal, y),
            *legend(entries, width),
        ],
        titles=len(x["axis"]["title"] or ()),
        legend=legend_rows(entries, width),
    )


def _look(figure: Figure, position: int) -> Look:
    series = figure.series[position]
    if series.draw == "band":
        bands = [i for i, s in enumerate(figure.series) if s.draw == "band" and s.role == series.role]
        rank = bands.index(position)
        return Look(
            series.name, _colour(figure, position), 0.0, opacity=_BAND_OPACITY[min(rank, 2)], shape="band"
        )
    if series.role == "faint":
        faint = [s for s in figure.series if s.role == "faint" and s.draw != "band"]
        shape: Shape = "circle" if series.draw == "points" else "line"
        label = series.name if len({s.name for s in faint}) == 1 else FAINT_NAME
        return Look(label, palette.FAINT, 1.0, opacity=0.45, shape=shape)
    if series.draw in ("points", "interval"):
        return Look(series.name, _colour(figure, position), 1.5, opacity=0.85, shape="circle")
    if series.role == "observed":
        return Look(series.name, palette.INK, 1.6)
    if series.role in ("counterfactual", "doubtful"):
        return Look(series.name, _colour(figure, position), 2.0, dash=(6, 3), shape="dashed")
    return Look(series.name, _colour(figure, position), 2.2)


def _colour(figure: Figure, position: int) -> str:
    """The colour of a role; series of one role take the next ones, a band that of the line which it surrounds."""
    series = figure.series[position]
    fixed = {
        "observed": palette.INK,
        "counterfactual": palette.MAIN,
        "doubtful": palette.PLAN,
        "faint": palette.FAINT,
    }
    if series.role in fixed:
        return fixed[series.role]
    if series.draw == "band":
        return palette.MAIN if series.role == "main" else palette.OTHER
    taken = {fixed[s.role] for s in figure.series if s.role in fixed}
    free = [c for c in _COLOURS if c not in taken] or list(_COLOURS)
    if series.draw == "points" and figure.kind == "scatter_fit":
        return palette.OTHER
    alike = dict.fromkeys(s.name for s in figure.series if s.role not in fixed and s.draw == series.draw)
    return free[list(alike).index(series.name) % len(free)]


def _depth(series: FigureSeries, look: Look) -> tuple[int, float]:
    if series.draw == "band":
        return 0, look.opacity
    return (1 if series.role == "faint" else 2 if series.draw == "points" else 3), 0.0


def _series(
    series: FigureSeries, look: Look, x: dict[str, Any], y: dict[str, Any], figure: Figure
) -> Iterator[dict[str, Any]]:
    across, up = {"x": {**x, "field": "x"}}, {"y": {**y, "field": "y"}}
    rows = [_row(point, series, figure) for point in series.points]
    ends = {"y": {**y, "field": "low"}, "y2": {"field": "high"}}
    ranged = [r for r in rows if r["low"] is not None and r["high"] is not None]
    if series.draw == "band":
        yield {
            "data": values(ranged),
            "mark": mark("area", look.colour, opacity=look.opacity, clip=True),
            "encoding": {**across, **ends},
        }
        return
    if series.draw in ("points", "interval", "bars"):
        if ranged:
            yield {
                "data": values(ranged),
                "mark": mark("rule", look.colour, opacity=0.6),
                "encoding": {**across, **ends},
            }
        size = 28 if len(rows) > 60 else 46
        yield {
            "data": values([r for r in rows if r["y"] is not None]),
            "mark": told("point", look.colour, filled=True, size=size, opacity=look.opacity),
            "encoding": {**across, **up, "description": said()},
        }
        return
    if ranged:
        yield {
            "data": values(ranged),
            "mark": mark("area", look.colour, opacity=0.17, clip=True),
            "encoding": {**across, **ends},
        }
    line = mark(
        "line",
        look.colour,
        strokeWidth=look.thick,
        strokeDash=list(look.dash),
        opacity=look.opacity,
        clip=True,
    )
    yield {"data": values(rows), "mark": line, "encoding": {**across, **up}}
    if series.role != "faint":
        yield {
            "data": values([r for r in rows if r["y"] is not None]),
            "mark": told("point", look.colour, filled=True, size=30, opacity=0),
            "encoding": {**across, **up, "description": said()},
        }


def _row(point: FigurePoint, series: FigureSeries, figure: Figure) -> dict[str, Any]:
    return {"x": point.x, "y": point.y, "low": point.low, "high": point.high, "said": words(point, series)}
