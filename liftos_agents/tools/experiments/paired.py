"""Paired geos read by trimmed match: pairs' differences from the table, and what the design assumes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liftos_agents.domain.effect import Assumption, Check
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries, SeriesRole
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import Treated, refuse_same, take
from liftos_agents.tools.errors import ToolFailed, ToolRetry
from liftos_agents.tools.experiments.contrast import pair_positions
from liftos_agents.tools.experiments.finding import Finding, Moments
from liftos_agents.tools.experiments.geo_checks import control_spend
from liftos_agents.tools.experiments.panel import geo_panel, refuse_negative_spend
from liftos_agents.tools.experiments.question import TOOL, MeasureIncrementalityArguments
from liftos_agents.tools.experiments.spell import label
from liftos_agents.tools.experiments.trimmed_match import TrimmedMatch, trimmed_match

Array = NDArray[np.float64]

FEWEST_PAIRS = 3


@dataclass(frozen=True)
class PairDifferences:
    """Treated less control by pair, sorted by name.

    Attributes:
        response, cost: (n,) differences of totals over the test.
        observed: The treated units' outcome in the test, or None where only differences are known.
    """

    names: tuple[str, ...]
    response: Array
    cost: Array
    observed: float | None
    rows: int
    warnings: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    verdicts: tuple[Assumption, ...] = ()
    reasons: tuple[str, ...] = ()


def paired(context: ToolContext, asked: MeasureIncrementalityArguments) -> Finding:
    """The iROAS over pairs and the incremental outcome that it gives for the spend.

    Raises:
        ToolRetry: Spend or pairs are not named, or a row does not fit.
        ToolFailed: There are fewer than three pairs.
    """
    if asked.spend is None:
        raise ToolRetry(
            "trimmed match estimates outcome per spend and no spend is named",
            where=f"{TOOL} argument spend",
            fix="Name the cost column, or use method='geo_experiment' with pair",
        )
    found = _differences(context, asked)
    if len(found.names) < FEWEST_PAIRS:
        raise ToolFailed(
            f"{len(found.names)} pairs have one treated and one control unit, and at least {FEWEST_PAIRS} are needed",
            where=f"{TOOL} argument pair",
            fix="Give more pairs, or use method='tbr'",
        )
    match = trimmed_match(found.response, found.cost, asked.trim_rate, asked.level, asked.seed)
    if match is None:
        return _refused(found, asked)
    return _finding(found, match, asked)


def _differences(context: ToolContext, asked: MeasureIncrementalityArguments) -> PairDifferences:
    assert asked.spend is not None
    refuse_same(TOOL, outcome=asked.outcome, spend=asked.spend, treatment=asked.treatment, pair=asked.pair)
    if asked.differences:
        return _given(context, asked)
    if asked.pair is None:
        raise ToolRetry(
            "nothing says which units belong together",
            where=f"{TOOL} argument pair",
            fix="Name the column of pairs, or set differences=true when each row is a pair already",
        )
    return _totals(context, asked) if asked.time is None else _over_time(context, asked)


def _given(context: ToolContext, asked: MeasureIncrementalityArguments) -> PairDifferences:
    assert asked.spend is not None
    keys = {"pair": asked.pair}
    rows = take(context, TOOL, numbers={"outcome": asked.outcome, "spend": asked.spend}, keys=keys, least=2)
    frame = rows.frame
    named = (
        frame[asked.pair].map(label)
        if asked.pair
        else frame[asked.outcome].map(lambda v: f"outcome {v:.4g}, spend ")
        + frame[asked.spend].map("{:.4g}".format)
    )
    frame = frame.assign(_name=named).sort_values(["_name", asked.outcome, asked.spend], kind="stable")
    return PairDifferences(
        tuple(frame["_name"]),
        frame[asked.outcome].to_numpy(np.float64),
        frame[asked.spend].to_numpy(np.float64),
        None,
        len(frame),
    )


def _totals(context: ToolContext, asked: MeasureIncrementalityArguments) -> PairDifferences:
    assert asked.pair is not None
    assert asked.spend is not None
    if asked.treatment is None:
        raise ToolRetry(
            "nothing says who was treated",
            where=f"{TOOL} argument treatment",
            fix="Name the group column of 0 and 1",
        )
    numbers = {"outcome": asked.outcome, "treatment": asked.treatment, "spend": asked.spend}
    treated = Treated(asked.treatment, asked.treated)
    rows = take(context, TOOL, numbers=numbers, keys={"pair": asked.pair}, treated=treated, least=4)
    refuse_negative_spend(rows, asked.spend)
    frame = rows.frame.assign(_name=rows.frame[asked.pair].map(label))
    frame = frame.sort_values(["_name", asked.treatment, asked.outcome, asked.spend], kind="stable")
    sums = (
        frame.groupby(["_name", asked.treatment])[[asked.outcome, asked.spend]].sum().unstack(asked.treatment)
    )
    groups = sorted(frame[asked.treatment].unique())
    if groups != [0.0, 1.0]:
        raise ToolRetry(
            f"{asked.treatment!r} holds {', '.join(f'{g:g}' for g in groups[:5])}, and a group is 0 or 1",
            where=f"{TOOL} argument treatment",
            fix="Name a column of 0 and 1 with both in each pair",
        )
    whole = sums.dropna()
    response = whole[asked.outcome]
    cost = whole[asked.spend]
    alone = len(sums) - len(whole)
    return PairDifferences(
        tuple(map(str, whole.index)),
        (response[1.0] - response[0.0]).to_numpy(np.float64),
        (cost[1.0] - cost[0.0]).to_numpy(np.float64),
        float(response[1.0].sum()),
        len(frame),
        (
            *rows.notes,
            *((f"{alone} pairs lack a treated or a control unit and are left out.",) if alone else ()),
        ),
    )


def _over_time(context: ToolContext, asked: MeasureIncrementalityArguments) -> PairDifferences:
    panel = geo_panel(context, asked)
    assert panel.pairs is not None
    assert panel.spend is not None
    positions, alone = pair_positions(panel.treated, panel.pairs)
    periods = float(panel.test.sum())
    change, spending = panel.change(panel.outcome) * periods, panel.change(panel.spend) * periods
    one, other = positions[:, 0], positions[:, 1]
    checks, verdicts, reasons = control_spend(panel)
    return PairDifferences(
        tuple(f"{panel.geos[a]} against {panel.geos[b]}" for a, b in positions),
        change[one] - change[other],
        spending[one] - spending[other],
        float(panel.outcome[one][:, panel.test].sum()),
        panel.rows,
        (*panel.warnings, *((f"{alone} units have no partner and are left out.",) if alone else ())),
        tuple(checks),
        tuple(verdicts),
        tuple(reasons),
    )


def _finding(found: PairDifferences, match: TrimmedMatch, asked: MeasureIncrementalityArguments) -> Finding:
    cost = float(found.cost.sum())
    share = match.trimmed / len(found.names)
    low, high = match.bounds.low, match.bounds.high
    interval = match.bounds.times(cost)
    advice = () if low is not None and high is not None else ("Run the test with more pairs or more spend.",)
    return Finding(
        **_described(found, asked),
        moments=Moments(
            match.ratio * cost, (match.standard_error * cost) ** 2, match.critical, match.freedom, cost
        ),
        assumptions=(*_assumptions(asked), *found.verdicts),
        p_value=match.p_value,
        interval=interval,
        iroas=match.bounds,
        iroas_estimate=match.ratio,
        observed=found.observed,
        checks=found.checks,
        diagnostics={
            "pairs": len(found.names),
            "pairs_trimmed_each_side": match.trimmed,
            "trim_rate": share,
            "critical_value": match.critical,
            "degrees_of_freedom": match.freedom,
            "untrimmed_ratio": float(found.response.sum() / cost) if cost != 0.0 else None,
        },
        figures=(_forest(found, match, asked.outcome),),
        reasons=found.reasons,
        warnings=found.warnings,
        advice=advice,
    )


def _refused(found: PairDifferences, asked: MeasureIncrementalityArguments) -> Finding:
    return Finding(
        **_described(found, asked),
        moments=None,
        assumptions=_assumptions(asked),
        reasons=("No outcome per spend balances the pairs: spend differs too little within them.",),
        advice=("Check that spend is the cost of the test, and that it differs within the pairs.",),
    )


def _described(found: PairDifferences, asked: MeasureIncrementalityArguments) -> dict:
    return {
        "method": "trimmed_match",
        "estimand": f"Total effect on {asked.outcome} of the incremental {asked.spend} over {len(found.names)} pairs: the "
        "outcome per spend common to them, times the spend.",
        "design": "Randomised pairs, trimmed match (Chen and Au 2022): the outcome per spend at which the pairs' residuals "
        "balance around zero once as many odd pairs are cut off at either end; its interval comes from the studentised "
        "trimmed mean.",
        "n": found.rows,
    }


def _assumptions(asked: MeasureIncrementalityArguments) -> tuple[Assumption, ...]:
    return (
        Assumption(
            name="Within each pair chance decided who was treated",
            how_checked="Known from how the experiment was run, not from the data.",
            verdict="not checked",
        ),
        Assumption(
            name=f"A unit of {asked.spend} brings the same {asked.outcome} in every pair",
            how_checked="Pairs that differ are trimmed; a ratio that goes with the size of a pair would not show.",
            verdict="not checked",
        ),
        Assumption(
            name="Treating one unit does not change its partner (no spillover)",
            how_checked="Nothing in the table says how people move between units.",
            verdict="not checked",
        ),
    )


def _forest(found: PairDifferences, match: TrimmedMatch, outcome: str) -> Figure:
    residual = found.response - match.ratio * found.cost
    kept = set(match.kept)
    groups: tuple[tuple[str, SeriesRole, bool], ...] = (
        ("kept", "main", True),
        ("trimmed", "doubtful", False),
    )
    series = tuple(
        FigureSeries(
            name=name,
            role=role,
            draw="points",
            points=tuple(
                FigurePoint(x=pair, y=float(value))
                for i, (pair, value) in enumerate(zip(found.names, residual, strict=True))
                if (i in kept) is inside
            ),
        )
        for name, role, inside in groups
    )
    return Figure(
        kind="forest",
        title=f"Pairs' {outcome} beyond what their spend explains",
        summary=f"At {match.ratio:.4g} {outcome} per spend the {len(kept)} kept pairs balance around zero; "
        f"{len(found.names) - len(kept)} are trimmed.",
        x_title="pair",
        y_title=outcome,
        series=tuple(s for s in series if s.points),
        horizontal=((0.0, "explained by spend"),),
    )
