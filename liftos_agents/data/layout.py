"""A table's layout: its date, its media columns, the column that names channels, the one that names regions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from liftos_agents.data import role_words as say
from liftos_agents.data.column_names import MediaColumn, is_date_name, media_column, words
from liftos_agents.data.number_format import read_numbers
from liftos_agents.data.role_overrides import Overrides, numeric
from liftos_agents.errors import AmbiguousRoleError, DataError

_SOME_NUMBERS = 0.1


@dataclass
class RoleTable:
    """A table while its columns are being given out.

    Attributes:
        free: Columns without a role so far, in the table's order.
        ignored: Columns that get none.
        notes: What to tell of it.
    """

    name: str
    frame: pd.DataFrame
    given: Overrides
    free: list[str]
    date: str = ""
    notes: list[str] = field(default_factory=list[str])
    ignored: set[str] = field(default_factory=set[str])

    @classmethod
    def of(cls, name: str, frame: pd.DataFrame, given: Overrides) -> RoleTable:
        """The table with every column free that `given` does not name."""
        return cls(name, frame, given, [c for c in map(str, frame.columns) if c not in given.columns])

    def take(self, columns: Iterable[str]) -> None:
        """Counts columns as having a role."""
        taken = set(columns)
        self.free = [column for column in self.free if column not in taken]

    def ignore(self, columns: Iterable[str], why: str) -> None:
        """Leaves free columns without a role and notes why."""
        listed = [column for column in columns if column in self.free]
        if listed:
            self.ignored.update(listed)
            self.take(listed)
            self.notes.append(f"Not used: {', '.join(listed)} ({why}).")

    def numbers(self) -> list[str]:
        """Free columns of numbers."""
        return [column for column in self.free if numeric(self.frame, column)]

    def texts(self) -> list[str]:
        """Free columns of text."""
        dates = pd.api.types.is_datetime64_any_dtype
        return [c for c in self.free if not numeric(self.frame, c) and not dates(self.frame[c])]


def find_date(table: RoleTable) -> str:
    """The column of dates.

    Raises:
        DataError: There is none.
        AmbiguousRoleError: There are several that a name does not rank.
    """
    dates = [c for c in table.free if pd.api.types.is_datetime64_any_dtype(table.frame[c])]
    if not dates:
        raise DataError(
            "no column holds dates",
            where=table.name,
            fix="A question of marketing needs a column of days, weeks or months (written as 2024-12-31)",
        )
    named = [c for c in dates if is_date_name(c)] or dates
    if len(named) > 1:
        raise AmbiguousRoleError(
            f"{len(named)} columns could be the date",
            role="date",
            choices=named,
            where=table.name,
            fix=f"Say --role date={named[0]}",
        )
    table.take([named[0]])
    table.ignore([c for c in dates if c != named[0]], "another date")
    return named[0]


def find_media(table: RoleTable) -> list[MediaColumn]:
    """Columns whose names say that they are spend, impressions, clicks or claims."""
    found = [m for m in map(media_column, table.numbers()) if m]
    rivals = {m.column for m in found if say.is_control(m.column)}
    found = [m for m in found if m.column not in rivals]
    table.take(m.column for m in found)
    return found


def refuse_spoilt_amounts(table: RoleTable) -> None:
    """Stops at spend or an outcome that stayed text: its cells are in several currencies, or words stand among them.

    Raises:
        DataError: There is such a column; left out in silence, a channel would vanish from the answer.
    """
    for column in table.texts():
        media = media_column(column)
        if say.outcome_kind(column) is None and (media is None or media.measure != "spend"):
            continue
        cells = [str(cell) for cell in table.frame[column].dropna().unique()]
        read = read_numbers(cells)
        if len(read.currencies) > 1:
            raise DataError(
                f"column {column!r} holds amounts in {' and '.join(read.currencies)}",
                where=table.name,
                fix=f"Convert them to one currency, or say --role ignored={column} to leave the column out",
            )
        amounts = sum(bool(value) for value in read.values)
        if amounts > 1 and amounts >= _SOME_NUMBERS * len(cells):
            word = next(cell for cell, value in zip(cells, read.values, strict=True) if value is None)
            row = int((table.frame[column] == word).to_numpy().argmax()) + 1
            raise DataError(
                f"{word[:60]!r} stands among the numbers of the column",
                where=f"{table.name}, column {column!r}, row {row} of the data",
                fix=f"Correct the words in it, or say --role ignored={column} to leave the column out",
            )


def find_channel_column(table: RoleTable, media: list[MediaColumn]) -> str | None:
    """The text column that names each row's channel, when spend stands in one column for all of them.

    Raises:
        AmbiguousRoleError: Several columns could.
    """
    if "spend" in table.given.media or any(m.channel and m.measure == "spend" for m in media):
        return None
    if not any(m.measure == "spend" for m in media):
        return None
    choices = [
        c for c in table.texts() if say.speaks_of(c, say.CHANNEL_WORDS) and table.frame[c].nunique() > 0
    ]
    named = [c for c in choices if len(words(c)) == 1] or choices
    if len(named) > 1:
        named = [c for c in named if words(c)[0] in ("channel", "platform")][:1] or named
    if len(named) > 1:
        raise AmbiguousRoleError(
            f"{len(named)} columns could name the channel",
            role="channel",
            choices=named,
            where=table.name,
            fix=f"Say --role channel={named[0]}",
        )
    table.take(named)
    return named[0] if named else None


def find_geo(table: RoleTable) -> str | None:
    """The text column of the region, when dates repeat; the finest one of several."""
    repeated = bool(table.frame[table.date].duplicated().any())
    choices = [c for c in table.texts() if say.speaks_of(c, say.GEO_WORDS) and table.frame[c].nunique() > 1]
    if not choices or not repeated:
        return None
    if len(choices) > 1:
        # The finest region alone parts the rows; coarser ones follow from it.
        choices.sort(key=lambda c: (-table.frame[c].nunique(), c))
        table.ignore(choices[1:], "a coarser region")
    table.take(choices[:1])
    table.notes.append(f"{table.frame[choices[0]].nunique()} regions in {choices[0]!r} are summed.")
    return choices[0]
