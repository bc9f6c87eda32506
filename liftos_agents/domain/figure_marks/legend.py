"""A legend that is told what it shows, so that lines, bands and points of many layers read as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from liftos_agents.domain import palette
from liftos_agents.domain.figure_marks.layout import LETTER, cut, is_wide

Shape = Literal["line", "dashed", "band", "circle", "diamond", "square", "ring", "arrow"]

_PATHS: dict[Shape, str] = {
    "line": "M-1.6,0L1.6,0",
    "dashed": "M-1.6,0L-0.6,0M-0.1,0L0.6,0M1.1,0L1.6,0",
    "band": "M-1.4,-0.8L1.4,-0.8L1.4,0.8L-1.4,0.8Z",
    "circle": "circle",
    "ring": "circle",
    "diamond": "diamond",
    "square": "square",
    "arrow": "M-1.6,0L1.6,0M0.9,-0.6L1.6,0L0.9,0.6",
}


@dataclass(frozen=True)
class Entry:
    """One line of a legend; a `ring` is not filled."""

    label: str
    colour: str
    shape: Shape
    opacity: float = 1.0


def legend_rows(entries: Sequence[Entry], width: int) -> int:
    """How many lines the legend takes."""
    shown = len({entry.label for entry in entries})
    return 0 if shown < 2 else -(-shown // _columns(shown, width))


def legend(entries: Sequence[Entry], width: int) -> list[dict[str, Any]]:
    """A layer that draws nothing but its legend; none for fewer than two entries."""
    shown = list({entry.label: entry for entry in entries}.values())
    if len(shown) < 2:
        return []
    columns = _columns(len(shown), width)
    room = int((width / columns - 40) / LETTER)
    labels = _apart([cut(entry.label, room) for entry in shown])

    def scale(values: list[Any]) -> dict[str, Any]:
        return {
            "field": "entry",
            "type": "nominal",
            "scale": {"type": "ordinal", "domain": labels, "range": values},
            "legend": {"title": None, "orient": "bottom", "columns": columns, "symbolStrokeWidth": 2},
        }

    unfilled = palette.PAPER
    return [
        {
            "data": {"values": [{"entry": label} for label in labels]},
            "mark": {"type": "point", "size": 0, "opacity": 1, "fillOpacity": 1, "aria": False},
            "encoding": {
                "x": {"value": 0},
                "y": {"value": 0},
                "fill": scale([unfilled if e.shape == "ring" else e.colour for e in shown]),
                "stroke": scale([e.colour for e in shown]),
                "shape": scale([_PATHS[e.shape] for e in shown]),
                "opacity": scale([e.opacity for e in shown]),
            },
        }
    ]


def _columns(count: int, width: int) -> int:
    return 2 if is_wide(width) and count > 3 else 1


def _apart(labels: list[str]) -> list[str]:
    """Labels that were cut to the same text, told apart by a number."""
    seen: dict[str, int] = {}
    told: list[str] = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        told.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return told
