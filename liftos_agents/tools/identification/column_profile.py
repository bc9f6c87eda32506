"""What each column of a table is, from its name, its description and its values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

ColumnKind = Literal["constant", "binary", "whole", "continuous", "category", "date", "year", "identifier"]

_BOUNDARY = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_TIME_WORDS = {
    "year", "yr", "month", "week", "day", "date", "quarter", "period", "time", "t", "wave", "round",
    "jahr", "monat", "woche", "tag", "datum", "annee", "mois", "semaine", "jour", "ano", "mes", "semana", "fecha",
    "fy", "quartal", "trimestre", "timestamp",
}  # fmt: skip
_UNIT_WORDS = {
    "id", "unit", "county", "state", "region", "country", "city", "geo", "store", "shop", "user", "customer", "firm", "company",
    "school", "district", "market", "dma", "zip", "household", "person", "nr", "no", "code", "name", "regionno", "regionname",
    "countyreal", "site", "hospital", "clinic", "branch", "village", "student", "worker", "panelid", "pid", "uid", "key", "ref", "route", "plant",
    "kreis", "land", "bundesland", "filiale", "kunde", "kunden", "canton", "pays", "ville", "commune", "magasin", "provincia", "pais", "ciudad", "tienda", "pref",
    "prefecture", "province", "municipality", "area", "location", "account", "acct", "pupil", "patient", "member", "farm", "plot", "restaurant",
}  # fmt: skip
# A code is often glued to its unit: countyfips, storenr.
_LONG_UNIT_WORDS = tuple(
    sorted(
        w for w in _UNIT_WORDS if len(w) >= 5 and w not in ("member", "person", "plant", "market", "location")
    )
)
_MOST_LABELS = 60
_YEARS = (1500, 2200)


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        kind: `whole` holds whole numbers of few values; `year` whole numbers that read as calendar years.
        levels: Different values.
        words: Lower-case words of the name.
        labels: The values of a column of few words, as they stand.
        description: What a description file says of it.
        names_time, names_unit: Whether the name says so.
    """

    name: str
    kind: ColumnKind
    levels: int
    missing: float
    words: tuple[str, ...]
    description: str = ""
    names_time: bool = False
    names_unit: bool = False
    labels: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it can be an outcome or a dose."""
        return self.kind in ("binary", "whole", "continuous")

    @property
    def text(self) -> str:
        """Name and description, lower case."""
        return f"{' '.join(self.words)} {self.description.lower()}"


def profile(frame: pd.DataFrame, descriptions: Mapping[str, str] | None = None) -> dict[str, Column]:
    """Every column of `frame` by name, in order."""
    said = {k.casefold(): v for k, v in (descriptions or {}).items()}
    return {
        str(name): _column(str(name), frame[name], said.get(str(name).casefold(), ""))
        for name in frame.columns
    }


def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name: `firstTreat.year` is first, treat, year."""
    parts = re.split(r"[\s_.\-/]+", _BOUNDARY.sub(" ", name))
    return tuple(p.lower() for p in parts if p)


def _column(name: str, values: pd.Series, description: str) -> Column:
    known = values.dropna()
    levels = int(known.nunique())
    words = words_of(name)
    folded = {*words, name.lower()}
    return Column(
        name=name,
        kind=_kind(known, levels, set(words)),
        levels=levels,
        missing=float(values.isna().mean()),
        words=words,
        description=description,
        names_time=bool(folded & _TIME_WORDS),
        names_unit=bool(folded & _UNIT_WORDS)
        or any(w.startswith(u) for w in words for u in _LONG_UNIT_WORDS),
        labels=_labels(known, levels),
    )


def _labels(known: pd.Series, levels: int) -> tuple[str, ...]:
    if (
        levels > _MOST_LABELS
        or pd.api.types.is_numeric_dtype(known)
        or pd.api.types.is_datetime64_any_dtype(known)
    ):
        return ()
    return tuple(sorted(map(str, known.unique())))


def _kind(known: pd.Series, levels: int, words: set[str]) -> ColumnKind:
    if levels <= 1:
        return "constant"
    if pd.api.types.is_datetime64_any_dtype(known):
        return "date"
    if not pd.api.types.is_numeric_dtype(known):
        if levels == 2:
            return "binary"
        return "identifier" if levels == len(known) and levels > 30 else "category"
    numbers = known.to_numpy(np.float64)
    if levels == 2:
        # Two years, or 0 and a year, are the starts of something, not its yes and no.
        years = numbers[numbers != 0.0]
        return (
            "year" if bool(((years >= _YEARS[0]) & (years <= _YEARS[1])).all()) and len(years) else "binary"
        )
    whole = bool((numbers == np.round(numbers)).all())
    if not whole:
        return "continuous"
    in_years = bool(((numbers >= _YEARS[0]) & (numbers <= _YEARS[1])).all())
    if in_years and (
        words & {"year", "yr", "jahr", "annee", "ano"} or (levels <= 80 and np.ptp(numbers) < 150)
    ):
        return "year"
    if levels == len(known) and (
        words & {"id", "nr", "no", "code", "index"} or bool((np.diff(numbers) == 1).all())
    ):
        return "identifier"
    return "whole" if levels <= 25 else "continuous"
