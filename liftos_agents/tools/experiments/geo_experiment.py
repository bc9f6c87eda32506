"""Geo experiment: difference in differences of geo totals, with the geo as cluster or by playing the assignment again."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from liftos_agents.domain.effect import Assumption
from liftos_agents.tools.errors import ToolFailed
from liftos_agents.tools.experiments import geo_checks, geo_figures
from liftos_agents.tools.experiments.contrast import Contrast, pair_positions
from liftos_agents.tools.experiments.finding import Bounds, Finding, Moments
from liftos_agents.tools.experiments.panel import GeoPanel
from liftos_agents.tools.experiments.question import TOOL, MeasureIncrementalityArguments
from liftos_agents.tools.experiments.randomisation import (
    assignments,
    fewest_p,
    not_rejected,
    randomisation_p,
)

FEWEST_A_SIDE = 4
"""Fewer treated or control geos give a spread that is hardly known: the result is downgraded."""


def geo_experiment(panel: GeoPanel, asked: MeasureIncrementalityArguments) -> Finding:
    """Incremental outcome of the treated geos over the test.

    Raises:
        ToolFailed: A group has one geo only, so there is no spread to judge by.
    """
    contrast, alone = _contrast(panel, asked)
    level, scale = asked.level, panel.scale
    change = panel.change(panel.outcome)
    spending = None if panel.spend is None else panel.change(panel.spend)
    moments = _moments(contrast, change, spending, scale, level)
    side = min(int(panel.treated.sum()), int((~panel.treated).sum()))
    described = {
        "method": "geo_experiment",
        "estimand": f"Total effect on {asked.outcome} in the {int(panel.treated.sum())} treated units over the "
        f"{int(panel.test.sum())} periods of the test (average effect on the treated, times both).",
        "design": _design(contrast, asked),
        "n": panel.rows,
    }
    by_assignment = asked.inference == "randomisation"
    if by_assignment and fewest_p(contrast) > 1.0 - level:
        return Finding(
            **described,
            moments=None,
            assumptions=_assumptions(contrast, asked),
            reasons=(
                f"With {int(panel.treated.sum())} treated and {int((~panel.treated).sum())} control units the assignment can "
                f"give no p-value below {fewest_p(contrast):.2g}, so no interval at {level:.0%} exists.",
            ),
            advice=("Add geos, ask for a lower level, or use inference='cluster'.",),
        )
    interval = ratio = None
    p_value = contrast.p_value(change)
    if by_assignment:
        signs = assignments(contrast, asked.seed)
        error = math.sqrt(moments.outcome_variance)
        p_value = randomisation_p(contrast, change, signs)
        shift = panel.treated / scale
        interval = not_rejected(contrast, lambda e: change - e * shift, signs, level, moments.outcome, error)
        if spending is not None and moments.cost:
            ratio = _ratio(contrast, change, spending, signs, level, moments)
    checks, verdicts, reasons, extra = geo_checks.geo_checks(panel, contrast, asked)
    advice: list[str] = []
    if side < FEWEST_A_SIDE:
        reasons.append(
            f"The smaller group has {side} units, so the spread between units is hardly known "
            f"(at least {FEWEST_A_SIDE} a side are wanted)."
        )
        advice.append("Read it with tbr or synthetic_control, which judge by time, or run it with more geos.")
    observed = float(panel.outcome[panel.treated][:, panel.test].sum())
    return Finding(
        **described,
        moments=moments,
        interval=interval,
        iroas=ratio,
        p_value=p_value,
        assumptions=(*_assumptions(contrast, asked), *verdicts),
        observed=observed,
        checks=tuple(checks),
        diagnostics={
            "treated_units": int(panel.treated.sum()),
            "control_units": int((~panel.treated).sum()),
            "periods_before": int(panel.pre.sum()),
            "periods_in_test": int(panel.test.sum()),
            "degrees_of_freedom": moments.freedom,
            "effect_per_unit_and_period": moments.outcome / scale,
            **extra,
        },
        figures=geo_figures.geo_pictures(panel, contrast, asked, moments),
        reasons=tuple(reasons),
        warnings=(*panel.warnings, *alone),
        advice=tuple(advice),
    )


def _contrast(panel: GeoPanel, asked: MeasureIncrementalityArguments) -> tuple[Contrast, tuple[str, ...]]:
    if panel.pairs is not None:
        positions, alone = pair_positions(panel.treated, panel.pairs)
        if len(positions) < 2:
            raise ToolFailed(
                f"{len(positions)} pairs have one treated and one control unit, and two are the least",
                where=f"{TOOL} argument pair",
                fix="Leave pair out, or name the column that holds the pairs",
            )
        said = (f"{alone} units have no partner and are left out.",) if alone else ()
        return Contrast(panel.treated, positions), said
    sides = int(panel.treated.sum()), int((~panel.treated).sum())
    if min(sides) < 2:
        raise ToolFailed(
            f"there are {sides[0]} treated and {sides[1]} control units, and a geo experiment needs two of each at least",
            where=f"{TOOL} argument {(asked.unit and 'unit') or 'treatment'}",
            fix="Use method='tbr' or method='synthetic_control', which judge by time rather than by the units' spread",
        )
    return Contrast(panel.treated), ()


def _moments(
    contrast: Contrast, change: np.ndarray, spending: np.ndarray | None, scale: float, level: float
) -> Moments:
    freedom = contrast.freedom(change)
    critical = float(stats.t.ppf(0.5 + level / 2.0, freedom))
    value, variance = contrast.value(change), contrast.covariance(change, change)
    if spending is None:
        return Moments(scale * value, scale**2 * variance, critical, freedom)
    return Moments(
        scale * value,
        scale**2 * variance,
        critical,
        freedom,
        scale * contrast.value(spending),
        scale**2 * contrast.covariance(spending, spending),
        scale**2 * contrast.covariance(change, spending),
    )


def _ratio(
    contrast: Contrast,
    change: np.ndarray,
    spending: np.ndarray,
    signs: np.ndarray,
    level: float,
    moments: Moments,
) -> Bounds:
    assert moments.cost is not None
    middle = moments.outcome / moments.cost
    variance = (
        moments.outcome_variance - 2.0 * middle * moments.covariance + middle**2 * moments.cost_variance
    )
    error = math.sqrt(max(variance, 0.0)) / abs(moments.cost)
    return not_rejected(contrast, lambda r: change - r * spending, signs, level, middle, error)


def _design(contrast: Contrast, asked: MeasureIncrementalityArguments) -> str:
    how = (
        "within pairs of units" if contrast.pairs is not None else "between the treated and the control units"
    )
    inference = (
        "p-value and interval come from playing the assignment again"
        if asked.inference == "randomisation"
        else "standard errors take the unit as cluster, with its small-sample t"
    )
    return (
        f"Geo experiment: each unit's change from before the test to the test is compared {how}; {inference}."
    )


def _assumptions(contrast: Contrast, asked: MeasureIncrementalityArguments) -> tuple[Assumption, ...]:
    return (
        Assumption(
            name="Units were assigned at random" + (" within pairs" if contrast.pairs is not None else ""),
            how_checked="Known from how the experiment was run, not from the data; the pre-trend is looked at instead.",
            verdict="not checked",
        ),
        Assumption(
            name="Treating one unit does not change another (no spillover)",
            how_checked="Nothing in the table says how people move or see advertising between units.",
            verdict="not checked",
        ),
        Assumption(
            name="Nothing else happened to one group alone during the test",
            how_checked="The data cannot tell another event at the same time from the treatment.",
            verdict="not checked",
        ),
    )
