"""Credit for conversions along paths of touches: Markov removal, Shapley, time decay, position and the ends, side by side."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.amount import format_count, format_number
from liftos_agents.domain.effect import Explanations, Term
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.effects import build
from liftos_agents.tools.errors import ToolRetry
from liftos_agents.tools.journeys import METHODS, Credits, Journeys, credit_all, from_paths, from_touches
from liftos_agents.tools.journeys.judgement import (
    OBSERVATIONAL,
    assumptions,
    checks,
    conflicts,
    why_they_differ,
)
from liftos_agents.tools.journeys.keys import keys
from liftos_agents.tools.journeys.pictures import pictures
from liftos_agents.tools.journeys.result import (
    AttributePathsResult,
    ChannelCredit,
    JourneyCounts,
    path_units,
)
from liftos_agents.tools.registry import tool


class AttributePathsArguments(BaseModel):
    """Where the journeys stand and how they are read: rows of touches (`user`, `time`, `channel`, `conversion`), or one
    row a path (`path`, `conversions`).

    Attributes:
        user: Column of the person.
        time: Column of dates or numbers.
        channel: Column of the channel met; empty where a row is a conversion alone.
        conversion: Column that is 1 (or a count) where a conversion happened, else 0; one that is the same in every row of a person
            is counted once, at the last touch, and a warning says so.
        path: Column of paths such as `tv > search`.
        conversions: Column of how often each path converted.
        non_conversions: Column of how often each path did not; without it a path that converted nobody is one such journey.
        separator: What parts the steps of a path.
        value: Column of the conversions' value.
        cost: Column of the touches' cost.
        lookback: Touches longer before the journey's end are left out; days, or units of a numeric time.
        order: How many touches the chain remembers.
        shapley_worth: What a set of channels is worth: the conversions of the journeys within it, or their conversion rate.
        half_life: For time decay: days, units of a numeric time, or touches where no time is known.
        first_share: What the first touch gets by position.
        last_share: What the last touch gets by position.
        resamples: Samples drawn for the interval of the chain's credit; 0 for none.
        level: Of the interval.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str | None = Field(default=None, description="Column of the person (rows of touches).")
    time: str | None = Field(default=None, description="Column of dates or numbers (rows of touches).")
    channel: str | None = Field(default=None, description="Column of the channel met (rows of touches).")
    conversion: str | None = Field(
        default=None, description="Column that is 1 where a conversion happened (rows of touches)."
    )
    path: str | None = Field(
        default=None, description="Column of paths such as 'tv > search' (one row a path)."
    )
    conversions: str | None = Field(default=None, description="How often each path converted.")
    non_conversions: str | None = Field(default=None, description="How often each path did not convert.")
    separator: str = Field(default=">", min_length=1, max_length=10)
    value: str | None = Field(default=None, description="Column of the conversions' value.")
    cost: str | None = Field(default=None, description="Column of the touches' cost (rows of touches).")
    lookback: float | None = Field(
        default=None, gt=0.0, allow_inf_nan=False, description="Longest time back."
    )
    order: Literal[1, 2, 3] = Field(default=1, description="How many touches the chain remembers.")
    shapley_worth: Literal["conversions", "rate"] = "conversions"
    half_life: float = Field(default=7.0, gt=0.0, allow_inf_nan=False, description="Of time decay.")
    first_share: float = Field(default=0.4, ge=0.0, le=1.0)
    last_share: float = Field(default=0.4, ge=0.0, le=1.0)
    resamples: int = Field(default=200, ge=0, le=2000)
    level: float = Field(default=0.9, gt=0.5, lt=1.0)


_ROWS = ("user", "time", "channel", "conversion")
_PATHS = ("path", "conversions")


