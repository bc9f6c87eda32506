"""Axes and marks that the pictures share: Vega-Lite fragments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liftos_agents.domain import palette

AMOUNT = (
    "abs(datum.value) < 1 ? datum.label : replace(replace(format(datum.value, '~s'), 'M', 'm'), 'G', 'bn')"
)
"""Thousands as k, millions as m, and bn: as amounts are written everywhere else."""


def values(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Rows as a picture's data."""
    return {"values": list(rows)}


def quantity(field: str, title: str | Sequence[str] | None, **axis: Any) -> dict[str, Any]:
    """A numeric axis, amounts short."""
    return {"field": field, "type": "quantitative", "axis": {"title": title, "labelExpr": AMOUNT, **axis}}


def names(field: str, order: Sequence[str], *, limit: int) -> dict[str, Any]:
    """A vertical axis of names in the given order; long ones lose their middle, to about `limit` pixels."""
    kept = limit // 6
    whole = f"length(datum.label) <= {kept}"
    cut = f"slice(datum.label, 0, {kept - kept // 2 - 1}) + '…' + slice(datum.label, -{kept // 2})"
    return {
        "field": field,
        "type": "nominal",
        "sort": list(order),
        "axis": {
            "title": None,
            "labelLimit": limit + 12,
            "labelOverlap": False,
            "labelExpr": f"{whole} ? datum.label : {cut}",
            "labelColor": palette.INK,
            "ticks": False,
            "domain": False,
            "labelPadding": 6,
        },
    }


def mark(kind: str, colour: str, **more: Any) -> dict[str, Any]:
    """A mark in one colour, silent to a reader unless it is given a description."""
    return {"type": kind, "color": colour, "aria": False, **more}


def told(kind: str, colour: str, **more: Any) -> dict[str, Any]:
    """A mark whose description is read out and shown when pointed at."""
    return {"type": kind, "color": colour, **more}


def said(field: str = "said") -> dict[str, Any]:
    """The channel that holds a mark's description."""
    return {"field": field, "type": "nominal"}


def rule_at(value: float, *, across: str = "x", colour: str = palette.QUIET, **more: Any) -> dict[str, Any]:
    """A line at one value of an axis."""
    return {"mark": mark("rule", colour, **more), "encoding": {across: {"datum": value}}}
