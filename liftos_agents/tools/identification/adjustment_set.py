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
_GLANCE = 2000


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
        followed = structure.unit if structure.shape == "panel" else None
        if name in (outcome, cause, followed, structure.time):
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
    is_code = column.names_unit and (column.levels > 60 or (not column.labels and "id" in column.words))
    if column.kind in ("identifier", "date") or is_code:
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
    if columns[cause].kind == "binary" and column.labels and _is_pure(frame, column.name, cause):
        return "leaves no row to compare with: each of its values goes with one value of the cause"
    for other, role in ((outcome, "outcome"), (cause, "cause")):
        if copies(frame, column.name, other):
            return f"is (almost) a copy of the {role}"
    shared = set(column.words) & set(columns[outcome].words) - {"log", "l"}
    if shared and wave_of(column) and wave_of(column) < wave_of(columns[outcome]):
        return None
    if shared & vocabulary.OUTCOME_WORDS and not set(column.words) & vocabulary.BEFORE_WORDS:
        return "is another measure of the outcome"
    return None


def _is_pure(frame: pd.DataFrame, name: str, cause: str) -> bool:
    return bool((frame.groupby(name, sort=False)[cause].nunique() <= 1).all())


def _determining(frame: pd.DataFrame, controls: Sequence[str], cause: str) -> list[str]:
    """Controls without which the others no longer determine a numeric cause exactly, the closest to it first."""
    numeric = [c for c in controls if pd.api.types.is_numeric_dtype(frame[c])]
    if not numeric or not pd.api.types.is_numeric_dtype(frame[cause]):
        return []
    both = frame[[cause, *numeric]].dropna().to_numpy(np.float64)
    if len(both) <= len(numeric) + 5 or bool((np.ptp(both, axis=0) == 0.0).any()):
        return []
    glance = both[np.argsort(both[:, 0], kind="stable")[:: max(1, len(both) // _GLANCE)]]
    # What does not follow from the others in some rows does not in all.
    if (np.ptp(glance, axis=0) > 0.0).all() and not _follows(
        np.corrcoef(glance.T), range(1, len(numeric) + 1)
    ):
        return []
    related = np.corrcoef(both.T)
    left, dropped = list(range(1, len(related))), list[str]()
    while left and _follows(related, left):
        closest = max(left, key=lambda i: abs(float(related[i, 0])))
        left.remove(closest)
        dropped.append(numeric[closest - 1])
    return dropped


def _follows(related: np.ndarray, others: Sequence[int]) -> bool:
    """Whether the first variable is a linear combination of others; correlations hold all that this needs."""
    rows = list(others)
    weights = np.linalg.lstsq(related[np.ix_(rows, rows)], related[rows, 0], rcond=1e-12)[0]
    return 1.0 - float(weights @ related[rows, 0]) <= 1e-6


def copies(frame: pd.DataFrame, name: str, other: str) -> bool:
    """Whether a column says the same as another, in other units or on another scale."""
    both = frame[[name, other]].dropna()
    if len(both) > 2 * _GLANCE and pd.api.types.is_numeric_dtype(both[other]):
        # Nothing that is far from a copy in some rows is one in all; the rows are spread over the values of `other`.
        spread = np.argsort(both[other].to_numpy(), kind="stable")[:: len(both) // _GLANCE]
        if _rank_correlation(both.iloc[spread]) < _COPY - 0.1:
            return False
    return _rank_correlation(both) >= _COPY


def _rank_correlation(both: pd.DataFrame) -> float:
    """Absolute rank correlation of two columns; 0 where it has no meaning."""
    if len(both) < 10 or not all(pd.api.types.is_numeric_dtype(both[c]) for c in both.columns):
        return 0.0
    ranks = both.rank().to_numpy(np.float64)
    if np.ptp(ranks[:, 0]) == 0.0 or np.ptp(ranks[:, 1]) == 0.0:
        return 0.0
    return float(abs(np.corrcoef(ranks[:, 0], ranks[:, 1])[0, 1]))