@tool(
    "attribute_paths",
    version="2",
    summary="Multi-touch attribution on journeys: Markov removal, Shapley, time decay, position, linear, first and last "
    "touch side by side, why they differ, and what such credit cannot say.",
    data="rows",
    timeout_seconds=300.0,
)
def attribute_paths(context: ToolContext, arguments: AttributePathsArguments) -> AttributePathsResult:
    """Credit by channel and method; always downgraded, for credit on observed journeys is no effect.

    Raises:
        ToolRetry: Columns are missing, of another type or of both layouts, shares sum to more than 1, or nothing converted.
        ToolFailed: The table has no complete row.
    """
    if arguments.first_share + arguments.last_share > 1.0:
        raise ToolRetry(
            f"first_share and last_share sum to {arguments.first_share + arguments.last_share:g}, more than 1",
            where="attribute_paths argument first_share",
            fix="Give shares that sum to at most 1, such as 0.4 and 0.4",
        )
    journeys = _journeys(context, arguments)
    credits = credit_all(
        journeys,
        order=arguments.order,
        shapley_worth=arguments.shapley_worth,
        half_life=arguments.half_life,
        first=arguments.first_share,
        last=arguments.last_share,
        resamples=arguments.resamples,
        level=arguments.level,
        seed=context.seed,
        progress=context.progress,
    )
    return _result(arguments, journeys, credits)


def _journeys(context: ToolContext, arguments: AttributePathsArguments) -> Journeys:
    given = arguments.model_dump()
    by_rows = [name for name in _ROWS if given[name] is not None]
    by_paths = [name for name in (*_PATHS, "non_conversions") if given[name] is not None]
    if bool(by_rows) == bool(by_paths):
        raise ToolRetry(
            "columns of both layouts are given" if by_rows else "no columns are given",
            where="attribute_paths",
            fix=f"Name {', '.join(_ROWS)} for rows of touches, or {' and '.join(_PATHS)} for one row a path",
        )
    needed = _ROWS if by_rows else _PATHS
    missing = [name for name in needed if given[name] is None]
    if missing:
        raise ToolRetry(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not named",
            where=f"attribute_paths argument {missing[0]}",
            fix=f"Name a column for each of {', '.join(needed)}",
        )
    if by_rows:
        return from_touches(
            context,
            user=given["user"],
            time=given["time"],
            channel=given["channel"],
            conversion=given["conversion"],
            value=arguments.value,
            cost=arguments.cost,
            lookback=arguments.lookback,
        )
    for name in ("cost", "lookback"):
        if given[name] is not None:
            raise ToolRetry(
                f"{name} needs rows of touches, and these are paths",
                where=f"attribute_paths argument {name}",
                fix=f"Leave {name} out, or give a table with a row for each touch",
            )
    return from_paths(
        context,
        path=given["path"],
        conversions=given["conversions"],
        value=arguments.value,
        lost=arguments.non_conversions,
        separator=arguments.separator,
    )


def _result(arguments: AttributePathsArguments, journeys: Journeys, credits: Credits) -> AttributePathsResult:
    named = keys(journeys.channels)
    why = why_they_differ(journeys, credits)
    rests = assumptions(journeys, credits, arguments.order)
    checked = checks(journeys, credits, arguments.order)
    warnings = (
        OBSERVATIONAL,
        *_over_claim(journeys, credits),
        *conflicts(journeys, credits),
        *journeys.notes,
    )
    estimand = "How the observed conversions are shared out over the channels met on the way, by method; not what a channel added."
    design = (
        f"Attribution on {format_count(float(journeys.times.sum()))} observed journeys: no comparison with people who were "
        "held back, so it describes and does not identify an effect."
    )
    reason = "Credit on observed journeys is not an effect: an experiment that holds a channel back would tell what it adds."
    advice = ("Hold the channel with the most credit back in some regions or for some people, and compare.",)
    return build(
        AttributePathsResult,
        status="downgraded",
        estimand=estimand,
        design=design,
        method="markov",
        outcome=arguments.conversion or arguments.conversions or "conversions",
        treatment=arguments.channel or arguments.path or "channel",
        n=round(float(journeys.times.sum())),
        assumptions=rests,
        checks=checked,
        diagnostics={"order": arguments.order, "shapley_worth": arguments.shapley_worth},
        terms=_terms(named, journeys, credits),
        reasons=(reason,),
        warnings=warnings,
        advice=advice,
        explanations=_explanations(
            journeys, credits, why, [f"{a.name}: {a.verdict}. {a.how_checked}" for a in rests]
        ),
        figures=pictures(journeys, credits, arguments.level),
        units=path_units(),
        settings=arguments.model_dump(mode="json"),
        channels={key: _channel(position, journeys, credits) for position, key in enumerate(named)},
        journeys=_counts(journeys),
        why_they_differ=why,
    )


