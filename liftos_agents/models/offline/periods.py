"""Spans of time as periods of a dataset's own frequency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from liftos_agents.models.offline.items import Item
from liftos_agents.models.offline.quantities import Quantity, Unit

_DAYS: dict[Unit, float] = {
    "day": 1,
    "week": 7,
    "month": 365.25 / 12,
    "quarter": 91,
    "half": 182,
    "year": 364,
}
_MONTHS: dict[Unit, float] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_PERIOD: dict[str, float] = {"day": 1, "week": 7, "month": 365.25 / 12}


def horizon(row: Sequence[Item], frequency: str | None) -> int | None:
    """The horizon in periods of `frequency` (weeks when unknown), or None when nothing was said.

    Money said as a rate (`200k a month`) is meant for a quarter, or for one period of a longer rate.
    """
    span = _span(row) or next((_meant(rate) for i in range(len(row)) if (rate := _rate(row, i))), None)
    return in_periods(span, frequency) if span else None


def over_horizon(row: Sequence[Item], index: int) -> float:
    """The money at `index` as a total over the horizon, a rate beside it counted in."""
    quantity = row[index].quantity
    amount = quantity.value if quantity is not None else 0.0
    rate = _rate(row, index)
    if rate is None:
        return amount
    span = _span(row) or _meant(rate)
    table = _MONTHS if rate.unit in _MONTHS and span.unit in _MONTHS else _DAYS
    lengths = [table[q.unit or "month"] * q.value for q in (span, rate)]
    return amount * lengths[0] / lengths[1]


def in_periods(span: Quantity, frequency: str | None) -> int:
    """How many periods of `frequency` `span` lasts, at least one."""
    unit = span.unit or "quarter"
    return max(1, round(span.value * _DAYS[unit] / _PERIOD.get(frequency or "week", 7)))


def _span(row: Sequence[Item]) -> Quantity | None:
    found = (i.quantity for i in row if i.quantity is not None and i.quantity.kind == "period")
    return next((q for q in found if not q.rate), None)


def _rate(row: Sequence[Item], index: int) -> Quantity | None:
    """The rate at which the money at `index` is spent, when one stands beside it."""
    if row[index].kind != "money":
        return None
    near = (i.quantity for i in row[index + 1 : index + 3] if i.quantity is not None)
    rate = next((q for q in near if q.kind == "period"), None)
    return rate if rate is not None and rate.rate else None


def _meant(rate: Quantity) -> Quantity:
    return replace(rate, value=1.0, unit="quarter") if rate.unit in ("day", "week", "month") else rate
