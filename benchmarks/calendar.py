"""What a century of calendar costs: sixty-one features of 36,525 days, for ten countries.

Each round makes the calendar and, beside it, a plain table of pandas' own date parts with one look-up a day in `holidays`,
so that a busy machine slows both alike.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from datetime import date
from typing import Any

import holidays
import pandas as pd

from benchmarks.report import write
from liftos_agents.tools.calendar_features import frame

COUNTRIES = ("US", "DE", "GB", "FR", "JP", "IN", "CN", "SA", "BR", "AU")
FIRST, LAST = date(1950, 1, 1), date(2049, 12, 31)
ROUNDS, WARM_UP = 5, 1
GOAL_SECONDS = 1.0
PLAIN_PARTS = ("year", "quarter", "month", "day", "day_of_week", "day_of_year", "days_in_month")


def main() -> None:
    """Time every country and write the result."""
    rows = [_row(country) for country in COUNTRIES]
    slowest = max(row["seconds"] for row in rows)
    write(
        "calendar",
        "A century of calendar",
        rows,
        settings={
            "days": (LAST - FIRST).days + 1,
            "columns": 61,
            "rounds": ROUNDS,
            "goal_seconds": GOAL_SECONDS,
        },
        notes=[
            f"The slowest country takes {slowest:.2f} s, {'within' if slowest < GOAL_SECONDS else 'beyond'} the goal of "
            f"{GOAL_SECONDS:.0f} s.",
            "`plain` is seven date parts by pandas and one look-up a day in `holidays`; `ratio` is over it.",
        ],
    )


def _row(country: str) -> dict[str, Any]:
    ours, plain = [], []
    for round_ in range(WARM_UP + ROUNDS):
        seconds = _seconds(lambda: frame(FIRST, LAST, country)), _seconds(lambda: _plain(country))
        if round_ >= WARM_UP:
            ours.append(seconds[0])
            plain.append(seconds[1])
    mean, other = statistics.median(ours), statistics.median(plain)
    return {"country": country, "seconds": mean, "slowest": max(ours), "plain": other, "ratio": mean / other}


def _plain(country: str) -> pd.DataFrame:
    days = pd.date_range(FIRST, LAST, freq="D")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = getattr(holidays, country)(years=range(FIRST.year, LAST.year + 1))
    table = pd.DataFrame({part: getattr(days, part) for part in PLAIN_PARTS})
    table["holiday"] = [day in known for day in days.date]
    return table


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
