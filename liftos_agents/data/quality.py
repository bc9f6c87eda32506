"""Whether a table can carry a marketing analysis: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from liftos_agents.data.column_values import one_value
from liftos_agents.data.currency import stated_currencies
from liftos_agents.data.dataset import Dataset
from liftos_agents.data.media_quality import Finding, check_media
from liftos_agents.data.number_format import read_numbers
from liftos_agents.data.periods import EARLIEST_YEAR, LATEST_YEAR, calendar_of, name_dates
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.errors import DataError, UserError

MOST_ROWS = 20
_MUCH_MISSING = 0.05
_MIXED_CELLS = 0.9


@dataclass(frozen=True)
class Quality:
    """The findings, worst first, and the names of the checks that found nothing or could not run."""

    findings: tuple[Finding, ...]
    passed: tuple[str, ...]
    not_run: tuple[str, ...] = ()


@dataclass
class _Checks:
    findings: list[Finding] = field(default_factory=list[Finding])
    run: list[str] = field(default_factory=list[str])

    def add(self, name: str, found: Iterable[Finding]) -> None:
        self.run.append(name)
        self.findings.extend(found)


def check(dataset: Dataset, roles: ColumnRoles | None, problem: UserError | None = None) -> Quality:
    """What is wrong with `dataset`, worst first.

    Args:
        roles: Roles of the columns; without them only what needs none is checked.
        problem: Why there are no roles, which becomes a finding.

    Raises:
        DataError: The dataset is a text.
    """
    frame = dataset.frame
    if frame is None:
        raise DataError(f"{dataset.name!r} is a text, not a table")
    checks = _Checks()
    checks.add("completeness", _completeness(frame, roles))
    checks.add("duplicates", _duplicates(frame, roles))
    checks.add("constant_columns", _constants(frame, roles))
    checks.add("dates", _odd_years(frame))
    checks.add("currency", _currencies(dataset))
    not_run: list[str] = []
    if roles is None:
        checks.add("roles", [Finding("roles", "error", problem.what, fix=problem.fix)] if problem else [])
        not_run = ["gaps", "impossible_values", *MEDIA_CHECKS]
    else:
        checks.add("gaps", _gaps(frame, roles, dataset.name))
        checks.add("impossible_values", _impossible(frame, roles))
        try:
            panel = dataset.panel(roles)
        except DataError as error:
            known = any(f.severity == "error" for f in checks.findings)
            checks.add("panel", [] if known else [Finding("panel", "error", error.what, fix=error.fix)])
            not_run = list(MEDIA_CHECKS)
        else:
            for name, found in check_media(panel).items():
                checks.add(name, found)
    order = {"error": 0, "warning": 1, "info": 2}
    findings = tuple(sorted(checks.findings, key=lambda finding: order[finding.severity]))
    bad = {finding.name for finding in findings}
    return Quality(findings, tuple(name for name in checks.run if name not in bad), tuple(not_run))


MEDIA_CHECKS = ("outliers", "spend_variation", "collinearity", "spend_follows_sales", "length")


def _completeness(frame: pd.DataFrame, roles: ColumnRoles | None) -> list[Finding]:
    spend = [] if roles is None else [c for columns in roles.spend.values() for c in columns]
    needed = [] if roles is None else [roles.date, roles.outcome]
    labels = set(roles.events) if roles else set()
    found: list[Finding] = []
    for column in map(str, frame.columns):
        gone = frame[column].isna()
        count = int(gone.sum())
        if not count or column in labels:
            continue
        severity: Literal["error", "warning", "info"] = (
            "error" if column in needed else "warning" if count > _MUCH_MISSING * len(frame) else "info"
        )
        if roles is not None and column in roles.ignored:
            severity = "info"
        found.append(
            Finding(
                "completeness",
                severity,
                f"{count} of {len(frame)} values of {column!r} are missing",
                count=count,
                rows=_rows(gone),
                columns=(column,),
                fix="Missing spend is nothing spent? Then fill it with 0"
                if column in spend
                else "Fill them in at the source",
                fix_name="fill_missing_spend" if column in spend else None,
            )
        )
    return found


def _duplicates(frame: pd.DataFrame, roles: ColumnRoles | None) -> list[Finding]:
    same = frame.duplicated()
    found: list[Finding] = []
    if bool(same.any()):
        found.append(
            Finding(
                "duplicates",
                "error",
                f"rows that repeat an earlier row in every column: {int(same.sum())}",
                count=int(same.sum()),
                rows=_rows(same),
                fix="Keep the first of each",
                fix_name="drop_duplicates",
            )
        )
    if roles is None or roles.layout == "long":
        return found
    keys = [column for column in (roles.date, roles.geo) if column is not None]
    repeats = frame.duplicated(subset=keys) & ~same & frame[roles.date].notna()
    if bool(repeats.any()):
        found.append(
            Finding(
                "duplicates",
                "warning",
                f"rows that repeat a period with other values: {int(repeats.sum())}",
                count=int(repeats.sum()),
                rows=_rows(repeats),
                columns=tuple(keys),
                fix="Sum the rows of a period, if they are parts of it",
                fix_name="sum_duplicates",
            )
        )
    return found


def _constants(frame: pd.DataFrame, roles: ColumnRoles | None) -> list[Finding]:
    constant = tuple(str(c) for c in frame.columns if one_value(frame[c]))
    if roles is not None and roles.outcome in constant:
        never = Finding(
            "constant_columns",
            "error",
            f"the outcome {roles.outcome!r} never changes, so nothing can be told from it",
            count=len(frame),
            columns=(roles.outcome,),
            fix="Check the column; name another with --role outcome=COLUMN",
        )
        without = [column for column in constant if column != roles.outcome]
        return [never, *_constants(frame[without], None)]
    if not constant:
        return []
    never = "never changes and explains nothing" if len(constant) == 1 else "never change and explain nothing"
    return [
        Finding(
            "constant_columns",
            "info",
            f"{', '.join(map(repr, constant))} {never}",
            count=len(constant),
            columns=constant,
            fix="Leave out what never changes",
            fix_name="drop_constant_columns",
        )
    ]


def _odd_years(frame: pd.DataFrame) -> list[Finding]:
    found: list[Finding] = []
    for column in map(str, frame.columns):
        if not pd.api.types.is_datetime64_any_dtype(frame[column]):
            continue
        years = frame[column].dt.year
        odd = (years < EARLIEST_YEAR) | (years > LATEST_YEAR)
        if bool(odd.any()):
            first = str(frame[column][odd].iloc[0])[:10]
            found.append(
                Finding(
                    "dates",
                    "warning",
                    f"dates of {column!r} in years that are hardly meant: {int(odd.sum())} ({first} is the first)",
                    count=int(odd.sum()),
                    rows=_rows(odd),
                    columns=(column,),
                    fix="Check how the dates are written: 31.12.2024, 2024-12-31",
                )
            )
    return found


def _currencies(dataset: Dataset) -> list[Finding]:
    assert dataset.frame is not None
    found: list[Finding] = []
    for column in map(str, dataset.frame.columns):
        values = dataset.frame[column]
        if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
            continue
        cells = [str(v) for v in values.dropna().unique()]
        numbers = read_numbers(cells)
        known = sum(value is not None for value in numbers.values)
        if len(numbers.currencies) > 1 and known >= _MIXED_CELLS * len(cells):
            found.append(_currency_finding(numbers.currencies, (column,)))
    stated = sorted(set(stated_currencies(dataset).values()))
    if len(stated) > 1:
        found.append(_currency_finding(stated, ("currency",)))
    marked = sorted(set(dataset.currencies.values()))
    if len(marked) > 1:
        found.append(_currency_finding(marked, tuple(dataset.currencies)))
    return found


def _currency_finding(codes: Sequence[str], columns: tuple[str, ...]) -> Finding:
    return Finding(
        "currency",
        "error",
        f"amounts in {' and '.join(codes)} stand side by side",
        count=len(codes),
        columns=columns,
        fix="Convert all amounts to one currency",
    )


def _gaps(frame: pd.DataFrame, roles: ColumnRoles, name: str) -> list[Finding]:
    days = np.unique(frame[roles.date].dropna().to_numpy().astype("datetime64[D]"))
    try:
        calendar = calendar_of(days, name)
    except DataError as error:
        return [Finding("gaps", "error", error.what, columns=(roles.date,), fix=error.fix)]
    if not len(calendar.missing):
        return []
    return [
        Finding(
            "gaps",
            "error",
            f"{calendar.frequency}s without a row: {len(calendar.missing)} ({name_dates(calendar.missing)})",
            count=len(calendar.missing),
            columns=(roles.date,),
            fix="Add them, or keep the stretch after the last gap",
            fix_name="start_after_gaps",
        )
    ]


def _impossible(frame: pd.DataFrame, roles: ColumnRoles) -> list[Finding]:
    found: list[Finding] = []
    spend = [c for columns in roles.spend.values() for c in columns]
    for column in (*spend, *roles.impressions.values(), *roles.clicks.values()):
        below = frame[column] < 0
        if bool(below.any()):
            found.append(
                Finding(
                    "impossible_values",
                    "error",
                    f"negative values of {column!r}: {int(below.sum())}",
                    count=int(below.sum()),
                    rows=_rows(below),
                    columns=(column,),
                    fix="Book refunds where they belong, or count them as 0",
                    fix_name="zero_negative_spend" if column in spend else None,
                )
            )
    below = frame[roles.outcome] < 0
    if bool(below.any()):
        message = f"negative values of the outcome {roles.outcome!r}: {int(below.sum())}"
        found.append(
            Finding(
                "impossible_values",
                "warning",
                message,
                count=int(below.sum()),
                rows=_rows(below),
                columns=(roles.outcome,),
                fix="Check whether returns are booked as sales",
            )
        )
    for channel, clicks in roles.clicks.items():
        seen = roles.impressions.get(channel)
        more = frame[clicks] > frame[seen] if seen else pd.Series(False, index=frame.index)
        if bool(more.any()):
            found.append(
                Finding(
                    "impossible_values",
                    "warning",
                    f"rows in which {channel!r} has more clicks than impressions: {int(more.sum())}",
                    count=int(more.sum()),
                    rows=_rows(more),
                    columns=(clicks, str(seen)),
                    fix="Check whether the columns are swapped",
                )
            )
    return found


def _rows(where: pd.Series) -> tuple[int, ...]:
    return tuple(int(row) + 1 for row in np.flatnonzero(where.to_numpy())[:MOST_ROWS])
