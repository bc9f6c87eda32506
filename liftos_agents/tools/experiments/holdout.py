"""Holdout: people or groups kept out at random; difference in means or proportions with unequal sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from liftos_agents.domain.effect import Assumption
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.experiments.contrast import Contrast
from liftos_agents.tools.experiments.finding import Bounds, Finding, Moments
from liftos_agents.tools.experiments.holdout_checks import holdout_checks
from liftos_agents.tools.experiments.holdout_groups import Holdout, held_out
from liftos_agents.tools.experiments.proportions import score_interval, score_p
from liftos_agents.tools.experiments.question import MeasureIncrementalityArguments

Array = NDArray[np.float64]

FEW_A_SIDE = 30


@dataclass(frozen=True)
class _Difference:
    """Per treated person: treated less control."""

    moments: Moments
    interval: Bounds
    p_value: float


def holdout(context: ToolContext, asked: MeasureIncrementalityArguments) -> Finding:
    """Incremental outcome of all treated people.

    Raises:
        ToolRetry: A column does not fit.
        ToolFailed: A group has fewer than two people.
    """
    groups = held_out(context, asked)
    looked = holdout_checks(groups, asked)
    described = {
        "method": "holdout",
        "estimand": f"Total effect on {asked.outcome} among the {groups.sizes[0]:,.0f} treated (average effect on the treated, "
        "times their number; of assignment, whoever was reached).",
        "design": f"Randomised holdout: {_how(groups, asked)} of {groups.sizes[0]:,.0f} treated and {groups.sizes[1]:,.0f} "
        "held out.",
        "n": groups.rows,
    }
    assumptions = (*looked.verdicts, *_assumptions(asked))
    if looked.refusal is not None:
        return Finding(
            **described,
            moments=None,
            assumptions=assumptions,
            checks=looked.checks,
            reasons=(looked.refusal,),
            warnings=groups.warnings,
            advice=("Find out which people are missing from which group before reading any effect.",),
        )
    found = _proportions(groups, asked.level) if groups.proportion else _means(groups, asked.level)
    smaller = min(groups.sizes)
    reasons = list(looked.reasons)
    if smaller < FEW_A_SIDE and not groups.proportion:
        reasons.append(f"The smaller group has {smaller:.0f} units, too few to trust the interval of a mean.")
    return Finding(
        **described,
        moments=found.moments,
        interval=found.interval,
        p_value=found.p_value,
        assumptions=assumptions,
        observed=float(groups.total[0]),
        checks=looked.checks,
        diagnostics={
            "treated": int(groups.sizes[0]),
            "held_out": int(groups.sizes[1]),
            "treated_mean": groups.total[0] / groups.sizes[0],
            "held_out_mean": groups.total[1] / groups.sizes[1],
            "effect_per_treated": found.moments.outcome / groups.sizes[0],
            "variance_taken_out_by_covariate": groups.taken_out,
        },
        figures=(_picture(groups, found.moments, asked.outcome),),
        reasons=tuple(reasons),
        warnings=groups.warnings,
        advice=()
        if asked.planned_share is not None
        else ("Give planned_share, so that the groups' sizes can be tested.",),
    )


def _proportions(groups: Holdout, level: float) -> _Difference:
    (many, few), (converted, held) = groups.sizes, groups.total
    one, other = converted / many, held / few
    bounds = score_interval(converted, many, held, few, level)
    variance = one * (1.0 - one) / many + other * (1.0 - other) / few
    critical = float(stats.norm.ppf(0.5 + level / 2.0))
    moments = Moments(
        many * (one - other),
        many**2 * variance,
        critical,
        math.inf,
        *_costs(groups, lambda first, second: _covariance(groups, first, second)),
    )
    return _Difference(
        moments, Bounds(many * bounds[0], many * bounds[1]), score_p(converted, many, held, few)
    )


def _means(groups: Holdout, level: float) -> _Difference:
    assert groups.treated is not None
    contrast = Contrast(groups.treated)
    values, many = groups.adjusted, groups.sizes[0]
    freedom = contrast.freedom(values)
    critical = float(stats.t.ppf(0.5 + level / 2.0, freedom))
    variance = contrast.covariance(values, values)
    moments = Moments(
        many * contrast.value(values),
        many**2 * variance,
        critical,
        freedom,
        *_costs(groups, contrast.covariance),
    )
    half = critical * math.sqrt(moments.outcome_variance)
    return _Difference(
        moments, Bounds(moments.outcome - half, moments.outcome + half), contrast.p_value(values)
    )


def _costs(groups: Holdout, covariance) -> tuple[float | None, float, float]:
    """Incremental cost, its variance, and its covariance with the outcome, for all treated."""
    if groups.spent is None:
        return None, 0.0, 0.0
    many, few = groups.sizes
    cost = groups.spent[0] - groups.spent[1] * many / few
    if groups.spend is None or groups.values is None or groups.spent[1] == 0.0:
        # What was spent on the treated is known; nothing of it has to be estimated from the held-out.
        return cost, 0.0, 0.0
    return (
        cost,
        many**2 * covariance(groups.spend, groups.spend),
        many**2 * covariance(groups.adjusted, groups.spend),
    )


def _covariance(groups: Holdout, first: Array, second: Array) -> float:
    assert groups.treated is not None
    return Contrast(groups.treated).covariance(first, second)


def _how(groups: Holdout, asked: MeasureIncrementalityArguments) -> str:
    if groups.proportion:
        return "difference in proportions, with its score interval,"
    if asked.covariate is not None:
        return f"difference in means, each taken less what {asked.covariate} before the test predicts,"
    return "difference in means, spreads allowed to differ (Welch),"


def _assumptions(asked: MeasureIncrementalityArguments) -> tuple[Assumption, ...]:
    return (
        Assumption(
            name="The outcome of everyone assigned is in the data, in both groups alike",
            how_checked="People who left no row cannot be seen; the groups' sizes are the only trace.",
            verdict="not checked",
        ),
        Assumption(
            name="Treating some people does not change the held-out (no interference)",
            how_checked="Nothing in the table says who knows or shares a device with whom.",
            verdict="not checked",
        ),
    )


def _picture(groups: Holdout, moments: Moments, outcome: str) -> Figure:
    rates = [groups.total[i] / groups.sizes[i] for i in (0, 1)]
    return Figure(
        kind="bars",
        title=f"{outcome} per person",
        summary=f"{rates[0]:.4g} per treated against {rates[1]:.4g} per held-out person: "
        f"{moments.outcome:.4g} incremental {outcome} in all.",
        y_title=outcome,
        series=(
            FigureSeries(
                name=outcome,
                draw="bars",
                points=tuple(
                    FigurePoint(x=n, y=float(r)) for n, r in zip(("treated", "held out"), rates, strict=True)
                ),
            ),
        ),
    )
