"""The outcome and the cause that a question means, and which other columns may be adjusted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from liftos_agents.tools.identification.column_mentions import Mentioned, mentioned
from liftos_agents.tools.identification.column_profile import Column
from liftos_agents.tools.identification.question_parts import QuestionParts
from liftos_agents.tools.identification.table_structure import Structure, constant_within

OUTCOME_WORDS = frozenset(
    [
        "outcome",
        "y",
        "sales",
        "revenue",
        "conversion",
        "conversions",
        "converted",
        "profit",
        "earnings",
        "wage",
        "income",
        "orders",
        "purchases",
        "purchase",
        "spend_total",
        "score",
        "result",
        "response",
        "churn",
        "churned",
        "visits",
        "employment",
        "gdp",
        "gdpcap",
        "vote",
        "value",
        "re78",
        "target",
        "kpi",
        "signups",
        "enrolment",
        "enrolled",
        "bookings",
    ]
)
TREATMENT_WORDS = frozenset(
    [
        "treat",
        "treated",
        "treatment",
        "d",
        "exposed",
        "assigned",
        "assignment",
        "intervention",
        "policy",
        "program",
        "programme",
        "campaign",
        "variant",
        "arm",
        "group",
        "test",
        "reform",
        "law",
        "adopted",
        "offer",
    ]
)
GENERIC_CAUSES = frozenset(
    [
        "treat",
        "treated",
        "treatment",
        "treatments",
        "intervention",
        "programme",
        "program",
        "policy",
        "reform",
        "law",
        "change",
        "measure",
        "it",
        "campaign",
        "test",
        "exposure",
        "assignment",
        "group",
        "behandlung",
        "massnahme",
        "traitement",
        "tratamiento",
    ]
)
"""Words for a cause that say no more than that there is one."""
COHORT_WORDS = frozenset(
    [
        "first",
        "cohort",
        "start",
        "started",
        "adopt",
        "adopted",
        "adoption",
        "since",
        "entry",
        "launch",
        "launched",
        "enacted",
        "effective",
        "introduced",
        "gname",
    ]
)
POST_WORDS = frozenset(["post", "after", "since", "following", "during", "later", "nachher", "apres"])
INSTRUMENT_WORDS = frozenset(
    [
        "near",
        "nearc",
        "distance",
        "dist",
        "proximity",
        "lottery",
        "draft",
        "draw",
        "encouragement",
        "encouraged",
        "nudge",
        "offered",
        "offer",
        "eligible",
        "eligibility",
        "assigned",
        "assignment",
        "instrument",
        "iv",
        "z",
        "qob",
        "twins",
        "twin",
        "samesex",
        "rainfall",
        "rain",
        "leniency",
        "judge",
        "invited",
        "invitation",
        "randomised",
        "randomized",
        "quota",
    ]
)
RUNNING_WORDS = frozenset(
    [
        "margin",
        "score",
        "running",
        "cutoff",
        "threshold",
        "forcing",
        "points",
        "index",
        "rank",
        "distance",
        "age",
        "test",
        "gpa",
        "credit",
        "rating",
        "days",
    ]
)
RANDOM_WORDS = ("randomised", "randomized", "at random", "random assignment", "randomly", "coin", "experiment group", "test group", "control group", "a/b", "ab test", "holdout", "variant")  # fmt: skip
_COPY = 0.995
_GAPS = 0.1


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


@dataclass(frozen=True)
class Adjustment:
    """Columns to adjust for, and those not to, each with its reason."""

    controls: tuple[str, ...]
    left_out: dict[str, str] = field(default_factory=dict)


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
        outcome = _by_words(rest, OUTCOME_WORDS) if not parts.outcome else None
    if cause is None:
        cause = _by_words([c for c in causes if c.name != outcome and c.kind == "binary"], TREATMENT_WORDS)
        stands_for_any = not parts.cause or bool(set(parts.cause.replace("'s", "").split()) & GENERIC_CAUSES)
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
    if wanted:
        left_out |= {c: "not among the controls that the question names" for c in controls if c not in wanted}
        controls = [c for c in columns if c in wanted and c not in (outcome, cause)]
    return Adjustment(tuple(controls), left_out)


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
        key=lambda m: (round(m.score, 1), columns[m.column].kind == "continuous", _wave(columns[m.column])),
    ).column


def _wave(column: Column) -> int:
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
    if set(column.words) & POST_WORDS or any(
        w in column.description.lower() for w in (" after ", "afterwards", "following the")
    ):
        return "is measured after the cause, by its name or description"
    for other, role in ((outcome, "outcome"), (cause, "cause")):
        if copies(frame, column.name, other):
            return f"is (almost) a copy of the {role}"
    shared = set(column.words) & set(columns[outcome].words) - {"log", "l"}
    if shared and _wave(column) and _wave(column) < _wave(columns[outcome]):
        return None
    if shared & OUTCOME_WORDS and not set(column.words) & {
        "before",
        "pre",
        "prior",
        "baseline",
        "lag",
        "last",
        "previous",
    }:
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
