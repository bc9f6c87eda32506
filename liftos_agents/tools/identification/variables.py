"""The outcome and the cause that a question means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from liftos_agents.tools.identification import vocabulary
from liftos_agents.tools.identification.column_mentions import Mentioned, mentioned
from liftos_agents.tools.identification.column_profile import Column
from liftos_agents.tools.identification.question_parts import QuestionParts
from liftos_agents.tools.identification.table_structure import Structure, constant_within


@dataclass(frozen=True)
class Variables:
    """Who is who.

    Attributes:
        outcome, cause: Columns, or None where nothing fits.
        by_question: Whether the question named the cause's column itself.
        outcome_choices, cause_choices: Other columns that fit about as well.
        unknown: Phrases of the question that no column fits by name or description.
    """

    outcome: str | None
    cause: str | None
    by_question: bool = False
    outcome_choices: tuple[str, ...] = ()
    cause_choices: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def find_variables(
    parts: QuestionParts,
    columns: Mapping[str, Column],
    structure: Structure,
    outcome: str | None = None,
    cause: str | None = None,
) -> Variables:
    """Outcome and cause: as given, else as the question means, else as their names say."""
    usable = [
        c for c in columns.values() if c.kind not in ("constant", "identifier") and c.name != structure.time
    ]
    numbers = [c for c in usable if c.is_number and c.name != structure.unit]
    unknown: list[str] = []
    outcome_fits = () if outcome else mentioned(parts.outcome, numbers)
    if outcome is None:
        outcome = _best_outcome(outcome_fits, columns, parts.outcome)
    if outcome is None and parts.outcome:
        unknown.append(parts.outcome)
    causes = [
        c
        for c in usable
        if c.name not in (outcome, structure.unit)
        and c.kind in ("binary", "whole", "continuous", "year", "category")
    ]
    fits = () if cause else mentioned(parts.cause, causes)
    by_question = cause is not None or bool(fits)
    if cause is None and fits:
        cause = _best_cause(fits, columns)
    if outcome is None:
        rest = [c for c in numbers if c.name != cause]
        outcome = _by_words(rest, vocabulary.OUTCOME_WORDS) if not parts.outcome else None
    if cause is None:
        cause = _by_words(
            [c for c in causes if c.name != outcome and c.kind == "binary"], vocabulary.TREATMENT_WORDS
        )
        stands_for_any = not parts.cause or bool(
            set(parts.cause.replace("'s", "").split()) & vocabulary.GENERIC_CAUSES
        )
        if parts.cause and (cause is None or not stands_for_any):
            unknown.append(parts.cause)
    return Variables(
        outcome,
        cause,
        by_question,
        _rivals(outcome_fits, outcome),
        _rivals(fits, cause),
        tuple(unknown),
    )


def _best_outcome(fits: Sequence[Mentioned], columns: Mapping[str, Column], phrase: str) -> str | None:
    if not fits:
        return None
    top = [m for m in fits if m.score >= fits[0].score - 0.06]
    if "log" in phrase.split():
        logged = [m for m in fits if m.score >= fits[0].score - 0.2 and columns[m.column].words[0][:1] == "l"]
        top = logged or top
    # Of one measure at several times, the last is what the cause can have moved.
    return max(
        top,
        key=lambda m: (round(m.score, 1), columns[m.column].kind == "continuous", wave_of(columns[m.column])),
    ).column


def wave_of(column: Column) -> int:
    """The number at the end of a name: the time of a repeated measure, 0 without one."""
    last = column.words[-1] if column.words else ""
    return int(last) if last.isdigit() else 0


def _best_cause(fits: Sequence[Mentioned], columns: Mapping[str, Column]) -> str:
    top = [m for m in fits if m.score >= fits[0].score - 0.04]
    return max(top, key=lambda m: (columns[m.column].kind == "binary", m.score)).column


def _rivals(fits: Sequence[Mentioned], chosen: str | None) -> tuple[str, ...]:
    return (
        tuple(m.column for m in fits if m.column != chosen and m.score >= fits[0].score - 0.04)
        if fits
        else ()
    )


def _by_words(candidates: Sequence[Column], words: frozenset[str]) -> str | None:
    named = [c for c in candidates if set(c.words) & words or "".join(c.words) in words]
    return named[0].name if named else None


def switches_once(frame: pd.DataFrame, cause: str, structure: Structure) -> bool:
    """Whether a 0/1 cause switches on within units and never off again."""
    if structure.unit is None or structure.time is None or constant_within(frame, cause, structure.unit):
        return False
    coded = as_binary(frame[cause])
    ordered = pd.DataFrame({"u": frame[structure.unit], "t": frame[structure.time], "d": coded}).sort_values(
        ["u", "t"]
    )
    steps = ordered.groupby("u", sort=False)["d"].diff().dropna()
    return bool((steps >= 0).all())


def as_binary(values: pd.Series) -> pd.Series:
    """A two-valued column as 0 and 1, the larger value (or the later word) being 1."""
    if pd.api.types.is_numeric_dtype(values):
        return (values == values.max()).astype(np.float64).where(values.notna())
    levels = sorted(map(str, values.dropna().unique()))
    return (values.astype(str) == levels[-1]).astype(np.float64).where(values.notna())
