"""How a picture is laid out: its frame, its positions and what fits into them."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from liftos_agents.domain.figure_marks.axes import AMOUNT

PositionKind = Literal["quantitative", "temporal", "nominal"]

LETTER = 6.3
"""About how many pixels a letter of twelve takes."""

_NOTHING = 1e-100
"""A length that no axis can show."""

_DATE = re.compile(r"\d{4}-\d\d(-\d\d([T ].*)?)?")


def is_wide(width: int) -> bool:
    """Whether a picture of this width is for a page rather than a telephone."""
    return width >= 480


def cut(text: str, most: int) -> str:
    """`text` without its middle where it is longer than `most` characters: names differ at both ends."""
    if len(text) <= most:
        return text
    back = (most - 1) // 2
    return f"{text[: most - 1 - back].rstrip()}…{text[len(text) - back :].lstrip()}"


def title_lines(text: str, pixels: float) -> list[str] | None:
    """An axis title in lines of at most `pixels`; None for no title."""
    return textwrap.wrap(text, max(int(pixels / LETTER), 12)) or None


def position_kind(positions: Iterable[float | str]) -> PositionKind:
    """What stands on an axis: numbers, ISO dates, or names."""
    found = list(positions)
    if not any(isinstance(p, str) for p in found):
        return "quantitative"
    return "temporal" if all(isinstance(p, str) and _DATE.fullmatch(p) for p in found) else "nominal"


def horizontal(
    kind: PositionKind, positions: Sequence[float | str], title: str, width: int, **scale: Any
) -> dict[str, Any]:
    """The channel of a horizontal axis without its field: dates in universal time, whole years without separators."""
    wide = is_wide(width)
    axis: dict[str, Any] = {"title": title_lines(title, width - 80), "grid": False}
    if kind == "nominal":
        order = list(dict.fromkeys(str(p) for p in positions))
        room = max((width - 70) / max(len(order), 1) / LETTER, 1.0)
        tilted = max(map(len, order), default=0) > room
        axis |= {"labelAngle": -40 if tilted else 0, "labelLimit": 110}
        return {"type": "nominal", "sort": order, "axis": axis, "scale": scale}
    if kind == "temporal":
        days = sorted(str(p)[:10].ljust(10, "-").replace("--", "-01")[:10] for p in positions)
        years = int(days[-1][:4]) - int(days[0][:4]) if days else 0
        short = bool(days) and days[0][:7] == days[-1][:7]
        form = "%Y" if years > 5 else ("%-d %b" if short else "%b %Y")
        axis |= {"format": form, "tickCount": 6 if wide else 3, "labelSeparation": 10}
        return {"type": "temporal", "axis": axis, "scale": {"type": "utc", **scale}}
    axis |= {"tickCount": 8 if wide else 4}
    axis |= {"format": "d", "tickMinStep": 1} if are_years(positions) else {"labelExpr": AMOUNT}
    ends = list(spread([float(p) for p in positions if not isinstance(p, str)]))
    return {
        "type": "quantitative",
        "axis": axis,
        "scale": {"zero": False, "nice": False, "domain": ends, **scale},
    }


def are_years(positions: Iterable[float | str]) -> bool:
    """Whether the numbers read as calendar years."""
    found = list(positions)
    return bool(found) and all(
        not isinstance(p, str) and float(p).is_integer() and 1800 <= p <= 2200 for p in found
    )


def spread(numbers: Iterable[float | None], *, include: Iterable[float] = ()) -> tuple[float, float]:
    """The least and the greatest of the finite numbers, apart even where all are nearly the same."""
    found = [float(v) for v in (*numbers, *include) if v is not None and math.isfinite(v)]
    if not found:
        return 0.0, 1.0
    low, high = min(found), max(found)
    if high - low <= max(1e-9 * max(abs(low), abs(high)), _NOTHING):
        room = abs(low) / 10.0 if abs(low) > _NOTHING else 1.0
        return low - room, high + room
    return low, high


def framed(
    width: int, plot: float, layers: Sequence[dict[str, Any]], *, titles: int = 1, legend: int = 0
) -> dict[str, Any]:
    """Layers as one picture `width` pixels wide, axes and legend within it.

    Args:
        plot: Pixels that the data have in height.
        titles: Lines of the horizontal axis' title.
        legend: Lines of the legend.
    """
    below = 26 + 15 * titles + (20 * legend + 12 if legend else 0)
    return {
        "width": width,
        "height": round(plot + below),
        "autosize": {"type": "fit", "contains": "padding"},
        "layer": list(layers),
    }
