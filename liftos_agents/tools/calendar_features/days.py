"""A run of days and the civil parts of each, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Dates = NDArray[np.datetime64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

MARGIN_DAYS = 70


@dataclass(frozen=True, eq=False)
class Days:
    """N consecutive days.

    Attributes:
        day: (N,) datetime64[D].
    """

    day: Dates

    @classmethod
    def between(cls, start: np.datetime64, end: np.datetime64) -> Days:
        """All days from `start` to `end`, both included."""
        return cls(np.arange(start, end + np.timedelta64(1, "D"), dtype="datetime64[D]"))

    @classmethod
    def around(cls, start: np.datetime64, end: np.datetime64) -> Days:
        """Whole months from 70 days before `start` to the end of the year after `end`'s.

        So what counts within a month, up to 60 days off, or to next Christmas does not depend on the ends.
        """
        first = (start - np.timedelta64(MARGIN_DAYS, "D")).astype("datetime64[M]").astype("datetime64[D]")
        last = (end.astype("datetime64[Y]") + 2).astype("datetime64[D]") - np.timedelta64(1, "D")
        return cls.between(first, last)

    @property
    def number(self) -> Integers:
        """(N,) days since 1970-01-01."""
        return self.day.astype(np.int64)

    @cached_property
    def year(self) -> Integers:
        """(N,) calendar year."""
        return self.day.astype("datetime64[Y]").astype(np.int64) + 1970

    @cached_property
    def month_index(self) -> Integers:
        """(N,) months since the first of the run's."""
        months = self.day.astype("datetime64[M]").astype(np.int64)
        return months - months[0]

    @cached_property
    def month(self) -> Integers:
        """(N,) 1 to 12."""
        return self.day.astype("datetime64[M]").astype(np.int64) % 12 + 1

    @cached_property
    def month_start(self) -> Dates:
        """(N,) first day of the month."""
        return self.day.astype("datetime64[M]").astype("datetime64[D]")

    @cached_property
    def month_end(self) -> Dates:
        """(N,) last day of the month."""
        next_month = (self.day.astype("datetime64[M]") + 1).astype("datetime64[D]")
        return (next_month.astype(np.int64) - 1).astype("datetime64[D]")

    @cached_property
    def day_of_month(self) -> Integers:
        """(N,) 1 to 31."""
        return (self.day - self.month_start).astype(np.int64) + 1

    @cached_property
    def weekday(self) -> Integers:
        """(N,) Monday 1 to Sunday 7."""
        return (self.number + 3) % 7 + 1

    @property
    def years(self) -> range:
        """Calendar years that the run touches."""
        return range(int(self.year[0]), int(self.year[-1]) + 1)

    def position(self, start: np.datetime64, end: np.datetime64) -> slice:
        """Where the days from `start` to `end` lie in the run."""
        first = int((start - self.day[0]).astype(np.int64))
        return slice(first, first + int((end - start).astype(np.int64)) + 1)
