"""Which column is the outcome that marketing is meant to move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from liftos_agents.data import role_words as say
from liftos_agents.data.column_values import calendar_copy, one_value, zero_or_one
from liftos_agents.data.role_overrides import Overrides, numeric
from liftos_agents.domain.roles import OutcomeKind
from liftos_agents.errors import AmbiguousRoleError, DataError


@dataclass(frozen=True)
class Outcome:
    """The outcome's column and kind, other outcomes that are left out, and what to tell of it."""

    column: str
    kind: OutcomeKind
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_outcome(
    frame: pd.DataFrame, free: Sequence[str], given: Overrides, *, date: str, long: bool, name: str
) -> Outcome:
    """The outcome as given, or as the names of the `free` columns say: revenue before conversions before units.

    Raises:
        AmbiguousRoleError: Several columns of one kind, or none that a name gives away.
        DataError: No column of numbers is left that could be one.
    """
    kinds: dict[str, OutcomeKind] = {}
    for free_column in free:
        spoken_of = say.outcome_kind(free_column) if numeric(frame, free_column) else None
        if spoken_of is not None:
            kinds[free_column] = spoken_of
    column = given.single.get("outcome")
    if column is None:
        column = _named(kinds, name) or _plainly_named(frame, free)
    if column is None:
        raise _unclear(frame, free, date, long, name)
    others = tuple(c for c in kinds if c != column)
    kind: OutcomeKind = given.single.get("outcome_kind") or say.outcome_kind(column) or "revenue"
    notes = []
    if say.outcome_kind(column) is None and "outcome_kind" not in given.single:
        notes.append(f"The outcome {column!r} is counted as money.")
    return Outcome(column, kind, others, tuple(notes))


def _named(kinds: dict[str, OutcomeKind], name: str) -> str | None:
    for kind in ("revenue", "conversions", "units"):
        tier = [column for column, found in kinds.items() if found == kind]
        plain = [column for column in tier if say.is_single_word(column)]
        if len(tier) == 1 or len(plain) == 1:
            return (tier if len(tier) == 1 else plain)[0]
        if tier:
            raise AmbiguousRoleError(
                f"{len(tier)} columns could be the outcome",
                role="outcome",
                choices=tier,
                where=name,
                fix=f"Say which of {', '.join(tier)} it is, such as --role outcome={tier[0]}",
            )
    return None


def _plainly_named(frame: pd.DataFrame, free: Sequence[str]) -> str | None:
    plain = [c for c in free if numeric(frame, c) and say.is_plain_outcome(c)]
    return plain[0] if len(plain) == 1 else None


def _unclear(
    frame: pd.DataFrame, free: Sequence[str], date: str, long: bool, name: str
) -> AmbiguousRoleError | DataError:
    numbers = [
        str(c)
        for c in (frame.columns if long else free)
        if numeric(frame, str(c))
        and not one_value(frame[c])
        and not zero_or_one(frame[c])
        and not calendar_copy(frame[c], frame[date])
        and (not long or say.outcome_kind(str(c)) is not None)
    ]
    if long:
        return AmbiguousRoleError(
            "the table holds what platforms claim for themselves, not the sales of the business",
            role="outcome",
            choices=numbers,
            where=name,
            fix="Give a second file with date and revenue, or say --role outcome="
            + (numbers[0] if numbers else "COLUMN"),
        )
    if not numbers:
        words = next((str(c) for c in free if not numeric(frame, str(c)) and say.outcome_kind(str(c))), None)
        if words is not None:
            example = next((str(v) for v in frame[words] if isinstance(v, str)), "")
            return DataError(
                f"column {words!r} holds words such as {example[:60]!r} where the outcome's numbers are expected",
                where=name,
                fix="Write plain numbers, or say --role outcome=COLUMN",
            )
        return DataError(
            "no column holds the outcome, such as revenue, sales or conversions",
            where=name,
            fix="Add the column, give a second file with date and outcome, or say --role outcome=COLUMN",
        )
    return AmbiguousRoleError(
        "no column's name says that it is the outcome",
        role="outcome",
        choices=numbers,
        where=name,
        fix=f"Say which of {', '.join(numbers[:12])} it is, such as --role outcome={numbers[0]}",
    )
