"""Spans of time as periods of a dataset's own frequency."""

from __future__ import annotations

from collections.abc import Sequence

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


def horizon(found: Sequence[Quantity], frequency: str | None) -> int | None:
    """The horizon in periods of `frequency` (weeks when unknown), or None when nothing was said."""
    spans = [q for q in found if q.kind == "period" and not q.rate]
    return in_periods(spans[0], frequency) if spans else None


def in_periods(span: Quantity, frequency: str | None) -> int:
    """How many periods of `frequency` `span` lasts, at least one."""
    unit = span.unit or "quarter"
    return max(1, round(span.value * _DAYS[unit] / _PERIOD.get(frequency or "week", 7)))


def over_horizon(amount: float, rate: Quantity, span: Quantity | None) -> float:
    """`amount` per `rate` as a total over `span`, or over one `rate` when there is none."""
    if span is None:
        return amount
    table = _MONTHS if rate.unit in _MONTHS and span.unit in _MONTHS else _DAYS
    lengths = [table[q.unit or "month"] * q.value for q in (span, rate)]
    return amount * lengths[0] / lengths[1]
