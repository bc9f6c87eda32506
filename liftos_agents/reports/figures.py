"""Readers of typed results: an estimate, money, a share, a frequency, as a picture needs them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from liftos_agents.domain.amount import format_money, format_number, format_share
from liftos_agents.domain.reference import unit_of

_PERIODS = {
    "day": "day",
    "daily": "day",
    "week": "week",
    "weekly": "week",
    "month": "month",
    "monthly": "month",
    "quarter": "quarter",
    "year": "year",
}


class Interval(NamedTuple):
    """A mean with its 90 % interval."""

    mean: float
    low: float
    high: float


def interval(value: Any) -> Interval | None:
    """An estimate's mean and interval; a plain number is its own interval; None for anything else."""
    if isinstance(value, Mapping):
        found = [number(value.get(key)) for key in ("mean", "p05", "p95")]
        if found[0] is None:
            return None
        return Interval(
            found[0],
            found[0] if found[1] is None else found[1],
            found[0] if found[2] is None else found[2],
        )
    plain = number(value)
    return None if plain is None else Interval(plain, plain, plain)


def number(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def group(value: Any) -> Mapping[str, Any]:
    """A mapping as it is, an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def currency(result: Mapping[str, Any], path: str = "") -> str | None:
    """The currency that the result names; None without one, or when the unit of `path` is not money."""
    named = result.get("currency")
    if not isinstance(named, str) or not named:
        return None
    return named if not path or unit_of(result, path) == "money" else None


def money(value: float, result: Mapping[str, Any], path: str = "") -> str:
    """`value` in the result's currency, or as a plain amount when what stands at `path` is not money."""
    return format_money(value, currency(result, path))


def ratio(value: float) -> str:
    """`value` as a multiple: `2.50×`."""
    return f"{format_number(value, decimals=2)}×"


def spread(found: Interval, shown: Any) -> str:
    """An interval in words, each end as `shown` writes it."""
    return f"{shown(found.mean)} (90 % interval {shown(found.low)} to {shown(found.high)})"


def listed(items: Sequence[str], between: str = ", ", most: int = 6) -> str:
    """The first few of `items`, and how many more there are."""
    more = f"{between}{len(items) - most} more" if len(items) > most else ""
    return between.join(items[:most]) + more


def share(value: float) -> str:
    """`value` as a percentage."""
    return format_share(value)


def period(result: Mapping[str, Any]) -> str:
    """What one period of the data is: day, week, month, or `period`."""
    return _PERIODS.get(str(result.get("frequency") or "").lower(), "period")


def in_unit(what: str, result: Mapping[str, Any], each: str = "", path: str = "") -> str:
    """An axis title: what, in which currency (when what stands at `path` is money), per what."""
    named = currency(result, path)
    return f"{what}{f' per {each}' if each else ''}{f' ({named})' if named else ''}"


def british_date(text: Any) -> str:
    """`2026-03-01` as `1 March 2026`; anything else as it is."""
    try:
        found = date.fromisoformat(str(text)[:10])
    except ValueError:
        return str(text)
    return f"{found.day} {found:%B} {found.year}"
