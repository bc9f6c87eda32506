"""A conversion column that marks people instead of moments: the same in every row of a person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEWEST_PEOPLE = 2
"""People with several rows, each marked as a conversion, from which on the mark is taken for the person's."""


def once_a_person(
    people: Sequence[str] | NDArray[np.object_],
    order: Sequence[int],
    names: Sequence[str | None],
    converted: Array,
    worth: Array,
) -> tuple[Array, Array, int]:
    """Conversions and their value with each person's mark at the last touch alone, and how many people had it on several rows.

    Unchanged, with 0 people, where the column differs within some person, where hardly anyone has several marked rows, or
    where the marked rows of a person have values of their own and so are conversions of their own.

    Args:
        order: Rows by person and time.
        names: Channel of each row, None where it is no touch.
    """
    frame = pd.DataFrame({"person": people, "conversion": converted, "worth": worth})
    by_person = frame.groupby("person", sort=True)
    marks = by_person["conversion"].agg(["nunique", "first", "size"])
    repeated = marks.index[(marks["first"] > 0.0) & (marks["size"] > 1)]
    if (marks["nunique"] > 1).any() or len(repeated) < FEWEST_PEOPLE:
        return converted, worth, 0
    values = by_person["worth"].agg(["nunique", "min", "max"]).loc[repeated]
    if ((values["nunique"] > 1) & (values["min"] > 0.0)).any():
        return converted, worth, 0
    last: dict[str, int] = {}
    for i in order:
        if names[i] is not None or people[i] not in last:
            last[people[i]] = i
    kept = np.zeros(len(converted), dtype=bool)
    kept[list(last.values())] = True
    whole = by_person["worth"].transform("max").to_numpy(np.float64)
    return np.where(kept, converted, 0.0), np.where(kept, whole, 0.0), len(repeated)
