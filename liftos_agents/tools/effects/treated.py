"""Which values of a treatment column mean treated: as given, else by usual words, by the column's name, or by the alphabet."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, Field

from liftos_agents.tools.errors import ToolRetry

TREATED_WORDS = frozenset(
    ["1", "yes", "y", "true", "t", "treated", "treatment", "test", "exposed", "on", "ja", "oui"]
)
"""Values that mean treated, whatever the other value is."""

UNTREATED_WORDS = frozenset(
    ["0", "no", "n", "false", "f", "untreated", "control", "holdout", "heldout", "unexposed", "off", "nein", "non"]
)  # fmt: skip
"""Values that mean untreated, whatever the other value is."""

_PLAIN = frozenset(
    ["0", "1", "yes", "no", "y", "n", "true", "false", "t", "f", "on", "off", "ja", "nein", "oui", "non"]
)
_UNTREATED_NAMES = frozenset(["holdout", "heldout", "control", "untreated", "unexposed"])
_LITTLE = frozenset(["is", "in", "was", "the", "group", "arm", "cell", "flag", "user", "users"])
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_a-zA-Z]+")
_SHOWN = 12


def _labels(given: Any) -> Any:
    """One value or several as a tuple of texts; what is neither is left for the type to refuse."""
    if given is None:
        return ()
    several = given if isinstance(given, list | tuple) else (given,)
    return tuple(_label(v) if isinstance(v, bool | int | float) else v for v in several)


TreatedValues = Annotated[
    tuple[str, ...],
    BeforeValidator(_labels),
    Field(description="Value(s) of the treatment column that mean treated; all others are then untreated"),
]
"""The argument `treated`: one value or several, as in the data."""


@dataclass(frozen=True)
class Treated:
    """The treatment's column, and its values that mean treated (none where nobody said)."""

    column: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coded:
    """A treatment as numbers.

    Attributes:
        values: Floats; 1 is treated where it was coded.
        words: What 0 and 1 stand for; None where the numbers are as they were.
        note: What a reader must know of the coding, or empty.
        turned: Whether the column counts the untreated, so that its yes became 0.
    """

    values: pd.Series
    words: tuple[str, str] | None = None
    note: str = ""
    turned: bool = False


def coded(values: pd.Series, treated: Treated, tool: str) -> Coded | None:
    """A treatment column without gaps as numbers, or None where it is neither numeric nor of two values.

    Raises:
        ToolRetry: A value that was given is not in the column, or all its values were given.
    """
    if treated.values:
        return _as_given(values, treated, tool)
    levels = sorted(set(values.map(_label)))
    numeric = pd.api.types.is_numeric_dtype(values)
    if not numeric and len(levels) != 2:
        return None
    if counts_the_untreated(treated.column, levels):
        return _turned(values, levels, treated.column)
    if numeric:
        return Coded(values.astype(np.float64))
    (zero, one), known = zero_and_one(levels)
    note = (
        ""
        if known
        else f"Nothing says whether {zero!r} or {one!r} of {treated.column!r} means treated; {one!r} is taken, the later in the "
        "alphabet. Give treated to say it."
    )
    return Coded((values.map(_label) == one).astype(np.float64), (zero, one), note)


def zero_and_one(levels: Sequence[str]) -> tuple[tuple[str, str], bool]:
    """Two words, the untreated one first, and whether a usual word told them apart or only the alphabet."""
    low, high = sorted(levels)
    for words, which in ((TREATED_WORDS, 1), (UNTREATED_WORDS, 0)):
        said = [level for level in (low, high) if _folded(level) in words]
        if len(said) == 1:
            other = high if said[0] == low else low
            return ((other, said[0]) if which else (said[0], other)), True
    return (low, high), False


def names_the_untreated(column: str) -> bool:
    """Whether a column's name says that its yes means untreated: holdout, is_control, heldOut."""
    return _folded(column) in _UNTREATED_NAMES


def counts_the_untreated(column: str, levels: Sequence[str]) -> bool:
    """Whether the column is named after the untreated and says no more than yes or no."""
    return names_the_untreated(column) and {_folded(level) for level in levels} <= _PLAIN


def _as_given(values: pd.Series, treated: Treated, tool: str) -> Coded:
    labels = values.map(_label)
    levels = list(dict.fromkeys(sorted(labels)))
    # A table's yes and no are kept as 1 and 0.
    by_folded = {"true": "1", "false": "0"} if set(levels) <= {"0", "1"} else {}
    by_folded |= {level.strip().casefold(): level for level in levels}
    chosen: list[str] = []
    for value in treated.values:
        level = value if value in levels else by_folded.get(value.strip().casefold())
        if level is None:
            close = difflib.get_close_matches(value, levels, 1)
            there = ", ".join(levels[:_SHOWN]) + (", …" if len(levels) > _SHOWN else "")
            raise ToolRetry(
                f"{treated.column!r} has no value {value!r}",
                where=f"{tool} argument treated",
                fix=(f"Did you mean {close[0]!r}? " if close else "") + f"Its values are {there}",
            )
        chosen.append(level)
    rest = [level for level in levels if level not in chosen]
    if not rest:
        raise ToolRetry(
            f"treated names every value of {treated.column!r} ({', '.join(levels[:_SHOWN])}), so no row is untreated",
            where=f"{tool} argument treated",
            fix="Leave out the value that means untreated",
        )
    one, zero = (" or ".join(some[:_SHOWN]) for some in (list(dict.fromkeys(chosen)), rest))
    return Coded(labels.isin(chosen).astype(np.float64), (zero, one))


def _turned(values: pd.Series, levels: list[str], column: str) -> Coded:
    yes = next((level for level in levels if _folded(level) in TREATED_WORDS), None)
    no = next((level for level in levels if _folded(level) in UNTREATED_WORDS), None)
    return Coded(
        (values.map(_label) != yes).astype(np.float64),
        (yes, no) if yes is not None and no is not None else None,
        f"{column!r} counts those who were left untreated: {yes or 1} in it is read as untreated, the rest as treated.",
        turned=True,
    )


def _label(value: Any) -> str:
    """A value as it is written in `treated`: 1 and 1.0 are `1`."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    return f"{value:.15g}" if isinstance(value, int | float | np.number) else str(value)


def _folded(text: str) -> str:
    words = [w.lower() for w in _WORD.findall(text)]
    return "".join(w for w in words if w not in _LITTLE) or "".join(words)
