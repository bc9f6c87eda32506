"""Which columns to adjust for, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from liftos_agents.tools.identification import vocabulary
from liftos_agents.tools.identification.column_mentions import mentioned
from liftos_agents.tools.identification.column_profile import Column
from liftos_agents.tools.identification.question_parts import QuestionParts
from liftos_agents.tools.identification.table_structure import Structure
from liftos_agents.tools.identification.variables import wave_of

_COPY = 0.995
_GAPS = 0.1


@dataclass(frozen=True)
class Adjustment:
    """Columns to adjust for, and those not to, each with its reason."""

    controls: tuple[str, ...]
    left_out: dict[str, str] = field(default_factory=dict)


def adjustment(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    structure: Structure,
    parts: QuestionParts,
    outcome: str,
    cause: str,
    others: Sequence[str] = (),
) -> Adjustment:
    """What to adjust for: everything that is neither key, copy, instrument, later than the cause, nor an outcome itself.

    Args:
        others: Columns with another role (instrument, cohort, running variable).
    """
    controls: list[str] = []
    left_out: dict[str, str] = {}
    wanted = {
        m.column
        for phrase in parts.controls.replace(" and ", ",").split(",")
        for m in mentioned(phrase, columns.values())[:1]
    }
    for column in columns.values():
        name = column.name
        if name in (outcome, cause, structure.unit, structure.time):
            continue
        reason = _reason_to_leave_out(frame, column, columns, outcome, cause)
        if name in others:
            reason = "has another role in this design"
        if reason is None:
            controls.append(name)
        else:
            left_out[name] = reason
    for name in _determining(frame, controls, cause):
        controls.remove(name)
        left_out[name] = "determines the cause together with the others"
        for other in [c for c in controls if copies(frame, c, name)]:
            controls.remove(other)
            left_out[other] = (
                f"is (almost) a copy of {name}, which determines the cause together with the others"
            )
    if wanted:
        left_out |= {c: "not among the controls that the question names" for c in controls if c not in wanted}
        controls = [c for c in columns if c in wanted and c not in (outcome, cause)]
    return Adjustment(tuple(controls), left_out)


def _reason_to_leave_out(
    frame: pd.DataFrame, column: Column, columns: Mapping[str, Column], outcome: str, cause: str
) -> str | None:
    if column.kind == "constant":
        return "has one value only"
    if column.kind in ("identifier", "date") or (column.names_unit and column.levels > 60):
        return "is a key, not a characteristic"
    if column.missing > _GAPS:
        return "is missing in more than one row of ten"
    if set(column.words) & {"weight", "weights"} and "sampl" in (column.description.lower() or "sampl"):
        return "is a sampling weight"
    if column.kind == "category" and column.levels > 60:
        return "has too many values to adjust for"
    if set(column.words) & vocabulary.POST_WORDS or any(
        w in column.description.lower() for w in (" after ", "afterwards", "following the")
    ):
        return "is measured after the cause, by its name or description"
    for other, role in ((outcome, "outcome"), (cause, "cause")):
        if copies(frame, column.name, other):
            return f"is (almost) a copy of the {role}"
    shared = set(column.words) & set(columns[outcome].words) - {"log", "l"}
    if shared and wave_of(column) and wave_of(column) < wave_of(columns[outcome]):
        return None
    if shared & vocabulary.OUTCOME_WORDS and not set(column.words) & vocabulary.BEFORE_WORDS:
        return "is another measure of the outcome"
    return None


def _determining(frame: pd.DataFrame, controls: Sequence[str], cause: str) -> list[str]:
    """Controls without which the others no longer determine a numeric cause exactly, the closest to it first."""
    numeric = [c for c in controls if pd.api.types.is_numeric_dtype(frame[c])]
    if not numeric or not pd.api.types.is_numeric_dtype(frame[cause]):
        return []
    both = frame[[cause, *numeric]].dropna()
    if len(both) <= len(numeric) + 5 or bool((both.std() == 0.0).any()):
        return []
    values = ((both - both.mean()) / both.std()).to_numpy(np.float64)
    target, left = values[:, 0], list(range(1, values.shape[1]))
    dropped: list[str] = []
    while left:
        fitted = values[:, left] @ np.linalg.lstsq(values[:, left], target, rcond=None)[0]
        if float(((target - fitted) ** 2).mean()) > 1e-6:
            break
        closest = max(left, key=lambda i: abs(float(values[:, i] @ target)))
        left.remove(closest)
        dropped.append(numeric[closest - 1])
    return dropped


def copies(frame: pd.DataFrame, name: str, other: str) -> bool:
    both = frame[[name, other]].dropna()
    if len(both) < 10 or not all(pd.api.types.is_numeric_dtype(both[c]) for c in (name, other)):
        return False
    ranks = both.rank().to_numpy(np.float64)
    if np.ptp(ranks[:, 0]) == 0.0 or np.ptp(ranks[:, 1]) == 0.0:
        return False
    return bool(abs(np.corrcoef(ranks[:, 0], ranks[:, 1])[0, 1]) >= _COPY)
