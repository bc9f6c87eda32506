"""Few treated units: the synthetic control's average effect, made a total with its cost."""

from __future__ import annotations

from typing import Any

from scipy import stats

from liftos_agents.domain.effect import Assumption, Check
from liftos_agents.domain.figure import Figure
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.experiments.finding import Bounds, Finding, Moments
from liftos_agents.tools.experiments.geo_checks import control_spend
from liftos_agents.tools.experiments.panel import GeoPanel
from liftos_agents.tools.experiments.question import TOOL, MeasureIncrementalityArguments


def synthetic(context: ToolContext, panel: GeoPanel, asked: MeasureIncrementalityArguments) -> Finding:
    """Incremental outcome of the treated units from `synthetic_control` on the same data.

    Raises:
        ToolRetry: No column names the units, or the test ends before the data do.
    """
    if asked.unit is None:
        raise ToolRetry(
            "a synthetic control is made of units and no column names them",
            where=f"{TOOL} argument unit",
            fix="Name the column of units, or use method='tbr'",
        )
    if asked.treatment_end is not None:
        raise ToolRetry(
            "synthetic_control reads to the end of the data, and treatment_end is given",
            where=f"{TOOL} argument treatment_end",
            fix="Leave it out and give data that end with the test, or use method='tbr'",
        )
    first = panel.periods[int(panel.test.argmax())]
    names = [geo for geo, treated in zip(panel.geos, panel.treated, strict=True) if treated]
    evidence = context.run(
        "synthetic_control",
        outcome=asked.outcome,
        unit=asked.unit,
        time=asked.time,
        treated_units=names,
        treatment_time=first,
        level=asked.level,
    )
    found = evidence.result
    checks, verdicts, reasons = control_spend(panel)
    refused = found["status"] == "refused" or found["estimate"] is None
    return Finding(
        method="synthetic_control",
        estimand=f"Total effect on {asked.outcome} in {', '.join(names[:5])} over the {int(panel.test.sum())} periods of the "
        "test (average effect on the treated, times units and periods).",
        design=found["design"],
        n=panel.rows,
        moments=None if refused else _moments(panel, found, asked.level),
        interval=_interval(panel, found),
        p_value=found["p_value"],
        assumptions=(*(Assumption(**a) for a in found["assumptions"]), *verdicts),
        observed=float(panel.outcome[panel.treated][:, panel.test].sum()),
        checks=(*(Check(**c) for c in found["checks"]), *checks),
        diagnostics={
            "synthetic_control_evidence": evidence.id,
            "effect_per_unit_and_period": found["estimate"],
            **{
                k: v
                for k, v in found["diagnostics"].items()
                if k in ("inference", "donors", "periods_before")
            },
        },
        figures=tuple(Figure.model_validate(f) for f in found["figures"][:2]),
        reasons=(*found["reasons"], *reasons),
        warnings=(*panel.warnings, *found["warnings"], *_cost_note(panel)),
        advice=tuple(found["advice"]),
    )


def _moments(panel: GeoPanel, found: dict[str, Any], level: float) -> Moments:
    critical = float(stats.norm.ppf(0.5 + level / 2.0))
    error = found["standard_error"] or 0.0
    variance = (error * panel.scale) ** 2
    if panel.spend is None:
        return Moments(found["estimate"] * panel.scale, variance, critical, float("inf"))
    cost = float(panel.change(panel.spend)[panel.treated].sum() * panel.test.sum())
    return Moments(found["estimate"] * panel.scale, variance, critical, float("inf"), cost)


def _interval(panel: GeoPanel, found: dict[str, Any]) -> Bounds | None:
    interval = found["interval"]
    if interval is None:
        return Bounds(None, None)
    return Bounds(interval["low"], interval["high"]).times(panel.scale)


def _cost_note(panel: GeoPanel) -> tuple[str, ...]:
    if panel.spend is None:
        return ()
    return (
        "Incremental spend is the treated units' spend in the test less their own mean before it; it is taken as known.",
    )
