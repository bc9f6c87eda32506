"""Public holidays of a country as columns of the baseline."""

from __future__ import annotations

from datetime import date

import holidays
import numpy as np
from numpy.typing import NDArray

from liftos_agents.errors import ArgumentError

Array = NDArray[np.float64]

FEWEST_PERIODS = 2


def holiday_columns(dates: NDArray[np.datetime64], country: str) -> dict[str, Array]:
    """Days of each public holiday per period, (T,) each, for those that fall into at least two periods.

    Raises:
        ArgumentError: The country is not a known ISO code.
    """
    step = dates[-1] - dates[-2]
    ends = np.append(dates[1:], dates[-1] + step)
    first, last = dates[0].astype(object), (ends[-1] - np.timedelta64(1, "D")).astype(object)
    try:
        calendar = holidays.country_holidays(country, years=range(first.year, last.year + 1))
    except NotImplementedError as error:
        raise ArgumentError(
            f"no holiday calendar for country {country!r}",
            where="country",
            fix="Give an ISO code such as 'US' or 'DE'",
        ) from error
    columns: dict[str, Array] = {}
    for day, label in sorted(calendar.items()):
        if not first <= day <= last:
            continue
        for name in _names(label):
            column = columns.setdefault(name, np.zeros(len(dates)))
            column[_period(dates, day)] += 1.0
    return {name: column for name, column in columns.items() if (column > 0).sum() >= FEWEST_PERIODS}


def _names(label: str) -> list[str]:
    return [part for part in label.split("; ") if "(observed)" not in part]


def _period(dates: NDArray[np.datetime64], day: date) -> int:
    return int(np.searchsorted(dates, np.datetime64(day, "D"), side="right")) - 1
