"""The outcome and the cause that a question means."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from liftos_agents.tools.effects.treated import zero_and_one
from liftos_agents.tools.identification import vocabulary
from liftos_agents.tools.identification.column_mentions import Mentioned, mentioned
from liftos_agents.tools.identification.column_profile import Column
from liftos_agents.tools.identification.question_parts import QuestionParts
from liftos_agents.tools.identification.table_structure import Structure, constant_within

_CLEAR = 0.85
_TOLD = 0.6
_EXACT = 0.95


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
    causes = [
        c
        for c in usable
        if c.name != structure.unit
        and c.kind in ("binary", "whole", "continuous", "year", "category", "date")
    ]
    keys = {
        w for c in columns.values() if c.kind == "identifier" or c.name == structure.unit for w in c.words
    }
    outcome_fits = () if outcome else _outcome_fits(parts, numbers, keys)
    cause_fits = () if cause else _cause_fits(parts, causes)
    if outcome is None and cause is None and outcome_fits and cause_fits:
        outcome, cause = _best_pair(outcome_fits, cause_fits, columns, parts)
    elif outcome is None:
        free = [m for m in outcome_fits if m.column != cause]
        outcome = _best_outcome(free, columns, parts.outcome) if free else None
    if cause is None:
        free = [m for m in cause_fits if m.column != outcome]
        cause = _best_cause(free, columns) if free else None
    if cause is None or _is_flag_of_time(columns[cause]):
        cause = _group_of(parts, causes, outcome) or cause
    by_question = cause is not None
    unknown: list[str] = []
    if outcome is None and parts.outcome:
        unknown.append(parts.outcome)
    if outcome is None and not parts.outcome:
        outcome = _by_words([c for c in numbers if c.name != cause], vocabulary.OUTCOME_WORDS)
    if cause is None:
        cause = _assigned(parts, causes, outcome)
        by_question = cause is not None
    if cause is None:
        cause = _by_words(
            [c for c in causes if c.name != outcome and c.kind == "binary"], vocabulary.TREATMENT_WORDS
        )
        if parts.cause and (cause is None or not _stands_for_any(parts.cause)):
            unknown.append(parts.cause)
    return Variables(
        outcome,
        cause,
        by_question,
        _rivals(outcome_fits, outcome, cause),
        _rivals(cause_fits, cause, outcome),
        tuple(unknown),
    )


def _outcome_fits(
    parts: QuestionParts, numbers: Sequence[Column], keys: Collection[str]
) -> tuple[Mentioned, ...]:
    """Columns that the outcome's phrase fits; where it fits none, those that the question names beyond doubt.

    The words of the table's keys say whose outcome it is, not which.
    """
    what = " ".join(w for w in parts.outcome.split() if w.removesuffix("s") not in keys and w not in keys)
    fits = mentioned(what, numbers) or mentioned(parts.outcome, numbers)
    if fits:
        return fits
    rest = parts.asked.replace(parts.cause, " ") if parts.cause else parts.asked
    return _clear(rest, [c for c in numbers if not c.labels])


def _cause_fits(parts: QuestionParts, causes: Sequence[Column]) -> tuple[Mentioned, ...]:
    fits = mentioned(parts.cause, causes)
    if fits:
        return fits
    rest = parts.asked.replace(parts.outcome, " ") if parts.outcome else parts.asked
    found = _clear(rest, causes)
    if found or parts.cause:
        return found
    # "Did it help?" after sentences that say what it was.
    drawn = _assigned(parts, causes, None)
    if drawn is not None:
        return (Mentioned(drawn, _CLEAR),)
    yes_or_no = {c.name for c in causes if c.kind == "binary"}
    told = [m for m in mentioned(parts.told, causes) if m.score >= _TOLD]
    return (
        tuple(m for m in told if m.column in yes_or_no)
        or tuple(told)
        or tuple(m for m in _clear(parts.asked, causes) if m.column in yes_or_no)
    )


def _clear(text: str, columns: Sequence[Column]) -> tuple[Mentioned, ...]:
    return tuple(m for m in mentioned(text, columns) if m.score >= _CLEAR)


def _best_pair(
    outcomes: Sequence[Mentioned],
    causes: Sequence[Mentioned],
    columns: Mapping[str, Column],
    parts: QuestionParts,
) -> tuple[str | None, str | None]:
    """The outcome and the cause that fit their phrases best together; one column is not both."""
    cause = _best_cause(causes, columns)
    outcome = _best_outcome(outcomes, columns, parts.outcome)
    if outcome != cause:
        return outcome, cause
    other_outcomes = [m for m in outcomes if m.column != cause]
    other_causes = [m for m in causes if m.column != outcome]
    by_outcome = next(m.score for m in outcomes if m.column == outcome)
    by_cause = next(m.score for m in causes if m.column == cause)
    clear = [m for m in other_outcomes if m.score >= _CLEAR]
    if clear and not other_causes:
        return _best_outcome(clear, columns, parts.outcome), cause
    if by_outcome == 1.0 and by_cause < _EXACT and not other_causes:
        return outcome, None
    if other_causes and (by_outcome > by_cause or not other_outcomes):
        return outcome, _best_cause(other_causes, columns)
    if other_outcomes:
        return _best_outcome(other_outcomes, columns, parts.outcome), cause
    return (outcome, None) if by_outcome >= by_cause else (None, cause)


def _best_outcome(fits: Sequence[Mentioned], columns: Mapping[str, Column], phrase: str) -> str | None:
    if not fits:
        return None
    measured = [m for m in fits if not _is_flag_of_time(columns[m.column])] or list(fits)
    # What is measured before the cause is no outcome, while a later measure fits too.
    measured = [m for m in measured if not set(columns[m.column].words) & vocabulary.BEFORE_WORDS] or measured
    best = max(m.score for m in measured)
    top = [m for m in measured if m.score >= best - 0.06]
    if "log" in phrase.split():
        logged = [m for m in measured if m.score >= best - 0.2 and columns[m.column].words[0][:1] == "l"]
        top = logged or top
    # Of one measure at several times, the last is what the cause can have moved.
    return max(
        top,
        key=lambda m: (
            round(m.score, 1),
            columns[m.column].kind == "continuous",
            wave_of(columns[m.column]),
            m.score,
            -list(columns).index(m.column),
        ),
    ).column


def wave_of(column: Column) -> int:
    """The number at the end of a name: the time of a repeated measure, 0 without one."""
    last = column.words[-1] if column.words else ""
    return int(last) if last.isdigit() else 0


def _best_cause(fits: Sequence[Mentioned], columns: Mapping[str, Column]) -> str:
    # A flag of time says when, not who: what is asked about is rather the other one.
    plain = [m for m in fits if not _is_flag_of_time(columns[m.column])] or list(fits)
    best = max(m.score for m in plain)
    top = [m for m in plain if m.score >= best - 0.04]
    return max(top, key=lambda m: (columns[m.column].kind == "binary", m.score, m.column)).column


def _is_flag_of_time(column: Column) -> bool:
    return column.kind == "binary" and bool(set(column.words) & vocabulary.POST_WORDS)


def _group_of(parts: QuestionParts, causes: Sequence[Column], outcome: str | None) -> str | None:
    """The group that the question names, where the table tells groups and before from after: both stand for the cause."""
    flags = [c for c in causes if c.kind == "binary" and c.name != outcome]
    groups = [c for c in flags if not _is_flag_of_time(c)]
    if len(groups) == len(flags):
        return None
    named = [m for m in mentioned(parts.asked, groups) if m.score >= _CLEAR]
    return named[0].column if len(named) == 1 else None


def _assigned(parts: QuestionParts, causes: Sequence[Column], outcome: str | None) -> str | None:
    """The column of who was drawn, where the question says that chance decided and has no column for the cause."""
    if not {"experiment", "geo_experiment"} & parts.methods:
        return None
    drawn = [
        c
        for c in causes
        if c.kind == "binary"
        and c.name != outcome
        and (set(c.words) & vocabulary.ASSIGNMENT_WORDS or "random" in c.description.lower())
    ]
    return drawn[0].name if len(drawn) == 1 else None


def _stands_for_any(phrase: str) -> bool:
    return bool(set(phrase.replace("'s", "").split()) & vocabulary.GENERIC_CAUSES)


def _rivals(fits: Sequence[Mentioned], chosen: str | None, other: str | None) -> tuple[str, ...]:
    free = [m for m in fits if m.column != other]
    return tuple(m.column for m in free if m.column != chosen and m.score >= free[0].score - 0.04)


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
    """A two-valued column as 0 and 1: 1 is the larger number, or the word that means treated, else the later one."""
    if pd.api.types.is_numeric_dtype(values):
        return (values == values.max()).astype(np.float64).where(values.notna())
    levels = sorted(map(str, values.dropna().unique()))
    one = zero_and_one(levels)[0][1] if len(levels) == 2 else levels[-1]
    return (values.astype(str) == one).astype(np.float64).where(values.notna())
