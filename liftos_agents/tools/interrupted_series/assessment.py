"""What the data say for and against an interrupted series: checks with their bars, assumptions, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from liftos_agents.domain.effect import Assumption, Check
from liftos_agents.tools.interrupted_series.backtest import Backtest
from liftos_agents.tools.interrupted_series.control_breaks import (
    DOUBTFUL_PROBABILITY,
    REFUSED_PROBABILITY,
    ControlBreak,
)
from liftos_agents.tools.interrupted_series.series import InterruptedSeries
from liftos_agents.tools.interrupted_series.structural import Array, Learnt

PROBABILITY_BAR = 0.01
BEYOND_SHARE = 0.1
LONGEST_HORIZON = 1.0


@dataclass(frozen=True)
class Assessment:
    """Checks and what they come to."""

    checks: tuple[Check, ...]
    assumptions: tuple[Assumption, ...]
    refused: tuple[str, ...]
    doubts: tuple[str, ...]
    advice: tuple[str, ...]


def assess(
    series: InterruptedSeries,
    learnt: Learnt,
    tested: Backtest,
    breaks: tuple[ControlBreak, ...],
    *,
    level: float,
    keep_moved: bool,
) -> Assessment:
    """The verdict on one model of the time before."""
    checks = [_backtest_check(tested, level), *_error_checks(learnt), _horizon_check(series)]
    if breaks:
        checks += [_break_check(breaks), _support_check(series)]
    failed = {c.name: c for c in checks if c.passed is False}
    refused = ()
    if not keep_moved:
        refused = tuple(
            f"Control {b.control!r} itself breaks at the intervention (p = {b.p_value:.2g}, bar {REFUSED_PROBABILITY:g}"
            f"{', given the other controls' if b.relative_to else ''}): if the intervention moved it, the estimate is biased by what it carries away."
            for b in breaks
            if b.p_value < REFUSED_PROBABILITY
        )
    advice: list[str] = []
    if "controls_unmoved" in failed:
        advice.append(
            "Leave out the controls that move at the intervention, or, if their break surely has another cause, ask again with "
            "keep_moved_controls=true."
        )
    if "one_step_drift" in failed:
        advice.append("Ask again with trend='drift', or add a control that grows with the outcome.")
    if "one_step_memory" in failed:
        advice.append("Name the season, or add a control that explains the outcome's swings.")
    if "backtest" in failed or "horizon" in failed:
        advice.append("Shorten the time after with post_end, or give more periods before.")
    return Assessment(
        tuple(checks),
        _assumptions(series, failed),
        refused,
        tuple(c.meaning for c in failed.values()),
        tuple(advice),
    )


def _backtest_check(tested: Backtest, level: float) -> Check:
    probability, held = tested.probability, tested.coverage(level)
    if probability is None or held is None:
        return Check(
            name="backtest",
            value=None,
            threshold=PROBABILITY_BAR,
            passed=None,
            meaning="The time before is too short for placebo interventions.",
        )
    count = len(tested.places)
    return Check(
        name="backtest",
        value=probability,
        threshold=PROBABILITY_BAR,
        passed=probability >= PROBABILITY_BAR,
        meaning=f"Of {count} placebo interventions of {tested.length} periods before the real one, {round(held * count)} had an interval that "
        f"held zero; misses this large have probability {probability:.2g} (bar {PROBABILITY_BAR:g}).",
    )


def _error_checks(learnt: Learnt) -> list[Check]:
    burn = len(learnt.best.state)
    errors = learnt.best.innovations[burn:]
    errors = errors[~np.isnan(errors)]
    count = len(errors)
    if count < 10 or float(errors.std()) == 0.0:
        return []
    t = float(errors.mean() / (errors.std(ddof=1) / np.sqrt(count)))
    drift = float(2.0 * stats.t.sf(abs(t), count - 1))
    lags = max(1, min(10, count // 5))
    memory = _ljung_box(errors, lags)
    return [
        Check(
            name="one_step_drift",
            value=drift,
            threshold=PROBABILITY_BAR,
            passed=drift >= PROBABILITY_BAR,
            meaning=f"Before the intervention the one-step errors {'lean to one side' if drift < PROBABILITY_BAR else 'centre on zero'} "
            f"(p = {drift:.2g}, bar {PROBABILITY_BAR:g}); a lean is a drift that the model lacks.",
        ),
        Check(
            name="one_step_memory",
            value=memory,
            threshold=PROBABILITY_BAR,
            passed=memory >= PROBABILITY_BAR,
            meaning=f"Before the intervention the one-step errors {'depend on' if memory < PROBABILITY_BAR else 'show no dependence on'} earlier "
            f"ones (Ljung–Box over {lags} lags p = {memory:.2g}, bar {PROBABILITY_BAR:g}).",
        ),
    ]


def _ljung_box(errors: Array, lags: int) -> float:
    centred = errors - errors.mean()
    count, square = len(centred), float((centred**2).sum())
    correlations = np.array([float(centred[lag:] @ centred[:-lag]) / square for lag in range(1, lags + 1)])
    statistic = count * (count + 2.0) * float((correlations**2 / (count - np.arange(1, lags + 1))).sum())
    # The level's variance was fitted: one degree of freedom is spent where there is one to spare.
    return float(stats.chi2.sf(statistic, max(lags - 1, 1)))


def _horizon_check(series: InterruptedSeries) -> Check:
    ratio = series.after / series.before
    return Check(
        name="horizon",
        value=ratio,
        threshold=LONGEST_HORIZON,
        passed=ratio <= LONGEST_HORIZON,
        meaning=f"The time after is {ratio:.2g} times as long as the time before it is forecast from (bar {LONGEST_HORIZON:g}).",
    )


def _break_check(breaks: tuple[ControlBreak, ...]) -> Check:
    worst = min(breaks, key=lambda b: b.p_value)
    moved = worst.p_value < DOUBTFUL_PROBABILITY
    return Check(
        name="controls_unmoved",
        value=worst.p_value,
        threshold=DOUBTFUL_PROBABILITY,
        passed=not moved,
        meaning=f"Control {worst.control!r} {'breaks' if moved else 'shows no break'} at the intervention (p = {worst.p_value:.2g} over all "
        f"tests, bar {DOUBTFUL_PROBABILITY:g}).",
    )


def _support_check(series: InterruptedSeries) -> Check:
    early, late = series.controls[: series.before], series.controls[series.before :]
    low, high = early.min(axis=0), early.max(axis=0)
    margin = 0.25 * (high - low)
    beyond = float(((late > high + margin) | (late < low - margin)).any(axis=1).mean())
    return Check(
        name="controls_in_range",
        value=beyond,
        threshold=BEYOND_SHARE,
        passed=beyond <= BEYOND_SHARE,
        meaning=f"In {beyond:.0%} of the periods after, a control lies more than a quarter beyond the range it had before "
        f"(bar {BEYOND_SHARE:.0%}); the outcome's answer to it there is extrapolated.",
    )


def _assumptions(series: InterruptedSeries, failed: dict[str, Check]) -> tuple[Assumption, ...]:
    def verdict(*names: str) -> str:
        return "doubtful" if set(names) & set(failed) else "nothing speaks against it"

    def said(fine: str, *names: str) -> str:
        bad = [failed[n].meaning for n in names if n in failed]
        return " ".join(bad) if bad else fine

    model = ("backtest", "one_step_drift", "one_step_memory", "controls_in_range")
    found = [
        Assumption(
            name="Without the intervention the outcome would have gone on as the model of the time before says",
            how_checked=said(
                "Placebo interventions before the real one, and drift and memory of the one-step errors; the time after cannot be checked.",
                *model,
            ),
            verdict=verdict(*model),  # type: ignore[arg-type]
        )
    ]
    if series.control_names:
        found.append(
            Assumption(
                name="The intervention does not touch the controls",
                how_checked=said(
                    "Each control was forecast across the intervention, alone and from the others, and none breaks; a small or slow move "
                    "would not be seen.",
                    "controls_unmoved",
                ),
                verdict=verdict("controls_unmoved"),  # type: ignore[arg-type]
            )
        )
    return (
        *found,
        Assumption(
            name="Nothing else that moves the outcome changed at the intervention",
            how_checked="One series cannot show this; it was not checked.",
            verdict="not checked",
        ),
        Assumption(
            name="The intervention was not anticipated, and its time was not chosen for what the outcome was doing",
            how_checked="Nothing in the data can show this; it was not checked.",
            verdict="not checked",
        ),
    )
