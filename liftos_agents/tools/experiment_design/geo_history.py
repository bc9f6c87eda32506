"""The geos' history as a regular table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import refuse_same, take
from liftos_agents.tools.effects.columns import refuse_constant
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.experiment_design.plan import TOOL, DesignExperimentArguments
from liftos_agents.tools.experiments.spell import label, ordered_time

Array = NDArray[np.float64]

FEWEST_PERIODS = 12


@dataclass(frozen=True)
class GeoHistory:
    """Totals by geo (sorted by name) and period.

    Attributes:
        outcome: (G, P).
        spend: (G, P), or None.
    """

    geos: tuple[str, ...]
    periods: tuple[str | float, ...]
    outcome: Array
    spend: Array | None
    rows: int
    warnings: tuple[str, ...]


def geo_history(context: ToolContext, asked: DesignExperimentArguments) -> GeoHistory:
    """The history that the arguments name.

    Raises:
        ToolRetry: A column is not named or does not fit.
        ToolFailed: There is no table, or too little of it.
    """
    for argument, name in (("outcome", asked.outcome), ("unit", asked.unit), ("time", asked.time)):
        if name is None:
            raise ToolRetry(
                f"a geo test is tried out on its history and {argument} is not named",
                where=f"{TOOL} argument {argument}",
                fix=f"Name the column of {'geos' if argument == 'unit' else 'periods' if argument == 'time' else 'the outcome'}",
            )
    assert asked.outcome is not None
    assert asked.unit is not None
    assert asked.time is not None
    refuse_same(TOOL, outcome=asked.outcome, unit=asked.unit, time=asked.time, spend=asked.spend)
    rows = take(
        context,
        TOOL,
        numbers={"outcome": asked.outcome, "spend": asked.spend},
        keys={"unit": asked.unit, "time": asked.time},
        least=FEWEST_PERIODS,
    )
    refuse_constant(rows, TOOL, "outcome", asked.outcome)
    if asked.spend is not None and (rows.numbers(asked.spend) < 0.0).any():
        raise ToolRetry(
            f"{asked.spend!r} is negative in some rows",
            where=f"{TOOL} argument spend",
            fix="Name a column of costs, none below zero",
        )
    moment = ordered_time(rows.frame[asked.time], asked.time, TOOL)
    outcome = _table(rows.frame, asked.unit, moment, asked.outcome)
    whole = np.array([not np.isnan(row).any() for row in outcome.to_numpy(np.float64)])
    warnings = []
    if not whole.all():
        warnings.append(f"{int((~whole).sum())} of {len(whole)} geos lack a period and cannot take part.")
    kept = outcome.index[whole]
    if outcome.shape[1] < FEWEST_PERIODS or len(kept) < 2:
        raise ToolFailed(
            f"the history has {len(kept)} whole geos and {outcome.shape[1]} periods; 2 and {FEWEST_PERIODS} are the least",
            where=f"{TOOL} argument time",
            fix="Give a longer history with a row for each geo and period",
        )
    spend = None if asked.spend is None else _table(rows.frame, asked.unit, moment, asked.spend).loc[kept]
    return GeoHistory(
        geos=tuple(map(str, kept)),
        periods=tuple(label(c) if isinstance(c, pd.Timestamp) else float(str(c)) for c in outcome.columns),
        outcome=outcome.loc[kept].to_numpy(np.float64),
        spend=None if spend is None else spend.to_numpy(np.float64),
        rows=len(rows),
        warnings=tuple(warnings),
    )


def _table(frame: pd.DataFrame, unit: str, moment: pd.Series, column: str) -> pd.DataFrame:
    given = pd.DataFrame({"unit": frame[unit].map(label), "moment": moment, "value": frame[column]})
    given = given.sort_values(["unit", "moment", "value"], kind="stable")
    return given.groupby(["unit", "moment"])["value"].sum().unstack("moment").sort_index(axis=1)
