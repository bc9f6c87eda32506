"""Lines at a value of an axis with their words beside them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from liftos_agents.domain import palette
from liftos_agents.domain.figure_marks.axes import mark
from liftos_agents.domain.figure_marks.layout import LETTER

LINE_HEIGHT = 15


def label_lines(lines: Sequence[tuple[float | str, str]], width: int) -> int:
    """How many lines of text the labels of `vertical_lines` take above the data."""
    return sum(len(_wrapped(label, width)) for _, label in lines if label)


def vertical_lines(
    lines: Sequence[tuple[float | str, str]], x: Mapping[str, Any], shares: Sequence[float], width: int
) -> list[dict[str, Any]]:
    """A dashed line a place, the labels one under the other at the top, each on the side that has room.

    Args:
        x: The channel of the horizontal axis, without field.
        shares: Where each line stands, 0 at the left end and 1 at the right.
    """
    layers: list[dict[str, Any]] = []
    down = 2
    for (place, label), share in zip(lines, shares, strict=True):
        at = {"x": {**x, "field": "at"}}
        data = {"values": [{"at": place}]}
        layers.append({"data": data, "mark": mark("rule", palette.QUIET, strokeDash=[4, 3]), "encoding": at})
        if not label:
            continue
        rightwards = share <= 0.5
        words = _wrapped(label, width)
        shape: dict[str, Any] = {
            "align": "left" if rightwards else "right",
            "baseline": "top",
            "dx": 5 if rightwards else -5,
            "text": words,
            "lineHeight": LINE_HEIGHT,
        }
        placed = {**at, "y": {"value": down}}
        layers += [
            {"data": data, "mark": shown, "encoding": placed} for shown in haloed(palette.QUIET, **shape)
        ]
        down += LINE_HEIGHT * len(words)
    return layers


def horizontal_lines(lines: Sequence[tuple[float, str]], y: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A thin line a value; it lies behind the data."""
    return [
        {
            "data": {"values": [{"at": value}]},
            "mark": mark("rule", palette.QUIET),
            "encoding": {"y": {**y, "field": "at"}},
        }
        for value, _ in lines
    ]


def horizontal_labels(lines: Sequence[tuple[float, str]], y: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The words of horizontal lines, above each at its right end and before the data."""
    layers: list[dict[str, Any]] = []
    for value, label in lines:
        if not label:
            continue
        encoding = {"y": {**y, "field": "at"}, "x": {"value": "width"}}
        shape: dict[str, Any] = {"align": "right", "baseline": "bottom", "dx": -3, "dy": -3, "text": label}
        layers += [
            {"data": {"values": [{"at": value}]}, "mark": shown, "encoding": encoding}
            for shown in haloed(palette.QUIET, **shape)
        ]
    return layers


def haloed(colour: str, **shape: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A text and, before it, its outline in the paper's colour, which keeps lines from running through the letters."""
    halo = mark(
        "text", palette.PAPER, stroke=palette.PAPER, strokeWidth=4, strokeJoin="round", fontSize=12, **shape
    )
    return halo, mark("text", colour, fontSize=12, **shape)


def _wrapped(label: str, width: int) -> list[str]:
    return textwrap.wrap(label, max(int((width - 80) / 2 / LETTER), 14)) if label else []
