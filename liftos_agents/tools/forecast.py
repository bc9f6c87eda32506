"""The periods to come of any series, with a fan that past forecasts calibrate; on planned spend where the table is of media."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import Assumption, Check, ConfidenceInterval, Explanations, Term
from liftos_agents.domain.estimate import significant
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import build
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.forecasting.arguments import ForecastArguments
from liftos_agents.tools.forecasting.calibration import coverage, half_widths, origins, roll
from liftos_agents.tools.forecasting.candidates import FORECASTERS, Subject
from liftos_agents.tools.forecasting.media import MediaPart, media_part
from liftos_agents.tools.forecasting.pictures import fan_picture
from liftos_agents.tools.forecasting.result import (
    UNITS,
    Candidate,
    FanLevel,
    FanPeriod,
    ForecastResult,
    LevelCoverage,
)
from liftos_agents.tools.forecasting.series import FEWEST, HORIZON, TimeSeries, time_series
from liftos_agents.tools.registry import tool

Array = NDArray[np.float64]

SEASONS_AHEAD = 2
SHARE_AHEAD = 1.0 / 3.0
FEWEST_ORIGINS = 5
COVERAGE_SLACK = 0.15
MEDIA = "marketing_mix"
LEVEL = 0.9


@dataclass(frozen=True)
class _Chosen:
    name: str
    meaning: str
    errors: Array
    ahead: Array
    candidates: dict[str, Candidate]
    naive_error: float


@tool(
    "forecast",
    version="2",
    summary="The periods to come of any series, with a fan calibrated by past forecasts, on planned spend where there is media.",
    data="table",
    timeout_seconds=300.0,
)
def forecast(context: ToolContext, arguments: ForecastArguments) -> ForecastResult:
    """The forecast, or why the series does not carry one so far.

    Raises:
        ToolRetry: A column, the horizon of the controls, or the spend plan does not fit.
        ToolFailed: The rows make no regular series.
    """
    series = time_series(context, arguments)
    horizon = arguments.horizon or HORIZON[series.frequency]
    if arguments.controls and len(series.future) < horizon:
        raise ToolRetry(
            f"the controls have values in {len(series.future)} of the {horizon} periods to come",
            where="forecast argument controls",
            fix="Add rows for the periods to come, with the controls and without the outcome, or leave the controls out",
        )
    starts = origins(len(series.values), series.season, horizon)
    if reasons := _reasons(series, horizon, starts):
        return _refused(arguments, series, horizon, reasons)
    media = _media(context, arguments, series, horizon)
    chosen = _choose(context, arguments, series, horizon, starts, media)
    return _forecast(arguments, series, horizon, starts, chosen, media if chosen.name == MEDIA else None)


def _reasons(series: TimeSeries, horizon: int, starts: list[int]) -> tuple[str, ...]:
    periods, found = len(series.values), list[str]()
    if periods < FEWEST:
        found.append(f"There are {periods} {series.frequency}s; a forecast needs at least {FEWEST}.")
    elif np.ptp(series.values) == 0.0:
        found.append(f"{series.outcome} never changes.")
    reach = int(SEASONS_AHEAD * series.season if series.season else SHARE_AHEAD * periods)
    reach = min(reach, periods // 2)
    if horizon > reach and not found:
        why = (
            f"two seasons, and half of the {periods} periods seen"
            if series.season
            else f"a third of the {periods} periods seen"
        )
        found.append(
            f"{horizon} {series.frequency}s ahead is further than the data carry: at most {reach} ({why})."
        )
    if not found and len(starts) < FEWEST_ORIGINS:
        found.append(
            "The data are too short to try a forecast on what is known, so no interval can be given."
        )
    return tuple(found)


def _media(
    context: ToolContext, arguments: ForecastArguments, series: TimeSeries, horizon: int
) -> MediaPart | None:
    wanted = arguments.method == MEDIA or bool(arguments.spend_plan)
    if not wanted:
        return None
    roles = context.given_roles
    if roles is None or not roles.spend or arguments.outcome not in (None, roles.outcome):
        raise ToolRetry(
            "the table is no table of media with a date, an outcome and the spend of each channel",
            where="forecast argument spend_plan" if arguments.spend_plan else "forecast argument method",
            fix="Leave out spend_plan and method, or name the columns of spend",
        )
    context.progress("fitting the marketing mix", 0.05)
    return media_part(context, arguments.spend_plan, horizon, len(series.values))


def _choose(
    context: ToolContext,
    arguments: ForecastArguments,
    series: TimeSeries,
    horizon: int,
    starts: list[int],
    media: MediaPart | None,
) -> _Chosen:
    """The method with the smallest error over the origins; with media, its baseline is carried on by whichever method does best."""
    wanted = list(FORECASTERS) if arguments.method in ("auto", MEDIA) else [arguments.method]
    past = series.values if media is None else series.values - media.past
    subject = Subject(past, _controls(series, horizon), series.short, series.long, horizon)
    rolled = {}
    for number, name in enumerate(wanted):
        context.progress(f"trying {FORECASTERS[name][1]}", 0.2 + 0.7 * number / len(wanted))
        rolled[name] = roll(FORECASTERS[name][0], subject, starts)
    lag = min(subject.lag, starts[0] - 1)
    # The scale of the error is that of the series itself, so that all methods stand on one.
    early = series.values[: starts[0]]
    naive = max(float(np.abs(early[lag:] - early[:-lag]).mean()), 1e-300)
    size = max(float(np.abs(series.values).mean()), 1e-300)
    sizes = {name: float(np.nanmean(np.abs(one.errors))) for name, one in rolled.items()}
    best = min(sizes, key=lambda name: (sizes[name], name))
    candidates = {
        name: Candidate(
            meaning=FORECASTERS[name][1] + (", on the baseline of the marketing mix" if media else ""),
            mase=significant(sizes[name] / naive),
            mape=significant(sizes[name] / size),
        )
        for name in wanted
    }
    ahead, key, meaning = rolled[best].ahead, best, FORECASTERS[best][1]
    if media is not None:
        ahead = ahead + media.ahead.mean(axis=0)
        key, meaning = MEDIA, f"the response of planned spend, and its baseline by {meaning}"
    return _Chosen(key, meaning, rolled[best].errors, ahead, candidates, sizes[best] / naive)


def _controls(series: TimeSeries, horizon: int) -> Array:
    if not series.control_names:
        return np.empty((len(series.values) + horizon, 0))
    whole = np.concatenate([series.controls, series.future[:horizon]])
    centre, spread = whole.mean(axis=0), whole.std(axis=0)
    return (whole - centre) / np.where(spread > 0.0, spread, 1.0)


def _forecast(
    arguments: ForecastArguments,
    series: TimeSeries,
    horizon: int,
    starts: list[int],
    chosen: _Chosen,
    media: MediaPart | None,
) -> ForecastResult:
    levels = tuple(sorted({*arguments.levels, LEVEL}))
    single, whole = half_widths(chosen.errors, starts, levels)
    if media is not None:
        factor = norm.ppf(0.5 + np.array(levels) / 2.0)
        single = np.hypot(single, factor[:, None] * media.ahead.std(axis=0))
        whole = np.hypot(whole, factor * media.ahead.sum(axis=1).std())
    covered = coverage(chosen.errors, starts, levels)
    names = series.ahead(horizon)
    kept = [index for index, level in enumerate(levels) if level in arguments.levels]
    fan = tuple(
        FanPeriod(
            period=name,
            mean=float(chosen.ahead[k]),
            intervals=tuple(
                FanLevel(
                    level=levels[i],
                    low=float(chosen.ahead[k] - single[i, k]),
                    high=float(chosen.ahead[k] + single[i, k]),
                )
                for i in kept
            ),
        )
        for k, name in enumerate(names)
    )
    nine = levels.index(LEVEL)
    total, half = float(chosen.ahead.sum()), float(whole[nine])
    checks = _checks(chosen, levels, covered)
    fields: dict[str, Any] = {
        "estimate": total,
        "standard_error": half / float(norm.ppf(0.5 + LEVEL / 2.0)),
        "interval": ConfidenceInterval(low=total - half, high=total + half, level=LEVEL),
        "terms": {
            f"period_{k + 1}": Term(
                meaning=f"{series.outcome} in the {series.frequency} of {name}",
                estimate=float(chosen.ahead[k]),
                low=float(chosen.ahead[k] - single[nine, k]),
                high=float(chosen.ahead[k] + single[nine, k]),
            )
            for k, name in enumerate(names)
        },
        "checks": checks,
        "assumptions": _assumptions(chosen, media),
        "warnings": (*series.warnings, *(media.warnings if media else ())),
        "figures": (fan_picture(series, fan),),
        "fan": fan,
        "candidates": chosen.candidates,
        "calibration": tuple(
            LevelCoverage(level=level, covered=significant(share))
            for level, share in zip(levels, covered, strict=True)
            if np.isfinite(share)
        ),
        "origins": len(starts),
        "planned_spend": media.spend if media else {},
        "diagnostics": {
            "season": series.season,
            "periods_filled": series.filled,
            "fit": media.evidence if media else None,
        },
    }
    failed = [check for check in checks if check.passed is False]
    explained = _explained(series, horizon, chosen, total, half, failed, fields["assumptions"])
    return build(
        ForecastResult,
        status="downgraded" if failed else "estimated",
        reasons=tuple(check.meaning for check in failed),
        explanations=explained,
        **_frame(arguments, series, horizon, chosen.name, chosen.meaning),
        **fields,
    )


def _checks(chosen: _Chosen, levels: tuple[float, ...], covered: list[float]) -> tuple[Check, ...]:
    nine = covered[levels.index(LEVEL)]
    known = bool(np.isfinite(nine))
    return (
        Check(
            name="backtest_mase",
            value=significant(chosen.naive_error),
            threshold=None,
            passed=None,
            meaning=f"Over past origins the method errs {format_number(chosen.naive_error)} times as much as one season repeated does in the data.",
        ),
        Check(
            name="backtest_coverage",
            value=significant(nine) if known else None,
            threshold=LEVEL - COVERAGE_SLACK,
            passed=(nine >= LEVEL - COVERAGE_SLACK) if known else None,
            meaning=f"90 % intervals held {format_share(nine)} of what came after past origins."
            if known
            else "Too few origins to judge the intervals by one another.",
        ),
    )


def _assumptions(chosen: _Chosen, media: MediaPart | None) -> tuple[Assumption, ...]:
    found = [
        Assumption(
            name="The periods to come are like those seen",
            how_checked="Nothing in the data can speak to it; past forecasts were tried over rolling origins",
            verdict="not checked",
        ),
        Assumption(
            name="Errors to come are as large as those of past forecasts",
            how_checked="intervals of every origin are judged by the errors of the others",
            verdict="nothing speaks against it",
        ),
    ]
    if media is not None:
        found.append(
            Assumption(
                name="Media work as the marketing-mix fit says, and nothing drives both budgets and sales unseen",
                how_checked="the fit's decision draws allow for an unseen cause; the curves are those of all data, which flatters past "
                "forecasts a little",
                verdict="not checked",
            )
        )
    return tuple(found)


def _frame(
    arguments: ForecastArguments, series: TimeSeries, horizon: int, method: str, meaning: str
) -> dict[str, Any]:
    return {
        "estimand": f"The sum of {series.outcome} over the next {horizon} {series.frequency}s, if what was seen goes on.",
        "design": f"Forecast by {meaning}, chosen by its errors from rolling origins, with intervals as wide as those errors.",
        "method": method,
        "outcome": series.outcome,
        "treatment": "the passing of time",
        "n": len(series.values),
        "frequency": series.frequency,
        "horizon": horizon,
        "units": UNITS,
        "settings": arguments.model_dump(mode="json"),
    }


def _refused(
    arguments: ForecastArguments, series: TimeSeries, horizon: int, reasons: tuple[str, ...]
) -> ForecastResult:
    said = f"No forecast of {series.outcome}. {' '.join(reasons)}"
    advice = ("Give more periods, or ask for a shorter horizon.",)
    return build(
        ForecastResult,
        status="refused",
        reasons=reasons,
        advice=advice,
        assumptions=(),
        warnings=series.warnings,
        explanations=Explanations(
            marketer=said, analyst=f"{said} {advice[0]}", statistician=f"{said} {advice[0]}"
        ),
        **_frame(arguments, series, horizon, "none", "no method"),
    )


def _explained(
    series: TimeSeries,
    horizon: int,
    chosen: _Chosen,
    total: float,
    half: float,
    failed: list[Check],
    assumptions: tuple[Assumption, ...],
) -> Explanations:
    opening = (
        f"{series.outcome} over the next {horizon} {series.frequency}s is expected to be {format_number(total)}, with nine chances in ten "
        f"between {format_number(total - half)} and {format_number(total + half)}, if what was seen goes on."
    )
    doubt = "".join(f" Do not rely on it alone: {check.meaning}" for check in failed)
    analyst = (
        f"{opening}{doubt} Method: {chosen.meaning}; {len(chosen.candidates)} were tried on past origins."
    )
    rest = " ".join(f"Assumption, {a.verdict}: {a.name}; {a.how_checked}." for a in assumptions)
    tried = "; ".join(
        f"{name} MASE {one.mase:.3g}, MAPE {one.mape:.3g}" for name, one in chosen.candidates.items()
    )
    return Explanations(
        marketer=opening + doubt,
        analyst=f"{analyst} {rest}",
        statistician=f"{analyst} {rest} Backtest: {tried}.",
    )
