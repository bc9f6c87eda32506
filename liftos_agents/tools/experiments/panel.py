"""The geos of an experiment as a regular table: totals by geo and period, who was treated, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import Treated, refuse_same, take
from liftos_agents.tools.effects.columns import Rows, refuse_constant
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.experiments.question import TOOL, MeasureIncrementalityArguments
from liftos_agents.tools.experiments.spell import as_period, label, ordered_time

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class GeoPanel:
    """Totals by geo (rows, sorted by name) and period (columns, sorted).

    Attributes:
        geos: G names.
        treated: (G,) whether the geo was treated in the test.
        periods: P labels, ISO dates or numbers.
        outcome: (G, P).
        spend: (G, P), or None.
        pre, test: (P,) which periods lie before and in the test.
        pairs: (G,) the pair's name, or None.
    """

    geos: tuple[str, ...]
    treated: Flags
    periods: tuple[str | float, ...]
    outcome: Array
    spend: Array | None
    pre: Flags
    test: Flags
    pairs: tuple[str, ...] | None
    rows: int
    warnings: tuple[str, ...]

    def change(self, values: Array) -> Array:
        """(G,) mean per period in the test less the mean before it."""
        return values[:, self.test].mean(axis=1) - values[:, self.pre].mean(axis=1)

    @property
    def scale(self) -> float:
        """From an effect per geo and period to the total over the treated geos and the test."""
        return float(self.treated.sum() * self.test.sum())


def geo_panel(context: ToolContext, asked: MeasureIncrementalityArguments) -> GeoPanel:
    """The panel that the arguments name.

    Raises:
        ToolRetry: A column or a date does not fit.
        ToolFailed: Every unit is treated or none is.
    """
    if asked.time is None:
        raise ToolRetry(
            "no column says when", where=f"{TOOL} argument time", fix="Name the column of dates or periods"
        )
    if asked.treatment is None and not asked.treated_units:
        raise ToolRetry(
            "nothing says who was treated",
            where=f"{TOOL} argument treatment",
            fix="Name the group column as treatment, or the treated units as treated_units",
        )
    if asked.treated_units and asked.unit is None:
        raise ToolRetry(
            "treated_units are given and no column names the units",
            where=f"{TOOL} argument unit",
            fix="Name the column of units",
        )
    refuse_same(
        TOOL,
        outcome=asked.outcome,
        treatment=asked.treatment,
        unit=asked.unit,
        time=asked.time,
        spend=asked.spend,
    )
    by_column = None if asked.treated_units else asked.treatment
    rows = take(
        context,
        TOOL,
        numbers={"outcome": asked.outcome, "treatment": by_column, "spend": asked.spend},
        keys={"unit": asked.unit, "time": asked.time, "pair": asked.pair},
        treated=None if by_column is None else Treated(by_column, asked.treated),
        least=4,
    )
    refuse_constant(rows, TOOL, "outcome", asked.outcome)
    refuse_negative_spend(rows, asked.spend)
    return _panel(rows, asked)


def refuse_negative_spend(rows: Rows, spend: str | None) -> None:
    """Refuses spend below zero.

    Raises:
        ToolRetry: A row has it.
    """
    if spend is None:
        return
    values = rows.numbers(spend)
    if (values < 0.0).any():
        raise ToolRetry(
            f"{spend!r} is negative in {int((values < 0.0).sum())} rows (lowest {values.min():g})",
            where=f"{TOOL} argument spend",
            fix="Name a column of costs, none below zero; book credits where the spend was booked",
        )


def _panel(rows: Rows, asked: MeasureIncrementalityArguments) -> GeoPanel:
    assert asked.time is not None
    frame = rows.frame
    moment = ordered_time(frame[asked.time], asked.time, TOOL)
    treated_row = _treated_rows(frame, asked)
    unit = (
        frame[asked.unit].map(label)
        if asked.unit is not None
        else pd.Series(np.where(treated_row, "treated", "control"), index=frame.index)
    )
    ever = treated_row.groupby(unit).max()
    _refuse_one_sided(ever, asked)
    start = _start(moment, treated_row, unit, asked)
    last = (
        moment.max()
        if asked.treatment_end is None
        else as_period(asked.treatment_end, moment, "treatment_end", TOOL)
    )
    _refuse_outside(moment, start, last, asked)

    def table(column: str) -> pd.DataFrame:
        given = pd.DataFrame({"unit": unit, "moment": moment, "value": frame[column]})
        # Sorted before it is added up, so that the order of rows cannot move the last digit.
        given = given.sort_values(["unit", "moment", "value"], kind="stable")
        return given.groupby(["unit", "moment"])["value"].sum().unstack("moment").sort_index(axis=1)

    outcome = table(asked.outcome)
    everything: list[Any] = list(outcome.columns)
    columns = [c for c in everything if c <= last]
    whole = np.array([not np.isnan(row).any() for row in outcome[columns].to_numpy(np.float64)])
    warnings = list(rows.notes)
    if not whole.all():
        gaps = sorted(map(str, outcome.index[~whole]))
        warnings.append(
            f"{len(gaps)} of {len(whole)} units lack a period and are left out: {', '.join(gaps[:5])}"
            + (", …." if len(gaps) > 5 else ".")
        )
    kept = outcome.index[whole]
    if len(kept) == 0:
        raise ToolFailed(
            "no unit has a value in every period",
            where=f"{TOOL} argument time",
            fix="Give a table with a row for each unit and period, or coarser periods",
        )
    _refuse_one_sided(ever[kept], asked)
    if rows.dropped:
        warnings.append(f"{rows.dropped} rows lack a value and are left out.")
    return GeoPanel(
        geos=tuple(map(str, kept)),
        treated=ever[kept].to_numpy(bool),
        periods=tuple(label(c) if isinstance(c, pd.Timestamp) else float(c) for c in columns),
        outcome=outcome.loc[kept, columns].to_numpy(np.float64),
        spend=None if asked.spend is None else table(asked.spend).loc[kept, columns].to_numpy(np.float64),
        pre=np.array([c < start for c in columns]),
        test=np.array([c >= start for c in columns]),
        pairs=_pairs(frame, unit, kept, asked),
        rows=len(frame),
        warnings=tuple(warnings),
    )


def _treated_rows(frame: pd.DataFrame, asked: MeasureIncrementalityArguments) -> pd.Series:
    if not asked.treated_units:
        assert asked.treatment is not None
        values = frame[asked.treatment]
        odd = sorted(set(values.unique()) - {0.0, 1.0})
        if odd:
            raise ToolRetry(
                f"{asked.treatment!r} holds {odd[0]:g}, and a group is 0 or 1",
                where=f"{TOOL} argument treatment",
                fix="Name a column of 0 and 1, or of two words",
            )
        return values == 1.0
    assert asked.unit is not None
    names = frame[asked.unit].map(label)
    wanted = {label(u) for u in asked.treated_units}
    unknown = sorted(wanted - set(names))
    if unknown:
        known = sorted(set(names))
        raise ToolRetry(
            f"no unit {unknown[0]!r} in {asked.unit!r}",
            where=f"{TOOL} argument treated_units",
            fix=f"There are {', '.join(known[:20])}" + (", …" if len(known) > 20 else ""),
        )
    return names.isin(wanted)


def _refuse_one_sided(ever: pd.Series, asked: MeasureIncrementalityArguments) -> None:
    if ever.all() or not ever.any():
        raise ToolFailed(
            f"{'every' if ever.all() else 'no'} unit is treated, so there is nothing to compare with",
            where=f"{TOOL} argument {'treated_units' if asked.treated_units else 'treatment'}",
            fix="Add units that were left untreated" if ever.all() else "Name the units that were treated",
        )


def _start(
    moment: pd.Series, treated_row: pd.Series, unit: pd.Series, asked: MeasureIncrementalityArguments
) -> pd.Timestamp | float:
    if asked.treatment_time is not None:
        return as_period(asked.treatment_time, moment, "treatment_time", TOOL)
    switches = treated_row.groupby(unit).nunique().gt(1) if asked.unit is not None else pd.Series(dtype=bool)
    if not switches.any():
        raise ToolRetry(
            "nothing says when the test began",
            where=f"{TOOL} argument treatment_time",
            fix=f"Give its first period, between {label(moment.min())} and {label(moment.max())}",
        )
    starts = moment[treated_row].groupby(unit[treated_row]).min()
    if starts.nunique() > 1:
        raise ToolRetry(
            f"units start at {starts.nunique()} different times ({label(starts.min())} to {label(starts.max())})",
            where=f"{TOOL} argument treatment",
            fix="Use difference_in_differences for a staggered start, or give treatment_time",
        )
    return starts.iloc[0]


def _refuse_outside(
    moment: pd.Series,
    start: pd.Timestamp | float,
    last: pd.Timestamp | float,
    asked: MeasureIncrementalityArguments,
) -> None:
    if start <= moment.min() or start > moment.max():  # pyright: ignore[reportOperatorIssue]
        raise ToolRetry(
            f"the test begins at {label(start)}, and the data run from {label(moment.min())} to {label(moment.max())}",
            where=f"{TOOL} argument treatment_time",
            fix="Give a period within the data, with at least one before it",
        )
    if last < start:  # pyright: ignore[reportOperatorIssue]
        raise ToolRetry(
            f"the test ends at {label(last)}, before it begins at {label(start)}",
            where=f"{TOOL} argument treatment_end",
            fix="Swap treatment_time and treatment_end, or leave treatment_end out",
        )
    if last > moment.max():  # pyright: ignore[reportOperatorIssue]
        raise ToolRetry(
            f"the test ends at {label(last)}, and the data end at {label(moment.max())}",
            where=f"{TOOL} argument treatment_end",
            fix="Give a period within the data, or leave treatment_end out",
        )


def _pairs(
    frame: pd.DataFrame, unit: pd.Series, kept: pd.Index, asked: MeasureIncrementalityArguments
) -> tuple[str, ...] | None:
    if asked.pair is None:
        return None
    names = frame[asked.pair].map(label)
    if names.groupby(unit).nunique().gt(1).any():
        raise ToolRetry(
            f"{asked.pair!r} changes within a unit",
            where=f"{TOOL} argument pair",
            fix="Name a column that gives each unit one pair",
        )
    first = names.groupby(unit).first()
    return tuple(first[kept])
