"""Changes to make as bars, each with its words above it: words are too long for an axis."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from liftos_agents.domain.figure_marks.axes import mark, said, told, values
from liftos_agents.reports import palette
from liftos_agents.reports.chart import WIDE

_BAR, _GAP, _LINE = 12, 20, 15


def ranked_bars(changes: Sequence[Mapping[str, Any]], width: int, title: str) -> dict[str, Any]:
    """Vega-Lite of changes, the largest gain first: each with `text`, `gain`, `shown` and what is `said` of it."""
    wrapped = [textwrap.wrap(c["text"], 100 if width == WIDE else 42) or [""] for c in changes]
    most_lines = max(len(lines) for lines in wrapped)
    data = [
        {**change, "lines": [" "] * (most_lines - len(lines)) + lines, "place": f"{position:02d}"}
        for position, (change, lines) in enumerate(zip(changes, wrapped, strict=True))
    ]
    row = _BAR + _GAP + _LINE * most_lines
    bar_middle = (row - _GAP - _BAR) / 2.0
    across = {
        "type": "quantitative",
        "scale": {"domain": [0, changes[0]["gain"] * (1.1 if width == WIDE else 1.25)]},
        "axis": {"title": title, "tickCount": 5, "grid": False},
    }
    return {
        "width": width,
        "height": row * len(data) + 44,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": values(data),
        "encoding": {
            "y": {
                "field": "place",
                "type": "nominal",
                "axis": None,
                "scale": {"paddingInner": 0, "paddingOuter": 0},
            }
        },
        "layer": [
            {
                "mark": told("bar", palette.MAIN, height=_BAR, yOffset=bar_middle),
                "encoding": {"x": {**across, "field": "gain"}, "description": said()},
            },
            {
                "mark": mark("text", palette.INK, align="left", dx=6, yOffset=bar_middle),
                "encoding": {
                    "x": {**across, "field": "gain"},
                    "text": {"field": "shown", "type": "nominal"},
                },
            },
            {
                "mark": mark(
                    "text", palette.INK, align="left", baseline="top", lineHeight=_LINE, yOffset=4 - row / 2.0
                ),
                "encoding": {"x": {"value": 0}, "text": {"field": "lines", "type": "nominal"}},
            },
        ],
    }
