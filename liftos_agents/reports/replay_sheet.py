"""The four pictures of a replay on one sheet: SVG, and PNG from it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

import vl_convert

from liftos_agents.domain.replay import Replay
from liftos_agents.reports import palette
from liftos_agents.reports.chart import WIDE, Chart
from liftos_agents.reports.drawing import FONT, PNG_SCALE, inline
from liftos_agents.reports.markup import Markup, element, joined
from liftos_agents.reports.replay_bars import claims, side_by_side
from liftos_agents.reports.replay_lines import regret, spend

_COLUMN = WIDE + 30
_MARGIN = 24
_TITLE = 26
_LINE = 15
_LETTERS = 106
_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')


def panels(replay: Replay) -> tuple[Chart, ...]:
    """Spend by channel, claimed against true, cumulative regret, agents side by side."""
    return spend(replay), claims(replay), regret(replay), side_by_side(replay)


def title(replay: Replay) -> str:
    """What a replay is called: label, world and policies."""
    who = ", ".join(agent.name for agent in replay.shown)
    return f"{replay.label}: {who} in {replay.scenario}, seed {replay.seed}"


def sheet_svg(replay: Replay) -> str:
    """The four pictures, two columns, on white."""
    heights = [float(_MARGIN + _TITLE + 10)] * 2
    parts: list[Markup] = []
    for number, chart in enumerate(panels(replay)):
        column = heights.index(min(heights))
        x, y = _MARGIN + column * _COLUMN, heights[column]
        drawn = inline(chart, chart.spec, f"p{number}")
        found = _SIZE.search(drawn)
        height = float(found[2]) if found else 0.0
        words = textwrap.wrap(chart.summary, _LETTERS)
        parts += [
            _text(chart.title, x, y + 14, size=14, weight="bold"),
            element("g", drawn, transform=f"translate({x} {y + _TITLE})"),
            *_lines(words, x, y + _TITLE + height + _LINE),
        ]
        heights[column] += _TITLE + height + _LINE * len(words) + 34
    width, height = 2 * _MARGIN + 2 * _COLUMN - 30, max(heights)
    body = joined(
        (
            element("rect", width=width, height=f"{height:g}", fill="white"),
            _text(title(replay), _MARGIN, _MARGIN + 12, size=17, weight="bold"),
            *parts,
        )
    )
    return str(
        element(
            "svg",
            body,
            xmlns="http://www.w3.org/2000/svg",
            width=width,
            height=f"{height:g}",
            viewBox=f"0 0 {width} {height:g}",
            font_family=FONT,
        )
    )


def sheet_png(replay: Replay) -> bytes:
    """The same as an image, two pixels to one."""
    return bytes(vl_convert.svg_to_png(sheet_svg(replay), scale=PNG_SCALE))


def _text(
    words: str, x: float, y: float, *, size: int, weight: str = "normal", ink: str = palette.INK
) -> Markup:
    return element("text", words, x=f"{x:g}", y=f"{y:g}", font_size=size, font_weight=weight, fill=ink)


def _lines(words: Sequence[str], x: float, y: float) -> list[Markup]:
    return [_text(line, x, y + _LINE * i, size=12, ink=palette.QUIET) for i, line in enumerate(words)]
