"""The vertical axis of a picture whose lines have words at the top: those get room of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from liftos_agents.domain.figure_marks.axes import AMOUNT
from liftos_agents.domain.figure_marks.layout import spread, title_lines
from liftos_agents.domain.figure_marks.reference_lines import LINE_HEIGHT, label_lines

if TYPE_CHECKING:
    from liftos_agents.domain.figure import Figure


def upright(
    figure: Figure,
    lines: Sequence[tuple[float | str, str]],
    width: int,
    plot: float,
    *,
    include: Sequence[float] = (),
) -> dict[str, Any]:
    """The channel of the vertical axis without its field; it starts at zero where the data are not far from it.

    Args:
        lines: Vertical lines, whose labels stand above the data.
        plot: Pixels that the data have in height.
        include: Further values that must be on the axis.
    """
    heights = [
        v for s in figure.series for p in s.points for v in (p.y, p.low, p.high) if not isinstance(v, str)
    ]
    low, high = spread(heights, include=[*include, *(value for value, _ in figure.horizontal)])
    if 0.0 < low < 0.35 * high:
        low = 0.0
    share = min((LINE_HEIGHT * label_lines(lines, width) + 6) / plot, 0.5) if lines else 0.04
    bottom = low if low == 0.0 else low - 0.05 * (high - low)
    top = bottom + (high - bottom) / (1.0 - max(share, 0.04))
    return {
        "type": "quantitative",
        "axis": {"title": title_lines(figure.y_title, plot), "labelExpr": AMOUNT, "tickCount": 5},
        "scale": {"domain": [bottom, top], "nice": False},
    }