def _terms(named: tuple[str, ...], journeys: Journeys, credits: Credits) -> dict[str, Term]:
    terms: dict[str, Term] = {}
    for method, words in METHODS.items():
        chain = method == "markov" and credits.low is not None
        for c, key in enumerate(named):
            terms[f"{method}_{key}"] = Term(
                meaning=f"Conversions credited to {journeys.channels[c]}: {words}",
                estimate=float(credits.amounts[method][c]),
                standard_error=float(credits.error[c]) if chain and credits.error is not None else None,
                low=float(credits.low[c]) if chain and credits.low is not None else None,
                high=float(credits.high[c]) if chain and credits.high is not None else None,
            )
    return terms


def _channel(c: int, journeys: Journeys, credits: Credits) -> ChannelCredit:
    times, total = journeys.times, journeys.total
    amounts = {method: float(a[c]) for method, a in credits.amounts.items()}
    values = {method: float(a[c]) for method, a in credits.values.items()}
    cost = None if journeys.cost is None else float(journeys.cost[c])
    paid = cost is not None and cost > 0.0
    return ChannelCredit(
        channel=journeys.channels[c],
        touches=float(sum(n * path.count(c) for n, path in zip(times, journeys.paths, strict=True))),
        journeys=float(sum(n for n, path in zip(times, journeys.paths, strict=True) if c in path)),
        first=amounts["first_touch"],
        last=amounts["last_touch"],
        removal_effect=float(credits.removal[c]),
        credits=amounts,
        shares={method: amount / total for method, amount in amounts.items()},
        values=values,
        last_over_markov=amounts["last_touch"] / amounts["markov"] if amounts["markov"] > 0.0 else None,
        cost=cost,
        return_on_cost={m: v / cost for m, v in values.items()} if paid and cost else {},
        cost_per_conversion={m: cost / a for m, a in amounts.items() if a > 0.0} if paid and cost else {},
    )


def _counts(journeys: Journeys) -> JourneyCounts:
    times = journeys.times
    lengths = np.array([len(path) for path in journeys.paths], dtype=np.float64)
    return JourneyCounts(
        all=float(times.sum()),
        conversions=journeys.total,
        without_conversion=float(journeys.lost.sum()),
        distinct_paths=len(set(journeys.paths)),
        mean_touches=float((lengths * times).sum() / times.sum()),
        one_touch_share=float(journeys.conversions[lengths == 1.0].sum() / journeys.total),
        value=None if journeys.value is None else float(journeys.value.sum()),
    )


def _over_claim(journeys: Journeys, credits: Credits) -> list[str]:
    """Channels that last touch credits with half as much again as the chain does, and with some weight."""
    chain, last = credits.amounts["markov"], credits.amounts["last_touch"]
    found = [
        f"{name} {last[c] / chain[c]:.2f}×"
        for c, name in enumerate(journeys.channels)
        if chain[c] > 0.0 and last[c] >= 1.5 * chain[c] and last[c] >= 0.02 * journeys.total
    ]
    return (
        [f"Last touch claims more than the chain of journeys supports: {', '.join(found)}."] if found else []
    )


def _explanations(
    journeys: Journeys, credits: Credits, why: tuple[str, ...], rests: list[str]
) -> Explanations:
    chain = credits.amounts["markov"]
    order = sorted(range(len(chain)), key=lambda c: (-chain[c], journeys.channels[c]))
    lines = ", ".join(f"{journeys.channels[c]} {format_number(float(chain[c]))}" for c in order[:6])
    opening = (
        f"Of {format_count(journeys.total)} conversions the journeys give most credit to {journeys.channels[order[0]]}: {lines}. "
        "This says who was on the way, not what would be lost without them; test that before money moves."
    )
    analyst = " ".join([opening, *why, OBSERVATIONAL])
    effects = ", ".join(f"{journeys.channels[c]} {credits.removal[c]:.3f}" for c in order)
    return Explanations(
        marketer=opening,
        analyst=analyst,
        statistician=" ".join([analyst, f"Removal effects: {effects}.", *rests]),
    )
