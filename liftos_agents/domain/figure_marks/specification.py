"""The specification of a picture, by its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from liftos_agents.domain.figure_marks.curves import curves
from liftos_agents.domain.figure_marks.event_study import event_study
from liftos_agents.domain.figure_marks.forest import bars, forest
from liftos_agents.domain.figure_marks.graph import graph
from liftos_agents.domain.figure_marks.surface import surface

if TYPE_CHECKING:
    from liftos_agents.domain.figure import Figure, FigureKind

_BY_KIND: dict[FigureKind, Callable[[Figure, int], dict[str, Any]]] = {
    "event_study": event_study,
    "paths": curves,
    "scatter_fit": curves,
    "fan": curves,
    "forest": forest,
    "bars": bars,
    "surface": surface,
    "graph": graph,
}


def vega_lite(figure: Figure, width: int) -> dict[str, Any]:
    """Vega-Lite of `figure`, `width` pixels wide, without title and theme."""
    return _BY_KIND[figure.kind](figure, width)
