"""Pictures from their descriptions: SVG for a page, SVG and PNG for a folder. No network, no clock.

Vega runs inside `vl-convert`, which ends the whole process over a character that XML cannot hold; every text is
made printable before it gets there.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any

import vl_convert

from liftos_agents.reports import palette
from liftos_agents.reports.chart import Chart
from liftos_agents.reports.markup import Markup, escape, printable

VEGA_LITE = "6.4"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
PNG_SCALE = 2.0
_TITLE_LETTERS = 84
_TITLE_LINE = 20
_MARGIN = 20

_CONFIG: dict[str, Any] = {
    "background": None,
    "font": FONT,
    "padding": {"left": 3, "top": 2, "right": 16, "bottom": 2},
    "view": {"stroke": None},
    "axis": {
        "labelColor": palette.QUIET,
        "titleColor": palette.QUIET,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": palette.LINE,
        "domainColor": palette.QUIET,
        "tickColor": palette.QUIET,
        "tickCount": 5,
        "labelOverlap": "greedy",
    },
    "text": {"fontSize": 12, "fill": palette.INK, "color": palette.INK},
    "legend": {
        "title": None,
        "orient": "bottom",
        "direction": "vertical",
        "columns": 1,
        "labelFontSize": 12,
        "labelColor": palette.INK,
        "labelLimit": 0,
        "symbolSize": 70,
        "offset": 6,
        "rowPadding": 3,
    },
    "title": {"color": palette.INK, "fontSize": 14, "anchor": "start", "subtitleColor": palette.QUIET},
}
_FONT_FAMILY = re.compile(r' font-family="[^"]*"')
_FRACTION = re.compile(r"(\.\d\d)\d+")
_GEOMETRY = re.compile(r' (?:d|transform|x|y|x1|x2|y1|y2|width|height)="[^"]*"')
_NAMED = re.compile(r'((?: id="|url\(#))([^")]+)')


def svg(chart: Chart) -> str:
    """The chart with its title as an SVG document of its own, on white."""
    return _drawn(_titled(chart))


def png(chart: Chart) -> bytes:
    """The chart with its title as a PNG image, on white, two pixels to one."""
    return bytes(vl_convert.vegalite_to_png(_titled(chart), vl_version=VEGA_LITE, scale=PNG_SCALE))


def inline(chart: Chart, spec: Mapping[str, Any], name: str) -> Markup:
    """The chart as SVG to stand in a page: names within it are its own, its font is the page's.

    Args:
        spec: `chart.spec` or `chart.narrow`.
        name: Told apart from every other picture of the page.
    """
    drawn = _FONT_FAMILY.sub("", _drawn(themed(spec)))
    drawn = _NAMED.sub(lambda m: f"{m[1]}{name}-{m[2]}", drawn)
    opening = f'<svg role="img" aria-label="{escape(chart.summary)}" font-family="{FONT}" '
    return Markup(drawn.replace("<svg ", opening, 1))


def themed(spec: Mapping[str, Any]) -> dict[str, Any]:
    """`spec` with schema and theme, every text in it printable; any Vega-Lite renderer draws it."""
    plain = _printable(spec)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        **plain,
        "config": {**_CONFIG, **plain.get("config", {})},
    }


def _titled(chart: Chart) -> dict[str, Any]:
    """The picture with its title and a margin, the data as large as without them."""
    spec = themed(chart.spec)
    title = textwrap.wrap(printable(chart.title), _TITLE_LETTERS)
    if spec.get("autosize", {}).get("type") == "fit":
        spec["width"] += 2 * _MARGIN - _CONFIG["padding"]["left"] - _CONFIG["padding"]["right"]
        spec["height"] += 2 * _MARGIN + _TITLE_LINE * len(title)
    return {**spec, "title": {"text": title}, "background": "white", "padding": _MARGIN}


def _drawn(spec: dict[str, Any]) -> str:
    drawn = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    return _GEOMETRY.sub(lambda m: _FRACTION.sub(r"\1", m[0]), drawn)


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(printable(value).split()) if value.strip() else value
    if isinstance(value, Mapping):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value
