"""What the calendar goes with: days of the week, months, holidays and the trend, each with an interval."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator
from scipy import stats

from liftos_agents.domain.amount import format_number, format_share
from liftos_agents.domain.effect import (
    DEFAULT_LEVEL,
    Assumption,
    Check,
    ConfidenceInterval,
    EffectResult,
    Explanations,
    Term,
    effect_units,
)
from liftos_agents.domain.estimate import significant
from liftos_agents.domain.figure import Figure, FigurePoint, FigureSeries
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import build
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.registry import tool
from liftos_agents.tools.seasonality.calendar_design import YEAR, CalendarDesign, calendar_design, slug
from liftos_agents.tools.seasonality.estimation import Estimated, estimate, halves_differ, level_jump, wanders
from liftos_agents.tools.seasonality.periods import Periods, Series, series

UNSTABLE = 0.01
WANDERING = 1.63
"""99 % quantile of the largest absolute value of a Brownian bridge."""
JUMPING = 6.6
"""t value of the clearest jump at any date: what chance exceeds about once in a hundred series whose errors carry over."""
SHORT_LAGS = 4.0
YEARS_TO_COMPARE = 4.0
"""From which both halves of the data hold each month twice."""
ASSOCIATION = (
    "The calendar cannot be set: these are associations with days, months and holidays (with all that people and sellers do on them), "
    "not effects of an intervention."
)


class MeasureSeasonalityArguments(BaseModel):
    """A series and its calendar.

    Attributes:
        outcome: Column of numbers; rows of one period are added up.
        time: Column of dates, by day, week or month.
        country: ISO code or name, for its holidays and events of trade.
        controls: Columns that move the outcome besides the calendar (price, spend), averaged by period.
        segment: Column of 2 to 12 values; the headline is then measured in each of them as well.
        effect: Key of the term that is the headline, such as `month_12`; the weekend in daily data, else the last quarter of the year,
            else the trend.
        level: Of the intervals.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: str
    time: str
    country: str | None = Field(default=None, min_length=2, max_length=80)
    controls: tuple[str, ...] = ()
    segment: str | None = None
    effect: str | None = Field(default=None, description="Key of the headline's term, such as month_12")
    level: float = Field(default=DEFAULT_LEVEL, gt=0.5, lt=1.0)

    @field_validator("controls", mode="before")
    @classmethod
    def _names(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given


class MeasureSeasonalityResult(EffectResult):
    """A season; `estimate` is the headline term's.

    Attributes:
        headline: Key of the term that `estimate` is.
        frequency: Length of a period.
        relative: Term to its estimate as a share of the mean outcome per period.
        untold: What the data cannot tell at this frequency or length, a sentence each.
    """

    headline: str
    frequency: str
    relative: dict[str, float] = Field(default_factory=dict)
    untold: tuple[str, ...] = ()


@tool(
    "measure_seasonality",
    version="1",
    summary="Days of the week, months, holidays and trend of an outcome, each with an interval, overall and by segment.",
    data="rows",
)
def measure_seasonality(
    context: ToolContext, arguments: MeasureSeasonalityArguments
) -> MeasureSeasonalityResult:
    """The season of the outcome.

    Raises:
        ToolRetry: A column, the country or the headline does not fit.
        ToolFailed: There are too few periods.
    """
    found = series(context, arguments.outcome, arguments.time, arguments.controls, arguments.segment)
    whole = found.whole
    design = calendar_design(whole.dates, found.frequency, arguments.country, whole.controls)
    headline = _headline(design, arguments)
    fitted = estimate(whole.values, design.columns)
    terms = {key: _term(fitted, design, key, arguments.level, len(whole.dates)) for key in design.contrasts}
    terms |= _by_segment(found, arguments, headline)
    checks = _checks(whole, design, fitted, headline)
    failed = [check for check in checks if check.passed is False]
    main = terms[headline]
    assert main.estimate is not None
    mean = float(whole.values.mean())
    frame: dict[str, Any] = {
        "estimand": f"{design.contrasts[headline].meaning}: by how much {arguments.outcome} differs, trend and the rest of the calendar "
        "held.",
        "design": "Regression on the calendar (Prais and Winsten, with Newey and West's covariance); an association, not an intervention.",
        "outcome": arguments.outcome,
        "treatment": headline.replace("_", " "),
        "assumptions": _assumptions(checks, found),
        "checks": checks,
        "warnings": (ASSOCIATION, *found.warnings, *design.untold),
    }
    return build(
        MeasureSeasonalityResult,
        status="downgraded" if failed else "estimated",
        reasons=tuple(check.meaning for check in failed),
        method="prais_winsten_newey_west",
        estimate=main.estimate,
        standard_error=main.standard_error,
        interval=ConfidenceInterval(low=main.low, high=main.high, level=arguments.level),
        p_value=main.p_value,
        n=len(whole.dates),
        terms=terms,
        explanations=_explanations(frame, main, mean, arguments, failed),
        figures=_figures(terms, arguments.outcome),
        diagnostics={
            **{
                f"p_{name}": fitted.joint(places) for name, places in design.groups.items() if len(places) > 1
            },
            "degrees_of_freedom": significant(fitted.freedom),
            "r2": significant(1.0 - float(fitted.residual.var() / whole.values.var())),
        },
        headline=headline,
        frequency=found.frequency,
        relative={
            key: significant((term.estimate or 0.0) / mean)
            for key, term in terms.items()
            if abs(mean) > 1e-9 * float(np.abs(whole.values).max()) and key in design.contrasts
        },
        untold=tuple(design.untold),
        units=effect_units(relative="share", untold="text", headline="text", frequency="text"),
        settings=arguments.model_dump(mode="json"),
        **frame,
    )


def _headline(design: CalendarDesign, arguments: MeasureSeasonalityArguments) -> str:
    if arguments.effect is None:
        return next(key for key in ("weekend", "last_quarter", "trend_per_year") if key in design.contrasts)
    if arguments.effect not in design.contrasts:
        raise ToolRetry(
            f"there is no term {arguments.effect!r} in these data",
            where="measure_seasonality argument effect",
            fix=f"There are: {', '.join(design.contrasts)}",
        )
    return arguments.effect


def _term(fitted: Estimated, design: CalendarDesign, key: str, level: float, n: int) -> Term:
    contrast = design.contrasts[key]
    value, error = fitted.contrast(contrast.weights, contrast.cautious)
    half = float(stats.t.ppf(0.5 + level / 2.0, fitted.freedom)) * error
    p_value = float(2.0 * stats.t.sf(abs(value) / error, fitted.freedom)) if error > 0.0 else None
    return Term(
        meaning=contrast.meaning,
        estimate=value,
        standard_error=error,
        low=value - half,
        high=value + half,
        p_value=p_value,
        n=n,
    )


def _by_segment(found: Series, arguments: MeasureSeasonalityArguments, headline: str) -> dict[str, Term]:
    """The headline in every segment that has the periods for it."""
    terms: dict[str, Term] = {}
    for name, part in found.segments.items():
        if len(part.dates) < len(found.whole.dates) // 2:
            continue
        design = calendar_design(part.dates, found.frequency, arguments.country, part.controls)
        if headline not in design.contrasts:
            continue
        term = _term(
            estimate(part.values, design.columns), design, headline, arguments.level, len(part.dates)
        )
        meaning = f"{arguments.segment} {name}: {term.meaning}"
        terms[f"segment_{slug(name) or 'blank'}"] = term.model_copy(update={"meaning": meaning})
    return terms


def _checks(whole: Periods, design: CalendarDesign, fitted: Estimated, headline: str) -> tuple[Check, ...]:
    long = float((whole.dates[-1] - whole.dates[0]).astype(float)) >= YEARS_TO_COMPARE * YEAR
    places = design.groups.get("day_of_week") or (design.groups.get("month", []) if long else [])
    p = (
        halves_differ(whole.values, design.columns, places, design.contrasts[headline].weights)
        if places
        else None
    )
    lags = int(SHORT_LAGS * (len(whole.dates) / 100.0) ** (2.0 / 9.0))
    level = wanders(fitted.residual, lags)
    found = [
        Check(
            name="trend_is_straight",
            value=significant(level),
            threshold=WANDERING,
            passed=level <= WANDERING,
            meaning="What the calendar leaves over drifts or jumps: the trend is no straight line, so months may carry part of it. Add "
            "controls for what changed, or give fewer years.",
        )
    ]
    jump, when = level_jump(whole.values, design.columns)
    found.append(
        Check(
            name="level_is_steady",
            value=significant(jump),
            threshold=JUMPING,
            passed=jump <= JUMPING,
            meaning=f"The level jumps about {whole.dates[when]}, which the straight trend and the season then carry in part. Add a control "
            "that marks it, or measure the time before and after apart.",
        )
    )
    if p is not None:
        found.append(
            Check(
                name="season_is_stable",
                value=significant(p),
                threshold=UNSTABLE,
                passed=p >= UNSTABLE,
                meaning="The season differs between the first and the second half of the data: one figure for both hides that.",
            )
        )
    return tuple(found)


def _assumptions(checks: tuple[Check, ...], found: Series) -> tuple[Assumption, ...]:
    passed = {check.name: check.passed for check in checks}

    def verdict(name: str) -> Any:
        if name not in passed:
            return "not checked"
        return "nothing speaks against it" if passed[name] else "doubtful"

    return (
        Assumption(
            name="The season is the same throughout",
            how_checked="its figures in both halves of the data are compared"
            if "season_is_stable" in passed
            else "too few years to compare halves",
            verdict=verdict("season_is_stable"),
        ),
        Assumption(
            name="The trend is a straight line",
            how_checked="cumulative sum of what the calendar leaves over, and the clearest jump of its level",
            verdict="doubtful" if not passed["level_is_steady"] else verdict("trend_is_straight"),
        ),
        Assumption(
            name="Nothing else moves with the calendar but what belongs to it",
            how_checked="promotions, prices and budgets often follow the calendar; "
            + (
                f"held by controls: {', '.join(found.control_names)}"
                if found.control_names
                else "no control was given"
            ),
            verdict="not checked",
        ),
    )


def _explanations(
    frame: dict[str, Any],
    main: Term,
    mean: float,
    arguments: MeasureSeasonalityArguments,
    failed: list[Check],
) -> Explanations:
    assert main.estimate is not None
    share = f" ({format_share(main.estimate / mean)} of the mean)" if mean else ""
    opening = (
        f"{main.meaning}: {arguments.outcome} differs by {format_number(main.estimate)}{share}, "
        f"{arguments.level:.0%} interval {format_number(main.low or 0.0)} to {format_number(main.high or 0.0)}."
    )
    doubt = "".join(f" Do not rely on it alone: {check.meaning}" for check in failed)
    rest = " ".join(f"Assumption, {a.verdict}: {a.name}; {a.how_checked}." for a in frame["assumptions"])
    analyst = f"{opening}{doubt} {ASSOCIATION} {rest}"
    error = f" Standard error {format_number(main.standard_error or 0.0)} (Newey and West)."
    return Explanations(
        marketer=f"{opening}{doubt} This is what goes with the calendar, not what an action would bring.",
        analyst=analyst,
        statistician=analyst + error,
    )


def _figures(terms: dict[str, Term], outcome: str) -> tuple[Figure, ...]:
    found: list[Figure] = []
    for prefix, title in (
        ("day_of_week_", "days of the week"),
        ("month_", "months"),
        ("holiday_", "holidays"),
        ("event_", "events of trade"),
        ("segment_", "segments"),
    ):
        group = {key: term for key, term in terms.items() if key.startswith(prefix)}
        if not group:
            continue
        most = max(group, key=lambda key: abs(group[key].estimate or 0.0))
        points = tuple(
            FigurePoint(
                x=key.removeprefix(prefix).replace("_", " "), y=term.estimate, low=term.low, high=term.high
            )
            for key, term in group.items()
        )
        found.append(
            Figure(
                kind="forest",
                title=f"{outcome}: {title}",
                summary=f"The largest is {group[most].meaning}: {format_number(group[most].estimate or 0.0)}.",
                x_title=outcome,
                series=(FigureSeries(name=title, draw="interval", points=points),),
            )
        )
    return tuple(found)
