"""A picture as data: kinds of picture that analyses need, drawn elsewhere; a notebook shows one by itself."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.figure_marks import vega_lite

FigureKind = Literal["event_study", "paths", "scatter_fit", "forest", "bars", "surface", "graph", "fan"]
SeriesRole = Literal["main", "other", "observed", "counterfactual", "faint", "doubtful"]


class FigurePoint(BaseModel):
    """One point of a series.

    Attributes:
        x: A number, an ISO date, or a name.
        y: None leaves a gap.
        low, high: Ends of an interval around `y`.
        label: What a reader is told when pointing at it.
        z: The third quantity of a surface.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    x: float | str
    y: float | str | None
    low: float | None = None
    high: float | None = None
    label: str | None = None
    z: float | None = None


class FigureSeries(BaseModel):
    """Points that belong together.

    Attributes:
        name: As the legend has it.
        draw: Line, points, bars, or a band between `low` and `high`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    role: SeriesRole = "main"
    draw: Literal["line", "points", "bars", "band", "interval"] = "line"
    points: tuple[FigurePoint, ...]


class FigureEdge(BaseModel):
    """An arrow of a graph, `source` to `target`; `mark` says how sure or of which kind it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    target: str
    directed: bool = True
    mark: Literal["firm", "doubtful", "forbidden", "hidden"] = "firm"
    label: str | None = None


class Figure(BaseModel):
    """One picture of a result.

    Attributes:
        kind: What sort of picture; `event_study` has relative time on x, `forest` names on y and values on x (`x` holds the
            name, `y` the value), `bars` names and values, `surface` a value `z` over x and y, `graph` nodes and edges.
        summary: What it shows, in words and with its figures.
        x_title, y_title: With the unit; of a forest and of bars `x_title` names the values.
        series: Of a surface one with `z`, and points without it to mark on top; of a graph the nodes (`x`) that play a part.
        vertical, horizontal: Lines at a value of x or y (a cutoff, an intervention, zero) with their labels; of a forest
            and of bars both are lines at a value.
        nodes: For a graph: name to position, each in [0, 1], x rightwards and y upwards.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FigureKind
    title: str
    summary: str
    x_title: str = ""
    y_title: str = ""
    series: tuple[FigureSeries, ...] = ()
    vertical: tuple[tuple[float | str, str], ...] = ()
    horizontal: tuple[tuple[float, str], ...] = ()
    nodes: dict[str, tuple[float, float]] = {}
    edges: tuple[FigureEdge, ...] = ()

    def vega_lite(self, width: int = 680) -> dict[str, Any]:
        """The picture as a Vega-Lite specification, `width` pixels wide, without theme."""
        return {"title": self.title, **vega_lite(self, width)}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"application/vnd.vegalite.v6+json": self.vega_lite(), "text/plain": self.summary}
