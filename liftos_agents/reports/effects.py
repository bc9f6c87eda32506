"""The pictures that a result brings along as data, of any tool."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from liftos_agents.domain.amount import format_number
from liftos_agents.domain.evidence import Evidence
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.domain.figure_marks import vega_lite
from liftos_agents.reports.chart import NARROW, WIDE, Cell, Chart, Table
from liftos_agents.reports.figures import british_date, rows

MOST_ROWS = 600
_NOTHING = "–"


def effect_charts(evidence: Evidence) -> Iterator[Chart]:
    """A chart for each picture in `result["figures"]` that can be drawn."""
    for position, given in enumerate(rows(evidence.result.get("figures")), 1):
        try:
            figure = Figure.model_validate(given)
        except ValidationError:
            continue
        if not _shows_something(figure):
            continue
        yield Chart(
            id=f"{figure.kind.replace('_', '-')}-{position}-{evidence.id}",
            title=figure.title,
            summary=figure.summary,
            spec=vega_lite(figure, WIDE),
            narrow=vega_lite(figure, NARROW),
            table=_table(figure),
            evidence=(evidence.id,),
        )


def _shows_something(figure: Figure) -> bool:
    if figure.kind == "graph":
        return bool(figure.nodes)
    points = [p for s in figure.series for p in s.points]
    return any(p.z is not None for p in points) if figure.kind == "surface" else bool(points)


def _table(figure: Figure) -> Table:
    if figure.kind == "graph":
        return Table(
            ("From", "To", "Arrow", "Note"),
            tuple((e.source, e.target, _arrow(e.mark, e.directed), e.label or "") for e in figure.edges),
        )
    if figure.kind == "surface":
        return _surface(figure)
    if figure.kind in ("paths", "fan"):
        return _side_by_side(figure)
    return _one_a_point(figure)


def _arrow(mark: str, directed: bool) -> str:
    return mark if directed else f"{mark}, without direction"


def _one_a_point(figure: Figure) -> Table:
    """A row a point; the series is named where there are several."""
    several = len({s.name for s in figure.series}) > 1
    ranged = any(p.low is not None or p.high is not None for s in figure.series for p in s.points)
    named = figure.kind in ("forest", "bars")
    columns = [
        *(["Series"] if several else []),
        "Name" if named else figure.x_title or "At",
        (figure.x_title if named else figure.y_title) or "Value",
        *(["Low", "High"] if ranged else []),
    ]
    found: list[tuple[Cell, ...]] = [
        (
            *([series.name] if several else []),
            _place(point.x),
            _value(point.y),
            *([_value(point.low), _value(point.high)] if ranged else []),
        )
        for series in figure.series
        for point in series.points
    ]
    return Table(tuple(columns), tuple(found[:MOST_ROWS]))


def _side_by_side(figure: Figure) -> Table:
    """A row a place; a column a line, two a band; faint lines are left out."""
    shown = [s for s in figure.series if s.role != "faint" and s.points]
    columns: list[str] = [figure.x_title or "At"]
    readers: list[tuple[dict[float | str, FigurePoint], str]] = []
    for series in shown:
        by_place = {p.x: p for p in series.points}
        if series.draw != "band":
            columns.append(series.name)
            readers.append((by_place, "y"))
        if any(p.low is not None and p.high is not None for p in series.points):
            columns += [f"{series.name}, low", f"{series.name}, high"]
            readers += [(by_place, "low"), (by_place, "high")]
    places = dict.fromkeys(_ordered(shown))
    found = tuple(
        (_place(x), *(_value(getattr(by_place.get(x), field, None)) for by_place, field in readers))
        for x in places
    )
    return Table(tuple(columns), found[:MOST_ROWS])


def _ordered(series: list[FigureSeries]) -> list[float | str]:
    places = {p.x for s in series for p in s.points}
    return sorted(places, key=lambda x: (isinstance(x, str), x if isinstance(x, str) else "", x))


def _surface(figure: Figure) -> Table:
    cells = [p for s in figure.series for p in s.points if p.z is not None]
    name = next((s.name for s in figure.series if any(p.z is not None for p in s.points)), "Value")
    found = tuple((_place(p.x), _value(p.y), _value(p.z)) for p in cells[:MOST_ROWS])
    return Table((figure.x_title or "x", figure.y_title or "y", name), found)


def _place(x: float | str) -> str:
    if not isinstance(x, str):
        return f"{x:g}".replace("-", "−")
    return british_date(x) if len(x) == 10 else x


def _value(value: float | str | None) -> str:
    if value is None:
        return _NOTHING
    return value if isinstance(value, str) else format_number(value)
