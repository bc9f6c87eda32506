"""Sixty-one features of a day for any country: civil, cyclic, fiscal and retail, business days, holidays, trade, season.

`frame(start, end, country)` is its face; the modules are its parts, and the tables beside them what they know.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liftos_agents.data.countries import Country, find_country
    from liftos_agents.tools.calendar_features.conventions import CalendarConventions, SchoolBreak
    from liftos_agents.tools.calendar_features.day_frame import (
        CalendarColumn,
        CalendarFrame,
        calendar_columns,
        calendar_frame,
        frame,
    )
    from liftos_agents.tools.calendar_features.model_columns import PeriodColumns, period_columns
    from liftos_agents.tools.calendar_features.own_marketing import marketing_features

__all__ = [
    "CalendarColumn",
    "CalendarConventions",
    "CalendarFrame",
    "Country",
    "PeriodColumns",
    "SchoolBreak",
    "calendar_columns",
    "calendar_frame",
    "find_country",
    "frame",
    "marketing_features",
    "period_columns",
]

_HOMES = {
    "CalendarColumn": "day_frame",
    "CalendarConventions": "conventions",
    "CalendarFrame": "day_frame",
    "Country": "countries",
    "PeriodColumns": "model_columns",
    "SchoolBreak": "conventions",
    "calendar_columns": "day_frame",
    "calendar_frame": "day_frame",
    "find_country": "countries",
    "frame": "day_frame",
    "marketing_features": "own_marketing",
    "period_columns": "model_columns",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
