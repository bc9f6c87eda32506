"""When each unit is first treated, from a cohort column or from a 0/1 treatment that switches on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.staggered_adoption.times import Periods

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

TOOL = "difference_in_differences"


class SwitchedOff(Exception):
    """The treatment ends in some units, so adoption is no lasting state; holds how many."""

    def __init__(self, units: int) -> None:
        super().__init__(units)
        self.units = units


@dataclass(frozen=True)
class Treatment:
    """A 0/1 treatment by unit and period.

    Attributes:
        name: Its column.
        values: (units, periods); NaN where not seen.
    """

    name: str
    values: Array

    @property
    def is_flag(self) -> bool:
        """Nobody's treatment changes: the column says who is ever treated, not when."""
        low = np.nanmin(self.values, axis=1)
        return bool((low == np.nanmax(self.values, axis=1)).all())

    def first_treated(self) -> Indices:
        """(units,) index of the first treated period, the number of periods when there is none.

        A unit that is treated when first seen gets −1: when it began cannot be told.

        Raises:
            SwitchedOff: A unit is untreated after it was treated.
        """
        seen = ~np.isnan(self.values)
        so_far = np.maximum.accumulate(np.where(seen, self.values, 0.0), axis=1)
        ended = (seen & (self.values < so_far)).any(axis=1)
        if ended.any():
            raise SwitchedOff(int(ended.sum()))
        periods = self.values.shape[1]
        on = np.where(seen, self.values, 0.0) > 0.0
        first = np.where(on.any(axis=1), on.argmax(axis=1), periods)
        return np.where((first < periods) & (first <= seen.argmax(axis=1)), -1, first).astype(np.int64)


def check_binary(values: Array, name: str, argument: str = "treatment") -> None:
    """Refuses a column that is not 0 and 1.

    Raises:
        ToolRetry: It holds other numbers.
    """
    odd = values[(values != 0.0) & (values != 1.0)]
    if len(odd):
        raise ToolRetry(
            f"{name!r} holds {odd[0]:g}, and {argument} must be 0 or 1",
            where=f"{TOOL} argument {argument}",
            fix="Name a column that says whether the treatment is on, or turn a dose into on and off; a column with the "
            "first treated period goes into cohort",
        )


def from_treatment(treatment: Treatment, periods: Periods, candidates: tuple[str, ...]) -> Indices:
    """(units,) first treated period from the treatment alone.

    Args:
        candidates: Columns of the data that look like a first treated period, for the error.

    Raises:
        ToolRetry: The treatment never changes and there are more than two periods.
        SwitchedOff: As `Treatment.first_treated`.
    """
    if not treatment.is_flag:
        return treatment.first_treated()
    ever = np.nanmax(treatment.values, axis=1) > 0.0
    if ever.all() or not ever.any():
        refuse_one_sided(bool(ever.all()), treatment.name)
    if len(periods) == 2:
        return np.where(ever, 1, 2).astype(np.int64)
    named = f"cohort={candidates[0]!r} looks like it" if candidates else "add such a column"
    raise ToolRetry(
        f"{treatment.name!r} does not change within a unit: it says who is ever treated, not when",
        where=f"{TOOL} argument cohort",
        fix=f"Name as cohort the column with each unit's first treated period ({named}), as post a column that is 1 from "
        "the start of the treatment on, or as treatment one that switches from 0 to 1",
    )


def agreed(cohort: Indices, treatment: Treatment, cohort_name: str, never: int) -> None:
    """Refuses a treatment that contradicts the cohorts.

    Raises:
        ToolRetry: Some units are treated by one column and not by the other.
    """
    if treatment.is_flag:
        flagged = np.nanmax(treatment.values, axis=1) > 0.0
        apart = (flagged != (cohort < never)) & ~(flagged & (cohort >= never))
    else:
        apart = treatment.first_treated() != cohort
        # A unit that is not seen in the period of its adoption shows it later; that is no contradiction.
        apart &= ~np.isnan(treatment.values).any(axis=1)
    if apart.any():
        raise ToolRetry(
            f"{treatment.name!r} and {cohort_name!r} contradict each other in {int(apart.sum())} units",
            where=f"{TOOL} argument cohort",
            fix="Leave one of the two out, or put the data right",
        )


def refuse_one_sided(all_treated: bool, name: str) -> None:
    """Raises for a treatment that everybody gets from the start, or nobody.

    Raises:
        ToolFailed: Always.
    """
    if all_treated:
        raise ToolFailed(
            f"every unit is treated in every period by {name!r}, so nothing is left to compare with",
            where=f"{TOOL} argument treatment",
            fix="Add units that are not treated, or periods from before the treatment began",
        )
    raise ToolFailed(
        f"no unit is treated in any period by {name!r}",
        where=f"{TOOL} argument treatment",
        fix="Add the treated units and periods, or name the column that says who is treated",
    )
