"""A picture as data: what it is called, what it says in words, how it is drawn, and its figures as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WIDE = 680
HALF = 310
NARROW = 288
"""Widths in pixels: a whole column, half a column, and a telephone's screen."""

Cell = str | float | int | None


@dataclass(frozen=True)
class Table:
    """The figures of a chart for those who read rather than look; numbers are shown as they are written here."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Chart:
    """One picture of evidence.

    Attributes:
        id: The same for the same evidence; letters, digits and hyphens.
        summary: What the picture shows, in words and with its figures.
        spec: Vega-Lite, without theme; `WIDE` pixels, or `HALF` where `narrow` is None.
        narrow: The same for a telephone.
        evidence: Ids of what it was made from.
    """

    id: str
    title: str
    summary: str
    spec: Mapping[str, Any]
    table: Table
    narrow: Mapping[str, Any] | None = None
    evidence: tuple[str, ...] = field(default=())
