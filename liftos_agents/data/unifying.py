"""Makes one table of several: spend from one file, sales from another, joined on the date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from liftos_agents.data.column_names import channel_name, words
from liftos_agents.data.dataset import Dataset
from liftos_agents.data.layout import RoleTable, find_channel_column, find_date, find_media
from liftos_agents.data.periods import Calendar, calendar_of, name_dates
from liftos_agents.data.role_overrides import Overrides
from liftos_agents.data.role_words import is_claimed_value, is_value_per_outcome, outcome_kind
from liftos_agents.errors import DataError

DATE = "date"
_AVERAGED = frozenset(("margin", "price", "rate", "share", "ratio", "index", "percent", "temperature"))
"""Words of columns of which a week has the mean of its days, not the sum."""
_COARSENESS = {"day": 0, "week": 1, "month": 2}


def unify(datasets: Sequence[Dataset]) -> Dataset:
    """One table of several: stacked when they have the same columns, joined on the date otherwise.

    A platform export becomes columns `<platform>_spend`, `<platform>_impressions`, …; what it reports as
    conversions or their value becomes `<platform>_claimed`. Days are summed to the weeks or months of the
    coarsest table, but for prices, margins, rates and the like, which are averaged. Only periods that all tables
    have are kept.

    Raises:
        DataError: No table, texts among them, no date, calendars that do not fit, a value per sale that
            would have to be summed, or two tables that give different values under one column name.
    """
    tables = [dataset for dataset in datasets if dataset.frame is not None]
    if not tables:
        raise DataError("there is no table to unify", fix="Give at least one file with dates")
    if len(tables) < len(datasets):
        raise DataError("tables and texts do not go together", fix="Ask about them one at a time")
    if len(tables) == 1:
        return tables[0]
    name = " + ".join(dataset.name for dataset in tables)
    currencies = {column: code for dataset in tables for column, code in dataset.currencies.items()}
    frames = [_frame(dataset) for dataset in tables]
    if all(set(frame.columns) == set(frames[0].columns) for frame in frames):
        stacked = pd.concat([frame[list(frames[0].columns)] for frame in frames], ignore_index=True)
        return Dataset.of_frame(stacked, name, (f"{len(frames)} tables were stacked.",), currencies)
    notes: list[str] = []
    by_date = [_by_date(dataset, notes) for dataset in tables]
    calendars = [calendar_of(_days(f), d.name) for f, d in zip(by_date, tables, strict=True)]
    coarsest = max(calendars, key=lambda calendar: _COARSENESS[calendar.frequency])
    aligned = [
        _align(frame, calendar, coarsest, dataset.name, notes)
        for frame, calendar, dataset in zip(by_date, calendars, tables, strict=True)
    ]
    joined = _join(aligned, [dataset.name for dataset in tables], notes)
    kept = {column: code for column, code in currencies.items() if column in joined.columns}
    return Dataset.of_frame(joined, name, tuple(notes), kept)


def unify_catalogues(catalogues: Sequence[Dataset]) -> Dataset:
    """One catalogue of several: their rows one after another when the columns agree, else the first, with a note.

    Raises:
        DataError: There is none.
    """
    if not catalogues:
        raise DataError("there is no catalogue", fix="Give a table of products")
    first, *others = catalogues
    if not others:
        return first
    frames = [_frame(catalogue) for catalogue in catalogues]
    agree = all(set(frame.columns) == set(frames[0].columns) for frame in frames)
    if not agree:
        unused = ", ".join(repr(other.name) for other in others)
        note = f"Of several catalogues with different columns, {first.name!r} is used and {unused} not."
        return replace(first, notes=(*first.notes, note))
    columns = list(frames[0].columns)
    # A column of numbers here and of texts there is one of texts.
    texts = [c for c in columns if len({pd.api.types.is_numeric_dtype(frame[c]) for frame in frames}) > 1]
    stacked = pd.concat([frame[columns].astype(dict.fromkeys(texts, object)) for frame in frames])
    name = " + ".join(catalogue.name for catalogue in catalogues)
    notes = tuple(dict.fromkeys(note for catalogue in catalogues for note in catalogue.notes))
    return Dataset.of_frame(
        stacked.reset_index(drop=True), name, (*notes, "The catalogues were put one after another.")
    )


def _frame(dataset: Dataset) -> pd.DataFrame:
    assert dataset.frame is not None
    return dataset.frame


def _days(frame: pd.DataFrame) -> np.ndarray:
    return frame.index.to_numpy().astype("datetime64[D]")


def _by_date(dataset: Dataset, notes: list[str]) -> pd.DataFrame:
    frame = _frame(dataset)
    table = RoleTable.of(dataset.name, frame, Overrides())
    date = find_date(table)
    table.date = date
    media = find_media(table)
    channel = find_channel_column(table, media)
    dated = frame[frame[date].notna()]
    days = dated[date].to_numpy().astype("datetime64[D]")
    if channel is None:
        numbers = [
            c for c in map(str, dated.columns) if c != date and pd.api.types.is_numeric_dtype(dated[c])
        ]
        if len(np.unique(days)) == len(days):
            return dated.drop(columns=[date]).set_axis(pd.DatetimeIndex(days), axis=0).sort_index()
        _refuse_ratios(numbers, "date", dataset.name)
        averaged = [c for c in numbers if _AVERAGED & set(words(c))]
        notes.append(f"Rows of one date in {', '.join(c for c in numbers if c not in averaged)} are summed.")
        if averaged:
            notes.append(f"Rows of one date are averaged in {', '.join(averaged)}.")
        grouped = dated[numbers].groupby(days)
        summed = grouped.sum(min_count=1).assign(**{c: grouped[c].mean() for c in averaged})
        return summed.set_axis(pd.DatetimeIndex(summed.index), axis=0)
    platforms = dated[channel].fillna("unknown").astype(str)
    together = {m.measure: m.column for m in media if not m.channel}
    claims = [c for c in table.numbers() if outcome_kind(c)]
    claimed = next((c for c in claims if is_claimed_value(c)), claims[0] if claims else None)
    if claimed is not None:
        together.setdefault("claimed", claimed)
    wide: dict[str, pd.Series] = {}
    for platform in sorted(platforms.unique()):
        for measure, column in together.items():
            amounts = dated[column].where(platforms == platform, 0.0).groupby(days).sum()
            name = f"{channel_name(platform)}_{measure}"
            # Two spellings may be one channel.
            wide[name] = wide[name] + amounts if name in wide else amounts
    notes.append(f"Rows are summed by {channel!r} to one row a date.")
    result = pd.DataFrame(wide)
    return result.set_axis(pd.DatetimeIndex(result.index), axis=0)


def _align(
    frame: pd.DataFrame, calendar: Calendar, coarsest: Calendar, name: str, notes: list[str]
) -> pd.DataFrame:
    if calendar.frequency == coarsest.frequency:
        return frame.set_axis(pd.DatetimeIndex(calendar.dates), axis=0)
    if calendar.frequency != "day":
        raise DataError(
            "weeks do not add up to months", where=name, fix="Give both tables by day, or both by week"
        )
    days = _days(frame)
    if coarsest.frequency == "month":
        starts = days.astype("datetime64[M]").astype("datetime64[D]")
        lengths = ((days.astype("datetime64[M]") + 1).astype("datetime64[D]") - starts).astype(int)
    else:
        starts = days - ((days - coarsest.dates[0]).astype(int) % 7)
        lengths = np.full(len(days), 7)
    texts = [c for c in map(str, frame.columns) if not pd.api.types.is_numeric_dtype(frame[c])]
    numbers = frame.drop(columns=texts)
    _refuse_ratios(map(str, numbers.columns), coarsest.frequency, name)
    averaged = [c for c in map(str, numbers.columns) if _AVERAGED & set(words(c))]
    grouped = numbers.groupby(starts)
    whole = grouped.size().to_numpy() == pd.Series(lengths).groupby(starts).first().to_numpy()
    summed = grouped.sum(min_count=1).assign(**{c: grouped[c].mean() for c in averaged})[whole]
    notes.append(f"{len(frame)} days are summed to {int(whole.sum())} {coarsest.frequency}s.")
    if averaged:
        notes.append(f"Days are averaged in {', '.join(averaged)}.")
    if texts:
        notes.append(f"Not used: {', '.join(texts)} (text cannot be summed).")
    return summed.set_axis(pd.DatetimeIndex(summed.index), axis=0)


def _refuse_ratios(columns: Iterable[str], period: str, name: str) -> None:
    ratio = next((column for column in columns if is_value_per_outcome(column)), None)
    if ratio is not None:
        raise DataError(
            f"{ratio!r} cannot be summed over the rows of a {period}",
            where=name,
            fix="Multiply it out to revenue first",
        )


def _join(frames: Sequence[pd.DataFrame], names: Sequence[str], notes: list[str]) -> pd.DataFrame:
    dates = _days(frames[0])
    for frame in frames[1:]:
        dates = np.intersect1d(dates, _days(frame))
    if not len(dates):
        spans = ", ".join(
            f"{n} from {_days(f)[0]} to {_days(f)[-1]}" for f, n in zip(frames, names, strict=True)
        )
        raise DataError(f"the tables share no date ({spans})", fix="Give tables of the same time")
    every = np.unique(np.concatenate([_days(frame) for frame in frames]))
    left_out = np.setdiff1d(every, dates)
    if len(left_out):
        notes.append(
            f"{len(left_out)} period(s) that not all tables have are left out ({name_dates(left_out)})."
        )
    columns: dict[str, pd.Series] = {}
    for frame, name in zip(frames, names, strict=True):
        kept = frame.loc[pd.DatetimeIndex(dates)]
        for column in map(str, kept.columns):
            if column in columns and not columns[column].equals(kept[column]):
                raise DataError(
                    f"column {column!r} stands in two tables with different values",
                    where=name,
                    fix="Rename or delete it in one of them",
                )
            columns[column] = kept[column]
    joined = pd.DataFrame(columns)
    joined.insert(0, DATE if DATE not in joined.columns else "period_start", dates.astype("datetime64[us]"))
    return joined.reset_index(drop=True)
