"""The two groups of a holdout from its table: a row a person, several rows a person, or a row for many people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import Treated, refuse_same, take
from liftos_agents.tools.effects.columns import Rows, refuse_constant
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.experiments.panel import refuse_negative_spend
from liftos_agents.tools.experiments.question import TOOL, MeasureIncrementalityArguments
from liftos_agents.tools.experiments.spell import as_period, label, ordered_time

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Holdout:
    """Treated and held-out people.

    Attributes:
        sizes: People treated and held out.
        total: Their outcome.
        spent: Their cost, or None without a spend column.
        proportion: The outcome is yes or no for each person.
        treated, values, spend, covariate: (n,) by person, sorted; None for grouped rows.
        adjusted: `values` less what the covariate predicts.
        taken_out: Share of the outcome's variance that the covariate predicts within groups.
    """

    sizes: tuple[float, float]
    total: tuple[float, float]
    spent: tuple[float, float] | None
    proportion: bool
    rows: int
    treated: Flags | None
    values: Array | None
    adjusted: Array
    spend: Array | None
    covariate: Array | None
    taken_out: float | None
    warnings: tuple[str, ...]


def held_out(context: ToolContext, asked: MeasureIncrementalityArguments) -> Holdout:
    """The groups that the arguments name.

    Raises:
        ToolRetry: A column does not fit.
        ToolFailed: A group has fewer than two people.
    """
    if asked.treatment is None:
        raise ToolRetry(
            "nothing says who was treated",
            where=f"{TOOL} argument treatment",
            fix="Name the column that says treated or held out",
        )
    refuse_same(
        TOOL,
        outcome=asked.outcome,
        treatment=asked.treatment,
        spend=asked.spend,
        unit=asked.unit,
        size=asked.size,
        covariate=asked.covariate,
    )
    numbers = {
        "outcome": asked.outcome,
        "treatment": asked.treatment,
        "spend": asked.spend,
        "size": asked.size,
        "covariate": asked.covariate,
    }
    keys = {"unit": asked.unit, "time": asked.time}
    rows = take(
        context,
        TOOL,
        numbers=numbers,
        keys=keys,
        treated=Treated(asked.treatment, asked.treated),
        least=2 if asked.size else 4,
    )
    refuse_constant(rows, TOOL, "outcome", asked.outcome) if asked.size is None else None
    refuse_negative_spend(rows, asked.spend)
    _refuse_groups(rows, asked)
    return _grouped(rows, asked) if asked.size is not None else _people(rows, asked)


def _refuse_groups(rows: Rows, asked: MeasureIncrementalityArguments) -> None:
    assert asked.treatment is not None
    values = rows.frame[asked.treatment]
    odd = sorted(set(values.unique()) - {0.0, 1.0})
    if odd:
        raise ToolRetry(
            f"{asked.treatment!r} holds {odd[0]:g}, and a group is 0 or 1",
            where=f"{TOOL} argument treatment",
            fix="Name a column of 0 and 1, or of two words",
        )
    if values.nunique() < 2:
        raise ToolFailed(
            f"{'everyone' if values.iloc[0] == 1.0 else 'no one'} is treated, so there is nothing to compare with",
            where=f"{TOOL} argument treatment",
            fix="Add the rows of the held-out" if values.iloc[0] == 1.0 else "Add the rows of the treated",
        )


def _grouped(rows: Rows, asked: MeasureIncrementalityArguments) -> Holdout:
    assert asked.size is not None
    assert asked.treatment is not None
    frame = rows.frame
    people, converted = frame[asked.size], frame[asked.outcome]
    if (people <= 0.0).any() or (converted < 0.0).any() or (converted > people).any():
        raise ToolRetry(
            f"in some row {asked.outcome!r} lies outside 0 to {asked.size!r}",
            where=f"{TOOL} argument size",
            fix="For grouped rows the outcome is how many of the row's people converted; give a row a person for other outcomes",
        )
    columns = [asked.size, asked.outcome, *([asked.spend] if asked.spend else [])]
    ordered = frame.sort_values([asked.treatment, *columns], kind="stable")
    sums = ordered.groupby(asked.treatment)[columns].sum()
    if (sums[asked.size] < 2.0).any():
        raise ToolFailed(
            "a group has fewer than two people", where=f"{TOOL} argument size", fix="Give both groups whole"
        )
    return Holdout(
        sizes=(float(sums[asked.size][1.0]), float(sums[asked.size][0.0])),
        total=(float(sums[asked.outcome][1.0]), float(sums[asked.outcome][0.0])),
        spent=(float(sums[asked.spend][1.0]), float(sums[asked.spend][0.0])) if asked.spend else None,
        proportion=True,
        rows=len(frame),
        treated=None,
        values=None,
        adjusted=np.empty(0),
        spend=None,
        covariate=None,
        taken_out=None,
        warnings=_notes(rows),
    )


def _people(rows: Rows, asked: MeasureIncrementalityArguments) -> Holdout:
    assert asked.treatment is not None
    frame = _by_unit(_within(rows.frame, asked), asked)
    order = [c for c in (asked.treatment, asked.outcome, asked.spend, asked.covariate) if c is not None]
    frame = frame.sort_values(order, kind="stable")
    treated = frame[asked.treatment].to_numpy() == 1.0
    values = frame[asked.outcome].to_numpy(np.float64)
    sides = int(treated.sum()), int((~treated).sum())
    if min(sides) < 2:
        raise ToolFailed(
            f"{sides[0]} are treated and {sides[1]} held out, and each group needs two at least",
            where=f"{TOOL} argument {'unit' if asked.unit else 'treatment'}",
            fix="Randomise more units, or use method='tbr' on their totals over time",
        )
    covariate = frame[asked.covariate].to_numpy(np.float64) if asked.covariate else None
    adjusted, taken_out = (values, None) if covariate is None else _less_predicted(values, covariate, treated)
    spend = frame[asked.spend].to_numpy(np.float64) if asked.spend else None
    return Holdout(
        sizes=(float(sides[0]), float(sides[1])),
        total=(float(values[treated].sum()), float(values[~treated].sum())),
        spent=None if spend is None else (float(spend[treated].sum()), float(spend[~treated].sum())),
        proportion=covariate is None and set(np.unique(values)) <= {0.0, 1.0},
        rows=len(rows),
        treated=treated,
        values=values,
        adjusted=adjusted,
        spend=spend,
        covariate=covariate,
        taken_out=taken_out,
        warnings=_notes(rows),
    )


def _within(frame: pd.DataFrame, asked: MeasureIncrementalityArguments) -> pd.DataFrame:
    """The rows of the test, where times are given."""
    if asked.time is None or (asked.treatment_time is None and asked.treatment_end is None):
        return frame
    moment = ordered_time(frame[asked.time], asked.time, TOOL)
    start, last = (
        (
            moment.min()
            if asked.treatment_time is None
            else as_period(asked.treatment_time, moment, "treatment_time", TOOL)
        ),
        (
            moment.max()
            if asked.treatment_end is None
            else as_period(asked.treatment_end, moment, "treatment_end", TOOL)
        ),
    )
    if last < start:  # pyright: ignore[reportOperatorIssue]
        raise ToolRetry(
            f"the test ends at {label(last)}, before it begins at {label(start)}",
            where=f"{TOOL} argument treatment_end",
            fix="Swap treatment_time and treatment_end, or leave treatment_end out",
        )
    inside = (moment >= start) & (moment <= last)
    if not inside.any():
        raise ToolRetry(
            f"no row lies between {label(start)} and {label(last)}; the data run from {label(moment.min())} to "
            f"{label(moment.max())}",
            where=f"{TOOL} argument treatment_time",
            fix="Give periods within the data",
        )
    return frame[inside]


def _by_unit(frame: pd.DataFrame, asked: MeasureIncrementalityArguments) -> pd.DataFrame:
    """One row a unit: its rows added up, its covariate as in its rows."""
    if asked.unit is None:
        return frame
    assert asked.treatment is not None
    unit = frame[asked.unit].map(label)
    if frame[asked.treatment].groupby(unit).nunique().gt(1).any():
        raise ToolRetry(
            f"some {asked.unit!r} is both treated and held out",
            where=f"{TOOL} argument unit",
            fix="Give the test's rows alone (treatment_time), or name the unit that was randomised",
        )
    how = {asked.treatment: "first", asked.outcome: "sum"}
    how |= {asked.spend: "sum"} if asked.spend else {}
    how |= {asked.covariate: "mean"} if asked.covariate else {}
    ordered = frame.sort_values([c for c in how if c is not None], kind="stable")
    return ordered.groupby(unit[ordered.index]).agg(how)


def _less_predicted(values: Array, covariate: Array, treated: Flags) -> tuple[Array, float]:
    """CUPED (Deng, Xu, Kohavi and Walker 2013): values less slope × (covariate − mean), slope within groups."""
    inner = np.where(treated, covariate[treated].mean(), covariate[~treated].mean())
    outer = np.where(treated, values[treated].mean(), values[~treated].mean())
    x, y = covariate - inner, values - outer
    below = float(x @ x)
    if below == 0.0:
        return values, 0.0
    slope = float(x @ y) / below
    whole = float(y @ y)
    return values - slope * (covariate - covariate.mean()), slope**2 * below / whole if whole > 0.0 else 0.0


def _notes(rows: Rows) -> tuple[str, ...]:
    dropped = (f"{rows.dropped} rows lack a value and are left out.",) if rows.dropped else ()
    return (*rows.notes, *dropped)
