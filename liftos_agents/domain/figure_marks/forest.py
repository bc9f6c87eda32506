"""Named values with their intervals, one line a name: forests of estimates, and bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from liftos_agents.domain import palette
from liftos_agents.domain.figure_marks.axes import mark, names, quantity
from liftos_agents.domain.figure_marks.lanes import LANE, entry, lane
from liftos_agents.domain.figure_marks.layout import LETTER, framed, is_wide, spread, title_lines
from liftos_agents.domain.figure_marks.legend import legend, legend_rows
from liftos_agents.domain.figure_marks.reference_lines import LINE_HEIGHT
from liftos_agents.domain.figure_marks.series_words import value_words

if TYPE_CHECKING:
    from liftos_agents.domain.figure import Figure, FigureSeries

_ROW = 26
_FRAME = 62


def forest(figure: Figure, width: int) -> dict[str, Any]:
    """Vega-Lite of a forest: estimate and interval a name, with a line at zero or where the figure says."""
    return _named(figure, width, bars=False)


def bars(figure: Figure, width: int) -> dict[str, Any]:
    """Vega-Lite of bars from zero, one a name and series, with intervals where they are given."""
    return _named(figure, width, bars=True)


def _named(figure: Figure, width: int, *, bars: bool) -> dict[str, Any]:
    series = [s for s in figure.series if s.points]
    order = list(dict.fromkeys(str(p.x) for s in series for p in s.points))
    lanes = len(series)
    lines = _lines(figure)
    labelled = any(label for _, label in lines)
    limit = 190 if is_wide(width) else 104
    written = len(series) == 1 and (is_wide(width) or bars)
    shown = (
        {id(p): value_words(p, interval=is_wide(width)) for s in series for p in s.points} if written else {}
    )
    domain, inner = _domain(series, lines, shown, width, limit, bars=bars)
    x: dict[str, Any] = {
        **quantity("value", title_lines(figure.x_title or figure.y_title, width - 60)),
        "scale": {"domain": list(domain), "nice": False},
    }
    x["axis"]["tickCount"] = 6 if is_wide(width) else 3
    entries = [entry(s, i, bars=bars) for i, s in enumerate(series)]
    row = max(_ROW, LANE * lanes + 10)
    layers = _rules(lines, x, domain)
    for position, one in enumerate(series):
        layers += lane(one, position, lanes, x, (domain[0], inner), bars=bars, shown=shown)
    y = {**names("name", order, limit=limit), "scale": {"paddingOuter": 0.1, "paddingInner": 0.1}}
    plot = row * max(len(order), 1) + (LINE_HEIGHT if labelled else 0)
    return framed(
        width,
        plot,
        [{"layer": layers, "encoding": {"y": y}}, *legend(entries, width)],
        titles=len(x["axis"]["title"] or ()),
        legend=legend_rows(entries, width),
    )


def _lines(figure: Figure) -> list[tuple[float, str]]:
    """Lines at a value; the axis of values is the one that lies, so both directions of the figure mean it."""
    given = [(float(v), label) for v, label in figure.vertical if not isinstance(v, str)]
    found = [*given, *figure.horizontal]
    return found if any(value == 0.0 for value, _ in found) else [(0.0, ""), *found]


def _domain(
    series: Sequence[FigureSeries],
    lines: Sequence[tuple[float, str]],
    shown: Mapping[int, str],
    width: int,
    limit: int,
    *,
    bars: bool,
) -> tuple[tuple[float, float], float]:
    """The axis' ends with room for the words at its right, and where that room begins."""
    points = [p for s in series for p in s.points]
    numbers = [v for p in points for v in (p.y, p.low, p.high) if not isinstance(v, str)]
    low, high = spread(numbers, include=[value for value, _ in lines])
    room = 0.04 * (high - low)
    low, high = (low - room if low < 0.0 or not bars else low), high + room
    inner = high
    if shown:
        text = LETTER * max(map(len, shown.values()), default=0) + 14
        plot = width - min(limit, LETTER * max((len(str(p.x)) for p in points), default=0)) - 40
        share = min(text / plot, 0.6)
        high += (high - low) * share / (1.0 - share)
    return (low, high), inner


def _rules(
    lines: Sequence[tuple[float, str]], x: dict[str, Any], domain: tuple[float, float]
) -> list[dict[str, Any]]:
    layers: list[dict[str, Any]] = []
    for value, label in lines:
        at = {"x": {**x, "field": "at"}, "y": None}
        data = {"values": [{"at": value}]}
        dash = [1, 0] if value == 0.0 else [4, 3]
        layers.append({"data": data, "mark": mark("rule", palette.QUIET, strokeDash=dash), "encoding": at})
        if label:
            share = (value - domain[0]) / (domain[1] - domain[0])
            align = "left" if share < 0.3 else "right" if share > 0.7 else "center"
            text = mark("text", palette.QUIET, text=label, baseline="bottom", dy=-3, fontSize=12, align=align)
            layers.append({"data": data, "mark": text, "encoding": {**at, "y": {"value": 0}}})
    return layers
