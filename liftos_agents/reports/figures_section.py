"""The pictures of a page: drawn for a screen and for a telephone, with their figures as tables."""

from __future__ import annotations

from collections.abc import Sequence

from liftos_agents.reports.bound_text import BoundText, together
from liftos_agents.reports.chart import Chart, Table
from liftos_agents.reports.drawing import inline
from liftos_agents.reports.markup import Markup, element


def figures_section(charts: Sequence[Chart], bound: BoundText) -> Markup:
    """All charts as figures; nothing when there is none."""
    if not charts:
        return Markup("")
    figures = [_figure(chart, f"v{position}", bound) for position, chart in enumerate(charts)]
    return element("section", element("h2", "In pictures"), element("div", *figures, class_="charts"))


def _figure(chart: Chart, name: str, bound: BoundText) -> Markup:
    drawn = [inline(chart, chart.spec, name)]
    if chart.narrow is not None:
        drawn = [
            element("div", drawn[0], class_="wide"),
            element("div", inline(chart, chart.narrow, f"{name}n"), class_="narrow"),
        ]
    return element(
        "figure",
        element("h3", chart.title),
        element("div", *drawn, class_="drawn", data_title=chart.title),
        element("figcaption", together(chart.summary), bound.marks(chart.evidence)),
        element("details", element("summary", "The figures"), table(chart.table)),
        class_="half" if chart.narrow is None else None,
        id=chart.id,
    )


def table(figures: Table) -> Markup:
    """A table that scrolls on its own where the screen is narrow."""
    head = element("tr", *(element("th", column, scope="col") for column in figures.columns))
    body = [element("tr", *(element("td", cell) for cell in row)) for row in figures.rows]
    whole = element("table", element("thead", head), element("tbody", *body))
    return element("div", whole, class_="scroll", tabindex="0", role="region", aria_label="Figures")
