"""Causal impact: one series against its own forecast from the time before an intervention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from liftos_agents.domain.effect import ConfidenceInterval, Term
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import build, refused
from liftos_agents.tools.interrupted_series import (
    CausalImpactArguments,
    CausalImpactResult,
    InterruptedSeries,
    interrupted_series,
)
from liftos_agents.tools.interrupted_series.assessment import assess
from liftos_agents.tools.interrupted_series.backtest import backtest
from liftos_agents.tools.interrupted_series.control_breaks import DOUBTFUL_PROBABILITY, control_breaks
from liftos_agents.tools.interrupted_series.pictures import pictures
from liftos_agents.tools.interrupted_series.result import UNITS, ImpactPoint, MovedControl
from liftos_agents.tools.interrupted_series.structural import Array, Forecast, Learnt, forecast, learn
from liftos_agents.tools.registry import tool

DESIGN = (
    "Interrupted time series: a structural model (wandering level, regression on controls, season) of the time before the intervention "
    "forecasts the time after; what is observed less the forecast is the effect."
)


@dataclass(frozen=True)
class _Forecasts:
    """Forecasts without the intervention: by period, summed up to each period, and the mean of the observed periods."""

    by_period: Forecast
    summed: Forecast
    mean: Forecast


@tool(
    "causal_impact",
    version="1",
    summary="Effect of an intervention on one series, against a state-space forecast from the time before; with backtest.",
    data="rows",
    timeout_seconds=300.0,
)
def causal_impact(context: ToolContext, arguments: CausalImpactArguments) -> CausalImpactResult:
    """The average effect a period since the intervention, or why it cannot be told.

    Raises:
        ToolRetry: A column, the intervention or `post_end` does not fit.
        ToolFailed: Too little lies before the intervention.
    """
    series = interrupted_series(context, arguments)
    regressors = _regressors(series, arguments)
    described = _described(series, arguments)
    early = regressors[: series.before]
    known = int((~np.isnan(series.outcome[: series.before])).sum())
    states = regressors.shape[1] + 2
    if known < 2 * states + 8:
        return refused(
            CausalImpactResult,
            reasons=[
                f"{known} periods before the intervention cannot carry {states} coefficients and variances (at least {2 * states + 8} needed)."
            ],
            advice=["Name fewer controls, leave out season, or give more periods before the intervention."],
            warnings=series.warnings,
            **described,
        )
    breaks = control_breaks(series)
    context.progress("controls looked at", 0.3)
    learnt = learn(series.outcome[: series.before], early, arguments.trend, arguments.level_prior)
    tested = backtest(
        series.outcome[: series.before],
        early,
        arguments.trend,
        arguments.level_prior,
        series.after,
        lambda done: context.progress("placebo interventions", 0.4 + 0.5 * done),
    )
    verdict = assess(
        series, learnt, tested, breaks, level=arguments.level, keep_moved=arguments.keep_moved_controls
    )
    shared: dict[str, Any] = {
        **described,
        "assumptions": verdict.assumptions,
        "checks": verdict.checks,
        "warnings": series.warnings,
        "advice": verdict.advice,
        "backtest_coverage": tested.coverage(arguments.level),
        "backtest_windows": len(tested.places),
        "control_shifts": tuple(
            MovedControl(control=b.control, shift=b.shift, p_value=b.p_value) for b in breaks
        ),
    }
    if verdict.refused:
        return refused(CausalImpactResult, reasons=verdict.refused, **shared)
    moved = [b.control for b in breaks if b.p_value < DOUBTFUL_PROBABILITY]
    terms = _without(series, arguments, moved) if moved else {}
    return _estimated(series, arguments, learnt, regressors, verdict.doubts, terms, shared)


def _regressors(series: InterruptedSeries, arguments: CausalImpactArguments) -> Array:
    clock = np.arange(len(series.outcome), dtype=np.float64)[:, None]
    drift = [clock] if arguments.trend == "drift" else []
    return np.column_stack([series.controls, series.season, *drift])


def _forecasts(series: InterruptedSeries, learnt: Learnt, regressors: Array) -> _Forecasts:
    late = regressors[series.before :]
    known = (~np.isnan(series.outcome[series.before :])).astype(np.float64)
    each = np.eye(len(late))
    return _Forecasts(
        forecast(learnt, late, each),
        forecast(learnt, late, np.tril(np.ones_like(each)) * known),
        forecast(learnt, late, (known / known.sum())[None, :]),
    )


def _estimated(
    series: InterruptedSeries,
    arguments: CausalImpactArguments,
    learnt: Learnt,
    regressors: Array,
    doubts: tuple[str, ...],
    terms: dict[str, Term],
    shared: dict[str, Any],
) -> CausalImpactResult:
    ahead = _forecasts(series, learnt, regressors)
    observed = np.array([np.nanmean(series.outcome[series.before :])], dtype=np.float64)
    tail = (1.0 - arguments.level) / 2.0
    low, high = (float(ahead.mean.quantile(p)[0]) for p in (tail, 1.0 - tail))
    under = float(ahead.mean.below(observed)[0])
    mean, seen = float(ahead.mean.mean[0]), float(observed[0])
    path = _path(series, learnt, ahead, tail)
    known = int((~np.isnan(series.outcome[series.before :])).sum())
    positive = low > 0.0
    return build(
        CausalImpactResult,
        status="downgraded" if doubts else "estimated",
        reasons=doubts,
        estimate=seen - mean,
        standard_error=float(ahead.mean.deviation[0]),
        interval=ConfidenceInterval(low=seen - high, high=seen - low, level=arguments.level),
        p_value=2.0 * min(under, 1.0 - under),
        path=path,
        cumulative_effect=(seen - mean) * known,
        cumulative_low=(seen - high) * known,
        cumulative_high=(seen - low) * known,
        relative_effect=seen / mean - 1.0 if positive else None,
        relative_low=seen / high - 1.0 if positive else None,
        relative_high=seen / low - 1.0 if positive else None,
        terms=terms,
        diagnostics={
            "periods_before": series.before,
            "periods_after": series.after,
            "observed_mean_after": seen,
            "counterfactual_mean_after": mean,
            "level_share": learnt.level_share,
            "degrees_of_freedom": learnt.freedom,
            **_coefficients(series, learnt),
        },
        figures=pictures(path, series.before, arguments.outcome, seen - mean),
        **shared,
    )


def _coefficients(series: InterruptedSeries, learnt: Learnt) -> dict[str, float]:
    """Posterior mean of each control's coefficient, in the data's units."""
    first = 2 if learnt.trend == "local_linear" else 1
    state = np.sum([c.weight * c.state for c in learnt.cells], axis=0)
    scaled = state[first:] * learnt.size / learnt.sizes
    return {f"coefficient_{k}": float(scaled[k]) for k in range(len(series.control_names))}


def _path(
    series: InterruptedSeries, learnt: Learnt, ahead: _Forecasts, tail: float
) -> tuple[ImpactPoint, ...]:
    burn = len(learnt.best.state)
    fitted = learnt.best.predicted * learnt.size + learnt.centre
    points = [
        ImpactPoint(
            period=series.times[t],
            observed=_number(series.outcome[t]),
            counterfactual=float(fitted[t]) if t >= burn else None,
        )
        for t in range(series.before)
    ]
    late = series.outcome[series.before :]
    ends = [(f.mean, f.quantile(tail), f.quantile(1.0 - tail)) for f in (ahead.by_period, ahead.summed)]
    total = np.cumsum(np.nan_to_num(late))
    for h, seen in enumerate(late):
        (mean, low, high), (sum_mean, sum_low, sum_high) = ([float(a[h]) for a in triple] for triple in ends)
        gone = np.isnan(seen)
        points.append(
            ImpactPoint(
                period=series.times[series.before + h],
                observed=_number(seen),
                counterfactual=mean,
                low=low,
                high=high,
                effect=None if gone else float(seen - mean),
                effect_low=None if gone else float(seen - high),
                effect_high=None if gone else float(seen - low),
                cumulative=float(total[h] - sum_mean),
                cumulative_low=float(total[h] - sum_high),
                cumulative_high=float(total[h] - sum_low),
            )
        )
    return tuple(points)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _without(
    series: InterruptedSeries, arguments: CausalImpactArguments, moved: list[str]
) -> dict[str, Term]:
    """The effect without the controls that break at the intervention."""
    kept = [k for k, name in enumerate(series.control_names) if name not in moved]
    clock = np.arange(len(series.outcome), dtype=np.float64)[:, None]
    drift = [clock] if arguments.trend == "drift" else []
    columns = np.column_stack([series.controls[:, kept], series.season, *drift])
    learnt = learn(
        series.outcome[: series.before], columns[: series.before], arguments.trend, arguments.level_prior
    )
    mean = _forecasts(series, learnt, columns).mean
    seen = float(np.nanmean(series.outcome[series.before :]))
    tail = (1.0 - arguments.level) / 2.0
    return {
        "without_moved_controls": Term(
            meaning=f"The effect without the controls that break at the intervention ({', '.join(moved)})",
            estimate=seen - float(mean.mean[0]),
            standard_error=float(mean.deviation[0]),
            low=seen - float(mean.quantile(1.0 - tail)[0]),
            high=seen - float(mean.quantile(tail)[0]),
        )
    }


def _described(series: InterruptedSeries, arguments: CausalImpactArguments) -> dict[str, Any]:
    start, end = series.times[series.before], series.times[-1]
    return {
        "estimand": f"Average effect a period of the intervention on {arguments.outcome}, over the {series.after} periods from {start} to {end}",
        "design": DESIGN,
        "method": f"structural_{arguments.trend}",
        "outcome": arguments.outcome,
        "treatment": f"the intervention at {start}",
        "n": int((~np.isnan(series.outcome)).sum()),
        "units": UNITS,
        "settings": arguments.model_dump(mode="json"),
    }
