"""Vega-Lite of a picture that is given as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def vega_lite(figure: Mapping[str, Any], width: int) -> dict[str, Any]:
    """The specification of `figure`, a dumped `Figure`, `width` pixels wide."""
    rows = [{"series": s["name"], **point} for s in figure["series"] for point in s["points"]]
    return {
        "width": width,
        "height": 260,
        "title": figure["title"],
        "data": {"values": rows},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "title": figure["x_title"]},
            "y": {"field": "y", "type": "quantitative", "title": figure["y_title"]},
            "color": {"field": "series", "type": "nominal"},
        },
    }
